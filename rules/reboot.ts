/**
 * A restart that is an upgrade: expected inside the night window of its place, and then nothing but an event. And one restart that several
 * tell (a notification, the uptime over SNMP, the uptime of the shell) is one event.
 *
 * Pure. The reason is what the device itself gives (Cisco: SystemUnit LastShutdownReason), in the look that saw the restart.
 */
import type { Check } from "../daemon/model/network.ts";
import type { Fault, Finding, Observation } from "../daemon/model/observation.ts";
import { type Instant, MINUTE, SECOND } from "../daemon/model/time.ts";
import { inNight, type Night } from "./clock.ts";
import type { Mark, Marks } from "./slope.ts";

const rebootSymptom = "reboot";
const upgradeReason = "upgrade";
export const uptimeSample = "uptime_seconds";

/** How long the device had been up when a look saw its restart; undefined: the look saw none, or does not tell. */
export function uptimeAtRestart({ faults, samples }: Finding): number | undefined {
  if (!faults.some(({ symptom }) => symptom === rebootSymptom)) return undefined;
  const uptime = samples.find(({ name, part }) => name === uptimeSample && part === undefined)?.value;
  return uptime === undefined || !Number.isFinite(uptime) ? undefined : uptime;
}

/** The observation with its restart told as what it is; the same one when there is none, or no reason is given. */
export function withUpgrade(observation: Observation, night: () => Night): Observation {
  const { finding, at } = observation;
  if (!finding.faults.some(({ symptom }) => symptom === rebootSymptom)) return observation;
  if (!isUpgrade(finding)) return observation;
  // It restarted when its uptime began, not when we saw it.
  const isPlanned = inNight(night(), at - (uptimeAtRestart(finding) ?? 0) * SECOND);
  const text = isPlanned ? "restarted for an upgrade, inside its night window" : "restarted for an upgrade, outside its night window";
  const told = (fault: Fault): Fault =>
    fault.symptom === rebootSymptom ? { ...fault, effect: isPlanned ? "event" : fault.effect, text } : fault;
  return { ...observation, finding: { ...finding, faults: finding.faults.map(told) } };
}

function isUpgrade({ readings }: Finding): boolean {
  return readings.find(({ name }) => name === "last_shutdown_reason")?.value.toLowerCase() === upgradeReason;
}

/** Agent, shell and device do not begin to count at once: a codec's agent says that it has started a minute or two after the codec did (ours). */
const sameRestartMs = 5 * MINUTE;

export interface ToldOnce {
  /** Without a restart that another source has told already; a restart that is an upgrade stays: its reason is news. */
  readonly observation: Observation;
  /** To be remembered, in memory only. Undefined: it tells no restart. */
  readonly mark?: readonly [key: string, mark: Mark];
}

/** `checks`: the device's. A second word of one source is a second restart, however soon. */
export function toldOnce(observation: Observation, checks: readonly Pick<Check, "id">[], marks: Marks): ToldOnce {
  const { finding, device, kind, at } = observation;
  const isTold = ({ symptom, effect, part }: Fault): boolean => symptom === rebootSymptom && effect === "event" && part === undefined;
  if (!finding.faults.some(isTold)) return { observation };
  const uptimeMs = (uptimeAtRestart(finding) ?? 0) * SECOND;
  const keyOf = (source: string): string => `${device}|restart|${source}`;
  const own = keyOf(kind === "trap" ? "trap" : observation.check);
  const others = [...checks.map(({ id }) => id), "trap"].map(keyOf).filter((key) => key !== own);
  const gap = (one: Instant | undefined, other: Instant): number => (one === undefined ? Number.POSITIVE_INFINITY : Math.abs(one - other));
  const ownBefore = startOf(marks(own));
  const isKnown = others.some((key) => {
    const told = startOf(marks(key));
    // Nearer to this one than to what this source told before: that was another restart.
    return told !== undefined && gap(at - uptimeMs, told) <= Math.min(sameRestartMs, gap(ownBefore, told));
  });
  const left = finding.faults.filter((fault) => !isTold(fault));
  const once = isKnown && !isUpgrade(finding) ? { ...observation, finding: { ...finding, faults: left } } : observation;
  return { observation: once, mark: [own, { at, value: uptimeMs }] };
}

/** When it started, by a mark: so long before it was told. */
function startOf(mark: Mark | undefined): Instant | undefined {
  return mark?.value === undefined || !Number.isFinite(mark.value) ? undefined : mark.at - mark.value;
}
