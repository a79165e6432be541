/**
 * What the wall clock's jump does to times that are compared with each other: they are moved with it, so that as much time lies between
 * them as did.
 *
 * Pure.
 */
import type { Alarm } from "../daemon/model/alarm.ts";
import type { Observation } from "../daemon/model/observation.ts";
import { type Instant, MINUTE } from "../daemon/model/time.ts";
import type { Evidence } from "./activity.ts";

export function shiftedAlarm(alarm: Alarm, ms: number): Alarm {
  const { firstBadAt, firstGoodAt, wakeAt, heardAt } = alarm;
  return {
    ...alarm,
    since: alarm.since + ms,
    movedAt: alarm.movedAt + ms,
    ...(firstBadAt === undefined ? {} : { firstBadAt: firstBadAt + ms }),
    ...(firstGoodAt === undefined ? {} : { firstGoodAt: firstGoodAt + ms }),
    ...(wakeAt === undefined ? {} : { wakeAt: wakeAt + ms }),
    ...(heardAt === undefined ? {} : { heardAt: heardAt + ms }),
  };
}

export function shiftedEvidence({ doing, at, check, until }: Evidence, ms: number): Evidence {
  return { doing, at: at + ms, check, until: until + ms };
}

/** What was looked at before the jump may come after it, for so long. */
export const underWayMs = MINUTE;

/** A look that ended by the clock as it was before the jump counts by the clock as it is. `now`: by that one. */
export function onNewClock(observation: Observation, ms: number, now: Instant): Observation {
  const at = observation.at + ms;
  return Math.abs(at - now) < Math.abs(observation.at - now) ? { ...observation, at } : observation;
}
