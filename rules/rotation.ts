/**
 * Who fills a function at a time: an override beats holidays, these beat the weekly rotations, the file's contacts are the base.
 *
 * Pure. A hand-over is at a local time: nights of 23 and of 25 hours neither lose nor double one. Between two of the instants that
 * `changesOf` lists nothing changes, so that spans and gaps are exact.
 */
import type { Span } from "../daemon/model/maintenance.ts";
import type { Duty, Override, Roster, Rotation } from "../daemon/model/on-call.ts";
import type { Instant } from "../daemon/model/time.ts";
import { inService, onTheWall, wallInstant } from "./clock.ts";
import { isHoliday } from "./holidays.ts";
import { dayNumber, dayText } from "./recurring.ts";

/** Somebody's time on duty, [from, to). */
export interface Shift extends Span {
  readonly duty: Duty;
}

/** A turn of a rotation: whose it is, [from, to) by the clock on the wall. */
export interface Turn extends Span {
  readonly person: string;
}

/** 1970-01-01 was a Thursday. */
const weekdayOf = (day: number): number => ((day + 3) % 7) + 1;

/** The last hand-over at or before a time, as the number of its local day. */
function handoverDay({ zone, handover }: Rotation, at: Instant): number {
  const today = dayNumber(onTheWall(zone, at).day);
  const day = today - ((weekdayOf(today) - handover.weekday + 7) % 7);
  return wallInstant(zone, dayText(day), handover.minute) <= at ? day : day - 7;
}

const handoverAt = ({ zone, handover }: Rotation, day: number): Instant => wallInstant(zone, dayText(day), handover.minute);

/** Whose turn it is; undefined outside the time in which the rotation is in force. It may cover only some hours of it. */
export function turnAt(rotation: Rotation, at: Instant): Turn | undefined {
  const { people, weeks, from, to = Number.POSITIVE_INFINITY } = rotation;
  if (at < from || at >= to || people.length === 0) return undefined;
  const first = handoverDay(rotation, from);
  const turn = Math.floor((handoverDay(rotation, at) - first) / (7 * weeks));
  const begin = first + turn * 7 * weeks;
  return {
    person: people[turn % people.length] ?? "",
    from: Math.max(from, handoverAt(rotation, begin)),
    to: Math.min(to, handoverAt(rotation, begin + 7 * weeks)),
  };
}

/** Does the rotation fill its function at this time of its turn? */
function coversAt(rotation: Rotation, calendars: Roster["calendars"], at: Instant): boolean {
  const { covers, zone } = rotation;
  const calendar = calendars.get(rotation.calendar ?? "");
  if (covers === "always" || calendar === undefined) return true;
  if (covers === "holidays") return isHoliday(calendar, onTheWall(zone, at).day);
  return inService({ calendar, zone }, at) === (covers === "service");
}

const runs = ({ from, to, cancelledAt = to }: Override, at: Instant): boolean => from <= at && at < Math.min(to, cancelledAt);

/** The last written of those that run. */
function overrideAt({ overrides }: Roster, at: Instant): Override | undefined {
  let last: Override | undefined;
  for (const each of overrides) if (runs(each, at) && (last === undefined || isLater(each, last))) last = each;
  return last;
}

function isLater(one: Override, than: Override): boolean {
  return one.createdAt === than.createdAt ? one.id > than.id : one.createdAt > than.createdAt;
}

function rotating({ rotations, calendars }: Roster, at: Instant, holidays: boolean): readonly string[] {
  const on = rotations.filter((each) => (each.covers === "holidays") === holidays && coversAt(each, calendars, at));
  return [...new Set(on.flatMap((each) => turnAt(each, at)?.person ?? []))];
}

/** Who fills it at a time. */
export function dutyAt(roster: Roster, at: Instant): Duty {
  const override = overrideAt(roster, at);
  if (override !== undefined) return { people: override.people, by: "override", why: `override by ${override.by}: ${override.reason}` };
  const onHoliday = rotating(roster, at, true);
  if (onHoliday.length > 0) return { people: onHoliday, by: "holidays", why: "it is a holiday, and the rotation of holidays has the turn" };
  const weekly = rotating(roster, at, false);
  if (weekly.length > 0) return { people: weekly, by: "rotation", why: "it is their turn in the weekly rotation" };
  if (roster.base.length > 0) return { people: roster.base, by: "file", why: "no rotation covers this time; the configuration names them" };
  return { people: [], by: "nobody", why: "no rotation or override covers this time, and the configuration names nobody" };
}

/**
 * Everybody who can be told, in order: who is on duty, then whoever the layers below and the other turns would give. For when the first
 * cannot be reached.
 */
export function lineUp(roster: Roster, at: Instant): readonly string[] {
  const others = roster.rotations.flatMap((each) => {
    const turn = turnAt(each, at);
    const first = each.people.indexOf(turn?.person ?? "");
    return turn === undefined ? [] : [...each.people.slice(first), ...each.people.slice(0, first)];
  });
  const { people } = dutyAt(roster, at);
  return [...new Set([...people, ...rotating(roster, at, true), ...rotating(roster, at, false), ...others, ...roster.base])];
}

/** Instants in (from, to) at which somebody else may be on duty, in order. */
export function changesOf(roster: Roster, from: Instant, to: Instant): readonly Instant[] {
  const found = new Set<Instant>();
  const add = (at: Instant): void => {
    if (from < at && at < to) found.add(at);
  };
  for (const each of roster.overrides) for (const at of [each.from, each.to, each.cancelledAt ?? each.to]) add(at);
  for (const rotation of roster.rotations) {
    add(rotation.from);
    if (rotation.to !== undefined) add(rotation.to);
    const [first, end] = [Math.max(from, rotation.from), Math.min(to, rotation.to ?? to)];
    for (let day = handoverDay(rotation, first); handoverAt(rotation, day) < end; day += 7) add(handoverAt(rotation, day));
    for (const at of dayEdges(rotation, roster.calendars, first, end)) add(at);
  }
  return [...found].sort((a, b) => a - b);
}

/** Where a rotation that covers part of the week begins and ceases to cover. */
function* dayEdges(rotation: Rotation, calendars: Roster["calendars"], from: Instant, to: Instant): Generator<Instant> {
  const { covers, zone } = rotation;
  const calendar = calendars.get(rotation.calendar ?? "");
  if (covers === "always" || calendar === undefined || from >= to) return;
  const last = dayNumber(onTheWall(zone, to).day) + 1;
  for (let day = dayNumber(onTheWall(zone, from).day); day <= last; day += 1) {
    const date = dayText(day);
    yield wallInstant(zone, date, 0);
    if (covers === "holidays") continue;
    for (const { fromMinute, toMinute } of calendar.weekly[weekdayOf(day)] ?? []) {
      yield wallInstant(zone, date, fromMinute);
      yield wallInstant(zone, date, toMinute);
    }
  }
}

/** Who is on duty in [from, to), without a hole; neighbours differ. */
export function shiftsIn(roster: Roster, from: Instant, to: Instant): readonly Shift[] {
  if (from >= to) return [];
  const starts = [from, ...changesOf(roster, from, to)];
  const shifts: Shift[] = [];
  for (const [index, begin] of starts.entries()) {
    const duty = dutyAt(roster, begin);
    const end = starts[index + 1] ?? to;
    const last = shifts.at(-1);
    if (last !== undefined && isSame(last.duty, duty)) shifts[shifts.length - 1] = { ...last, to: end };
    else shifts.push({ from: begin, to: end, duty });
  }
  return shifts;
}

function isSame(one: Duty, other: Duty): boolean {
  return one.by === other.by && one.why === other.why && one.people.join("\n") === other.people.join("\n");
}

/** When nobody fills it in [from, to). */
export function gapsIn(roster: Roster, from: Instant, to: Instant): readonly Span[] {
  return shiftsIn(roster, from, to).flatMap((shift) => (shift.duty.people.length === 0 ? [{ from: shift.from, to: shift.to }] : []));
}
