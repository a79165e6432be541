/**
 * Statutory holidays of Quebec, computed for any year, and whether a calendar owes service on a day.
 *
 * Pure. Act respecting labour standards (CQLR, c. N-1.1), section 60, and National Holiday Act (CQLR, c. F-1.1). The employer chooses between
 * Good Friday and Easter Monday: Good Friday here, and a calendar may say otherwise by its own dates.
 */
import type { ServiceCalendar } from "../daemon/model/config.ts";

/** A date of the local calendar: month 1–12, day 1–31. */
interface MonthDay {
  readonly month: number;
  readonly day: number;
}

/** ISO weekday 1–7 of a date. */
function weekdayOf(year: number, month: number, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() || 7;
}

/** The nth such weekday of a month. */
function nth(year: number, month: number, weekday: number, n: number): MonthDay {
  const first = weekdayOf(year, month, 1);
  return { month, day: 1 + ((weekday - first + 7) % 7) + 7 * (n - 1) };
}

/** Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8), as days after 1 March. */
function easterAfterMarch(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = b >> 2;
  const e = b % 4;
  const f = Math.floor((b + 8) / 25);
  const g = Math.floor((b - f + 1) / 3);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = c >> 2;
  const k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  return h + l - 7 * m + 21;
}

function goodFriday(year: number): MonthDay {
  const days = easterAfterMarch(year) - 2;
  return days < 31 ? { month: 3, day: days + 1 } : { month: 4, day: days - 30 };
}

/** The Monday before 25 May. */
function patriotsDay(year: number): MonthDay {
  return { month: 5, day: 24 - ((weekdayOf(year, 5, 24) + 6) % 7) };
}

/** Moved to Monday when it falls on a Sunday. */
function notOnSunday(year: number, month: number, day: number): MonthDay {
  return { month, day: weekdayOf(year, month, day) === 7 ? day + 1 : day };
}

/** The eight of a year, as ISO dates in order. */
export function quebecHolidays(year: number): readonly string[] {
  const days: readonly MonthDay[] = [
    { month: 1, day: 1 },
    goodFriday(year),
    patriotsDay(year),
    notOnSunday(year, 6, 24),
    notOnSunday(year, 7, 1),
    nth(year, 9, 1, 1),
    nth(year, 10, 1, 2),
    { month: 12, day: 25 },
  ];
  const two = (number: number) => String(number).padStart(2, "0");
  return days.map(({ month, day }) => `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`);
}

/** No service is owed on this ISO date: one of the calendar's own holidays, or a statutory one that it does not work. */
export function isHoliday(calendar: Pick<ServiceCalendar, "holidays" | "statutory" | "worked">, date: string): boolean {
  if (calendar.holidays.includes(date)) return true;
  if (calendar.statutory === undefined || calendar.worked?.includes(date) === true) return false;
  return quebecHolidays(Number(date.slice(0, 4))).includes(date);
}
