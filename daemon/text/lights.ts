/**
 * The reason of a light in words: a code with data in, a sentence in the reader's language out.
 *
 * A code nobody has translated is shown as it is, rather than not at all.
 */
import type { ReasonData } from "../model/lights.ts";
import type { Language } from "../model/time.ts";
import { fill, say, sayCode } from "./catalogue.ts";
import { partText, readingText, wordText } from "./facts.ts";

/** What the sentence takes from the configuration. */
export interface ReasonNames {
  /** A device, link or credential by its id. */
  readonly nameOf: (id: string) => string;
  readonly symptom: (code: string, rule?: string) => string;
}

const kinds: Readonly<Record<string, string>> = { icmp: "ping", snmp: "SNMP", ssh: "SSH", telnet: "telnet", https: "HTTPS", tcp: "TCP" };

export function reasonText(language: Language, code: string, data: ReasonData = {}, names: ReasonNames): string {
  const { by, kind, kinds: several, symptom, rule, part, more, reading, value, code: look, doing, room } = data;
  const template = sayCode(language, "light-why", code) ?? code;
  return fill(template, {
    by: by === undefined ? "?" : names.nameOf(by),
    kind: kind === undefined ? "" : ` (${kindName(kind)})`,
    kinds: (several ?? "").split(" ").map(kindName).join(", "),
    symptom: symptom === undefined ? (sayCode(language, "light-why", "not-told") ?? "") : names.symptom(symptom, rule),
    part: part === undefined ? "" : ` (${partText(language, part)})`,
    more: more === undefined ? "" : say(language, "light-more", { n: more }),
    code: look === undefined ? "" : `${language === "fr" ? " : " : ": "}${sayCode(language, "code", look) ?? look}`,
    reading: reading === undefined ? "" : readingText(language, reading),
    doing: doing === undefined ? "" : capital(sayCode(language, "activity", doing) ?? doing),
    room: room === undefined ? "" : names.nameOf(room),
    value: value === undefined ? "" : wordText(language, value),
  });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function kindName(kind: string): string {
  return Object.hasOwn(kinds, kind) ? (kinds[kind] ?? kind) : kind;
}
