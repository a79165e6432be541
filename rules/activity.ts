/**
 * What a device says it is doing, and what of its silence that excuses. In a call, on standby and switched off are states, not failures.
 *
 * Pure. A state is believed for two intervals of the check that told it; without renewed evidence the excuse ends, and what still fails
 * is a failure.
 */
import type { DeviceKind } from "../daemon/model/family.ts";
import type { Check, Device } from "../daemon/model/network.ts";
import type { Finding, Observation, ProbeKind } from "../daemon/model/observation.ts";
import type { Condition } from "../daemon/model/rule.ts";
import type { Instant } from "../daemon/model/time.ts";

/** `idle`: none of the others; it ends what was believed before. */
export type Doing = "in-call" | "standby" | "asleep" | "off" | "idle";

export interface Evidence {
  readonly doing: Doing;
  readonly at: Instant;
  /** The check that told it. */
  readonly check: string;
  /** Believed until then. */
  readonly until: Instant;
}

/** What holds calls; only these have an activity. */
export const calling: ReadonlySet<DeviceKind> = new Set<DeviceKind>(["codec", "bridge", "endpoint"]);

const standbyWords: ReadonlySet<string> = new Set(["standby", "entering-standby", "halfwake", "on"]);
const callWords: ReadonlySet<string> = new Set(["in-call", "multisite"]);
const believedIntervals = 2;

/** Undefined: it does not say. That it is not on standby alone says nothing about calls. */
export function doingIn({ samples, readings }: Pick<Finding, "samples" | "readings">): Doing | undefined {
  const word = (name: string) => readings.find((reading) => reading.name === name)?.value;
  let calls: number | undefined;
  for (const { name, part, value } of samples) if (name === "calls" && part === undefined) calls = Math.max(calls ?? 0, value);
  const state = word("system_state");
  if ((calls ?? 0) > 0 || (state !== undefined && callWords.has(state))) return "in-call";
  if (state === "off") return "off";
  if (state === "sleeping") return "asleep";
  const standby = word("standby");
  if (standby !== undefined && standbyWords.has(standby)) return "standby";
  return calls === undefined && state === undefined ? undefined : "idle";
}

/** From a look of this check that told it. */
export function evidenceOf(doing: Doing, at: Instant, check: Pick<Check, "id" | "intervalMs">): Evidence {
  return { doing, at, check: check.id, until: at + believedIntervals * check.intervalMs };
}

/** The same over a time in which nobody asked, or moved with a clock that was set back (`byMs` below 0): its own interval is no such time. */
export function overSilence({ doing, at, check, until }: Evidence, byMs: number): Evidence {
  const own = (until - at) / believedIntervals;
  const movedMs = byMs < 0 ? byMs : Math.max(0, byMs - own);
  return { doing, at: at + movedMs, check, until: until + movedMs };
}

/** What a look tells of what its device is doing; undefined: nothing. */
export function toldBy(device: Device, { kind, at, check, finding }: Observation): Evidence | undefined {
  if (kind === "icmp" || kind === "tcp" || kind === "trap" || finding.status !== "up" || !calling.has(device.kind)) return undefined;
  const doing = doingIn(finding);
  const asked = doing === undefined ? undefined : device.checks.find(({ id }) => id === check);
  return doing === undefined || asked === undefined ? undefined : evidenceOf(doing, at, asked);
}

/** What does not answer in which state, though nothing is wrong. A device that is off says nothing at all. */
const excused: Readonly<Record<Doing, readonly ProbeKind[]>> = {
  "in-call": ["snmp"],
  standby: ["snmp"],
  asleep: ["snmp"],
  off: ["icmp", "snmp", "ssh", "telnet", "https", "tcp"],
  idle: [],
};

/** What is missing on a device, pending or active, whether or not another excuses it. */
export interface Lost {
  readonly link: boolean;
  readonly login: boolean;
}

/** The state that makes this silence no failure; undefined: none does. */
export function excuseFor(input: {
  readonly evidence: Evidence | undefined;
  readonly when: Condition;
  readonly lost: Lost;
  readonly at: Instant;
}): Exclude<Doing, "idle"> | undefined {
  const { evidence, when, lost, at } = input;
  if (evidence === undefined || evidence.doing === "idle" || at > evidence.until) return undefined;
  const kind = silenceOf(when);
  if (kind === undefined || !excused[evidence.doing].includes(kind)) return undefined;
  // Its link and its login are gone: it is the device, whatever it was doing.
  return evidence.doing !== "off" && lost.link && lost.login ? undefined : evidence.doing;
}

/** The kind of look whose silence the condition tells of; undefined: it tells of something else. */
export function silenceOf(when: Condition): ProbeKind | undefined {
  if (when.on === "look" && when.status !== "unknown") return when.kind;
  return when.on === "absent" && when.what === "look" ? (when.name as ProbeKind) : undefined;
}

/** Does an alarm of this condition say that we can no longer log in? */
export function isLoginLost(when: Condition): boolean {
  const kind = when.on === "code" && when.codes.some((code) => code.endsWith(".auth-refused")) ? when.kind : silenceOf(when);
  return kind === "ssh" || kind === "telnet" || kind === "https";
}
