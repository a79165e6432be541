/** What a look says to the rules of a list: the same for all that they judge alike, and another for all that they do not. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Condition } from "../../daemon/model/rule.ts";
import { placeOf } from "../../rules/reads.ts";
import { sayingOf, says } from "../../rules/saying.ts";
import { rule, seen, trap } from "./made.ts";
import "../seed.ts";

const hot: Condition = { on: "sample", name: "temperature_celsius", above: 70, clear: 65 } as Condition;
const muted: Condition = { on: "reading", name: "mute", is: ["on"] } as unknown as Condition;
const rules = [rule({ id: "hot", when: hot }), rule({ id: "muted", when: muted })];
const look = (over: object) => seen(1, { status: "up", ...over });
const warm = (value: number, part?: string) =>
  look({ samples: [{ name: "temperature_celsius", value, ...(part === undefined ? {} : { part }) }] });
const word = (name: string, value: string) => look({ readings: [{ name, value }] });
const saying = (of: ReturnType<typeof look>) => sayingOf(rules, of, []);

describe("a look says the same", () => {
  it("by the side of each limit that a number is on, and not by the number", () => {
    expect(saying(warm(20))).toBe(saying(warm(64)));
    expect(says(saying(warm(20)), warm(-20))).toBe(true);
    for (const [one, other] of [
      [20, 68],
      [68, 71],
      [20, 71],
    ])
      expect([one, other, says(saying(warm(one ?? 0)), warm(other ?? 0))]).toEqual([one, other, false]);
  });

  it("of what no rule reads whatever it is, as long as it is there", () => {
    expect(says(saying(word("serial", "A")), word("serial", "B"))).toBe(true);
    expect(says(saying(word("serial", "A")), word("model", "A"))).toBe(false);
    expect(says(saying(word("serial", "A")), look({}))).toBe(false);
  });

  it("of what one reads only in the same words, of the same part", () => {
    expect(says(saying(word("mute", "on")), word("mute", "off"))).toBe(false);
    expect(says(saying(warm(20, "cpu")), warm(20, "psu"))).toBe(false);
    expect(says(saying(warm(20, "cpu")), warm(20))).toBe(false);
  });

  it("only to the list that it was made for: another keeps its own", () => {
    const others = [...rules];
    expect(sayingOf(others, warm(20), []).rules).toBe(others);
    expect(saying(warm(20)).rules).toBe(rules);
  });

  it("never where it reports a fault, did not look, or failed for another reason", () => {
    const up = saying(look({}));
    expect(says(up, trap(1, "raise"))).toBe(false);
    expect(says(up, look({ faults: [{ symptom: "x", effect: "raise" }] }))).toBe(false);
    for (const status of ["down", "unknown"] as const) expect([status, says(up, look({ status }))]).toEqual([status, false]);
    expect(says(saying(look({ status: "down", code: "icmp.no-answer" })), look({ status: "down", code: "icmp.engine" }))).toBe(false);
  });

  it("and not when a whole list of parts was read and another not, or other ones", () => {
    const all = saying(look({ whole: ["interface"] }));
    expect(says(all, look({ whole: ["interface"] }))).toBe(true);
    for (const whole of [undefined, [], ["interface", "camera"], ["camera"]])
      expect([whole, says(all, look(whole === undefined ? {} : { whole }))]).toEqual([whole, false]);
    expect(says(saying(look({ whole: [] })), look({}))).toBe(false);
  });

  it("whatever a device puts into it: a look says what was made of it, and what is shared is alike to each rule", () => {
    const text = fc.oneof(
      fc.constantFrom("mute", "on", "off", "temperature_celsius", "limits", "wanted", "__proto__", '","', ""),
      fc.string({ maxLength: 6 }),
    );
    const value = fc.oneof(fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 65, 70), fc.double());
    const part = fc.option(text, { nil: undefined });
    const any = fc
      .record({
        samples: fc.array(fc.record({ name: text, value, part }), { maxLength: 3 }),
        readings: fc.array(fc.record({ name: text, value: text, part }), { maxLength: 3 }),
      })
      .map((finding) => look(finding));
    fc.assert(
      fc.property(any, any, (one, other) => {
        expect(says(saying(one), one)).toBe(true);
        if (saying(one) !== saying(other)) return;
        expect(says(saying(one), other)).toBe(true);
        expect(other.finding.samples.map(({ name, part: of }) => [name, of])).toEqual(
          one.finding.samples.map(({ name, part: of }) => [name, of]),
        );
        for (const [index, { name, value: is }] of one.finding.samples.entries())
          if (name === "temperature_celsius")
            expect(placeOf(other.finding.samples[index]?.value ?? 0, [65, 70])).toBe(placeOf(is, [65, 70]));
      }),
    );
  });
});
