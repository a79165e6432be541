/**
 * A restart that is an upgrade: expected inside the night window of its place, and then nothing but an event.
 *
 * Pure. The reason is what the device itself gives (Cisco: SystemUnit LastShutdownReason), in the look that saw the restart.
 */
import type { Fault, Finding, Observation } from "../daemon/model/observation.ts";
import { SECOND } from "../daemon/model/time.ts";
import { inNight, type Night } from "./clock.ts";

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
  const reason = finding.readings.find(({ name }) => name === "last_shutdown_reason")?.value;
  if (reason?.toLowerCase() !== upgradeReason) return observation;
  // It restarted when its uptime began, not when we saw it.
  const isPlanned = inNight(night(), at - (uptimeAtRestart(finding) ?? 0) * SECOND);
  const text = isPlanned ? "restarted for an upgrade, inside its night window" : "restarted for an upgrade, outside its night window";
  const told = (fault: Fault): Fault =>
    fault.symptom === rebootSymptom ? { ...fault, effect: isPlanned ? "event" : fault.effect, text } : fault;
  return { ...observation, finding: { ...finding, faults: finding.faults.map(told) } };
}
