/**
 * The hours in which false alarms come again and again: a window of maintenance that would have kept them quiet.
 *
 * Pure. A cluster is told from chance by the days it came on, not by the alarms: one bad night makes many of them.
 */
import { DAY, type Instant, MINUTE } from "../daemon/model/time.ts";
import { onTheWall } from "./clock.ts";
import { dayNumber } from "./recurring.ts";

/** By the clock on the wall of `zone`, every day or every week; only these devices. */
export interface RecurringWindow {
  readonly zone: string;
  readonly fromMinute: number;
  readonly minutes: number;
  /** 0 is Monday; undefined: every day. */
  readonly weekday?: number;
  readonly devices: readonly string[];
}

/** When a failure was there, and where. */
export interface Spell {
  readonly at: Instant;
  readonly lastedMs?: number;
  readonly device?: string;
  /** IANA zone of its place. */
  readonly zone?: string;
}

/** Longer than this it is no window of some work, but a time in which nobody looks. Ours. */
export const LONGEST_WINDOW_MINUTES = 4 * 60;
/** Begins and ends on these; a person writes it by the quarter of an hour. */
const stepMinutes = 15;
const dayMinutes = DAY / MINUTE;
/** On fewer days nothing comes again and again. */
const fewestDays = 3;
/** So likely may it be, at most, that days chosen by chance lie so close. Ours. */
const mostChance = 0.05;

/** Where a spell lies on the wall, from the midnight before its beginning on. */
interface Placed {
  readonly device: string;
  readonly day: number;
  readonly from: number;
  readonly to: number;
}

function placed({ at, lastedMs, device, zone }: Spell, zoneOf: string): Placed | undefined {
  if (device === undefined || lastedMs === undefined || zone !== zoneOf) return undefined;
  const { day, minute } = onTheWall(zone, at);
  // The minute in which it ends is still needed.
  return { device, day: dayNumber(day), from: minute, to: minute + Math.floor(lastedMs / MINUTE) + 1 };
}

/** The day on which the window that covers it began; undefined: none does. What outlasts the window opens when it ends. */
function dayOf({ fromMinute, minutes }: Pick<RecurringWindow, "fromMinute" | "minutes">, { day, from, to }: Placed): number | undefined {
  const since = (from - fromMinute + dayMinutes) % dayMinutes;
  if (since + to - from > minutes) return undefined;
  return from < fromMinute ? day - 1 : day;
}

/** 1970-01-01 was a Thursday. */
function weekdayOf(day: number): number {
  return (day + 3) % 7;
}

/** The day of the window that would have kept it quiet. */
function coveringDay(window: RecurringWindow, spell: Spell): number | undefined {
  const place = placed(spell, window.zone);
  if (place === undefined || !window.devices.includes(place.device)) return undefined;
  const day = dayOf(window, place);
  return day === undefined || (window.weekday !== undefined && weekdayOf(day) !== window.weekday) ? undefined : day;
}

/** Would the window have kept it quiet? */
export function isCovered(window: RecurringWindow, spell: Spell): boolean {
  return coveringDay(window, spell) !== undefined;
}

/** Do these fall into it on enough days? */
export function comesAgain(window: RecurringWindow, spells: readonly Spell[]): boolean {
  return new Set(spells.flatMap((spell) => coveringDay(window, spell) ?? [])).size >= fewestDays;
}

/** Windows that hold false alarms of at least three days and are no chance, the shortest first. */
export function windowsOf(spells: readonly Spell[]): readonly RecurringWindow[] {
  const zones = [...new Set(spells.flatMap(({ zone }) => zone ?? []))].sort();
  return zones.flatMap((zone) => ofZone(zone, spells)).sort((a, b) => a.minutes - b.minutes);
}

function ofZone(zone: string, spells: readonly Spell[]): readonly RecurringWindow[] {
  const places = spells.flatMap((spell) => placed(spell, zone) ?? []);
  const begins = new Set(places.map(({ from }) => Math.floor(from / stepMinutes) * stepMinutes));
  return [...begins].flatMap((fromMinute) => {
    const needed = places.map(({ from, to }) => ((from - fromMinute + dayMinutes) % dayMinutes) + to - from);
    const lengths = new Set(needed.map((minutes) => Math.ceil(minutes / stepMinutes) * stepMinutes));
    return [...lengths]
      .filter((minutes) => minutes <= LONGEST_WINDOW_MINUTES)
      .flatMap((minutes) => windowOf(zone, { fromMinute, minutes }, places) ?? []);
  });
}

function windowOf(
  zone: string,
  span: Pick<RecurringWindow, "fromMinute" | "minutes">,
  places: readonly Placed[],
): RecurringWindow | undefined {
  const inside = places.flatMap((place) => {
    const day = dayOf(span, place);
    return day === undefined ? [] : [{ device: place.device, day }];
  });
  const days = new Set(inside.map(({ day }) => day));
  const others = new Set(places.filter((place) => dayOf(span, place) === undefined).map(({ day }) => day));
  if (days.size < fewestDays || chanceOf(days.size, days.size + others.size, span.minutes / dayMinutes) > mostChance) return undefined;
  const devices = [...new Set(inside.map(({ device }) => device))].sort();
  const [weekday, ...more] = new Set([...days].map(weekdayOf));
  return { zone, ...span, devices, ...(more.length > 0 || weekday === undefined ? {} : { weekday }) };
}

/** At most how likely it is that of n times of the day some k lie within this share of it: C(n, k) · k · share^(k−1). */
function chanceOf(k: number, n: number, share: number): number {
  let ways = k;
  for (let index = 0; index < k; index += 1) ways *= (n - index) / (k - index);
  return ways * share ** (k - 1);
}
