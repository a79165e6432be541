/**
 * One message about several incidents, when so many come at once that each on its own would bury the others: what each is, by site.
 */
import type { Incident, NoticeKind } from "../model/incident.ts";
import type { Language } from "../model/time.ts";
import { say } from "./catalogue.ts";
import type { NoticeText } from "./notice.ts";
import { smsLength, smsSegment } from "./sms.ts";
import { type RuleTitles, whatHas } from "./symptom.ts";

export interface StormIncident extends Pick<Incident, "number" | "severity" | "urgency" | "symptom"> {
  readonly kind: NoticeKind;
  readonly siteName: string;
  readonly roomName: string | undefined;
  readonly deviceName: string | undefined;
  /** Of the rule that found it: said where its symptom has no words of its own. */
  readonly rule?: RuleTitles[number];
  /** What its coordinators are told. */
  readonly words?: string;
}

export interface StormInput {
  readonly language: Language;
  /** In the order in which they came. */
  readonly incidents: readonly StormIncident[];
  readonly publicUrl?: string;
  readonly demo: boolean;
}

/** So many are told with what and where each; of the others the numbers alone are named. */
const toldWhole = 100;
/** So many numbers one message names; a mail of 60 KB is the most that every gateway takes. */
const namedAtMost = 3_000;

export function renderStorm(input: StormInput): NoticeText {
  const { language, incidents, demo } = input;
  const [first] = incidents;
  const sites = new Set(incidents.map(({ siteName }) => siteName)).size;
  const over = incidents.every(({ kind }) => kind === "restored" || kind === "merged");
  const worst = incidents.some(({ severity }) => severity === "major") ? "major" : "minor";
  const lead = over ? say(language, "kind.restored") : say(language, `severity.${worst}`);
  const about = { n: incidents.length, sites, lead, number: first?.number ?? "" };
  const isNews = incidents.every(({ words }) => words !== undefined);
  const subject = `${demo ? `${say(language, "notice.demo")} ` : ""}${say(language, isNews ? "storm.news" : "storm.subject", about)}`;
  return { subject, text: `${linesOf(input, about).join("\n")}\n`, sms: smsOf(input, about) };
}

function linesOf({ language, incidents, publicUrl }: StormInput, about: Readonly<Record<string, string | number>>): string[] {
  const lines = [say(language, "storm.intro", about)];
  const whole = incidents.slice(0, toldWhole);
  for (const site of new Set(whole.map(({ siteName }) => siteName))) {
    lines.push("", site);
    for (const each of whole) if (each.siteName === site) lines.push(`  ${lineOf(language, each)}`);
  }
  const rest = incidents.slice(toldWhole, namedAtMost);
  if (rest.length > 0) lines.push("", say(language, "storm.others", { n: rest.length }));
  for (const site of new Set(rest.map(({ siteName }) => siteName))) {
    const numbers = rest.filter(({ siteName }) => siteName === site).map(({ number }) => number);
    lines.push("", `${site} (${numbers.length})`);
    for (let from = 0; from < numbers.length; from += 4) lines.push(`  ${numbers.slice(from, from + 4).join("  ")}`);
  }
  const left = incidents.length - whole.length - rest.length;
  if (left > 0) lines.push("", say(language, "storm.left", { n: left }));
  if (publicUrl !== undefined) lines.push("", say(language, "storm.page", { url: `${publicUrl.replace(/\/+$/, "")}/` }));
  return lines;
}

function lineOf(language: Language, incident: StormIncident): string {
  const { number, kind, severity, urgency, symptom, deviceName, roomName, words, rule } = incident;
  if (words !== undefined) return `${number}  ${words}`;
  const what = whatHas(language, deviceName, symptom, rule === undefined ? [] : [rule]);
  const how =
    kind === "restored"
      ? say(language, "kind.restored")
      : `${say(language, `severity.${severity}`)}, ${say(language, `urgency.${urgency}`)}`;
  return `${number}  ${what}${roomName === undefined ? "" : ` (${roomName})`}, ${how}`;
}

/** As many numbers as fit; how many more there are is always said. */
function smsOf({ language, incidents }: StormInput, about: Readonly<Record<string, string | number>>): string {
  const numbers = incidents.map(({ number }) => number);
  for (let named = Math.min(6, numbers.length); named > 1; named -= 1) {
    const more = numbers.length - named;
    const text = say(language, more === 0 ? "sms.storm-all" : "sms.storm", { ...about, more, numbers: numbers.slice(0, named).join(" ") });
    if (text.length <= smsLength - 20) return smsSegment(text);
  }
  return smsSegment(say(language, "sms.storm", { ...about, more: numbers.length - 1, numbers: numbers[0] ?? "" }));
}
