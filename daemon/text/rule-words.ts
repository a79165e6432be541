/**
 * A rule in words, in the reader's language: what it applies to, its condition, and when it is raised.
 */
import { durationWord } from "../../rules/packwrite.ts";
import type { DeviceKind } from "../model/family.ts";
import type { Condition, Rule } from "../model/rule.ts";
import type { Language } from "../model/time.ts";

const kinds: Readonly<Record<Language, Readonly<Record<DeviceKind, string>>>> = {
  fr: {
    codec: "codec",
    bridge: "pont",
    gatekeeper: "portier",
    switch: "commutateur",
    router: "routeur",
    ups: "onduleur",
    host: "serveur",
    endpoint: "terminal",
  },
  en: {
    codec: "codec",
    bridge: "bridge",
    gatekeeper: "gatekeeper",
    switch: "switch",
    router: "router",
    ups: "UPS",
    host: "host",
    endpoint: "endpoint",
  },
};

const parts = {
  en: {
    all: "all",
    fault: "a notification, or the device itself, says so",
    look: (kind: string) => `a look over ${kind}`,
    down: "is down",
    unknown: "cannot be made",
    reasons: "for",
    ends: "ends with",
    above: "above",
    below: "below",
    clears: "clears at",
    of: "of",
    but: "of any part but",
    is: "is",
    not: "is none of",
    and: " and ",
    or: " or ",
    looks: (count: number) => `${count} looks`,
    held: (time: string) => `for ${time}`,
    once: "at once",
    said: "when it says so",
    over: "when its time is over",
    no: { look: "no look over", reading: "no reading", sample: "no value", trap: "no notification" },
    within: "within",
    per: (time: string) => `, its change in ${time},`,
  },
  fr: {
    all: "tout",
    fault: "une notification, ou l'équipement lui-même, le dit",
    look: (kind: string) => `un contrôle ${kind}`,
    down: "échoue",
    unknown: "ne peut être fait",
    reasons: "pour",
    ends: "se termine par",
    above: "au-dessus de",
    below: "au-dessous de",
    clears: "prend fin à",
    of: "de",
    but: "de toute partie sauf",
    is: "est",
    not: "n'est aucun de",
    and: " et ",
    or: " ou ",
    looks: (count: number) => `${count} contrôles`,
    held: (time: string) => `pendant ${time}`,
    once: "aussitôt",
    said: "dès qu'il le dit",
    over: "à la fin du délai",
    no: { look: "aucun contrôle", reading: "aucun état", sample: "aucune valeur", trap: "aucune notification" },
    within: "en",
    per: (time: string) => `, sa variation en ${time},`,
  },
} as const;

/** How names in a condition are written; the command line leaves them as they are in the file. */
export interface RuleNames {
  sample(name: string): string;
  reading(name: string): string;
  word(value: string): string;
}

const asTheyAre: RuleNames = { sample: (name) => name, reading: (name) => name, word: (value) => value };

/** `codec, endpoint`, or `all`. */
export function appliesText({ applies }: Rule, language: Language = "en"): string {
  return [...(applies.kinds ?? []).map((kind) => kinds[language][kind]), ...(applies.families ?? [])].join(", ") || parts[language].all;
}

/** `2 looks, for 25s`, or `at once`. */
export function raisedText({ attempts, forMs, when }: Rule, language: Language = "en"): string {
  const w = parts[language];
  const said = [...(attempts > 1 ? [w.looks(attempts)] : []), ...(forMs > 0 ? [w.held(durationWord(forMs))] : [])];
  return said.join(", ") || (when.on === "fault" ? w.said : when.on === "absent" ? w.over : w.once);
}

type Parts = (typeof parts)[Language];
type Of<K extends Condition["on"]> = Extract<Condition, { readonly on: K }>;

function list(word: string, all: readonly string[] | undefined): string {
  return all === undefined || all.length === 0 ? "" : ` ${word} ${all.join(", ")}`;
}

const onlyOf = ({ partPrefix }: { readonly partPrefix?: string }) => (partPrefix === undefined ? "" : ` (${partPrefix})`);

function absenceText(when: Of<"absent">, w: Parts, names: RuleNames): string {
  const name = when.what === "sample" ? names.sample(when.name) : when.what === "reading" ? names.reading(when.name) : when.name;
  return `${w.no[when.what]} ${name}${onlyOf(when)} ${w.within} ${durationWord(when.withinMs)}`;
}

function sampleText(when: Of<"sample">, w: Parts, names: RuleNames): string {
  const limit = when.above === undefined ? `${w.below} ${when.below}` : `${w.above} ${when.above}`;
  const per = when.perMs === undefined ? "" : w.per(durationWord(when.perMs));
  return `${names.sample(when.name)}${onlyOf(when)}${per} ${limit}${when.clear === undefined ? "" : `, ${w.clears} ${when.clear}`}`;
}

function readingText(when: Of<"reading">, w: Parts, names: RuleNames): string {
  const said = when.not === undefined ? list(w.is, when.is.map(names.word)) : list(w.not, when.not.map(names.word));
  const of = when.partPrefix === undefined ? list(w.of, when.parts) : onlyOf(when);
  const ends = when.clear === undefined ? "" : `, ${w.clears} ${when.clear.map(names.word).join(", ")}`;
  return `${names.reading(when.name)}${of}${list(w.but, when.exceptParts)}${said}${ends}`;
}

/** `icmp_loss_ratio above 0.01, clears at 0.005`. */
export function conditionText(when: Condition, language: Language = "en", names: RuleNames = asTheyAre): string {
  const w = parts[language];
  switch (when.on) {
    case "fault":
      return w.fault;
    case "look":
      return `${w.look(when.kind)} ${when.status === "unknown" ? w.unknown : w.down}${list(w.reasons, when.codes)}`;
    case "code":
      return `${w.look(when.kind)}${list(w.ends, when.codes)}`;
    case "absent":
      return absenceText(when, w, names);
    case "sample":
      return sampleText(when, w, names);
    case "reading":
      return readingText(when, w, names);
    case "all":
      return when.of.map((one) => conditionText(one, language, names)).join(w.and);
    case "any":
      return when.of.map((one) => conditionText(one, language, names)).join(w.or);
  }
}
