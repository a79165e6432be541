/** Ids seen lately: against a plain list of what was seen when, and over as many as a day of two sites brings. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { RecentIds } from "../../daemon/bus/recent-ids.ts";

const windowMs = 100;

it("an id within the window is known, one that is three windows old is not, whatever came between", () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 130 }), fc.integer({ min: 0, max: 5 })), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (all) => {
      const recent = new RecentIds(windowMs);
      const seenMs = new Map<string, number>();
      let nowMs = 0;
      for (const [afterMs, n] of all) {
        nowMs += afterMs;
        const id = `device-${n}/icmp@${n}`;
        const ageMs = nowMs - (seenMs.get(id) ?? Number.NEGATIVE_INFINITY);
        const isNew = recent.add(id, nowMs);
        if (ageMs < windowMs) expect(isNew).toBe(false);
        if (ageMs >= 3 * windowMs) expect(isNew).toBe(true);
        seenMs.set(id, nowMs);
      }
    }),
  );
});

it("of 300,000 ids that differ in a digit or two none is taken for another", () => {
  const recent = new RecentIds(windowMs);
  const began = 1_795_000_000_000;
  let taken = 0;
  for (let device = 0; device < 10_000; device += 1)
    for (let slot = 0; slot < 15; slot += 1)
      for (const kind of ["icmp", "snmp"]) if (!recent.add(`device-${device}/${kind}@${began + slot * 30_000}`, 0)) taken += 1;
  expect(taken).toBe(0);
  expect(recent.add(`device-9999/snmp@${began}`, 50)).toBe(false);
});

it("the empty id is one too", () => {
  const recent = new RecentIds(windowMs);
  expect([recent.add("", 0), recent.add("", 1)]).toEqual([true, false]);
});
