/**
 * A symptom in words. The catalogue's make a sentence with the name of what has it; what only a rule knows has that rule's title, behind a colon.
 */
import type { Rule } from "../model/rule.ts";
import type { Language } from "../model/time.ts";
import { say, sayCode } from "./catalogue.ts";

/** The rules in force, of which the titles are. */
export type RuleTitles = readonly Pick<Rule, "id" | "symptom" | "text">[];

/** `rule`: the id of the rule that found it; without, or when that has left the configuration, any rule of this symptom. */
export function symptomWords(language: Language, symptom: string, rules: RuleTitles, rule?: string): string {
  return said(language, symptom) ?? titleOf(language, symptom, rules, rule) ?? say(language, "symptom.other", { symptom });
}

/** What stands between the name of what has it and the words of a symptom: neither a title nor a whole sentence goes on from a name. */
export function beforeSymptom(language: Language, symptom: string, rules: RuleTitles, rule?: string): string {
  const isTitle = said(language, symptom) === undefined && titleOf(language, symptom, rules, rule) !== undefined;
  if (!isTitle && !standAlone.has(symptom)) return " ";
  return language === "fr" ? " : " : ": ";
}

/** "Codec A-101 does not answer", "Relay bridge: Voltage abnormal". `about`: undefined or empty, and the words stand alone. */
export function whatHas(language: Language, about: string | undefined, symptom: string, rules: RuleTitles, rule?: string): string {
  const words = symptomWords(language, symptom, rules, rule);
  return about === undefined || about === "" ? words : `${about}${beforeSymptom(language, symptom, rules, rule)}${words}`;
}

/** Whole sentences of the catalogue: no name goes on into them. */
export const standAlone: ReadonlySet<string> = new Set([
  ...["user-assistance", "link-down", "blind-poller", "session-at-risk", "nobody-on-call", "calendar-stale"],
  // What callers say, daemon/text/requests-en.ts.
  ...["no-sound", "no-image", "frozen", "cannot-dial", "dropped", "echo"],
]);

function said(language: Language, symptom: string): string | undefined {
  return sayCode(language, "symptom", symptom);
}

function titleOf(language: Language, symptom: string, rules: RuleTitles, rule: string | undefined): string | undefined {
  return (rules.find(({ id }) => id === rule) ?? rules.find((each) => each.symptom === symptom))?.text[language].title;
}
