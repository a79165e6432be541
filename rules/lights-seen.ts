/**
 * What the lights are judged by, and the words that the five judgements share.
 *
 * Pure. `hold` keeps what was: a first missed look, a check that has not run since the start, a login that rests say nothing new.
 */
import { type Alarm, isMuted } from "../daemon/model/alarm.ts";
import type { Family } from "../daemon/model/family.ts";
import type { ActivityState, DeviceLights, LightState, ReasonData } from "../daemon/model/lights.ts";
import type { Device, Room } from "../daemon/model/network.ts";
import type { LookStatus, ProbeKind, Reading, Sample } from "../daemon/model/observation.ts";
import type { Instant } from "../daemon/model/time.ts";

/** The last look of one kind. */
export interface Seen {
  readonly kind: ProbeKind;
  readonly at: Instant;
  /** How long it took; undefined: no time worth mentioning. */
  readonly durationMs?: number;
  readonly status: LookStatus;
  readonly code?: string;
  readonly samples: readonly Sample[];
  readonly readings: readonly Reading[];
}

/** The other side of a registration: a gatekeeper that ought to list the device, and whether its fresh, whole list does. */
export interface Side {
  readonly gatekeeper: string;
  /** Undefined: it cannot be asked now, or has not been. */
  readonly listed: boolean | undefined;
}

export interface LightInput {
  readonly device: Device;
  /** Undefined when it has left the configuration. */
  readonly family: Family | undefined;
  readonly looks: readonly Seen[];
  /** The device's alarms that are pending or active. */
  readonly alarms: readonly Alarm[];
  readonly sides: readonly Side[];
  readonly at: Instant;
  /** Of the device's room; undefined where it stands in none. */
  readonly presence?: Room["presence"];
  /** Is anybody due in the device's room at `at`? Asked only of what does not answer. */
  readonly isDue: () => boolean;
  readonly before?: DeviceLights;
}

export interface Verdict<S = LightState> {
  readonly state: S;
  readonly code: string;
  readonly data?: ReasonData;
}

export type Judged = Verdict | "hold";
export type JudgedActivity = Verdict<ActivityState> | "hold";

export const verdict = <S extends LightState>(state: S, code: string, data?: ReasonData): Verdict<S> => ({
  state,
  code,
  ...(data === undefined ? {} : { data }),
});

/** The kinds of looks that the device's configuration asks for, of those given, in that order. */
export function checked(device: Device, kinds: readonly ProbeKind[]): readonly ProbeKind[] {
  return kinds.filter((kind) => device.checks.some((check) => check.kind === kind));
}

export function lookOf(looks: readonly Seen[], kind: ProbeKind): Seen | undefined {
  return looks.find((look) => look.kind === kind);
}

export function active(alarms: readonly Alarm[], symptom: string, part?: string): Alarm | undefined {
  return alarms.find((alarm) => alarm.state === "active" && isAbout(alarm, symptom, part));
}

/** Its rule has not made up its mind yet. */
export function pending(alarms: readonly Alarm[], symptom: string, part?: string): boolean {
  return alarms.some((alarm) => alarm.state === "pending" && isAbout(alarm, symptom, part));
}

function isAbout(alarm: Alarm, symptom: string, part: string | undefined): boolean {
  return alarm.symptom === symptom && (part === undefined || alarm.part === part);
}

/**
 * Another's failure explains this alarm: a device, a link, a credential, our own blindness. Undefined: the failure is the device's own,
 * whether or not people have muted it.
 */
export function explainedBy({ suppressedBy, device }: Alarm): string | undefined {
  return suppressedBy === device || isMuted(suppressedBy) ? undefined : suppressedBy;
}

/** The state, or the empty room, that makes this alarm no failure for now. */
export function excusedBy({ suppressedBy }: Alarm): Verdict | undefined {
  const [kind, what = ""] = suppressedBy?.split(":") ?? [];
  if (kind === "state") return verdict("unknown", "excused", { doing: what });
  return kind === "presence" ? verdict("unknown", "away", { room: what }) : undefined;
}

/** Nothing explains it: that nobody is told of it for now does not make it any less true. */
export function isOwn({ suppressedBy }: Alarm): boolean {
  return suppressedBy === undefined || isMuted(suppressedBy);
}

/** Words of a reading over all looks, in their order. */
export function wordsOf(looks: readonly Seen[], name: string): readonly Reading[] {
  return looks.flatMap((look) => look.readings.filter((reading) => reading.name === name));
}
