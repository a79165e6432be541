/**
 * The facts that a diagnosis may find, and the words each may have. A row of the table names nothing else.
 *
 * `unknown`: we could not find out. `none`: there is nothing of the kind here (a site without a gateway, a device without SNMP).
 */
import { CATEGORIES } from "../daemon/model/family.ts";

/** Undefined: any word, it comes from other data (symptoms, kinds of parts). */
export const factWords = {
  /** What the incident is about. */
  about: ["device", "circuit", "core", "site", "credential", "session", "calendar", "on-call", "request", "other"],
  kind: ["codec", "bridge", "gatekeeper", "switch", "router", "ups", "host", "endpoint"],
  symptom: undefined,
  /** The kind of part that it is about: `camera`, `interface`. */
  part: undefined,
  /** What rules could tell at the opening. */
  ruled: ["ritm-core", "site-link"],
  /** Where such a symptom lies, as the device's family says. */
  category: CATEGORIES,
  /** Where what the device reports of itself now lies, as its family says. */
  reports: [...CATEGORIES, "nothing"],
  ping: ["answers", "lossy", "silent", "unknown", "none"],
  /** What the device is reached through directly. */
  parent: ["answers", "lossy", "silent", "unknown", "none"],
  gateway: ["answers", "lossy", "silent", "unknown", "none", "itself"],
  neighbour: ["answers", "lossy", "silent", "unknown", "none"],
  core: ["answers", "lossy", "silent", "unknown", "none", "itself"],
  /** Where the way of a packet ends. */
  path: ["reached", "ends-in-core", "ends-before-site", "ends-at-site", "unknown"],
  snmp: ["answers", "silent", "refused", "unknown", "none"],
  shell: ["answers", "silent", "closed", "refused", "unknown", "none"],
  "call-ports": ["open", "closed", "unknown", "none"],
  /** As the device says. */
  registered: ["yes", "no", "unknown", "none"],
  /** As its gatekeeper says. */
  listed: ["yes", "no", "unknown", "none"],
  gatekeeper: ["answers", "silent", "unknown", "none"],
  /** Other devices of the same gatekeeper. */
  "others-registered": ["all", "some", "none", "unknown"],
  bridge: ["answers", "silent", "unknown", "none"],
  /** Within the day before it failed. */
  changed: [
    ...["nothing", "configuration-load", "maintenance", "firmware", "address", "gatekeeper", "auto-answer", "unit", "model", "name"],
    "peripheral",
  ],
  "same-site": ["none", "some", "all"],
  "same-model": ["none", "some", "all"],
  "same-uplink": ["none", "some", "all"],
  power: ["mains", "battery", "fault", "unknown", "none"],
  restarted: ["yes", "no", "unknown"],
  "self-test": ["passed", "failed", "unknown", "none"],
  /** The device's own log, and the traps that it sent. */
  log: ["quiet", "errors", "unknown", "none"],
  doing: ["in-call", "standby", "asleep", "off", "idle", "off-by-schedule", "unknown"],
  microphone: ["muted", "open", "unknown"],
  volume: ["silent", "low", "fine", "unknown"],
  "call-quality": ["good", "poor", "none", "unknown"],
  "far-end": ["ready", "not-ready", "unknown", "none"],
} as const satisfies Readonly<Record<string, readonly string[] | undefined>>;

export type FactName = keyof typeof factWords;

export const factNames = Object.keys(factWords) as readonly FactName[];

/** Of a person's answer to a step that asks. */
export const answerWords = ["yes", "no"] as const;

/** Name of the fact that an answer to a step is. */
export function answerFact(step: string): string {
  return `answer.${step}`;
}

/** The words that a fact may have; `any` where they come from other data; undefined: there is no such fact. */
export function wordsOf(name: string): readonly string[] | "any" | undefined {
  if (name.startsWith("answer.")) return name === "answer." ? undefined : answerWords;
  if (!Object.hasOwn(factWords, name)) return undefined;
  return factWords[name as FactName] ?? "any";
}
