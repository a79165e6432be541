/** The form of a pack, at its one place that nests: conditions within conditions, and an absence in none of them. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { type ConditionEntry, packSchema } from "../../rules/packschema.ts";
import "../seed.ts";

const text = { title: "t", clinic: "c", steps: ["s"] };
const pack = (when: unknown, over: object = {}) => ({
  rules: [{ id: "one", symptom: "one", when, reach: "device", source: "ours", text: { fr: text, en: text }, ...over }],
});
const problems = (value: unknown) =>
  (packSchema.safeParse(value).error?.issues ?? []).map(({ path, message }) => `${path.slice(2).join(".")}: ${message}`);

const plain = fc.constantFrom<ConditionEntry>(
  "fault",
  { look: "icmp" },
  { look: "ssh", is: "unknown" },
  { code: "snmp", is: ["snmp.timeout"] },
  { sample: "icmp_rtt_seconds", above: 1 },
  { reading: "standby", is: ["on"] },
);
const absence = { absent: { look: "icmp" }, within: "5m" };
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    plain,
    fc.array(tie("tree"), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie("tree"), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
  ),
}));

it("conditions nest as they like, and come out as they were written", () => {
  fc.assert(
    fc.property(tree, (when) => {
      const parsed = packSchema.safeParse(pack(when));
      expect(parsed.success && parsed.data.rules[0]?.when).toEqual(when);
    }),
  );
});

it("an absence stands alone: inside another it is a problem, however deep", () => {
  expect(problems(pack(absence))).toEqual([]);
  const wraps = fc.array(fc.constantFrom("all", "any"), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(wraps, plain, (names, beside) => {
      const when = names.reduce<unknown>((inner, name) => ({ [name]: [beside, inner] }), absence);
      expect(problems(pack(when))).toEqual(["when: holds absent inside another condition; give it a rule of its own"]);
    }),
  );
});

it("a mistake is told about the form that was begun, at its place", () => {
  const deep = { any: [{ look: "icmp" }, { all: [{ sample: "rtt", above: 1, below: 2 }] }] };
  expect(problems(pack(deep))).toEqual(["when.any.1.all.0: needs one limit: write above or below"]);
  expect(problems(pack({ sample: "rtt", above: 5, clear: 6 }))).toEqual(["when.clear: 6 is on the bad side of 5; write a value below it"]);
  expect(problems(pack({ seen: "icmp" }))).toEqual(["when: must be fault, or begin with look, code, sample, reading, absent, all or any"]);
  expect(problems(pack({ reading: "standby", is: ["on"], not: ["off"] }))).toEqual(["when: needs its words: write is or not"]);
});

it.each([
  ["retry with one attempt", { retry: "5s" }, "retry: has no use with one attempt; raise attempts or remove it"],
  ["a quick retry", { attempts: 2, retry: "500ms" }, "retry: 500 ms is below the 1s minimum; write 1s or more"],
  ["parts of a look", { covers_parts: "registration" }, "covers_parts: needs a reading of the whole device in when; remove it"],
])("%s is a problem", (_, over, problem) => {
  expect(problems(pack({ look: "icmp" }, over))).toEqual([problem]);
});

it("an absence has its own time: attempts and for have no use beside it", () => {
  expect(problems(pack(absence, { for: "5m", attempts: 2 }))).toEqual([
    "for: has no use with absent, whose time is within; remove it",
    "attempts: has no use with absent, whose time is within; remove it",
  ]);
});
