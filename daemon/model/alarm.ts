/**
 * The live state of one symptom on one device (and part). Traps and polls feed the same alarms (ITU-T X.733).
 */
import type { Instant } from "./time.ts";

export type AlarmState = "inactive" | "pending" | "active";

/** Immutable; a change makes a new one. */
export interface Alarm {
  /** See alarmKey. */
  readonly key: string;
  readonly device: string;
  readonly symptom: string;
  readonly part?: string;
  readonly rule: string;
  readonly state: AlarmState;
  /** When the state began. */
  readonly since: Instant;
  /** First bad look of this episode; what TTD and TTR count from. */
  readonly firstBadAt?: Instant;
  /** First of the good looks that ended it, once they began. */
  readonly firstGoodAt?: Instant;
  readonly badLooks: number;
  /** Good looks in a row since it went inactive, up to K. */
  readonly goodLooks: number;
  /** The (at, seq) that last moved it; older observations are recorded and change nothing. */
  readonly movedAt: Instant;
  readonly movedSeq: number;
  /** Ring of the last 20 changes, newest in bit 0. */
  readonly flapRing: number;
  readonly flapping: boolean;
  /** Device or link id, or `blind`, whose failure explains it. */
  readonly suppressedBy?: string;
  /** The incident that gathers it, once there is one. */
  readonly incident?: string;
  /** A pending alarm, or an inactive one of an `absent` rule, becomes active at this time even if nothing more is heard. */
  readonly wakeAt?: Instant;
  /** Of an `absent` rule: when it was last heard of, or waiting for it began, as far as is written down (see rules/absence.ts). */
  readonly heardAt?: Instant;
  /** `trap` until a look has confirmed it. */
  readonly raisedBy: "look" | "trap";
  /** The value or words that raised it, for the screen. */
  readonly detail?: string;
}

/** `<device>|<symptom>|<part>`; the part is empty for the device as a whole. */
export function alarmKey(device: string, symptom: string, part?: string): string {
  return `${device}|${symptom}|${part ?? ""}`;
}

/** What keeps an alarm from opening an incident without explaining it writes one of these before its id; everything else in `suppressedBy` is another's failure. */
export const gatePrefixes = ["maintenance:", "silence:", "state:", "presence:"] as const;

export function isGate(suppressedBy: string | undefined): boolean {
  return suppressedBy !== undefined && gatePrefixes.some((prefix) => suppressedBy.startsWith(prefix));
}

/** A gate as it stands in `suppressedBy`: `state:off` is what the device is doing, `presence:a101` a room where nobody is due. */
export interface GateName {
  readonly kind: "maintenance" | "silence" | "state" | "presence";
  readonly what: string;
}

/** Undefined: nothing keeps it, or another's failure does. */
export function gateOf(suppressedBy: string | undefined): GateName | undefined {
  const prefix = gatePrefixes.find((each) => suppressedBy?.startsWith(each) === true);
  if (prefix === undefined || suppressedBy === undefined) return undefined;
  return { kind: prefix.slice(0, -1) as GateName["kind"], what: suppressedBy.slice(prefix.length) };
}

/** Maintenance or a silence: a plan of people, which says nothing about the device. */
export function isMuted(suppressedBy: string | undefined): boolean {
  const kind = gateOf(suppressedBy)?.kind;
  return kind === "maintenance" || kind === "silence";
}
