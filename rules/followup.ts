/**
 * The next follow-up: set by a person or by the policy's clock; when it is overdue it is reminded, and raised a level if that is in vain.
 *
 * Pure.
 */
import type { Incident, NoticeKind, TimelineEntry } from "../daemon/model/incident.ts";
import { type Instant, MINUTE } from "../daemon/model/time.ts";
import { type Hours, nextService } from "./clock.ts";
import { type Decision, dueAfter, followUpClock, holdsIt, line, type Notice, raised, restoredTimer } from "./incident.ts";
import { stepOf } from "./timer.ts";

/** A step that is this late collapses with the others that came due meanwhile. */
export const lateAfterMs = 2 * MINUTE;

export function notice(kind: NoticeKind, incident: Incident, tell: readonly string[], notBefore: Instant): Notice {
  return { kind, level: incident.level, occurrence: incident.occurrence, tell, notBefore };
}

/** Outside service hours only `now` is sent: the notice and the clocks wait for the next service hours. */
export function begins(incident: Incident, hours: Hours, at: Instant): Instant {
  return incident.urgency === "now" ? at : nextService(hours, at);
}

/**
 * A follow-up is overdue. The first time its level is reminded; from the second on it goes up a level, and at the highest the allocators
 * hear too. What was offered and not accepted by then is the giver's again. The clock starts again.
 */
export function followUpDue(incident: Incident, hours: Hours, due: Instant, now: Instant): Decision {
  const track = incident.policy.tracks[incident.severity];
  const { followUpAt: _f, handOver, ...rest } = incident;
  const missed = (incident.followUpsMissed ?? 0) + 1;
  const highest = track.steps.length;
  const level = missed > 1 && incident.level < highest ? incident.level + 1 : incident.level;
  const again = {
    ...rest,
    level,
    occurrence: incident.occurrence + 1,
    noticeSent: true,
    followUpsMissed: missed,
    followUpDueAt: incident.followUpDueAt ?? due,
  };
  const from = now - due > lateAfterMs ? now : due;
  const next = raised({ ...again, wakeAt: dueAfter(again, hours, followUpClock(again), from), wakeFor: "follow-up" });
  const heard = [incident.level, level].flatMap((each) => stepOf(incident, Math.min(each, highest)).tell);
  const tell = [
    ...new Set([...heard, ...(handOver?.to.functions ?? []), ...(missed > 1 && level === incident.level ? track.allocators : [])]),
  ];
  const start = incident.state === "restored" ? nextService(hours, due) : begins(incident, hours, due);
  const told = notice("follow-up", next, tell, start);
  return {
    incident: next,
    timeline: dueLines(incident, next, due),
    notices: [handOver?.to.person === undefined ? told : { ...told, contacts: [handOver.to.person] }],
  };
}

function dueLines(before: Incident, after: Incident, due: Instant): readonly TimelineEntry[] {
  const { handOver, holder = "" } = before;
  const lines = [line(after, due, "system", "follow-up-due", "the next follow-up is overdue", { holder })];
  if (handOver !== undefined)
    lines.push(
      line(after, due, "system", "hand-over-expired", "nobody accepted it before the next follow-up: the giver holds it", { holder }),
    );
  if (after.level > before.level) {
    const why = `${after.followUpsMissed ?? 0} follow-ups in a row were missed: the next level hears`;
    lines.push(line(after, due, "system", "escalated", why, { from: before.level, to: after.level }));
  }
  return lines;
}

/** A person did something about it. */
export interface Worked {
  readonly by: string;
  readonly at: Instant;
  readonly hours: Hours;
  /** More than a word: who did it has it in hand from now on, if nobody has. A note alone follows up an acknowledgement only. */
  readonly takes: boolean;
}

/**
 * The follow-up is the clock from here on, and starts again; one that a person has set for later stays. What nobody has in hand, and a
 * note alone, leave the ladder as it is. The version is not raised.
 */
export function followedUp(incident: Incident, { by, at, hours, takes }: Worked): Incident {
  const { followUpsMissed: _m, followUpDueAt: _d, ...rest } = incident;
  const free = incident.state === "open" && (takes || incident.acknowledgedAt !== undefined);
  if (!free) return clockAnew(rest, hours, at);
  const mine = { state: "taken", holder: by, takenAt: at, acknowledgedAt: at, acknowledgedBy: by, ...acknowledged(incident) } as const;
  // A first notice that still waits for service hours is not owed any more.
  return clockAnew({ ...rest, ...mine, wakeFor: "follow-up" }, hours, at);
}

/** The follow-up clock of who holds it starts again, as slow or fast as it is now: a partner has it, or no longer has. */
export function clockAnew(incident: Incident, hours: Hours, at: Instant): Incident {
  const { state, followUpAt = 0, wakeFor } = incident;
  if (state === "resolved" || state === "closed" || followUpAt > at) return incident;
  if (state === "restored") return wakeFor === "unmute" ? incident : { ...incident, ...restoredTimer(incident, hours, at) };
  if (!holdsIt(incident) || wakeFor === "notice") return incident;
  return { ...incident, wakeAt: dueAfter(incident, hours, followUpClock(incident), at), wakeFor: "follow-up" };
}

/** The same incident after somebody's work changed it, with the lines of that work. */
export function carriedOn(before: Incident, changed: Incident, worked: Worked, lines: readonly TimelineEntry[]): Decision {
  const next = raised(followedUp(changed, worked));
  const took = takenLine(before, next, worked.by, worked.at);
  return { incident: next, timeline: [...took, ...lines], notices: [], ...(took.length > 0 ? { dropPending: "taken" } : {}) };
}

function acknowledged({ acknowledgedAt, acknowledgedBy }: Incident): Partial<Incident> {
  return {
    ...(acknowledgedAt === undefined ? {} : { acknowledgedAt }),
    ...(acknowledgedBy === undefined ? {} : { acknowledgedBy }),
  };
}

/** Why no follow-up can be set; undefined when one can. */
export function notFollowable({ number, state, handOver }: Incident): string | undefined {
  if (state === "resolved") return `${number} is resolved: there is nothing to follow up, close it`;
  if (handOver?.fromLevel === undefined) return undefined;
  return `${number} was raised and nobody has accepted it yet: its ladder runs; accept it, or decline it, first`;
}

/** A person names when it is looked at next, and why then. */
export function setFollowUp(incident: Incident, next: Instant, { note, ...worked }: Worked & { readonly note: string }): Decision {
  const { by, at } = worked;
  const held = followedUp(incident, { ...worked, takes: true });
  const set = raised({ ...held, followUpAt: next, wakeAt: next, wakeFor: "follow-up" });
  return {
    incident: set,
    timeline: [...takenLine(incident, set, by, at), line(set, at, by, "follow-up-set", note, { until: next })],
    notices: [],
    ...(incident.state === "open" ? { dropPending: "taken" } : {}),
  };
}

/** What is written down, or done: a line, and the clock it moves. */
export function addWork(incident: Incident, event: string, { note, data, ...worked }: Worked & WorkLine): Decision {
  const { by, at } = worked;
  return carriedOn(incident, incident, worked, [line(incident, at, by, event, note, data)]);
}

export interface WorkLine {
  readonly note: string;
  readonly data?: TimelineEntry["data"];
}

function takenLine(before: Incident, after: Incident, by: string, at: Instant): readonly TimelineEntry[] {
  if (before.holder !== undefined || after.holder === undefined) return [];
  return [line(after, at, by, "taken", `${by} works on it`)];
}
