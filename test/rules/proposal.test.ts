/** From false alarms to the change that would have avoided them; and a rule written as a pack is the same rule. */

import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Rule } from "../../daemon/model/rule.ts";
import { MINUTE, SECOND } from "../../daemon/model/time.ts";
import { parsePack } from "../../rules/pack.ts";
import { writeRule } from "../../rules/packwrite.ts";
import { changed, type Episode, effectOf, LONGEST_FOR_MS, propose, valueIn } from "../../rules/proposal.ts";
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

  it("misses nothing real, avoids something, and never waits beyond half an hour, whatever happened", () => {
    const made = fc.record({
      isFalse: fc.boolean(),
      lastedMs: fc.option(fc.integer({ min: 0, max: 2 * 3_600_000 }), { nil: undefined }),
      value: fc.option(fc.double({ min: 0.0101, max: 1, noNaN: true }), { nil: undefined }),
      room: fc.option(fc.constantFrom("a", "b", "c"), { nil: undefined }),
      inService: fc.boolean(),
      nearSession: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(made, { maxLength: 30 }), (list) => {
        const episodes = list.map((one, index) => ({ incident: String(index), at: index, ...one }) as Episode);
        for (const { change, effect } of propose(ruleOf("high-loss"), episodes)) {
          expect(effect).toEqual(effectOf(change, episodes));
          expect(effect.missed).toBe(0);
          expect(effect.false).toBeLessThan(0);
          if (change.kind === "for") expect(change.toMs).toBeLessThanOrEqual(LONGEST_FOR_MS);
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
