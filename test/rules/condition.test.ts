/** Conditions in three values. */
import { describe, expect, it } from "vitest";
import type { Condition } from "../../daemon/model/rule.ts";
import { evaluateCondition, partsOf } from "../../rules/condition.ts";
import { bad, good, seen, unsure } from "./made.ts";

const down: Condition = { on: "look", kind: "icmp" };
const blind: Condition = { on: "look", kind: "icmp", status: "unknown" };
const key: Condition = { on: "code", kind: "icmp", codes: ["icmp.engine"] };
const hot: Condition = { on: "sample", name: "temperature_celsius", above: 40, clear: 37 };
const low: Condition = { on: "sample", name: "charge", below: 0.2, clear: 0.3 };
const lost: Condition = { on: "reading", name: "sip", is: ["failed"], clear: ["registered"] };
const odd: Condition = { on: "reading", name: "sip", is: [], not: ["registered"] };
const sample = (name: string, value: number, part?: string) =>
  seen(1, { samples: [{ name, value, ...(part === undefined ? {} : { part }) }] });
const reading = (value: string) => seen(1, { readings: [{ name: "sip", value }] });

describe("a condition", () => {
  it.each([
    ["a look that is down", down, bad(1), false, true],
    ["a look that is up", down, good(1), false, false],
    ["a look that could not be made", down, unsure(1), false, undefined],
    ["a look of another kind", down, bad(1, { kind: "snmp" }), false, undefined],
    ["down for a reason that is not listed", { ...down, codes: ["icmp.other"] } as Condition, bad(1), false, undefined],
    ["not observed: unknown", blind, unsure(1), false, true],
    ["not observed: down is observed", blind, bad(1), false, false],
    ["a code that is there", key, unsure(1), false, true],
    ["another code", key, bad(1), false, undefined],
    ["no code", key, good(1), false, false],
    ["above the limit", hot, sample("temperature_celsius", 41), false, true],
    ["at the limit", hot, sample("temperature_celsius", 40), false, false],
    ["in the dead band while active", hot, sample("temperature_celsius", 38), true, true],
    ["in the dead band while not", hot, sample("temperature_celsius", 38), false, false],
    ["at the clearing limit", hot, sample("temperature_celsius", 37), true, false],
    ["below a lower limit", low, sample("charge", 0.1), false, true],
    ["in the lower dead band while active", low, sample("charge", 0.25), true, true],
    ["a sample that is missing", hot, good(1), true, undefined],
    ["a sample that is no number", hot, sample("temperature_celsius", Number.NaN), true, undefined],
    ["a word that is bad", lost, reading("failed"), false, true],
    ["another word while active holds", lost, reading("registering"), true, true],
    ["another word while not", lost, reading("registering"), false, false],
    ["the clearing word", lost, reading("registered"), true, false],
    ["any word but", odd, reading("rejected"), false, true],
    ["the one good word", odd, reading("registered"), false, false],
    ["a fault condition", { on: "fault" } as Condition, bad(1), false, undefined],
  ])("%s", (_, condition, observation, active, wanted) => {
    expect(evaluateCondition(condition, observation, undefined, active).value).toBe(wanted);
  });

  const leaf = { true: down, false: odd, undefined: hot } as const;
  const mixed = seen(1, { status: "down", readings: [{ name: "sip", value: "registered" }] });
  it.each([
    ["true", "true", true, true],
    ["true", "undefined", undefined, true],
    ["true", "false", false, true],
    ["undefined", "undefined", undefined, undefined],
    ["undefined", "false", false, undefined],
    ["false", "false", false, false],
  ] as const)("%s and/or %s follow Kleene", (a, b, all, any) => {
    for (const of of [
      [leaf[a], leaf[b]],
      [leaf[b], leaf[a]],
    ]) {
      expect(evaluateCondition({ on: "all", of }, mixed, undefined, false).value).toBe(all);
      expect(evaluateCondition({ on: "any", of }, mixed, undefined, false).value).toBe(any);
    }
  });

  it("names what was seen", () => {
    expect(evaluateCondition(hot, sample("temperature_celsius", 41.23456), undefined, false).detail).toBe(
      "temperature_celsius 41.2346, limit 40",
    );
  });
});

describe("partsOf", () => {
  it("are those that the condition speaks of, the whole device only where no part is named", () => {
    const observation = seen(1, {
      samples: [
        { name: "up", value: 1, part: "interface a" },
        { name: "up", value: 1, part: "camera 1" },
        { name: "load", value: 1 },
      ],
    });
    const up: Condition = { on: "sample", name: "up", below: 1, partPrefix: "interface" };
    const load: Condition = { on: "sample", name: "load", above: 0 };
    expect(partsOf(up, observation)).toEqual(["interface a"]);
    expect(partsOf(load, observation)).toEqual([undefined]);
    expect(partsOf({ on: "all", of: [up, load] }, observation)).toEqual(["interface a"]);
    expect(partsOf({ on: "sample", name: "none", above: 0 }, observation)).toEqual([]);
    expect(evaluateCondition({ on: "all", of: [load, { ...up, below: 2 }] }, observation, "interface a", false).value).toBe(true);
  });
});
