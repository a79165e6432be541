/** Whether anybody is due in a room; on the nights that have an hour too few and an hour too many. */
import fc from "fast-check";
import { DateTime } from "luxon";
import { expect, it } from "vitest";
import type { ServiceCalendar } from "../../daemon/model/config.ts";
import type { Room } from "../../daemon/model/network.ts";
import { DAY, HOUR, MINUTE } from "../../daemon/model/time.ts";
import { absentBecause } from "../../rules/presence.ts";

const room = (presence: Room["presence"]): Room => ({ id: "a101", site: "mgh", name: "A-101", presence });
const zone = "America/Toronto";
const morning: ServiceCalendar = {
  ...{ id: "morning", always: false, holidays: [] },
  weekly: Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((day) => [day, [{ fromMinute: 480, toMinute: 720 }]])),
};
const ask = (presence: Room["presence"], at: number, booked = false) =>
  absentBecause({ room: room(presence), hours: () => ({ calendar: morning, zone }), bookedAround: () => booked, at });

it("a scheduled room is asked by the clock on its wall, the whole year round", () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(2026, 0, 1) / MINUTE, max: Date.UTC(2027, 0, 1) / MINUTE }), (minute) => {
      const at = minute * MINUTE;
      const shown = DateTime.fromMillis(at, { zone });
      const due = shown.hour >= 8 && shown.hour < 12;
      expect(ask("scheduled", at) === undefined).toBe(due);
    }),
  );
});

it("eight o'clock is eight o'clock on the morning after both nights", () => {
  for (const [day, utc] of [
    ["2026-03-08", 12],
    ["2026-11-01", 13],
  ] as const) {
    const eight = Date.UTC(2026, Number(day.slice(5, 7)) - 1, Number(day.slice(8)), utc);
    expect([day, ask("scheduled", eight - 1)]).toEqual([day, "nobody is due in its room at this hour"]);
    expect([day, ask("scheduled", eight)]).toEqual([day, undefined]);
    expect([day, ask("scheduled", eight + 4 * HOUR)]).toEqual([day, "nobody is due in its room at this hour"]);
  }
});

it("a room that is always in use is never away; a cart is there around its sessions only, whatever the hour", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 400 * DAY }), fc.boolean(), (at, booked) => {
      expect(ask("always", at, booked)).toBeUndefined();
      expect(ask("sessions", at, booked) === undefined).toBe(booked);
    }),
  );
});
