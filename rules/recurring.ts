/**
 * Recurring days: the part of RFC 5545's RRULE that people plan work with, over days of a calendar.
 *
 * Pure, and bounded whatever is written: each day is asked whether it fits. (ical.js 2.2 goes from hit to hit, and never returns for a rule
 * without any, such as FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30.) Days are numbers since 1970-01-01; time of day and zone are the caller's.
 */
import { DAY } from "../daemon/model/time.ts";

const weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;
const frequencies = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"] as const;
type Frequency = (typeof frequencies)[number];

export interface RecurringDays {
  readonly frequency: Frequency;
  readonly interval: number;
  /** `weekday` 0 is Monday; `nth` of the month, negative from its end. */
  readonly byDay: readonly { readonly weekday: number; readonly nth?: number }[];
  readonly byMonthDay: readonly number[];
  readonly byMonth: readonly number[];
  /** Which of the days of a month that fit; negative from the last. Empty: all. */
  readonly bySetPos: readonly number[];
  /** The day on which a week begins, 0 is Monday: it counts where every second week is meant. */
  readonly weekStart: number;
  readonly count?: number;
  /** Last day on which it may begin. */
  readonly untilDay?: number;
}

/** The longest that is looked for: a rule of the 29th of February has its next within 8 years. */
const horizonDays = 9 * 366;

export function dayNumber(day: string): number {
  return Math.floor(Date.parse(`${day}T00:00:00Z`) / DAY);
}

export function dayText(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** The rule, or every problem of it at once. */
export function parseRecurring(text: string): RecurringDays | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const parts = new Map<string, string>();
  for (const piece of text
    .toUpperCase()
    .replace(/^RRULE:/, "")
    .split(";")) {
    const [name = "", value = ""] = piece.split("=", 2);
    if (parts.has(name)) problems.push(`${name} stands twice; write it once`);
    parts.set(name, value);
  }
  const known = new Set(["FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "COUNT", "UNTIL", "WKST", "BYSETPOS"]);
  for (const name of parts.keys())
    if (!known.has(name))
      problems.push(`"${name}" is not used here; write FREQ, INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS, WKST, COUNT, UNTIL`);
  const frequency = frequencies.find((each) => each === parts.get("FREQ"));
  if (frequency === undefined) problems.push(`FREQ is "${parts.get("FREQ") ?? ""}"; write DAILY, WEEKLY, MONTHLY or YEARLY`);
  const weekStart = weekdays.indexOf((parts.get("WKST") ?? "MO") as (typeof weekdays)[number]);
  if (weekStart < 0) problems.push(`WKST is "${parts.get("WKST")}"; write the day on which weeks begin, MO or SU`);
  if (parts.has("COUNT") && parts.has("UNTIL")) problems.push("COUNT and UNTIL exclude each other; keep one");
  const whole = (name: string, least: number, most: number) => wholeNumbers(parts.get(name), name, least, most, problems);
  const [interval = 1] = whole("INTERVAL", 1, 1_000);
  const [count] = whole("COUNT", 1, 10_000);
  const byMonth = whole("BYMONTH", 1, 12);
  const byMonthDay = whole("BYMONTHDAY", -31, 31);
  if (byMonthDay.includes(0)) problems.push("BYMONTHDAY has 0; days are 1 to 31, or -1 for the last");
  const bySetPos = whole("BYSETPOS", -31, 31);
  if (bySetPos.includes(0) || (bySetPos.length > 0 && frequency !== "MONTHLY"))
    problems.push(`BYSETPOS is "${parts.get("BYSETPOS")}"; with FREQ=MONTHLY write which of the days, -1 for the last`);
  const byDay = daysOf(parts.get("BYDAY"), frequency, byMonth.length > 0, problems);
  const untilDay = untilOf(parts.get("UNTIL"), problems);
  if (problems.length > 0 || frequency === undefined) return { problems };
  const limits = { ...(count === undefined ? {} : { count }), ...(untilDay === undefined ? {} : { untilDay }) };
  return { frequency, interval, byDay, byMonthDay, byMonth, bySetPos, weekStart, ...limits };
}

function wholeNumbers(value: string | undefined, name: string, least: number, most: number, problems: string[]): readonly number[] {
  if (value === undefined) return [];
  const found = value.split(",").map((each) => (/^[+-]?\d{1,5}$/.test(each) ? Number(each) : Number.NaN));
  if (found.every((each) => each >= least && each <= most)) return found;
  problems.push(`${name} is "${value}"; write whole numbers from ${least} to ${most}`);
  return [];
}

function daysOf(value: string | undefined, frequency: Frequency | undefined, hasMonth: boolean, problems: string[]) {
  if (value === undefined) return [];
  const found = value.split(",").map((each) => /^([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)$/.exec(each));
  if (found.some((each) => each === null)) {
    problems.push(`BYDAY is "${value}"; write MO, TU, WE, TH, FR, SA, SU, with 1 to 5 or -1 to -5 before it for one of the month`);
    return [];
  }
  const ofMonth = found.some((each) => each?.[1] !== undefined);
  if (ofMonth && frequency !== "MONTHLY" && !(frequency === "YEARLY" && hasMonth))
    problems.push(`BYDAY is "${value}": which of the month is for FREQ=MONTHLY, or FREQ=YEARLY with BYMONTH`);
  return found.map((each) => ({
    weekday: weekdays.indexOf((each?.[2] ?? "") as (typeof weekdays)[number]),
    ...(each?.[1] === undefined ? {} : { nth: Number(each[1]) }),
  }));
}

/** A day, or a day with a time, of which the day counts. */
function untilOf(value: string | undefined, problems: string[]): number | undefined {
  if (value === undefined) return undefined;
  const found = /^(\d{4})(\d\d)(\d\d)(?:T\d{6}Z?)?$/.exec(value);
  const day = found === null ? Number.NaN : dayNumber(`${found[1]}-${found[2]}-${found[3]}`);
  if (!Number.isNaN(day)) return day;
  problems.push(`UNTIL is "${value}"; write a day as 20261231`);
  return undefined;
}

/** Days in [from, to] on which it begins, in order, at most nine years past `from`. `first` is its first day, if that fits. */
export function* recurringDays(rule: RecurringDays, first: number, from: number, to: number): Generator<number> {
  // Who counts has to begin at the beginning.
  const begin = rule.count === undefined ? Math.max(first, from) : first;
  const end = Math.min(to, rule.untilDay ?? to, Math.max(first, from) + horizonDays);
  let count = 0;
  for (let day = begin; day <= end && count < (rule.count ?? Number.POSITIVE_INFINITY); day += 1) {
    if (!fits(rule, first, day)) continue;
    count += 1;
    if (day >= from) yield day;
  }
}

function fits(rule: RecurringDays, first: number, day: number): boolean {
  if (!fitsAlone(rule, first, day)) return false;
  if (rule.bySetPos.length === 0) return true;
  const { day: ofMonth, daysInMonth } = dateOf(day);
  const all = Array.from({ length: daysInMonth }, (_, index) => day - ofMonth + 1 + index).filter((each) => fitsAlone(rule, first, each));
  const place = all.indexOf(day);
  return rule.bySetPos.some((each) => each === place + 1 || each === place - all.length);
}

function fitsAlone(rule: RecurringDays, first: number, day: number): boolean {
  const [start, date] = [dateOf(first), dateOf(day)];
  const { frequency, interval, byDay, byMonthDay, byMonth } = rule;
  if (stepsBetween(rule, first, day) % interval !== 0) return false;
  if (byMonth.length > 0 && !byMonth.includes(date.month)) return false;
  if (byMonthDay.length > 0 && !byMonthDay.some((each) => each === date.day || each === date.day - date.daysInMonth - 1)) return false;
  if (byDay.length > 0) return byDay.some((each) => each.weekday === date.weekday && (each.nth === undefined || isNth(each.nth, date)));
  if (byMonthDay.length > 0 || frequency === "DAILY") return true;
  if (frequency === "WEEKLY") return date.weekday === start.weekday;
  return date.day === start.day && (frequency === "MONTHLY" || byMonth.length > 0 || date.month === start.month);
}

function isNth(nth: number, { day, daysInMonth }: ReturnType<typeof dateOf>): boolean {
  return nth > 0 ? Math.ceil(day / 7) === nth : Math.ceil((daysInMonth - day + 1) / 7) === -nth;
}

function stepsBetween({ frequency, weekStart }: RecurringDays, first: number, day: number): number {
  const [a, b] = [dateOf(first), dateOf(day)];
  const sinceWeekStart = (weekday: number) => (weekday - weekStart + 7) % 7;
  switch (frequency) {
    case "DAILY":
      return day - first;
    case "WEEKLY":
      return (day - sinceWeekStart(b.weekday) - (first - sinceWeekStart(a.weekday))) / 7;
    case "MONTHLY":
      return (b.year - a.year) * 12 + b.month - a.month;
    case "YEARLY":
      return b.year - a.year;
  }
}

function dateOf(number: number) {
  const date = new Date(number * DAY);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
  const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return { year, month, day: date.getUTCDate(), weekday: (date.getUTCDay() + 6) % 7, daysInMonth };
}
