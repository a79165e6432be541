/**
 * A restart that is an upgrade: expected inside the night window of its place, and then nothing but an event.
 *
 * Pure. The reason is what the device itself gives (Cisco: SystemUnit LastShutdownReason), in the look that saw the restart.
 */
import type { Fault, Observation } from "../daemon/model/observation.ts";
import { SECOND } from "../daemon/model/time.ts";
import { inNight, type Night } from "./clock.ts";

const rebootSymptom = "reboot";
const upgradeReason = "upgrade";

/** The observation with its restart told as what it is; the same one when there is none, or no reason is given. */
export function withUpgrade(observation: Observation, night: () => Night): Observation {
  const { finding, at } = observation;
  if (!finding.faults.some(({ symptom }) => symptom === rebootSymptom)) return observation;
  const reason = finding.readings.find(({ name }) => name === "last_shutdown_reason")?.value;
  if (reason?.toLowerCase() !== upgradeReason) return observation;
  // It restarted when its uptime began, not when we saw it.
  const uptime = finding.samples.find(({ name, part }) => name === "uptime_seconds" && part === undefined)?.value ?? 0;
  const isPlanned = inNight(night(), at - (Number.isFinite(uptime) ? uptime : 0) * SECOND);
  const text = isPlanned ? "restarted for an upgrade, inside its night window" : "restarted for an upgrade, outside its night window";
  const told = (fault: Fault): Fault =>
    fault.symptom === rebootSymptom ? { ...fault, effect: isPlanned ? "event" : fault.effect, text } : fault;
  return { ...observation, finding: { ...finding, faults: finding.faults.map(told) } };
}
