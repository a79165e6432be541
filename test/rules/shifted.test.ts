/** Times that move with the wall clock: all of a record, and of looks those that ended before it jumped. */
import { expect, it } from "vitest";
import type { Alarm } from "../../daemon/model/alarm.ts";
import { HOUR, SECOND } from "../../daemon/model/time.ts";
import { onNewClock, shiftedAlarm, shiftedEvidence } from "../../rules/shifted.ts";
import { good } from "./made.ts";

const at = Date.UTC(2026, 10, 18, 14);

it("every time of an alarm record moves, and nothing else of it", () => {
  const times = { since: at, firstBadAt: at + 1, firstGoodAt: at + 2, movedAt: at + 3, wakeAt: at + 4, heardAt: at + 5 };
  const words = {
    key: "d|x|",
    device: "d",
    symptom: "x",
    rule: "x",
    state: "pending",
    raisedBy: "look",
    incident: "i",
    detail: "9",
  } as const;
  const alarm: Alarm = { ...times, ...words, badLooks: 2, goodLooks: 1, movedSeq: 7, flapRing: 5, flapping: false };
  const moved = Object.fromEntries(Object.entries(times).map(([name, time]) => [name, time + HOUR]));
  expect(shiftedAlarm(alarm, HOUR)).toEqual({ ...alarm, ...moved });
  const { firstBadAt: _b, firstGoodAt: _g, wakeAt: _w, heardAt: _h, ...plain } = alarm;
  expect(Object.keys(shiftedAlarm(plain, HOUR)).sort(), "what it does not say it does not say").toEqual(Object.keys(plain).sort());
});

it("what a device was doing is believed for as long as before", () => {
  const told = { doing: "in-call", at, check: "d/ssh", until: at + 90 * SECOND } as const;
  expect(shiftedEvidence(told, -HOUR)).toEqual({ ...told, at: at - HOUR, until: at + 90 * SECOND - HOUR });
});

it.each([
  ["ahead, and the look ended before", 3 * HOUR, at - 2 * SECOND, at - 2 * SECOND + 3 * HOUR],
  ["ahead, and the look ended after", 3 * HOUR, at + 3 * HOUR + SECOND, at + 3 * HOUR + SECOND],
  ["back, and the look ended before", -3 * HOUR, at - 2 * SECOND, at - 2 * SECOND - 3 * HOUR],
  ["back, and the look ended after", -3 * HOUR, at - 3 * HOUR + SECOND, at - 3 * HOUR + SECOND],
])("the clock is set %s: the look counts by the clock as it is", (_, ms, ended, counts) => {
  const look = good(ended);
  expect(onNewClock(look, ms, at + ms + 2 * SECOND)).toEqual({ ...look, at: counts });
});
