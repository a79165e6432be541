/** What rules read of a look: values in one place are one truth to every rule, and nothing that a rule reads is left out. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Condition, Rule } from "../../daemon/model/rule.ts";
import { judgeSample } from "../../rules/condition.ts";
import { placeOf, readsOf } from "../../rules/reads.ts";
import { rule } from "./made.ts";
import "../seed.ts";

type OfSample = Extract<Condition, { on: "sample" }>;
const limit = fc.integer({ min: -4, max: 4 });
const ofSample: fc.Arbitrary<OfSample> = fc
  .record({ name: fc.constantFrom("a", "b"), limit, gap: fc.nat({ max: 3 }), up: fc.boolean(), steady: fc.boolean() })
  .map(({ name, limit, gap, up, steady }) => {
    const clear = steady ? {} : { clear: up ? limit - gap : limit + gap };
    return { on: "sample", name, ...(up ? { above: limit } : { below: limit }), ...clear };
  });
const ruled = (all: readonly Condition[]): readonly Rule[] =>
  all.map((when, index) => rule({ id: `r${index}`, symptom: `s${index}`, when }));
const value = fc.oneof(
  fc.integer({ min: -20, max: 20 }).map((half) => half / 4),
  fc.constant(Number.NaN),
  fc.double(),
);

describe("a place among the limits", () => {
  it("is one truth to every rule of that sample, whether its alarm is active or not", () => {
    fc.assert(
      fc.property(fc.array(ofSample, { minLength: 1, maxLength: 5 }), value, value, (all, one, other) => {
        const { samples } = readsOf(ruled(all));
        for (const when of all) {
          const limits = samples.get(when.name) ?? [];
          if (placeOf(one, limits) !== placeOf(other, limits)) continue;
          for (const active of [true, false]) expect(judgeSample(when, one, active).value).toEqual(judgeSample(when, other, active).value);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("grows with the value, is odd exactly on a limit, and is no place of a number for what is none", () => {
    const limits = fc.uniqueArray(limit, { maxLength: 6 }).map((all) => all.toSorted((a, b) => a - b));
    fc.assert(
      fc.property(limits, fc.double({ noNaN: true }), fc.double({ noNaN: true }), (all, one, other) => {
        if (one <= other) expect(placeOf(one, all)).toBeLessThanOrEqual(placeOf(other, all));
        expect(placeOf(one, all) % 2 === 1).toBe(all.includes(one));
        expect(placeOf(Number.NaN, all)).toBe(-1);
      }),
    );
  });
});

describe("what is read", () => {
  const slope: Condition = { on: "sample", name: "a", above: 5, perMs: 60_000 };
  const level: Condition = { on: "sample", name: "a", above: 3, clear: 2 };
  const cases: readonly (readonly [name: string, all: readonly Condition[], limits: readonly number[] | undefined])[] = [
    ["limits of all rules, ascending, each once", [{ on: "sample", name: "a", below: 9 }, level, level], [2, 3, 9]],
    ["any change of a value whose slope is judged", [slope], undefined],
    ["whatever other rules ask of it before", [level, slope], undefined],
    ["or after", [slope, level], undefined],
    ["that it came: no side of anything", [{ on: "absent", what: "sample", name: "a", withinMs: 60_000 }], []],
    ["that it came, and what it is", [{ on: "absent", what: "sample", name: "a", withinMs: 60_000 }, level], [2, 3]],
    ["inside others too", [{ on: "all", of: [{ on: "any", of: [level] }] }], [2, 3]],
  ];
  it.each(cases)("%s", (_, all, limits) => {
    const { samples } = readsOf(ruled(all));
    expect(samples.has("a")).toBe(true);
    expect(samples.get("a")).toEqual(limits);
  });

  it("holds what the states of a device and the comparison of registrations ask for, without any rule", () => {
    const { samples, readings } = readsOf([]);
    expect(samples.get("calls")).toEqual([0]);
    for (const name of ["sip_registration", "h323_registration", "standby", "system_state", "last_shutdown_reason"])
      expect(readings.has(name), name).toBe(true);
    expect(readings.has("camera_connected")).toBe(false);
    expect(readsOf(ruled([{ on: "reading", name: "camera_connected", is: ["no"] }])).readings.has("camera_connected")).toBe(true);
    expect(readsOf(ruled([{ on: "absent", what: "reading", name: "heard", withinMs: 60_000 }])).readings.has("heard")).toBe(true);
  });
});
