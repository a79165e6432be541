/** From false alarms to the change that would have avoided them; and a rule written as a pack is the same rule. */

import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Rule } from "../../daemon/model/rule.ts";
import { MINUTE, SECOND } from "../../daemon/model/time.ts";
import { wallInstant } from "../../rules/clock.ts";
import { parsePack } from "../../rules/pack.ts";
import { writeRule } from "../../rules/packwrite.ts";
import { changed, type Episode, effectOf, LONGEST_FOR_MS, MOST_ATTEMPTS, propose, valueIn } from "../../rules/proposal.ts";
import { LONGEST_WINDOW_MINUTES } from "../../rules/proposal-window.ts";
import "../seed.ts";

const folder = new URL("../../rules/packs/", import.meta.url);
const rules = readdirSync(folder).flatMap((name) => parsePack(name, readFileSync(new URL(name, folder), "utf8")).rules);
const ruleOf = (id: string): Rule => rules.find((rule) => rule.id === id)!;

let count = 0;
function episode(isFalse: boolean, more: Partial<Episode> = {}): Episode {
  count += 1;
  return { incident: `VIG-2026-${count}`, isFalse, at: count * MINUTE, lastedMs: 10 * MINUTE, inService: true, nearSession: true, ...more };
}
const noise = (more: Partial<Episode>) => episode(true, more);
const real = (more: Partial<Episode> = {}) => episode(false, more);

describe("the proposed change", () => {
  it("is none without a false alarm", () => {
    expect(propose(ruleOf("high-loss"), [real(), real()])).toEqual([]);
  });

  it("waits as long as the false ones lasted, when the real ones last longer", () => {
    const [first] = propose(ruleOf("interface-down"), [
      ...[12, 40, 25].map((s) => noise({ lastedMs: s * SECOND })),
      real({ lastedMs: 3 * MINUTE }),
    ]);
    expect(first).toMatchObject({ change: { kind: "for", fromMs: 0, toMs: 45 * SECOND }, effect: { missed: 0, false: -3 }, of: 3 });
    expect(first!.why).toBe("3 of 3 false alarms were over within 45 s, and nothing real was; what is real is told 45 s later");
  });

  it("raises the limit just beyond the false ones, and takes the hysteresis along", () => {
    const episodes = [noise({ value: 0.013 }), noise({ value: 0.0174 }), real({ value: 0.05 })];
    const proposals = propose(ruleOf("high-loss"), episodes);
    expect(proposals).toMatchObject([{ change: { kind: "threshold", from: 0.01, to: 0.018 }, effect: { missed: 0, false: -2 } }]);
    const next = changed(ruleOf("high-loss"), proposals[0]!.change)!;
    // As far below the new limit as it was below the old one.
    expect(next.when).toMatchObject({ above: 0.018, clear: 0.013 });
    expect(parsePack("own.yaml", writeRule(next))).toMatchObject({ problems: [], rules: [next] });
  });

  it("avoids what it can and no more than misses nothing real", () => {
    const episodes = [noise({ value: 0.013 }), noise({ value: 0.08 }), real({ value: 0.05 })];
    expect(propose(ruleOf("high-loss"), episodes)).toMatchObject([{ change: { to: 0.013 }, effect: { missed: 0, false: -1 }, of: 2 }]);
    expect(propose(ruleOf("high-loss"), [noise({ value: 0.08 }), real({ value: 0.05 })])).toEqual([]);
  });

  it("lowers a limit that things fall below", () => {
    const low = parsePack("x.yaml", readFileSync(new URL("../../docs/examples/rules/site.yaml", import.meta.url), "utf8")).rules[0]!;
    expect(propose(low, [noise({ value: 588 }), real({ value: 200 })])).toMatchObject([{ change: { side: "below", from: 600, to: 580 } }]);
  });

  it("says that a cart is there around its sessions only, and a room in its service hours", () => {
    const cart = (more: Partial<Episode>) => noise({ room: "cart-1", ...more });
    const away = { nearSession: false, inService: true };
    const proposals = propose(ruleOf("unreachable"), [cart(away), cart(away), real({ room: "a101", nearSession: false })]);
    expect(proposals[0]).toMatchObject({
      change: { kind: "presence", rooms: ["cart-1"], to: "sessions" },
      effect: { missed: 0, false: -2 },
    });
    expect(changed(ruleOf("unreachable"), proposals[0]!.change)).toBeUndefined();
    const night = propose(ruleOf("unreachable"), [
      cart({ inService: false, nearSession: false }),
      real({ room: "cart-1", nearSession: false }),
    ]);
    expect(night[0]).toMatchObject({ change: { kind: "presence", to: "scheduled" } });
  });

  it("asks for as many bad looks in a row as the false ones had at most, and one more", () => {
    const [first] = propose(ruleOf("high-loss"), [noise({ badLooks: 2 }), noise({ badLooks: 3 }), real({ badLooks: 8 }), real()]);
    expect(first).toMatchObject({ change: { kind: "attempts", from: 2, to: 4 }, effect: { missed: 0, false: -2 } });
    expect(first!.why).toBe("2 of 2 false alarms were over before bad look 4, and nothing real was; what is real is told 2 looks later");
    expect(changed(ruleOf("high-loss"), first!.change)).toMatchObject({ attempts: 4, forMs: ruleOf("high-loss").forMs });
    // A real one that was over as soon stands in the way, as does one that no count would have avoided.
    const counts = (list: readonly Episode[]) => propose(ruleOf("high-loss"), list).filter(({ change }) => change.kind === "attempts");
    expect(counts([noise({ badLooks: 3 }), real({ badLooks: 3 })])).toEqual([]);
    expect(counts([noise({ badLooks: MOST_ATTEMPTS })])).toEqual([]);
    // What a trap raises is not counted.
    const trap = rules.find(({ when }) => when.on === "fault")!;
    expect(propose(trap, [noise({ badLooks: 2 })])).toEqual([]);
  });

  describe("of hours", () => {
    const zone = "America/Toronto";
    /** A false alarm that lasts three minutes, at a time of the wall. */
    const night = (day: string, minute: number, more: Partial<Episode> = {}) =>
      noise({ at: wallInstant(zone, day, minute), lastedMs: 3 * MINUTE, device: "ups-1", zone, ...more });
    const windowOf = (list: readonly Episode[]) =>
      propose(ruleOf("unreachable"), list).flatMap(({ change, effect, why }) =>
        change.kind === "window" ? [{ ...change.window, ...effect, why }] : [],
      );
    const at = (hour: number, minute: number) => hour * 60 + minute;

    it("are a nightly window, by the quarter of an hour, when they come night after night", () => {
      // Over the night in which the clock goes forward, too.
      const nights = ["2026-03-06", "2026-03-07", "2026-03-08", "2026-03-09"].map((day, index) => night(day, at(3, 1 + index)));
      expect(windowOf([...nights, real({ device: "ups-1", zone, at: wallInstant(zone, "2026-03-07", at(14, 0)) })])).toMatchObject([
        {
          ...{ zone, fromMinute: at(3, 0), minutes: 15, devices: ["ups-1"], missed: 0, false: -4 },
          why: "4 of 4 false alarms came between 03:00 and 03:15 and were over by then, and nothing real was",
        },
      ]);
    });

    it("run past midnight, and of one day of the week alone where they came on no other", () => {
      const sundays = ["2026-06-07", "2026-06-14", "2026-06-21"];
      const [found] = windowOf(sundays.flatMap((day) => [night(day, at(23, 50)), night(day, at(24, 4))]));
      expect(found).toMatchObject({ fromMinute: at(23, 45), minutes: 30, weekday: 6, missed: 0, false: -6 });
      expect(found?.why).toContain("between 23:45 and 00:15");
      expect(windowOf([...sundays, "2026-06-24"].map((day) => night(day, at(23, 50))))[0]).not.toHaveProperty("weekday");
    });

    it("leave out the device that had something real then, and are none for what is chance, too long, or on two days", () => {
      const days = ["2026-06-01", "2026-06-02", "2026-06-04"];
      const both = days.flatMap((day) => [night(day, at(2, 3)), night(day, at(2, 3), { device: "ups-2" })]);
      const real2 = real({ at: wallInstant(zone, "2026-06-03", at(2, 5)), lastedMs: MINUTE, device: "ups-2", zone });
      expect(windowOf([...both, real2])).toMatchObject([{ devices: ["ups-1"], false: -3 }]);
      // What outlasts the window is opened when it ends: it was not missed.
      expect(windowOf([...both, { ...real2, lastedMs: 60 * MINUTE }])).toMatchObject([{ devices: ["ups-1", "ups-2"] }]);
      expect(windowOf(days.slice(1).map((day) => night(day, at(2, 3))))).toEqual([]);
      // One bad night is not three.
      expect(windowOf([1, 2, 3, 4].map((minute) => night("2026-06-01", at(2, minute))))).toEqual([]);
      expect(windowOf(days.map((day) => night(day, at(2, 3), { lastedMs: 5 * 3_600_000 })))).toEqual([]);
      const anyTime = [1, 5, 9, 13, 17, 21, 3].map((hour, index) => night(`2026-06-0${index + 1}`, at(hour, 0)));
      expect(windowOf(anyTime)).toEqual([]);
    });
  });

  it("misses nothing real, avoids something, and never waits or looks away beyond its bounds, whatever happened", () => {
    const made = fc.record({
      isFalse: fc.boolean(),
      lastedMs: fc.option(fc.integer({ min: 0, max: 2 * 3_600_000 }), { nil: undefined }),
      at: fc.integer({ min: 0, max: 40 * 24 * 60 }).map((minute) => minute * MINUTE),
      badLooks: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
      device: fc.option(fc.constantFrom("one", "two"), { nil: undefined }),
      zone: fc.constantFrom("America/Toronto", "America/Halifax"),
      value: fc.option(fc.double({ min: 0.0101, max: 1, noNaN: true }), { nil: undefined }),
      room: fc.option(fc.constantFrom("a", "b", "c"), { nil: undefined }),
      inService: fc.boolean(),
      nearSession: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(made, { maxLength: 30 }), (list) => {
        const episodes = list.map((one, index) => ({ incident: String(index), ...one }) as Episode);
        for (const { change, effect } of propose(ruleOf("high-loss"), episodes)) {
          expect(effect).toEqual(effectOf(change, episodes));
          expect(effect.missed).toBe(0);
          expect(effect.false).toBeLessThan(0);
          if (change.kind === "for") expect(change.toMs).toBeLessThanOrEqual(LONGEST_FOR_MS);
          if (change.kind === "attempts") expect(change.to).toBeLessThanOrEqual(MOST_ATTEMPTS);
          if (change.kind === "window") expect(change.window.minutes).toBeLessThanOrEqual(LONGEST_WINDOW_MINUTES);
          if (change.kind === "threshold") expect(change.to).toBeGreaterThan(change.from);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("what it is made from", () => {
  it("is the value in the reason, for the rule's own number", () => {
    expect(valueIn("2 bad looks in a row, for 25 s: icmp_loss_ratio 0.05, limit 0.01", "icmp_loss_ratio")).toBe(0.05);
    expect(valueIn("one bad look: temperature_celsius -4.5, limit 40", "temperature_celsius")).toBe(-4.5);
    expect(valueIn("one bad look: icmp.no-answer", "icmp_loss_ratio")).toBeUndefined();
    expect(valueIn("held at the start until its parents were looked at", "icmp_loss_ratio")).toBeUndefined();
  });
});

it("a rule written as a pack is the same rule, for every rule that is shipped", () => {
  for (const rule of rules) {
    const { problems, rules: read } = parsePack("own.yaml", writeRule(rule));
    expect(problems, rule.id).toEqual([]);
    expect(read[0], rule.id).toEqual(rule);
  }
});
