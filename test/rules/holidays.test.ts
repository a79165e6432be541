/** Quebec's statutory holidays. */
import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, it } from "vitest";
import type { ServiceCalendar } from "../../daemon/model/config.ts";
import { HOUR } from "../../daemon/model/time.ts";
import { deadline, elapsed } from "../../rules/clock.ts";
import { isHoliday, quebecHolidays } from "../../rules/holidays.ts";

const day = [{ fromMinute: 450, toMinute: 1_050 }];
const office: ServiceCalendar = {
  id: "office",
  always: false,
  weekly: { 1: day, 2: day, 3: day, 4: day, 5: day },
  holidays: ["2026-12-28"],
  statutory: "quebec",
  worked: ["2026-06-24"],
};

describe("the statutory holidays of Quebec", () => {
  it("are the eight of the year, as the published calendars have them", () => {
    expect(quebecHolidays(2026)).toEqual([
      "2026-01-01",
      "2026-04-03",
      "2026-05-18",
      "2026-06-24",
      "2026-07-01",
      "2026-09-07",
      "2026-10-12",
      "2026-12-25",
    ]);
    expect(quebecHolidays(2027)).toEqual([
      "2027-01-01",
      "2027-03-26",
      "2027-05-24",
      "2027-06-24",
      "2027-07-01",
      "2027-09-06",
      "2027-10-11",
      "2027-12-25",
    ]);
    // 24 June and 1 July are moved from a Sunday to the Monday after it.
    expect(quebecHolidays(2029)).toContain("2029-06-25");
    expect(quebecHolidays(2029)).toContain("2029-07-02");
  });

  it("have Good Friday on the known dates, also those at both ends", () => {
    const fridays = {
      1818: "1818-03-20",
      2008: "2008-03-21",
      2019: "2019-04-19",
      2024: "2024-03-29",
      2025: "2025-04-18",
      2038: "2038-04-23",
    };
    for (const [year, date] of Object.entries(fridays)) expect(quebecHolidays(Number(year))[1]).toBe(date);
  });

  it("are in order, on the weekdays that the law names, in any year", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1900, max: 2300 }), (year) => {
        const days = quebecHolidays(year).map((date) => DateTime.fromISO(date, { zone: "utc" }));
        expect(days.every((date) => date.isValid && date.year === year)).toBe(true);
        expect([...days].sort((a, b) => a.toMillis() - b.toMillis())).toEqual(days);
        const weekdays = days.map((date) => date.weekday);
        expect([weekdays[1], weekdays[2], weekdays[5], weekdays[6]]).toEqual([5, 1, 1, 1]);
        expect(weekdays[3], "never a Sunday").not.toBe(7);
        expect(weekdays[4], "never a Sunday").not.toBe(7);
        expect(days[2]?.day).toBeGreaterThanOrEqual(18);
        expect(days[2]?.day).toBeLessThanOrEqual(24);
      }),
    );
  });
});

describe("a calendar without its holidays", () => {
  it("owes no service on them, on days of its own either, and does on those it works", () => {
    expect(isHoliday(office, "2026-10-12")).toBe(true);
    expect(isHoliday(office, "2026-12-28")).toBe(true);
    expect(isHoliday(office, "2026-06-24")).toBe(false);
    expect(isHoliday({ holidays: [] }, "2026-10-12"), "nothing is computed unless asked for").toBe(false);
  });

  it("skips Thanksgiving in a deadline, and counts nothing of it as elapsed", () => {
    const hours = { calendar: office, zone: "America/Toronto" };
    const at = (text: string) => DateTime.fromISO(text, { zone: "America/Toronto" }).toMillis();
    expect(deadline(hours, { ms: 4 * HOUR, in: "service" }, at("2026-10-09T16:30"))).toBe(at("2026-10-13T10:30"));
    expect(elapsed(hours, "service", at("2026-10-12T00:00"), at("2026-10-13T00:00"))).toBe(0);
    expect(elapsed(hours, "service", at("2026-06-24T00:00"), at("2026-06-25T00:00"))).toBe(10 * HOUR);
  });
});
