/** The parts that a pack is read and written by: its small words, its lines, its cases, a rule written back, and its mutants. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineCounter, parseDocument, stringify } from "yaml";
import type { Condition, Rule } from "../../daemon/model/rule.ts";
import { MINUTE, SECOND } from "../../daemon/model/time.ts";
import { testCase } from "../../rules/caseschema.ts";
import { mutantsOf, unnoticed } from "../../rules/mutants.ts";
import { parsePack } from "../../rules/pack.ts";
import { casesOf, type PackTest } from "../../rules/packcases.ts";
import { lineOf, words } from "../../rules/packlines.ts";
import { duration } from "../../rules/packscalars.ts";
import { durationWord, writeRule } from "../../rules/packwrite.ts";
import { rule } from "./made.ts";
import "../seed.ts";

describe("a duration", () => {
  it("written is the shortest word that reads as it", () => {
    const read = fc
      .tuple(fc.integer({ min: 0, max: 999_999 }), fc.constantFrom("ms", "s", "m", "h"))
      .map(([amount, unit]) => duration.parse(`${amount}${unit}`));
    fc.assert(
      fc.property(read, (ms) => {
        const word = durationWord(ms);
        expect(duration.parse(word)).toBe(ms);
        const amount = Number.parseInt(word, 10);
        for (const [unit, next] of [
          ["ms", 1_000],
          ["s", 60],
          ["m", 60],
        ] as const)
          if (word.endsWith(`${amount}${unit}`) && amount > 0) expect(amount % next, `${word} has a larger unit`).not.toBe(0);
      }),
    );
  });

  it.each(["10", "s", "1.5s", "-1s", "1d", "ten s", " 1s", "1 s", "9999999999s", 10, null, undefined])("%j is none", (text) => {
    expect(duration.safeParse(text).success).toBe(false);
  });
});

const word = fc.oneof(
  fc.constantFrom("off", "on", "yes", "null", "true", "1", "1.5", "1e3", "0x10", "registered", "a-b", "2026-11-26"),
  fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,8}$/),
);
const list = fc.uniqueArray(word, { minLength: 1, maxLength: 3 });
const id = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
const poll = fc.constantFrom("icmp" as const, "snmp" as const, "ssh" as const, "telnet" as const, "https" as const, "tcp" as const);
const sentence = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.constantFrom("a: b", "- c", "# d", "l'é “x” : 1\n  two\n", "'", '"', "{x}", "null", " "),
);
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const given = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };
const whole = fc.integer({ min: -1_000, max: 1_000 });
const limit = fc
  .record({ at: whole, gap: maybe(fc.nat({ max: 5 })), up: fc.boolean() })
  .map(({ at, gap, up }) => ({ [up ? "above" : "below"]: at, ...(gap === undefined ? {} : { clear: up ? at - gap : at + gap }) }));
const seconds = fc.integer({ min: 1, max: 100_000 }).map((each) => each * SECOND);

const simple: fc.Arbitrary<Condition> = fc.oneof(
  fc.constant({ on: "fault" as const }),
  fc
    .record({ kind: poll, status: maybe(fc.constantFrom("down" as const, "unknown" as const)), codes: maybe(list) })
    .map((each) => given({ on: "look" as const, ...each }) as Condition),
  fc.record({ kind: poll, codes: list }).map((each): Condition => ({ on: "code", ...each })),
  fc
    .record({ name: id, partPrefix: maybe(word), perMs: maybe(seconds), counter: fc.boolean(), limit })
    .map(({ counter, limit, ...each }) => {
      const grows = counter && each.perMs !== undefined ? { counter: true as const } : {};
      return given({ on: "sample" as const, ...limit, ...each, ...grows }) as Condition;
    }),
  fc
    .record({
      name: id,
      is: list,
      not: maybe(list),
      clear: maybe(list),
      partPrefix: maybe(word),
      parts: maybe(list),
      exceptParts: maybe(list),
    })
    .map(({ is, not, ...each }) => given({ on: "reading" as const, is: not === undefined ? is : [], not, ...each }) as Condition),
);
const absent: fc.Arbitrary<Condition> = fc
  .record({
    what: fc.constantFrom("sample" as const, "reading" as const),
    name: id,
    withinMs: seconds.map((ms) => ms + MINUTE),
    partPrefix: maybe(word),
  })
  .map((each) => given({ on: "absent" as const, ...each }) as Condition);
const condition: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 6, arbitrary: simple },
  { weight: 1, arbitrary: absent },
  {
    weight: 2,
    arbitrary: fc.record({ on: fc.constantFrom("all" as const, "any" as const), of: fc.array(simple, { minLength: 1, maxLength: 3 }) }),
  },
);
const text = fc.record({ title: sentence, clinic: sentence, steps: fc.array(sentence, { minLength: 1, maxLength: 3 }) });
const made: fc.Arbitrary<Rule> = fc
  .record({
    ...{ id: word, symptom: word, part: maybe(word), when: condition, forMs: fc.oneof(fc.constant(0), seconds) },
    ...{
      attempts: fc.integer({ min: 1, max: 100 }),
      retryMs: maybe(seconds),
      afterGood: maybe(fc.oneof(fc.constant(true as const), list)),
    },
    ...{
      clearedBy: fc.constantFrom("look" as const, "trap" as const),
      reach: fc.constantFrom("general" as const, "device" as const, "part" as const),
    },
    ...{ outOfService: fc.boolean(), eventOnly: fc.boolean(), opensRequest: fc.boolean(), suppressible: fc.boolean() },
    ...{ applies: fc.record({ kinds: maybe(fc.constant(["codec" as const])), families: maybe(list) }).map(given) },
    ...{ text: fc.record({ fr: text, en: text }), source: sentence },
    hiddenBy: maybe(fc.array(fc.record({ symptom: word, parts: maybe(list), of: maybe(list) }).map(given), { minLength: 1, maxLength: 3 })),
  })
  .map(({ retryMs, ...each }) => {
    const waits = each.when.on === "absent" ? { forMs: 0, attempts: 1 } : {};
    const all = { ...each, ...waits };
    return given({ ...all, retryMs: all.attempts > 1 ? retryMs : undefined }) as Rule;
  });

describe("a rule written as a pack", () => {
  it("is read as the same rule, whatever its words", () => {
    fc.assert(
      fc.property(made, (each) => {
        const { rules, problems } = parsePack("mine.yaml", writeRule(each));
        expect(problems).toEqual([]);
        expect(rules).toEqual([each]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a place in a file", () => {
  it("is said as a person would look for it", () => {
    expect(words(["rules", 3, "tests", 0, "steps"])).toBe("rules[3].tests[0].steps");
    expect(words([])).toBe("");
    expect(words([0, "a"])).toBe("[0].a");
  });

  it("has the line of its key, or of the nearest thing above it that is there", () => {
    const entries = fc.array(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.constantFrom("x", "two words", ["a", "b"]), {
        minKeys: 1,
        maxKeys: 4,
        noNullPrototype: true,
      }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(entries, (all) => {
        const written = stringify({ rules: all });
        const lines = new LineCounter();
        const document = parseDocument(written, { lineCounter: lines });
        const at = written.split("\n");
        for (const [index, entry] of all.entries()) {
          const first = lineOf(document, lines, ["rules", index]) ?? 0;
          for (const key of Object.keys(entry)) {
            const line = lineOf(document, lines, ["rules", index, key]) ?? 0;
            expect(at[line - 1]?.replace(/^\s*-?\s*/, "").startsWith(`${key}:`)).toBe(true);
            expect(line).toBeGreaterThanOrEqual(first);
          }
          expect(lineOf(document, lines, ["rules", index, "not-there"]), "the entry that lacks it").toBe(first);
        }
        expect(lineOf(document, lines, ["rules", all.length])).toBe(1);
      }),
    );
  });

  it("behind an alias is where it was written once", () => {
    const lines = new LineCounter();
    const document = parseDocument("a: &x\n  deep: 1\nb: *x\n", { lineCounter: lines });
    expect(lineOf(document, lines, ["b"])).toBe(3);
    expect(lineOf(document, lines, ["b", "deep"])).toBe(2);
  });
});

describe("a case", () => {
  const bad: readonly (readonly [name: string, step: object, path: string])[] = [
    ["often, without an end", { at: "0s", every: "10s", look: "icmp" }, "every"],
    ["often, with two ends", { at: "0s", every: "10s", times: 3, until: "30s", look: "icmp" }, "every"],
    ["an end without how often", { at: "0s", until: "30s", look: "icmp" }, "until"],
    ["a count without how often", { at: "0s", times: 3, look: "icmp" }, "times"],
    ["every no time", { at: "0s", every: "0s", times: 3, look: "icmp" }, "every"],
    ["an end that is no later", { at: "10s", every: "1s", until: "10s", look: "icmp" }, "until"],
    ["more looks than anybody reads", { at: "0s", every: "1s", until: "10000s", look: "icmp" }, "until"],
    ["a count of one", { at: "0s", every: "1s", times: 1, look: "icmp" }, "times"],
    ["what was seen by no look", { at: "0s", samples: { a: 1 } }, "at"],
    ["down by no look", { at: "0s", down: "x" }, "at"],
    ["an unknown word", { at: "0s", look: "icmp", wants: "active" }, ""],
  ];
  it.each(bad)("%s is refused at its key", (_, step, path) => {
    const checked = testCase.safeParse({ name: "n", steps: [step] });
    expect(checked.error?.issues.map((issue) => issue.path.slice(2).join("."))).toEqual([path]);
  });

  it("to the last look that is allowed is taken", () => {
    const taken = (step: object) => testCase.safeParse({ name: "n", steps: [step] }).success;
    expect(taken({ at: "0s", every: "1s", until: "9999s", look: "icmp" })).toBe(true);
    expect(taken({ at: "0s", trap: "raise", part: "x" }), "a trap names its part without a look").toBe(true);
  });

  it("with several words is one case a word, each filled in everywhere, and nothing else changed", () => {
    const place = { rule: "r", file: "f", lineOf: (step?: number) => (step ?? 8) + 2 };
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 4 }), fc.array(fc.string(), { maxLength: 3 }), (each, others) => {
        fc.pre([...each, ...others].every((one) => !one.includes("$")));
        const steps = [
          {
            at: 0,
            look: "ssh" as const,
            readings: { a: "$each", b: "before $each after" },
            also: [{ part: "$each" }],
            active: [...others, "$each"],
          },
          { at: 5, trap: "raise" as const },
        ];
        const cases = casesOf({ name: "n", each, steps }, place);
        expect(cases.map(({ name }) => name)).toEqual(each.map((one) => `n (${one})`));
        for (const [index, { steps: filled, line }] of cases.entries()) {
          const one = each[index] ?? "";
          expect(filled).toEqual([
            {
              at: 0,
              look: "ssh",
              readings: { a: one, b: `before ${one} after` },
              also: [{ part: one }],
              active: [...others, one],
              line: 2,
            },
            { at: 5, trap: "raise", line: 3 },
          ]);
          expect(line).toBe(10);
        }
        expect(casesOf({ name: "n", steps }, place)).toMatchObject([{ name: "n", steps }]);
      }),
    );
  });
});

describe("mutants", () => {
  const values: readonly PackTest[] = [];

  it("are each another rule than the one they are of, with one thing said of them", () => {
    fc.assert(
      fc.property(made, (each) => {
        const mutants = mutantsOf(each, values);
        for (const { what, rule: mutant } of mutants) expect(mutant, what).not.toEqual(each);
        expect(new Set(mutants.map(({ what }) => what)).size, mutants.map(({ what }) => what).join("; ")).toBe(mutants.length);
        if (each.when.on !== "fault") expect(mutants.length).toBeGreaterThan(0);
        expect(unnoticed(each, []), "without a case nothing is noticed").toEqual(mutants);
      }),
      { numRuns: 300 },
    );
  });

  it("of a limit are noticed by cases at both sides of it, and not by a case far away", () => {
    const hot = rule({ id: "hot", when: { on: "sample", name: "t", above: 40 } });
    const near = (value: number, want: "active" | "inactive"): PackTest => ({
      ...{ rule: "hot", name: "n", file: "f" },
      steps: [{ at: 0, look: "snmp", samples: { t: value }, want }],
    });
    const limits = (tests: readonly PackTest[]) =>
      unnoticed(hot, tests).flatMap(({ what }) => (what.startsWith("when.above") ? [what] : []));
    expect(limits([near(99, "active"), near(0, "inactive")])).toEqual(["when.above 40 → 32", "when.above 40 → 48"]);
    expect(limits([near(41, "active"), near(0, "inactive")])).toEqual(["when.above 40 → 32"]);
    expect(limits([near(41, "active"), near(39, "inactive")])).toEqual([]);
  });
});
