/**
 * In what kind of time the timer of an incident runs, and what a jump of the wall clock does to it.
 *
 * Pure.
 */
import { type Incident, isFailing, type WakeReason } from "../daemon/model/incident.ts";
import type { Span } from "../daemon/model/maintenance.ts";
import type { Clock, LevelStep } from "../daemon/model/policy.ts";
import type { Instant } from "../daemon/model/time.ts";
import { firstCallSince, inFirstCall } from "./first-call.ts";
import { clockOf, type Decision, followUpClock, line, raised } from "./incident.ts";

/**
 * The same incident after a jump of the wall clock: a timer that measures elapsed time moves with it, one of the calendar does not. The
 * first call has a clock of its own, which runs on while who holds the incident waits for the follow-up.
 */
export function moveTimer(incident: Incident, ms: number, at: Instant): Decision | undefined {
  if (incident.foldedInto !== undefined) return undefined;
  // Muted, its own timer is a length of time that does not move; the window is of the calendar.
  const { muted } = incident;
  const timer = incident.wakeAt !== undefined && (muted === undefined ? timerClock(incident) : muted.left.in) === "wall";
  const call = (timer || muted === undefined) && isFailing(incident) && inFirstCall(incident) && runsFirstCall(incident) === "wall";
  if (!timer && !call) return undefined;
  const moved = (span: Span) => ({ from: span.from + ms, to: span.to + ms });
  const next = raised({
    ...incident,
    ...(timer ? { ...movedTimer(incident, ms), levelSince: incident.levelSince + ms } : {}),
    ...(call ? { firstCallSince: firstCallSince(incident) + ms } : {}),
    ...(incident.still === undefined ? {} : { still: incident.still.map(moved) }),
  });
  const why = `the wall clock jumped by ${Math.round(ms / 1000)} s; the timer moved with it`;
  return { incident: next, timeline: [line(next, at, "system", "clock-jumped", why, { ms })], notices: [] };
}

function movedTimer({ muted, wakeAt }: Incident, ms: number): Partial<Incident> {
  if (muted !== undefined) return { muted: { ...muted, since: muted.since + ms } };
  return wakeAt === undefined ? {} : { wakeAt: wakeAt + ms };
}

/** In what the time of level 1 runs that ends the first call. */
export function runsFirstCall(incident: Incident): Clock["in"] {
  const { steps, lastResort } = incident.policy.tracks[incident.severity];
  return clockOf(incident, steps[0]?.escalateAfter ?? lastResort.after).in;
}

/** In what the present timer runs; `calendar`: it waits for a time of day. */
export function timerClock(incident: Incident): Clock["in"] | "calendar" {
  const track = incident.policy.tracks[incident.severity];
  const runs = (clock: Clock) => clockOf(incident, clock).in;
  const reason: WakeReason | undefined = incident.wakeFor;
  switch (reason) {
    case "notice": {
      // Past the group wait it waits for service hours to begin.
      const longest = Math.max(incident.policy.groupWaitMs.now, incident.policy.groupWaitMs.other);
      return (incident.wakeAt ?? 0) - incident.levelSince <= longest ? "wall" : "calendar";
    }
    case "auto-close":
      return "wall";
    case "escalate":
      return runs(stepOf(incident, incident.level).escalateAfter ?? track.lastResort.after);
    case "repeat":
      return runs(incident.level > track.steps.length ? track.lastResort.repeat : stepOf(incident, incident.level).takenWithin);
    case "acknowledgement-expires":
      return runs(track.acknowledgementExpires);
    case "follow-up":
      // A person has named the time.
      return incident.followUpAt === undefined ? runs(followUpClock(incident)) : "calendar";
    case "unmute":
    case undefined:
      return "calendar";
  }
}

/** The step of a level; of one that the policy has not, its last. */
export function stepOf(incident: Incident, level: number): LevelStep {
  const { steps } = incident.policy.tracks[incident.severity];
  const found = steps.find((candidate) => candidate.level === level) ?? steps.at(-1);
  if (found === undefined) throw new Error(`policy ${incident.policy.id} has no steps; the configuration check lets none pass`);
  return found;
}
