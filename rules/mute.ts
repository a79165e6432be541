/**
 * An incident under maintenance or a silence: nobody is told, and its clocks stand still until that ends.
 *
 * Pure. Level, holder and state stay. What was left of its timer is kept as a length of time, so that it goes on with exactly that.
 */
import type { Incident } from "../daemon/model/incident.ts";
import type { Muted } from "../daemon/model/maintenance.ts";
import type { Instant } from "../daemon/model/time.ts";
import { deadline, elapsed, type Hours } from "./clock.ts";
import { firstCallSince } from "./first-call.ts";
import { type Decision, line, raised } from "./incident.ts";
import { timerClock } from "./timer.ts";

/** What keeps it quiet, and as far as is known until when. */
export interface Mute {
  readonly by: string;
  readonly reason: string;
  readonly until: Instant;
}

/** Its timer waits from `at` on; that of the mute takes its place. Undefined: it has no timer that would tell anybody anything. */
export function muteIncident(incident: Incident, mute: Mute, at: Instant, hours: Hours): Decision | undefined {
  if (!tells(incident)) return undefined;
  const muted: Muted = { ...mute, since: at, left: leftOf(incident, hours, at) };
  const next = raised(timed(incident, muted));
  return { incident: next, timeline: [line(next, at, "system", "muted", muteWhy(mute), { by: mute.by, until: mute.until })], notices: [] };
}

/** Still quiet, by something else or until another time. Undefined: nothing changes. */
export function muteOn(incident: Incident, mute: Mute, at: Instant): Decision | undefined {
  const { muted } = incident;
  if (muted === undefined || (muted.by === mute.by && muted.until === mute.until)) return undefined;
  const next = raised(timed(incident, { ...muted, ...mute }));
  return { incident: next, timeline: [line(next, at, "system", "muted", muteWhy(mute), { by: mute.by, until: mute.until })], notices: [] };
}

/** The clocks go on with what was left; the time between counts against nobody. */
export function unmuteIncident(incident: Incident, at: Instant, hours: Hours, why: string): Decision {
  const { muted, ...rest } = incident;
  if (muted === undefined) return { incident: raised(rest), timeline: [], notices: [] };
  const ended = Math.max(at, muted.since);
  // What the clock of the level and the time without service may still be measured over.
  const needed = Math.min(incident.levelSince, firstCallSince(incident));
  const still = [...(incident.still ?? []), { from: muted.since, to: ended }].filter(({ to }) => to > needed);
  const { left } = muted;
  const next = raised({ ...rest, still, wakeAt: left.ms === 0 ? ended : deadline(hours, left, ended), wakeFor: left.for });
  return { incident: next, timeline: [line(next, at, "system", "unmuted", why, { by: muted.by })], notices: [] };
}

/** After an act upon a muted incident: the timer that the act has set waits too. One that ended needs no mute any more. */
export function keptMuted(incident: Incident, hours: Hours, at: Instant): Incident {
  const { muted, ...rest } = incident;
  if (muted === undefined || incident.wakeFor === "unmute") return incident;
  if (!tells(incident)) return rest;
  return timed(incident, { ...muted, left: leftOf(incident, hours, at) });
}

/** What closes by itself, or has no timer, tells nobody. */
function tells({ wakeAt, wakeFor, foldedInto }: Incident): boolean {
  return wakeAt !== undefined && wakeFor !== "auto-close" && foldedInto === undefined;
}

function timed(incident: Incident, muted: Muted): Incident {
  return { ...incident, muted, wakeAt: muted.until, wakeFor: "unmute" };
}

function leftOf(incident: Incident, hours: Hours, at: Instant): Muted["left"] {
  const { wakeAt = at, wakeFor = "notice" } = incident;
  const runs = timerClock(incident);
  // One that waits for a time of day has nothing left to run: afterwards it is asked again whether that time has come.
  if (runs === "calendar") return { ms: 0, in: "wall", for: wakeFor };
  return { ms: elapsed(hours, runs, at, wakeAt), in: runs, for: wakeFor };
}

function muteWhy({ by, reason }: Mute): string {
  return `kept quiet by ${by}: ${reason}`;
}
