/**
 * What an incident becomes when its trouble is back within the window: the same one, one occurrence more.
 *
 * Pure. Those who were told of it hear that it is over only after a while; what comes back before that was never over to anybody: level,
 * holder, acknowledgement and clocks go on, and nobody is told twice.
 */
import type { Alarm } from "../daemon/model/alarm.ts";
import type { Incident } from "../daemon/model/incident.ts";
import type { Instant } from "../daemon/model/time.ts";
import { arm, type Terms } from "./escalation.ts";
import { type Decision, dueAfter, followUpClock, holdsIt, line, raised, reopenIncident } from "./incident.ts";

/** Is the word that it is over still held back? A look older than the end is of a clock that was set back: nothing is known of it then. */
export function isHeldBack({ state, noticeSent, restoredAt, muted, policy }: Incident, at: Instant): boolean {
  if (state !== "restored" || !noticeSent || restoredAt === undefined || muted !== undefined) return false;
  return at >= restoredAt && at < restoredAt + (policy.restoredWaitMs ?? 0);
}

/** Reopened, as if it had never been over where nobody had heard that it was. */
export function comeBack(incident: Incident, alarm: Alarm, at: Instant, why: string, terms: Terms): Decision {
  if (!isHeldBack(incident, at)) return reopenIncident(incident, alarm, at, why);
  const { restoredAt: _r, ...kept } = incident;
  const state = incident.holder === undefined ? "open" : "taken";
  const { occurrence, occurrences } = incident;
  // The word that it is over is told anew when it is: with a key of its own.
  const next = raised(timed({ ...kept, state, occurrences: occurrences + 1, occurrence: occurrence + 1 }, terms, at));
  return {
    incident: next,
    timeline: [line(next, at, "system", "reopened", why, { alarm: alarm.key, occurrences: next.occurrences })],
    notices: [],
  };
}

/** The clock that ran before it was restored: of who holds it, of who has seen it, of the ladder. What came due meanwhile is due now. */
function timed(incident: Incident, terms: Terms, at: Instant): Incident {
  if (holdsIt(incident)) {
    const { followUpAt } = incident;
    const due = followUpAt !== undefined && followUpAt > at ? followUpAt : dueAfter(incident, terms, followUpClock(incident), at);
    return { ...incident, wakeAt: due, wakeFor: "follow-up" };
  }
  if (incident.acknowledgedAt === undefined) return { ...incident, ...later(arm(incident, terms), at) };
  const { acknowledgementExpires } = incident.policy.tracks[incident.severity];
  return { ...incident, wakeAt: dueAfter(incident, terms, acknowledgementExpires, at), wakeFor: "acknowledgement-expires" };
}

function later({ wakeAt = 0, wakeFor }: Incident, at: Instant): Partial<Incident> {
  return { wakeAt: Math.max(wakeAt, at), ...(wakeFor === undefined ? {} : { wakeFor }) };
}
