/**
 * The reasons that the rules give, for readers. The English sentence is the key, as the rules write it; `{…}` is what varies,
 * and may be a reason itself, an id of the configuration, or the detail of a look.
 *
 * The reasons of the table of severities stand in the table, in both languages: `tableWhys` reads them from there. A reason nobody has
 * translated is shown as it is, rather than not at all.
 */
import type { Config } from "../model/config.ts";
import type { DiagnosisTable } from "../model/diagnosis.ts";
import type { SeverityTable } from "../model/severity.ts";
import type { Language } from "../model/time.ts";
import { fill, sayCode } from "./catalogue.ts";
import { deliveryWhysInFrench, evidenceInFrench } from "./delivery-why-fr.ts";
import { detailText, wordText } from "./facts.ts";
import { refusalsInFrench } from "./refusals-fr.ts";
import { whysInFrench } from "./why-fr.ts";

/** One reason, however what varies in it reads. */
export interface WhyPattern {
  readonly match: RegExp;
  readonly names: readonly string[];
  readonly text: Readonly<Record<Language, string>>;
}

const patterns: readonly WhyPattern[] = whysInFrench.map(patternOf);
/** Apart: a person's note that reads like one stays as it was written. */
const refusals: readonly WhyPattern[] = refusalsInFrench.map(patternOf);
const deliveries: readonly WhyPattern[] = deliveryWhysInFrench.map(patternOf);
const evidence: readonly WhyPattern[] = evidenceInFrench.map(patternOf);

/** The reasons of a table. */
export function tableWhys(table: SeverityTable): readonly WhyPattern[] {
  return table.flatMap(({ why, urgencyWhy }) =>
    [why, ...(urgencyWhy === undefined ? [] : [urgencyWhy])].map(({ en, fr }) => patternOf([en, fr])),
  );
}

const ofConfigs = new WeakMap<DiagnosisTable, WeakMap<SeverityTable, readonly WhyPattern[]>>();

/** The reasons of both tables of a configuration, and what its first steps say. */
export function configWhys({ severity, diagnosis: { table } }: Pick<Config, "severity" | "diagnosis">): readonly WhyPattern[] {
  const known = ofConfigs.get(table) ?? new WeakMap<SeverityTable, readonly WhyPattern[]>();
  ofConfigs.set(table, known);
  let made = known.get(severity);
  if (made === undefined) {
    const steps = [...table.advice.values()].flatMap((each) => each.steps.map(({ text }) => patternOf([text.en, text.fr])));
    made = [...tableWhys(severity), ...table.rows.map(({ why }) => patternOf([why.en, why.fr])), ...steps];
    known.set(severity, made);
  }
  return made;
}

function patternOf([en, fr]: readonly [english: string, french: string]): WhyPattern {
  const names = [...en.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? "");
  const source = en
    .split(/\{\w+\}/)
    .map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("(.+?)");
  return { match: new RegExp(`^${source}$`, "s"), names, text: { fr, en } };
}

/** Placeholders that hold an id of the configuration. */
const ids = new Set(["link", "site", "device", "root", "by", "room", "partner"]);

/** What is not explained by a device but by a plan: `maintenance:<id>`, `silence:<id>`. */
function gateText(by: string, language: Language): string {
  const [kind, id] = by.split(":", 2);
  if (kind === "maintenance") return language === "fr" ? `la maintenance ${id}` : `maintenance ${id}`;
  return kind === "silence" ? `${language === "fr" ? "le silence" : "the silence"} ${id}` : by;
}

/** A message by its key, `incident/kind/level/occurrence/recipient/channel`: what it is, and under which number it went. */
function messageName(key: string, language: Language): string {
  const [, incident, kind = "", level = 1] = /^(.+)\/([a-z-]+)\/(\d+)(?:\/[^/]*){3,}$/.exec(key) ?? [];
  const said = sayCode(language, "kind", kind);
  if (incident === undefined || said === undefined) return key;
  const name = fill(said, { level: sayCode(language, "level", String(level)) ?? String(level) });
  return language === "fr" ? `« ${name} » (${incident})` : `“${name}” (${incident})`;
}

/** `nameOf` gives the name of a device, link or site by its id; undefined when it knows none. `own`: the reasons of the table in force. */
export function whyText(
  why: string,
  language: Language,
  nameOf: (id: string) => string | undefined = () => undefined,
  own: readonly WhyPattern[] = [],
): string {
  // What is longer was written by a person or a device, not by a rule.
  if (why.length > 500) return why;
  for (const { match, names, text } of [...own, ...patterns]) {
    const found = match.exec(why);
    if (found === null) continue;
    const said = (name: string, value: string) => {
      if (name === "word") return wordText(language, value);
      if (name === "message") return messageName(value, language);
      if (name === "state") return (sayCode(language, "state", value) ?? sayCode(language, "severity", value) ?? value).toLowerCase();
      if (name === "doing") return sayCode(language, "activity", value) ?? value;
      return ids.has(name) ? (nameOf(value) ?? gateText(value, language)) : whyText(value, language, nameOf, own);
    };
    return fill(text[language], Object.fromEntries(names.map((name, index) => [name, said(name, found[index + 1] ?? "")])));
  }
  return detailText(language, why) ?? why;
}

/** Why an act was refused, as its desk says it. */
export function refusalText(problem: string, language: Language): string {
  return whyText(problem, language, undefined, refusals);
}

/** Why a message waits or did not go, and what proves that it went. */
export function deliveryText(why: string, language: Language): string {
  return whyText(why, language, undefined, deliveries);
}

/** The detail of what a diagnosis found. */
export function evidenceText(detail: string, language: Language): string {
  return whyText(detail, language, undefined, evidence);
}
