/** Service clocks: elapsed and deadline are inverse of each other, on DST nights too. */
import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, it } from "vitest";
import type { ServiceCalendar } from "../../daemon/model/config.ts";
import { DAY, HOUR, MINUTE } from "../../daemon/model/time.ts";
import { deadline, elapsed, type Hours, inService, nextService } from "../../rules/clock.ts";

const office: ServiceCalendar = {
  id: "office",
  always: false,
  weekly: Object.fromEntries([1, 2, 3, 4, 5].map((day) => [day, [{ fromMinute: 450, toMinute: 1_050 }]])),
  holidays: ["2026-12-25"],
};
const nights: ServiceCalendar = {
  id: "nights",
  always: false,
  weekly: Object.fromEntries(
    [1, 2, 3, 4, 5, 6, 7].map((day) => [
      day,
      [
        { fromMinute: 0, toMinute: 360 },
        { fromMinute: 1_320, toMinute: 1_440 },
      ],
    ]),
  ),
  holidays: [],
};
const always: ServiceCalendar = { id: "always", always: true, weekly: {}, holidays: [] };
const never: ServiceCalendar = { id: "never", always: false, weekly: {}, holidays: [] };
const zones = ["America/Toronto", "America/Halifax", "America/Blanc-Sablon", "UTC"];
const at = (text: string, zone = "America/Toronto") => DateTime.fromISO(text, { zone }).toMillis();
const mtl = (calendar: ServiceCalendar): Hours => ({ calendar, zone: "America/Toronto" });

describe("a service clock", () => {
  it("lets four service hours that begin on Friday afternoon end on Monday morning", () => {
    expect(deadline(mtl(office), { ms: 4 * HOUR, in: "service" }, at("2026-11-20T16:00"))).toBe(at("2026-11-23T10:00"));
  });

  it("skips a holiday", () => {
    expect(deadline(mtl(office), { ms: 2 * HOUR, in: "service" }, at("2026-12-24T16:30"))).toBe(at("2026-12-28T08:30"));
  });

  it("takes two working days over a weekend to the same time on Tuesday", () => {
    expect(deadline(mtl(office), { ms: 2 * DAY, in: "working-days" }, at("2026-11-20T15:00"))).toBe(at("2026-11-24T15:00"));
  });

  it("counts the real length of the night that loses an hour and of the one that gains one", () => {
    expect(elapsed(mtl(nights), "service", at("2026-03-08T00:00"), at("2026-03-08T06:00"))).toBe(5 * HOUR);
    expect(elapsed(mtl(nights), "service", at("2026-11-01T00:00"), at("2026-11-01T06:00"))).toBe(7 * HOUR);
  });

  it("never waits for ever: a calendar without service is wall time", () => {
    expect(deadline(mtl(never), { ms: HOUR, in: "service" }, 1_000)).toBe(1_000 + HOUR);
    expect(inService(mtl(never), at("2026-11-20T12:00"))).toBe(false);
  });

  it("says when service begins next", () => {
    expect(nextService(mtl(office), at("2026-11-20T18:00"))).toBe(at("2026-11-23T07:30"));
    expect(nextService(mtl(office), at("2026-11-20T12:00"))).toBe(at("2026-11-20T12:00"));
    expect(inService(mtl(office), at("2026-11-20T12:00"))).toBe(true);
    expect(inService(mtl(office), at("2026-11-21T12:00"))).toBe(false);
  });

  it("gives a deadline whose elapsed time is the clock's, from any start, in any zone", () => {
    const start = fc.integer({ min: at("2026-02-20T00:00"), max: at("2026-12-31T00:00") });
    const clock = fc.record({ ms: fc.integer({ min: MINUTE, max: 20 * DAY }), in: fc.constantFrom("service" as const, "wall" as const) });
    fc.assert(
      fc.property(start, clock, fc.constantFrom(office, nights, always), fc.constantFrom(...zones), (from, wanted, calendar, zone) => {
        const end = deadline({ calendar, zone }, wanted, from);
        expect(elapsed({ calendar, zone }, wanted.in, from, end)).toBe(wanted.ms);
        // The first such instant: a millisecond earlier it was not yet over.
        expect(elapsed({ calendar, zone }, wanted.in, from, end - 1)).toBe(wanted.ms - 1);
      }),
      { numRuns: 300 },
    );
  });
});
