/** How long it took, and what counts against nobody; on DST nights and with a clock that was set back. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ServiceCalendar } from "../../daemon/model/config.ts";
import { DAY, HOUR, MINUTE } from "../../daemon/model/time.ts";
import type { Hours } from "../../rules/clock.ts";
import { length, quietSpans, responseTimes } from "../../rules/response.ts";

const always: Hours = { calendar: { id: "always", always: true, weekly: {}, holidays: [] }, zone: "America/Toronto" };
const office: ServiceCalendar = {
  ...{ id: "office", always: false, holidays: [] },
  weekly: Object.fromEntries([1, 2, 3, 4, 5].map((day) => [day, [{ fromMinute: 450, toMinute: 1_050 }]])),
};
const weekdays: Hours = { calendar: office, zone: "America/Toronto" };
const system = (event: string, at: number) => ({ at, by: "system", event });

describe("a length without its quiet spans", () => {
  const instant = fc.integer({ min: 0, max: 20 * DAY });
  const spans = fc.uniqueArray(instant, { minLength: 0, maxLength: 8 }).map((ends) => {
    const sorted = [...ends].sort((a, b) => a - b);
    return Array.from({ length: Math.floor(sorted.length / 2) }, (_, at) => ({ from: sorted[2 * at] ?? 0, to: sorted[2 * at + 1] ?? 0 }));
  });

  it("adds up over any cut, is never negative, and is never longer than the whole", () => {
    fc.assert(
      fc.property(instant, instant, instant, spans, fc.constantFrom(always, weekdays), (x, y, z, without, hours) => {
        const [a = 0, b = 0, c = 0] = [x, y, z].sort((p, q) => p - q);
        const [left, right, whole] = [length(hours, a, b, without), length(hours, b, c, without), length(hours, a, c, without)];
        expect(left.wallMs + right.wallMs).toBe(whole.wallMs);
        expect(left.serviceMs + right.serviceMs).toBe(whole.serviceMs);
        expect(whole.serviceMs).toBeLessThanOrEqual(whole.wallMs);
        expect(whole.wallMs).toBeLessThanOrEqual(length(hours, a, c, []).wallMs);
        expect(length(hours, c, a, without)).toEqual({ wallMs: 0, serviceMs: 0 });
      }),
    );
  });

  it("counts each millisecond that no span holds, and no other", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 6 }), fc.integer({ min: 0, max: 60 }), (ends, to) => {
        const sorted = [...new Set(ends)].sort((a, b) => a - b);
        const without = Array.from({ length: Math.floor(sorted.length / 2) }, (_, at) => ({
          from: sorted[2 * at] ?? 0,
          to: sorted[2 * at + 1] ?? 0,
        }));
        const counted = Array.from({ length: to }, (_, ms) => ms).filter(
          (ms) => !without.some(({ from, to: end }) => ms >= from && ms < end),
        );
        expect(length(always, 0, to, without).wallMs).toBe(counted.length);
      }),
    );
  });
});

describe("the times of an incident", () => {
  // Saturday, an hour before the clock goes back: 2026-11-01 in Montréal has 25 hours.
  const night = Date.UTC(2026, 9, 31, 20);
  const incident = { firstBadAt: night, openedAt: night + MINUTE };

  it("are told from the first failed look, by the first act of a person; our own lines are no act", () => {
    const timeline = [
      system("opened", night + MINUTE),
      system("notified", night + 2 * MINUTE),
      { at: night + 3 * MINUTE, by: "auditor", event: "repaired" },
      { at: night + 10 * MINUTE, by: "ann", event: "acknowledged" },
      { at: night + 20 * MINUTE, by: "ann", event: "taken" },
    ];
    const outage = [{ from: night, to: night + 26 * HOUR }];
    const times = responseTimes(incident, timeline, outage, weekdays, night + 30 * HOUR);
    expect(times.detect.wallMs).toBe(MINUTE);
    expect(times.take?.wallMs).toBe(9 * MINUTE);
    // Twenty-six hours on the clock on the wall of a night with an hour more; none of it in hours of service.
    expect(times.restore).toEqual({ wallMs: 26 * HOUR, serviceMs: 0 });
  });

  it("stand still in maintenance, and go on while service is gone", () => {
    const timeline = [system("muted", night + HOUR), system("unmuted", night + 3 * HOUR), system("muted", night + 5 * HOUR)];
    expect(quietSpans(timeline, night + 6 * HOUR)).toEqual([
      { from: night + HOUR, to: night + 3 * HOUR },
      { from: night + 5 * HOUR, to: night + 6 * HOUR },
    ]);
    const times = responseTimes(incident, timeline, [{ from: night }], always, night + 6 * HOUR);
    expect(times.down.wallMs).toBe(3 * HOUR);
    expect(times.restore).toBeUndefined();
    expect(times.take).toBeUndefined();
  });
});
