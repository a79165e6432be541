/**
 * The clocks of an incident whose class has changed: they follow the new track from the change on, and who has to hear hears at once.
 *
 * Pure.
 */
import { type Incident, isFailing } from "../daemon/model/incident.ts";
import type { Instant } from "../daemon/model/time.ts";
import { arm, leastLevelMs, levelDeadline, peopleOf, type Terms } from "./escalation.ts";
import { begins, notice } from "./followup.ts";
import { dueAfter, followUpClock, holdsIt, line, type Notice, raised, restoredTimer } from "./incident.ts";
import { keptMuted } from "./mute.ts";
import { stepOf } from "./timer.ts";

/** An incident with its new timer, and who is told. The version is not raised. */
export interface Retimed {
  readonly incident: Incident;
  readonly notices: readonly Notice[];
}

/**
 * It rose: nobody's acknowledgement stands any more, and the new class is told at once, or as soon as it may be. Nobody was told yet:
 * the first notice says it, no later than the new class allows.
 */
export function retimeRise(incident: Incident, terms: Terms, at: Instant): Retimed {
  const { acknowledgedAt: _a, acknowledgedBy: _b, ...unseen } = incident;
  if (!isFailing(incident)) return { incident: retime(unseen, terms, at), notices: [] };
  if (!incident.noticeSent) return { incident: { ...unseen, ...sooner(incident, at) }, notices: [] };
  const again = { ...unseen, occurrence: incident.occurrence + 1, levelSince: at };
  // Under maintenance or a silence nobody hears; when it ends, the class that it has by then is told.
  if (incident.muted !== undefined) return { incident: keptMuted({ ...again, wakeAt: at, wakeFor: "notice" }, terms, at), notices: [] };
  const start = begins(incident, terms, at);
  const { kind, tell } = peopleOf(incident, "raised");
  if (holdsIt(incident)) {
    const held = { ...again, wakeAt: dueAfter(incident, terms, followUpClock(incident), start), wakeFor: "follow-up" as const };
    return { incident: held, notices: [notice(kind, held, tell, start)] };
  }
  if (start > at) return { incident: { ...again, wakeAt: start, wakeFor: "notice" }, notices: [] };
  return { incident: arm(again, terms), notices: [notice(kind, again, tell, at)] };
}

/** The first notice waits for the group, never for service hours that it need not wait for. */
function sooner(incident: Incident, at: Instant): Pick<Incident, "wakeAt" | "wakeFor"> {
  if (incident.urgency !== "now") return incident.wakeAt === undefined ? { wakeAt: at, wakeFor: "notice" } : {};
  const earliest = Math.max(at, incident.levelSince + incident.policy.groupWaitMs.now);
  return { wakeAt: Math.min(incident.wakeAt ?? earliest, earliest), wakeFor: "notice" };
}

/** It was lowered: nobody hears; the clock that runs is the new track's, from now on. */
export function retime(incident: Incident, terms: Terms, at: Instant): Incident {
  return keptMuted(clockAnew(incident, terms, at), terms, at);
}

function clockAnew(incident: Incident, terms: Terms, at: Instant): Incident {
  const track = incident.policy.tracks[incident.severity];
  switch (incident.state) {
    case "open":
      if (!incident.noticeSent) return incident;
      if (incident.acknowledgedAt === undefined) return arm({ ...incident, levelSince: at }, terms);
      return { ...incident, wakeAt: dueAfter(incident, terms, track.acknowledgementExpires, at), wakeFor: "acknowledgement-expires" };
    case "taken":
      if (!holdsIt(incident) && incident.acknowledgedAt === undefined) return arm({ ...incident, levelSince: at }, terms);
      if (incident.followUpAt !== undefined) return incident;
      return { ...incident, wakeAt: dueAfter(incident, terms, followUpClock(incident), at), wakeFor: "follow-up" };
    case "restored":
      return { ...incident, ...restoredTimer(incident, terms, at) };
    case "resolved":
    case "closed":
      return incident;
  }
}

/** A session has come nearer than the running timer thinks: the level has what is left. Undefined: it has no less time than before. */
export function hurry(
  incident: Incident,
  terms: Terms,
  at: Instant,
): (Pick<Retimed, "incident"> & { readonly timeline: ReturnType<typeof line>[] }) | undefined {
  const { wakeAt, wakeFor, policy, severity, level } = incident;
  if (incident.state !== "open" || wakeAt === undefined || (wakeFor !== "escalate" && wakeFor !== "repeat")) return undefined;
  const { steps, lastResort } = policy.tracks[severity];
  if (level > steps.length) return undefined;
  const step = stepOf(incident, level);
  const clock = wakeFor === "repeat" ? step.takenWithin : (step.escalateAfter ?? lastResort.after);
  const due = Math.max(levelDeadline(incident, terms, clock), at + leastLevelMs);
  if (due >= wakeAt) return undefined;
  const next = raised({ ...incident, wakeAt: due });
  const why = "a session is ahead: this level has half of what is left";
  return { incident: next, timeline: [line(next, at, "system", "hurried", why, { until: due })] };
}
