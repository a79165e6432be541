/**
 * Escalation: what is due on an incident at a time, and when to look at it again.
 *
 * Pure. Every due step fires with its own due time. After a pause of hours the steps that came due collapse into one notice,
 * to everybody who should have been told, that says how late it is. After the last level the last resort is told again and
 * again until a person acknowledges: there is no quiet end. With a session ahead a level has half of what is left at most.
 */
import type { Incident, NoticeKind, TimelineEntry, WakeReason } from "../daemon/model/incident.ts";
import type { Clock, LevelStep } from "../daemon/model/policy.ts";
import { type Instant, MINUTE } from "../daemon/model/time.ts";
import { deadline, deadlineWithout, elapsed, type Hours } from "./clock.ts";
import { inFirstCall, settleByTime } from "./first-call.ts";
import { begins, followUpDue, lateAfterMs, notice } from "./followup.ts";
import {
  clockOf,
  closeIncident,
  closesByItself,
  type Decision,
  dueAfter,
  followUpClock,
  holdsIt,
  line,
  type Notice,
  raised,
  restoredTimer,
} from "./incident.ts";
import { unmuteIncident } from "./mute.ts";
import { stepOf } from "./timer.ts";

/** With a session ahead a level has at least this (procedure, *Default clocks*). */
export const leastLevelMs = 2 * MINUTE;

/** What times are measured by: the hours of service, and the session ahead. */
export interface Terms extends Hours {
  /** When the session begins that needs what has failed; undefined: none is ahead. */
  readonly sessionAt?: Instant | undefined;
}

/** Fires every step due by `now`. Undefined when nothing was due. */
export function wakeIncident(incident: Incident, hours: Terms, now: Instant): Decision | undefined {
  let current = incident;
  const timeline: TimelineEntry[] = [];
  const notices: Notice[] = [];
  let drop: string | undefined;
  // Bounded: a policy of very short clocks after a long pause catches up over several turns.
  for (let steps = 0; steps < 100 && current.wakeAt !== undefined && current.wakeAt <= now; steps += 1) {
    const due = current.wakeAt;
    const decision = step(current, hours, due, now);
    current = decision.incident;
    timeline.push(...decision.timeline);
    notices.push(...decision.notices);
    drop = decision.dropPending ?? drop;
  }
  if (current === incident) return undefined;
  const told = collapse(notices, now);
  const merged = told.length < notices.length ? [...timeline, superseded(current, now, notices, told)] : timeline;
  return {
    incident: { ...current, version: incident.version + 1 },
    timeline: merged,
    notices: told,
    ...(drop === undefined ? {} : { dropPending: drop }),
  };
}

function step(incident: Incident, hours: Terms, due: Instant, now: Instant): Decision {
  const reason: WakeReason | undefined = incident.wakeFor;
  switch (reason) {
    case "notice":
      return firstNotice(incident, hours, due);
    case "repeat":
      return repeat(incident, hours, due, now);
    case "escalate":
      return climb(incident, hours, due);
    case "acknowledgement-expires":
      return expire(incident, hours, due);
    case "follow-up":
      return followUpDue(incident, hours, due, now);
    case "auto-close":
      if (incident.state === "resolved")
        return closeIncident(incident, "system", due, "fixed", "solved at the first call: no ticket, noted on the technical sheet");
      // Set before it was merged with one that a person has to see.
      if (!closesByItself(incident))
        return { incident: raised({ ...incident, ...restoredTimer(incident, hours, due) }), timeline: [], notices: [] };
      return closeIncident(incident, "system", due, "healed", "restored, not taken, hit no session: closed into the daily report");
    case "unmute":
      return unmuteIncident(incident, due, hours, `${incident.muted?.by ?? "maintenance"} ended`);
    case undefined:
      return { incident: raised(withoutTimer(incident)), timeline: [], notices: [] };
  }
}

function firstNotice(incident: Incident, hours: Terms, due: Instant): Decision {
  const start = begins(incident, hours, due);
  if (start > due) {
    // The notice itself waits; the timer comes back when service begins.
    const waiting = raised({ ...incident, wakeAt: start, wakeFor: "notice" });
    return { incident: waiting, timeline: [line(waiting, due, "system", "waits", incident.urgencyWhy, { until: start })], notices: [] };
  }
  if (holdsIt(incident)) return tellHolder(incident, hours, due);
  const next = arm({ ...incident, noticeSent: true, levelSince: start }, hours);
  const { kind, tell } = peopleOf(incident, "problem");
  return {
    incident: raised(next),
    timeline: [line(next, due, "system", "notified", incident.urgencyWhy, { level: incident.level, tell: tell.join(",") })],
    notices: [notice(kind, next, tell, start)],
  };
}

/** Who hears at the present level: its people, or the last resort past the last one. */
export function peopleOf(incident: Incident, kind: NoticeKind): { readonly kind: NoticeKind; readonly tell: readonly string[] } {
  const track = incident.policy.tracks[incident.severity];
  if (incident.level > track.steps.length) return { kind: "last-resort", tell: track.lastResort.tell };
  return { kind, tell: stepOf(incident, incident.level).tell };
}

/** Reopened while held: who holds it hears, and the follow-up goes on. */
function tellHolder(incident: Incident, hours: Terms, due: Instant): Decision {
  const next = raised({
    ...incident,
    noticeSent: true,
    wakeAt: dueAfter(incident, hours, followUpClock(incident), due),
    wakeFor: "follow-up",
  });
  return {
    incident: next,
    timeline: [line(next, due, "system", "notified", "it came back while it is held", { level: incident.level })],
    notices: [notice("problem", next, stepOf(incident, incident.level).tell, due)],
  };
}

/** Nobody took it in time: the same level and the allocators hear; at the last resort, again and again. */
function repeat(incident: Incident, hours: Terms, due: Instant, now: Instant): Decision {
  const track = incident.policy.tracks[incident.severity];
  const again = { ...incident, occurrence: incident.occurrence + 1 };
  if (incident.level > track.steps.length) {
    const from = now - due > lateAfterMs ? now : due;
    const next = raised({ ...again, wakeAt: repeatAt(incident, hours, track.lastResort.repeat, from), wakeFor: "repeat" });
    const why = "nobody has taken it: the last resort hears again";
    return {
      incident: next,
      timeline: [line(next, due, "system", "last-resort", why)],
      notices: [notice("last-resort", next, track.lastResort.tell, due)],
    };
  }
  const told = stepOf(incident, incident.level);
  const tell = [...new Set([...told.tell, ...track.allocators])];
  const next = raised(armEscalation(again, hours, told));
  const why = "nobody took it within the time of this level: the allocators hear";
  return {
    incident: next,
    timeline: [line(next, due, "system", "not-taken", why, { level: incident.level, tell: tell.join(",") })],
    notices: [notice("problem", next, tell, due)],
  };
}

/** The level's time is over: the next level, or the last resort. */
function climb(incident: Incident, hours: Terms, due: Instant): Decision {
  // Level 1 did not solve it: whatever it was held to be, it is major from here on, unless a person has said otherwise.
  const first = inFirstCall(incident) ? settleByTime(incident, due) : { incident, timeline: [] };
  const track = first.incident.policy.tracks[first.incident.severity];
  const higher = { ...first.incident, level: incident.level + 1, occurrence: incident.occurrence + 1, levelSince: due, noticeSent: true };
  const top = higher.level > track.steps.length;
  const up = offeredTo(higher, top ? track.lastResort.tell : stepOf(higher, higher.level).tell);
  if (top) {
    const next = raised({ ...up, wakeAt: repeatAt(up, hours, track.lastResort.repeat, due), wakeFor: "repeat" });
    const why = "the last level did not take it: the last resort is told until somebody does";
    return {
      incident: next,
      timeline: [...first.timeline, line(next, due, "system", "last-resort", why)],
      notices: [notice("last-resort", next, track.lastResort.tell, due)],
    };
  }
  const told = stepOf(up, up.level);
  const next = raised(arm(up, hours));
  const why = `level ${incident.level} did not resolve it in its time`;
  return {
    incident: next,
    timeline: [
      ...first.timeline,
      line(next, due, "system", "escalated", why, { from: incident.level, to: up.level, tell: told.tell.join(",") }),
    ],
    notices: [notice("escalation", next, told.tell, due)],
  };
}

/** What is raised and not accepted yet is offered to whoever hears now. */
function offeredTo(incident: Incident, functions: readonly string[]): Incident {
  const { handOver } = incident;
  return handOver?.fromLevel === undefined ? incident : { ...incident, handOver: { ...handOver, to: { functions } } };
}

/** Acknowledged and nothing followed: the ladder goes on from where it stood. */
function expire(incident: Incident, hours: Terms, due: Instant): Decision {
  const { acknowledgedAt: _a, acknowledgedBy, ...rest } = incident;
  const again = { ...rest, occurrence: incident.occurrence + 1, levelSince: due, noticeSent: true };
  const { kind, tell } = peopleOf(incident, "problem");
  const next = raised(arm(again, hours));
  const why = `acknowledged by ${acknowledgedBy ?? "somebody"}, and nobody followed it up`;
  return {
    incident: next,
    timeline: [line(next, due, "system", "acknowledgement-expired", why)],
    notices: [notice(kind, next, tell, due)],
  };
}

/** Sets the next timer of a level that has just been told. */
export function arm(incident: Incident, hours: Terms): Incident {
  const track = incident.policy.tracks[incident.severity];
  if (incident.level > track.steps.length) {
    return { ...incident, wakeAt: repeatAt(incident, hours, track.lastResort.repeat, incident.levelSince), wakeFor: "repeat" };
  }
  const told = stepOf(incident, incident.level);
  const takenBy = levelDeadline(incident, hours, told.takenWithin);
  const escalation = armEscalation(incident, hours, told);
  return escalation.wakeAt !== undefined && escalation.wakeAt <= takenBy ? escalation : { ...incident, wakeAt: takenBy, wakeFor: "repeat" };
}

function armEscalation(incident: Incident, hours: Terms, told: LevelStep): Incident {
  const clock = told.escalateAfter ?? incident.policy.tracks[incident.severity].lastResort.after;
  return { ...incident, wakeAt: levelDeadline(incident, hours, clock), wakeFor: "escalate" };
}

/** When a time of the present level is over: min(policy, half of what is left to the session ahead, at least 2 min). */
export function levelDeadline(incident: Incident, terms: Terms, clock: Clock, from: Instant = incident.levelSince): Instant {
  const byPolicy = repeatAt(incident, terms, clock, from);
  const { sessionAt } = terms;
  if (sessionAt === undefined || sessionAt <= from) return byPolicy;
  // What is not urgent has only the service hours that are left.
  const unit = incident.urgency === "now" ? "wall" : "service";
  const half = Math.floor(elapsed(terms, unit, from, sessionAt) / 2);
  return Math.min(byPolicy, deadline(terms, { ms: Math.max(leastLevelMs, half), in: unit }, from));
}

function repeatAt(incident: Incident, hours: Hours, clock: Clock, from: Instant): Instant {
  return deadlineWithout(hours, clockOf(incident, clock), from, incident.still ?? []);
}

function withoutTimer(incident: Incident): Incident {
  const { wakeAt: _w, wakeFor: _f, ...rest } = incident;
  return rest;
}

/** Several steps late: one notice, the last one's kind and key, to everybody who should have heard. */
function collapse(notices: readonly Notice[], now: Instant): readonly Notice[] {
  const last = notices.at(-1);
  const first = notices[0];
  if (last === undefined || first === undefined) return notices;
  const lateMs = now - first.notBefore;
  if (lateMs <= lateAfterMs) return notices;
  return [{ ...last, tell: [...new Set(notices.flatMap((each) => each.tell))], lateMs }];
}

function superseded(incident: Incident, now: Instant, notices: readonly Notice[], told: readonly Notice[]): TimelineEntry {
  const steps = notices.slice(0, -1).map((each) => `${each.kind} ${each.level}/${each.occurrence}`);
  const by = told[0] === undefined ? "" : `${told[0].kind} ${told[0].level}/${told[0].occurrence}`;
  return line(incident, now, "system", "superseded", "several steps came due while nothing could be sent; one message says all", {
    steps: steps.join(", "),
    by,
  });
}
