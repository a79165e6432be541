/**
 * What is due on an incident when maintenance and silences are taken into account: steps before one begins, quiet while it lasts, and
 * afterwards whatever its clocks say, which stood still meanwhile.
 *
 * Part of the escalator. What began and ended while the daemon was down is gone through in order, as if it had been up.
 */
import type { Hours } from "../../rules/clock.ts";
import { wakeIncident } from "../../rules/escalation.ts";
import type { Decision } from "../../rules/incident.ts";
import type { Cover } from "../../rules/maintenance.ts";
import { keptMuted, type Mute, muteIncident, muteOn, unmuteIncident } from "../../rules/mute.ts";
import type { Mutes } from "../maintenance-book.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Incident } from "../model/incident.ts";
import type { Muted } from "../model/maintenance.ts";
import type { Instant } from "../model/time.ts";

export interface MutingInput {
  readonly incident: Incident;
  /** That it gathers. */
  readonly alarms: readonly Alarm[];
  readonly hours: Hours;
  readonly now: Instant;
  readonly mutes: Mutes;
  /** Everything that began or ended by then has been gone through. */
  readonly settledTo: Instant;
  /** The wall clock has just jumped: a mute that is over ends now, not at a time that was never lived through. */
  readonly jumped: boolean;
}

/** Windows that begin and end one after another, at most this many in one go; the rest at the next. */
const mostSteps = 50;

/** One step through time: what was decided, as far as which time has been gone, and whether there is more. */
interface Step {
  readonly decisions: readonly (Decision | undefined)[];
  readonly reached: Instant;
  readonly more: boolean;
}

/** Undefined: nothing is due and nothing changes. */
export function settleIncident(input: MutingInput): Decision | undefined {
  const { hours, now } = input;
  let current = input.incident;
  let reached = Math.max(input.settledTo, current.openedAt);
  const done: Decision[] = [];
  const follow = (decision: Decision | undefined) => {
    if (decision === undefined) return;
    done.push(decision);
    current = decision.incident;
  };
  const kept = keptMuted(current, hours, now);
  if (kept !== current) follow({ incident: kept, timeline: [], notices: [] });
  for (let steps = 0; steps < mostSteps; steps += 1) {
    const step = current.muted === undefined ? begin(input, current, reached) : end(input, current, current.muted);
    for (const decision of step.decisions) follow(decision);
    reached = step.reached;
    if (!step.more) break;
  }
  if (current.muted === undefined) follow(wakeIncident(current, hours, now));
  return done.length === 0 ? undefined : joined(input.incident, current, done);
}

/** The next that keeps it quiet begins. */
function begin({ mutes, now, hours, alarms }: MutingInput, incident: Incident, reached: Instant): Step {
  const next = incident.wakeAt === undefined ? undefined : mutes.nextCover(incident, alarms, reached, now);
  if (next === undefined) return { decisions: [], reached, more: false };
  const at = Math.min(now, Math.max(next.from, reached));
  // What came due before it began was said before it began.
  const before = (incident.wakeAt ?? at) < at ? wakeIncident(incident, hours, at - 1) : undefined;
  const muted = muteIncident(before?.incident ?? incident, muteOf(next), at, hours);
  return { decisions: [before, muted], reached: at, more: muted !== undefined };
}

/** What keeps it quiet ends, or something else goes on with it. */
function end({ mutes, now, hours, jumped, alarms }: MutingInput, incident: Incident, { since, by }: Muted): Step {
  const [began, still] = [mutes.coverOf(incident, alarms, since), mutes.coverOf(incident, alarms, now)];
  if (still !== undefined && (jumped || began === undefined || began.to > now))
    return { decisions: [muteOn(incident, muteOf(still), now)], reached: now, more: false };
  // A window that somebody ended or called off is shorter than it was to be.
  const at = jumped || began === undefined ? now : Math.max(since, Math.min(now, began.to));
  return { decisions: [unmuteIncident(incident, at, hours, `${by} ended`)], reached: at, more: true };
}

function muteOf({ by, maintenance, to }: Cover): Mute {
  return { by, reason: maintenance.reason, until: to };
}

function joined(before: Incident, after: Incident, done: readonly Decision[]): Decision {
  const drop = done.findLast(({ dropPending }) => dropPending !== undefined)?.dropPending;
  return {
    incident: { ...after, version: before.version + 1 },
    timeline: done.flatMap(({ timeline }) => timeline),
    notices: done.flatMap(({ notices }) => notices),
    ...(drop === undefined ? {} : { dropPending: drop }),
  };
}
