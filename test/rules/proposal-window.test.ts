/** Windows in which false alarms come again: what any of them keeps to, over nights on which the clocks change, and what chance gives. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { wallInstant } from "../../rules/clock.ts";
import { comesAgain, isCovered, LONGEST_WINDOW_MINUTES, type RecurringWindow, type Spell, windowsOf } from "../../rules/proposal-window.ts";
import "../seed.ts";

const zone = "America/Toronto";
const dayOf = (day: number) => new Date(Date.UTC(2026, 2, 1) + day * 24 * HOUR).toISOString().slice(0, 10);
/** A day (0 is Sunday, 2026-03-01), a minute on the wall and how long. */
interface Told {
  readonly day: number;
  readonly minute: number;
  readonly minutes: number;
  readonly device: string;
}
const spell = ({ day, minute, minutes, device }: Told, later = 0): Spell => ({
  ...{ at: wallInstant(zone, dayOf(day + later), minute), lastedMs: minutes * MINUTE, device, zone },
});
/** Not in the hours that some nights skip or show twice. */
const minutes = fc.oneof(fc.integer({ min: 185, max: 215 }), fc.integer({ min: 185, max: 1_439 }), fc.constantFrom(1_430, 0, 4));
const made = fc.array(fc.record({ day: fc.nat(20), minute: minutes, minutes: fc.nat(40), device: fc.constantFrom("ups-1", "ups-2") }), {
  minLength: 1,
  maxLength: 12,
});

describe("any window", () => {
  it("is a few quarters of an hour of its own spells, holds those of three days, and names only devices that had them", () => {
    let found = 0;
    fc.assert(
      fc.property(made, (told) => {
        const spells = told.map((each) => spell(each));
        const windows = windowsOf(spells);
        found += windows.length;
        for (const window of windows) {
          expect([window.fromMinute % 15, window.minutes % 15, window.zone]).toEqual([0, 0, zone]);
          expect(window.fromMinute).toBeLessThan(24 * 60);
          expect(window.minutes).toBeLessThanOrEqual(LONGEST_WINDOW_MINUTES);
          expect(comesAgain(window, spells)).toBe(true);
          const covered = spells.filter((each) => isCovered(window, each));
          expect([...window.devices]).toEqual([...new Set(covered.map(({ device }) => device))].sort());
        }
        expect(windows.map((each) => each.minutes)).toEqual(windows.map((each) => each.minutes).sort((a, b) => a - b));
        const sorted = (list: readonly RecurringWindow[]) => list.map((each) => JSON.stringify(each)).sort();
        expect(sorted(windowsOf(spells.toReversed())), "in whatever order they came").toEqual(sorted(windows));
      }),
      { numRuns: 300 },
    );
    expect(found).toBeGreaterThan(100);
  });

  it("is the same on the wall in any week: the nights on which the clocks change are between", () => {
    fc.assert(
      // 2026-03-08 and 2026-11-01 fall into some of them.
      fc.property(made, fc.constantFrom(-7, 0, 7, 34 * 7, 35 * 7), (told, later) => {
        expect(windowsOf(told.map((each) => spell(each, later)))).toEqual(windowsOf(told.map((each) => spell(each))));
      }),
      { numRuns: 300 },
    );
  });
});

describe("a window", () => {
  const window: RecurringWindow = { zone, fromMinute: 23 * 60 + 45, minutes: 30, devices: ["ups-1"] };
  const at = (minute: number, lastedMs: number, over: Partial<Spell> = {}): Spell => ({
    ...{ at: wallInstant(zone, "2026-03-04", minute), lastedMs, device: "ups-1", zone },
    ...over,
  });

  it.each([
    ["begins with it and is over before it ends", at(1_425, 30 * MINUTE - SECOND), true],
    ["ends when it ends: what is still broken then opens", at(1_425, 30 * MINUTE), false],
    ["is over in its last minute, after midnight", at(14, 30 * SECOND), true],
    ["began a minute before", at(1_424, MINUTE), false],
    ["began when it was over", at(15, SECOND), false],
    ["of another device", at(1_430, MINUTE, { device: "ups-2" }), false],
    ["at a place with another clock", at(1_430, MINUTE, { zone: "America/Halifax" }), false],
    ["of no device", { at: at(1_430, MINUTE).at, lastedMs: MINUTE, zone }, false],
    ["not over yet", { at: at(1_430, MINUTE).at, device: "ups-1", zone }, false],
  ])("keeps quiet or not: %s", (_, one, quiet) => {
    expect(isCovered(window, one)).toBe(quiet);
  });

  it("of one weekday begins on it: what came after midnight belongs to the night before", () => {
    // 2026-03-04 is a Wednesday.
    const wednesdays = { ...window, weekday: 2 };
    expect(isCovered(wednesdays, at(1_430, MINUTE))).toBe(true);
    expect(isCovered(wednesdays, at(1_440 + 5, MINUTE)), "the Thursday, five past midnight").toBe(true);
    expect(isCovered(wednesdays, at(5, MINUTE)), "the Wednesday, five past midnight").toBe(false);
  });

  it("comes again when three of its days had one, however many one night had", () => {
    const night = (day: string, minute: number): Spell => ({ ...at(0, MINUTE), at: wallInstant(zone, day, minute) });
    const one = [1_426, 1_430, 1_440 + 3, 1_440 + 8].map((minute) => night("2026-10-30", minute));
    expect(comesAgain(window, one)).toBe(false);
    expect(comesAgain(window, [...one, night("2026-10-31", 1_440 + 2)])).toBe(false);
    expect(comesAgain(window, [...one, night("2026-10-31", 1_440 + 2), night("2026-11-01", 1_430)])).toBe(true);
  });
});

it("times chosen by chance seldom make one, however many there are", () => {
  // A generator of our own: the share is the same at every run.
  let state = 20_261_126;
  const next = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const shares = [3, 6, 12, 20].map((days) => {
    const runs = Array.from({ length: 300 }, () =>
      windowsOf(Array.from({ length: days }, (_, day) => spell({ day, minute: 185 + next(1_250), minutes: 3, device: "ups-1" }))).some(
        ({ weekday }) => weekday === undefined,
      ),
    );
    return runs.filter(Boolean).length / runs.length;
  });
  for (const share of shares) expect(share).toBeLessThan(0.1);
});
