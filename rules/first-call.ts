/**
 * The end of the first call: until then the severity is provisional; solved at level 1 with no session lost it is minor, all else is major.
 *
 * Pure.
 */
import type { Incident, TimelineEntry } from "../daemon/model/incident.ts";
import type { Instant } from "../daemon/model/time.ts";
import { line } from "./incident.ts";

/** Still in the first call: at level 1, and not settled. */
export function inFirstCall(incident: Incident): boolean {
  return incident.level === 1 && incident.severitySettled === undefined;
}

export function firstCallSince(incident: Incident): Instant {
  return incident.firstCallSince ?? incident.openedAt;
}

/** The time of level 1 is over: major, settled. The version is not raised. */
export function settleByTime(
  incident: Incident,
  at: Instant,
): { readonly incident: Incident; readonly timeline: readonly TimelineEntry[] } {
  const why = "not solved at the first call: the time of level 1 is over";
  const settled = { ...incident, severitySettled: { at, by: "system", how: "time" as const } };
  if (incident.severity === "major") return { incident: settled, timeline: [line(incident, at, "system", "severity-settled", why)] };
  return {
    incident: {
      ...settled,
      severity: "major",
      severityWhy: why,
      ...(incident.noticeSent ? { toldAs: incident.severity } : {}),
    },
    timeline: [line(incident, at, "system", "severity", why, { severityFrom: incident.severity, severity: "major" })],
  };
}
