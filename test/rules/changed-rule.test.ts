/** A rule with another limit: what is asked for is done, and what cannot be says why. */
import { expect, it } from "vitest";
import type { Rule } from "../../daemon/model/rule.ts";
import { changedRule } from "../../rules/changed-rule.ts";

const rule = (when: Rule["when"]) => ({ id: "r", when, forMs: 0, attempts: 2 }) as unknown as Rule;
const hot = rule({ on: "sample", name: "temperature_celsius", above: 40, clear: 37 });
const low = rule({ on: "sample", name: "battery", below: 0.2 });

it.each([
  ["another limit", hot, { above: 45, clear: 42 }, { when: { above: 45, clear: 42 }, attempts: 2 }],
  ["another wait, the limit stays", hot, { forMs: 60_000 }, { when: { above: 40, clear: 37 }, forMs: 60_000 }],
  ["a lower limit", low, { below: 0.1 }, { when: { below: 0.1 } }],
  ["more attempts of what has no limit", rule({ on: "look", kind: "icmp" }), { attempts: 5 }, { attempts: 5 }],
])("%s", (_, of, change, made) => {
  expect(changedRule(of, change)).toMatchObject({ rule: made });
});

it.each([
  [hot, {}, /nothing is changed/],
  [hot, { below: 1 }, /its limit is above/],
  [low, { above: 1 }, /its limit is below/],
  [hot, { above: 30 }, /clear 37 is on the bad side of 30/],
  [low, { clear: 0.1 }, /clear 0.1 is on the bad side of 0.2/],
  [rule({ on: "fault" }), { above: 1 }, /no single sample/],
  [rule({ on: "fault" }), { forMs: 60_000 }, /raised by what a device says by itself alone: forMs and attempts have no use/],
])("of %o with %j it says what is wrong", (of, change, words) => {
  expect(changedRule(of, change)).toMatchObject({ problem: expect.stringMatching(words) });
});
