/**
 * Service clocks: how much service time lies between two instants, and when so much of it will have passed.
 *
 * Pure. One walker over the spans of a calendar gives both, so that elapsed and deadline are inverse of each other.
 * Zones keep their own rules: a day of 23 or 25 hours has its spans at the local times they name.
 */
import { DateTime } from "luxon";
import type { ServiceCalendar } from "../daemon/model/config.ts";
import type { Span } from "../daemon/model/maintenance.ts";
import type { NightWindow } from "../daemon/model/network.ts";
import type { Clock } from "../daemon/model/policy.ts";
import { DAY, type Instant, MINUTE } from "../daemon/model/time.ts";
import { isHoliday } from "./holidays.ts";

/** Service hours of a place: a calendar, read in an IANA zone. */
export interface Hours {
  readonly calendar: ServiceCalendar;
  readonly zone: string;
}

/** A calendar without any service within this many days is taken as wall time: an escalation never waits for ever. */
const horizonDays = 370;

/** Milliseconds of service in [from, to); 0 when to ≤ from. */
export function elapsed(hours: Hours, unit: Clock["in"], from: Instant, to: Instant): number {
  if (to <= from) return 0;
  if (runsAlways(hours, unit)) return to - from;
  let sum = 0;
  for (const span of spans(hours, unit, from)) {
    if (span.from >= to) break;
    sum += Math.max(0, Math.min(span.to, to) - Math.max(span.from, from));
  }
  return sum;
}

/** The first instant at which `clock.ms` of service have passed since `from`. */
export function deadline(hours: Hours, clock: Clock, from: Instant): Instant {
  if (runsAlways(hours, clock.in)) return from + clock.ms;
  let left = clock.ms;
  for (const span of spans(hours, clock.in, from)) {
    const begin = Math.max(span.from, from);
    const length = span.to - begin;
    if (length <= 0) continue;
    if (length >= left) return begin + left;
    left -= length;
  }
  return from + clock.ms;
}

/** The same with times left out in which the clock stands still: in order, apart from each other. */
export function deadlineWithout(hours: Hours, clock: Clock, from: Instant, still: readonly { from: Instant; to: Instant }[]): Instant {
  let [at, left] = [from, clock.ms];
  for (const pause of still) {
    if (pause.to <= at) continue;
    const run = elapsed(hours, clock.in, at, pause.from);
    if (run >= left) break;
    left -= run;
    at = pause.to;
  }
  return deadline(hours, { ...clock, ms: left }, at);
}

/** The first instant ≥ at that lies in service hours. */
export function nextService(hours: Hours, at: Instant): Instant {
  if (hours.calendar.always) return at;
  for (const span of spans(hours, "service", at)) {
    if (span.to > at) return Math.max(span.from, at);
  }
  return at;
}

export function inService(hours: Hours, at: Instant): boolean {
  return nextService(hours, at) === at && (hours.calendar.always || !neverServes(hours, at));
}

function neverServes(hours: Hours, at: Instant): boolean {
  for (const span of spans(hours, "service", at)) {
    if (span.to > at) return false;
  }
  return true;
}

function runsAlways(hours: Hours, unit: Clock["in"]): boolean {
  return unit === "wall" || hours.calendar.always;
}

/** Spans in order, from the day of `from` on, bounded by the horizon. A day's spans that touch the next day's are not joined. */
function* spans(hours: Hours, unit: Clock["in"], from: Instant): Generator<Span> {
  let day = DateTime.fromMillis(from, { zone: hours.zone }).startOf("day");
  let offsetBefore = day.minus({ days: 1 }).offset;
  for (let count = 0; count < horizonDays; count += 1) {
    const next = day.plus({ days: 1 }).startOf("day");
    const isPlain = offsetBefore === day.offset && day.offset === next.offset;
    yield* daySpans(hours.calendar, unit, { day, next, isPlain });
    offsetBefore = day.offset;
    day = next;
  }
}

interface Day {
  readonly day: DateTime;
  readonly next: DateTime;
  /** No clock was changed from the day before until its end: its minutes are so many after its beginning. */
  readonly isPlain: boolean;
}

function* daySpans(calendar: ServiceCalendar, unit: Clock["in"], { day, next, isPlain }: Day): Generator<Span> {
  if (isHoliday(calendar, day.toISODate() ?? "")) return;
  const weekly = calendar.weekly[day.weekday] ?? [];
  if (weekly.length === 0) return;
  const start = day.toMillis();
  if (unit === "working-days") {
    yield { from: start, to: Math.min(next.toMillis(), start + DAY) };
    return;
  }
  const [zone, date] = [day.zoneName ?? "utc", day.toISODate() ?? ""];
  const instantOf = (minute: number) =>
    isPlain && minute >= 0 && minute <= DAY / MINUTE ? start + minute * MINUTE : wallInstant(zone, date, minute);
  for (const span of weekly) yield { from: instantOf(span.fromMinute), to: instantOf(span.toMinute) };
}

/**
 * The instant at which the clock on the wall of a zone shows this minute of this day (`2026-03-08`). A minute that a spring night skips is the
 * first instant after it; of one that an autumn night shows twice, the first. Minutes may run past the day.
 */
export function wallInstant(zone: string, day: string, minute: number): Instant {
  // Luxon's own way out of a minute shown twice depends on the present time.
  const offset = (at: Instant) => DateTime.fromMillis(at, { zone }).offset * MINUTE;
  const shown = DateTime.fromISO(day, { zone: "utc" }).toMillis() + minute * MINUTE;
  const [first, second] = [shown - offset(shown - DAY), shown - offset(shown + DAY)].sort((a, b) => a - b) as [Instant, Instant];
  const found = [first, second].find((at) => at + offset(at) === shown);
  if (found !== undefined) return found;
  let [low, high] = [first, second];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offset(middle) === offset(second)) high = middle;
    else low = middle;
  }
  return high;
}

/** Day and minute that the clock on the wall of a zone shows. */
export function onTheWall(zone: string, at: Instant): { readonly day: string; readonly minute: number } {
  const shown = DateTime.fromMillis(at, { zone });
  return { day: shown.toISODate() ?? "", minute: shown.hour * 60 + shown.minute };
}

/** A night window, read in an IANA zone. */
export interface Night {
  readonly window: NightWindow;
  readonly zone: string;
}

/** Is it night there? The window's last minute is no longer. */
export function inNight({ window, zone }: Night, at: Instant): boolean {
  const { minute } = onTheWall(zone, at);
  const { fromMinute, toMinute } = window;
  return fromMinute < toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute;
}
