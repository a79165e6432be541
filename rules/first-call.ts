/**
 * The end of the first call: until then the severity is provisional; solved at level 1 with no session lost it is minor, all else is major.
 *
 * Pure.
 */
import type { Incident, SeveritySettled, TimelineEntry } from "../daemon/model/incident.ts";
import type { Instant } from "../daemon/model/time.ts";
import { line } from "./incident.ts";

/** Still in the first call: at level 1, and not settled. */
export function inFirstCall(incident: Incident): boolean {
  return incident.level === 1 && incident.severitySettled === undefined;
}

export function firstCallSince(incident: Incident): Instant {
  return incident.firstCallSince ?? incident.openedAt;
}

interface Settled {
  readonly incident: Incident;
  readonly timeline: readonly TimelineEntry[];
}

/** The time of level 1 is over: major, settled. The version is not raised. */
export function settleByTime(incident: Incident, at: Instant): Settled {
  return notSolved(incident, { at, by: "system", how: "time" }, "not solved at the first call: the time of level 1 is over");
}

/** Level 1 says that it cannot solve it: major, settled. The version is not raised. */
export function settleByOutcome(incident: Incident, at: Instant, by: string): Settled {
  return notSolved(incident, { at, by, how: "outcome" }, "not solved at the first call: level 1 hands it on");
}

function notSolved(incident: Incident, severitySettled: SeveritySettled, why: string): Settled {
  const { at, by } = severitySettled;
  const settled = { ...incident, severitySettled };
  if (incident.severity === "major") return { incident: settled, timeline: [line(incident, at, by, "severity-settled", why)] };
  return {
    incident: {
      ...settled,
      severity: "major",
      severityWhy: why,
      ...(incident.noticeSent ? { toldAs: incident.severity } : {}),
    },
    timeline: [line(incident, at, by, "severity", why, { severityFrom: incident.severity, severity: "major" })],
  };
}
