/** The days on which something recurs. ical.js is the oracle where it is right; see the head of rules/recurring.ts for where it is not. */
import fc from "fast-check";
import ICAL from "ical.js";
import { describe, expect, it } from "vitest";
import "../seed.ts";
import { dayNumber, dayText, parseRecurring, recurringDays } from "../../rules/recurring.ts";

const days = (rule: string, first: string, from = first, to = "2040-01-01", most = 5) => {
  const parsed = parseRecurring(rule);
  if ("problems" in parsed) throw new Error(parsed.problems.join("; "));
  const found: string[] = [];
  for (const day of recurringDays(parsed, dayNumber(first), dayNumber(from), dayNumber(to))) {
    found.push(dayText(day));
    if (found.length === most) break;
  }
  return found;
};

describe("recurring days", () => {
  it.each([
    ["FREQ=DAILY;INTERVAL=2", "2026-11-18", ["2026-11-18", "2026-11-20", "2026-11-22"]],
    ["FREQ=WEEKLY", "2026-11-18", ["2026-11-18", "2026-11-25", "2026-12-02"]],
    ["FREQ=WEEKLY;BYDAY=SA,SU", "2026-11-18", ["2026-11-21", "2026-11-22", "2026-11-28"]],
    ["FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "2026-11-18", ["2026-11-20", "2026-11-30", "2026-12-04"]],
    ["FREQ=MONTHLY;BYDAY=2SU", "2026-11-18", ["2026-12-13", "2027-01-10", "2027-02-14"]],
    ["FREQ=MONTHLY;BYDAY=-1FR", "2026-11-18", ["2026-11-27", "2026-12-25", "2027-01-29"]],
    ["FREQ=MONTHLY;BYMONTHDAY=-1", "2026-11-18", ["2026-11-30", "2026-12-31", "2027-01-31"]],
    ["FREQ=MONTHLY;BYMONTHDAY=31", "2026-11-18", ["2026-12-31", "2027-01-31", "2027-03-31"]],
    ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2026-11-18", ["2028-02-29", "2032-02-29"]],
    ["FREQ=YEARLY", "2026-11-18", ["2026-11-18", "2027-11-18", "2028-11-18"]],
    ["FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", "2026-11-18", ["2027-03-14", "2028-03-12", "2029-03-11"]],
    ["FREQ=DAILY;COUNT=2", "2026-11-18", ["2026-11-18", "2026-11-19"]],
    ["FREQ=DAILY;UNTIL=20261120", "2026-11-18", ["2026-11-18", "2026-11-19", "2026-11-20"]],
    ["RRULE:FREQ=DAILY;UNTIL=20261119T235959Z", "2026-11-18", ["2026-11-18", "2026-11-19"]],
    // Never on: ical.js 2.2.1 does not return from these two.
    ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "2026-11-18", []],
    ["FREQ=DAILY;INTERVAL=7;BYDAY=MO", "2026-11-18", []],
  ])("%s from %s", (rule, first, expected) => {
    expect(days(rule, first).slice(0, expected.length || 1)).toEqual(expected);
  });

  it("counts from the first day, wherever one looks from", () => {
    expect(days("FREQ=WEEKLY;COUNT=3", "2026-11-04", "2026-11-12")).toEqual(["2026-11-18"]);
  });

  it.each([
    ["", "FREQ is"],
    ["FREQ=HOURLY", "write DAILY, WEEKLY, MONTHLY or YEARLY"],
    ["FREQ=DAILY;INTERVAL=0", "INTERVAL is"],
    ["FREQ=DAILY;BYHOUR=3", '"BYHOUR" is not used here'],
    ["FREQ=WEEKLY;BYDAY=2MO", "which of the month"],
    ["FREQ=WEEKLY;BYDAY=LUN", "BYDAY is"],
    ["FREQ=DAILY;UNTIL=tomorrow", "UNTIL is"],
    ["FREQ=DAILY;COUNT=2;UNTIL=20270101", "exclude each other"],
    ["FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY has 0"],
    ["FREQ=DAILY;FREQ=WEEKLY", "stands twice"],
  ])("refuses %s and says what to do", (rule, problem) => {
    const parsed = parseRecurring(rule);
    expect("problems" in parsed ? parsed.problems.join("; ") : "accepted").toContain(problem);
  });

  it("agrees with ical.js on the rules that people write", () => {
    const weekday = fc.constantFrom("MO", "TU", "WE", "TH", "FR", "SA", "SU");
    const some = fc.uniqueArray(weekday, { minLength: 1, maxLength: 3 });
    const rule = fc.oneof(
      fc.integer({ min: 1, max: 9 }).map((n) => `FREQ=DAILY;INTERVAL=${n}`),
      fc.tuple(fc.integer({ min: 1, max: 4 }), some).map(([n, list]) => `FREQ=WEEKLY;INTERVAL=${n};BYDAY=${list.join(",")}`),
      fc.tuple(fc.constantFrom(1, 2, 3, 4, -1), weekday).map(([n, day]) => `FREQ=MONTHLY;BYDAY=${n}${day}`),
      fc.integer({ min: 1, max: 28 }).map((day) => `FREQ=MONTHLY;BYMONTHDAY=${day}`),
    );
    fc.assert(
      fc.property(rule, fc.integer({ min: 20_000, max: 24_000 }), (text, start) => {
        const [first] = days(text, dayText(start), dayText(start), "2040-01-01", 1);
        fc.pre(first !== undefined);
        // Its DTSTART counts as an occurrence even where the rule does not fit; begun on a day that fits, both agree.
        const iterator = ICAL.Recur.fromString(text).iterator(ICAL.Time.fromDateTimeString(`${first}T22:00:00`));
        const theirs = Array.from({ length: 8 }, () => iterator.next().toString().slice(0, 10));
        expect(days(text, first ?? "", first, "2060-01-01", 8)).toEqual(theirs);
      }),
    );
  });

  it("returns whatever is written", () => {
    const part = fc.constantFrom(
      "INTERVAL=7",
      "BYDAY=MO",
      "BYDAY=-5SU",
      "BYMONTHDAY=31",
      "BYMONTHDAY=-31",
      "BYMONTH=2",
      "BYMONTH=4",
      "COUNT=3",
    );
    const rule = fc.tuple(fc.constantFrom("DAILY", "WEEKLY", "MONTHLY", "YEARLY"), fc.uniqueArray(part, { maxLength: 4 }));
    fc.assert(
      fc.property(rule, ([frequency, parts]) => {
        const parsed = parseRecurring([`FREQ=${frequency}`, ...parts].join(";"));
        if ("problems" in parsed) return;
        const first = dayNumber("2026-11-18");
        const found = [...recurringDays(parsed, first, first, first + 800)];
        expect(found.every((day, index) => day >= first && (index === 0 || day > (found[index - 1] ?? 0)))).toBe(true);
      }),
    );
  });
});
