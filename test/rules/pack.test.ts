/** Rule packs: the shipped ones hold what they promise, a bad one is told whole, with lines. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Device } from "../../daemon/model/network.ts";
import type { Rule } from "../../daemon/model/rule.ts";
import { loadFamilies } from "../../probes/families.ts";
import { createRuleIndex } from "../../rules/applies.ts";
import { unused } from "../../rules/lights-registered.ts";
import { mutantsOf, unnoticed } from "../../rules/mutants.ts";
import { parsePack } from "../../rules/pack.ts";
import { runCase } from "../../rules/packtest.ts";

const folder = new URL("../../rules/packs/", import.meta.url);
const packs = readdirSync(folder)
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => ({ name, ...parsePack(`rules/packs/${name}`, readFileSync(new URL(name, folder), "utf8")) }));
const rules = packs.flatMap((pack) => pack.rules);

/** Two conditions on one reading that are never about the same part. */
function areApart({ when: one }: Rule, { when: other }: Rule): boolean {
  if (one.on !== "reading" || other.on !== "reading") return false;
  const leavesOut = (listed: readonly string[] | undefined, rest: readonly string[] | undefined): boolean =>
    listed !== undefined && rest !== undefined && listed.every((part) => rest.includes(part));
  if (one.parts !== undefined && other.parts !== undefined) return !one.parts.some((part) => other.parts?.includes(part));
  return leavesOut(one.parts, other.exceptParts) || leavesOut(other.parts, one.exceptParts);
}

describe("the shipped packs", () => {
  it.each(packs.map((pack) => [pack.name, pack] as const))("%s has no problem", (_, pack) => {
    expect(pack.problems).toEqual([]);
    expect(pack.rules.length).toBeGreaterThan(0);
  });

  it("hold every symptom of the vocabulary that a rule can raise", () => {
    // What the families' files name has a rule too: test/probes/families/catalogue.test.ts.
    const wanted =
      "unreachable silent high-loss sip-unregistered h323-unregistered camera-disconnected microphone-disconnected touchpanel-disconnected over-temperature interface-down on-battery battery-low reboot host-key-changed login-refused blind-poller unobserved link-down user-assistance auth-failure signalling-port-closed registration-mismatch";
    expect(rules.map((rule) => rule.symptom)).toEqual(expect.arrayContaining(wanted.split(" ")));
  });

  it("wait for a good look before a word that the lights read as not used", () => {
    for (const id of ["sip-unregistered", "h323-unregistered"]) {
      const waited = rules.find((rule) => rule.id === id)?.afterGood;
      expect([id, waited === true ? [] : [...(waited ?? []), "absent"].sort()]).toEqual([id, [...unused].sort()]);
    }
  });

  it("give each rule an id of its own, a source, and as many steps in French as in English", () => {
    expect(new Set(rules.map((rule) => rule.id)).size).toBe(rules.length);
    for (const rule of rules) {
      expect(rule.source.trim(), rule.id).not.toBe("");
      expect(rule.text.fr.steps.length, rule.id).toBe(rule.text.en.steps.length);
      expect(rule.text.fr.title, rule.id).not.toBe(rule.text.en.title);
      for (const { title, clinic, steps } of [rule.text.fr, rule.text.en])
        for (const text of [title, clinic, ...steps]) expect(text.trim(), rule.id).toMatch(/\S{2}/);
    }
  });

  it("use no abbreviation that docs/rules.md does not explain", () => {
    const glossary = readFileSync(new URL("../../docs/rules.md", import.meta.url), "utf8").split("### Abbreviations in the texts")[1] ?? "";
    const explained = new Set([...glossary.split("\n## ")[0]!.matchAll(/^\| ([^|]+?) \|/gm)].flatMap(([, words]) => words!.split(", ")));
    const used = rules.flatMap(({ id, text }) =>
      [text.fr, text.en].flatMap(({ title, clinic, steps }) =>
        [title, clinic, ...steps].flatMap((line) =>
          [...line.matchAll(/\b[A-Z][A-Z0-9.]*[A-Z0-9]\w*/g)].map(([word]) => [id, word] as const),
        ),
      ),
    );
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter(([, word]) => !explained.has(word))).toEqual([]);
  });

  it("name one symptom with one title in each language", () => {
    const one = new Map<string, Rule>();
    for (const rule of rules) {
      const first = one.get(rule.symptom);
      one.set(rule.symptom, first ?? rule);
      // What a codec says of itself is one symptom and five kinds of fault; see codec.yaml.
      if (first === undefined || rule.symptom === "device-diagnostic") continue;
      expect([rule.id, rule.text.fr.title, rule.text.en.title]).toEqual([rule.id, first.text.fr.title, first.text.en.title]);
    }
  });

  it("never let two rules of one symptom meet on one device without a part that tells them apart", () => {
    for (const a of rules) {
      for (const b of rules) {
        if (a.id >= b.id || a.symptom !== b.symptom || a.part !== b.part || areApart(a, b)) continue;
        const shared = (a.applies.kinds ?? []).filter((kind) => b.applies.kinds?.includes(kind) ?? true);
        expect(a.applies.kinds === undefined || b.applies.kinds === undefined || shared.length > 0, `${a.id} and ${b.id}`).toBe(false);
      }
    }
  });

  const cases = packs.flatMap((pack) => pack.tests.map((test) => ({ test, rule: pack.rules.find((rule) => rule.id === test.rule)! })));
  it.each(cases.map(({ rule, test }) => [rule.id, test.name, rule, test] as const))("%s: %s", (_id, _name, rule, test) => {
    expect(runCase(rule, test).misses).toEqual([]);
  });

  const each = rules.map((rule) => [rule.id, rule, cases.filter((one) => one.rule === rule).map(({ test }) => test)] as const);
  it.each(each)("%s has cases that raise it, that clear it, and that raise nothing", (_id, rule, tests) => {
    const runs = tests.map((test) => runCase(rule, test));
    const events = rule.eventOnly || rule.opensRequest;
    expect(runs.some(({ told }) => told.includes(events ? "event" : "raised"))).toBe(true);
    expect(runs.some(({ seen }) => seen.has("inactive"))).toBe(true);
    expect(runs.some(({ seen }) => seen.has("active"))).toBe(!events);
    if (events) return;
    expect(runs.some(({ told }) => told.includes("cleared"))).toBe(true);
    expect(runs.some(({ told }) => !told.includes("raised"))).toBe(true);
  });

  it.each(each)("%s could not be another rule without a case that fails", (_id, rule, tests) => {
    expect(mutantsOf(rule, tests).length).toBeGreaterThan(0);
    expect(unnoticed(rule, tests).map(({ what }) => what)).toEqual([]);
  });

  it("hear a trap in a case of every rule that a trap can move", () => {
    const { families } = loadFamilies([fileURLToPath(new URL("../../probes/devices", import.meta.url))]);
    const index = createRuleIndex(rules);
    const met = new Set<string>();
    for (const family of families.values()) {
      const candidates = index({} as Device, family);
      for (const { symptom } of family.traps) {
        const same = candidates.filter((rule) => rule.symptom === symptom);
        const rule = same.find(({ when }) => when.on === "fault") ?? same[0];
        if (rule !== undefined) met.add(rule.id);
      }
    }
    expect(met.size).toBeGreaterThan(20);
    const deaf = each.filter(([id, , tests]) => met.has(id) && !tests.some(({ steps }) => steps.some(({ trap }) => trap)));
    expect(deaf.map(([id]) => id)).toEqual([]);
  });
});

const good = `rules:
  - id: a
    symptom: a
    when: { look: icmp }
    reach: device
    source: ours
    text:
      fr: { title: t, clinic: c, steps: [s] }
      en: { title: t, clinic: c, steps: [s] }
`;

describe("a bad pack", () => {
  it("is accepted when nothing is bad, with the defaults filled in", () => {
    const { rules: parsed, problems } = parsePack("x.yaml", good);
    expect(problems).toEqual([]);
    expect(parsed[0]).toMatchObject({ id: "a", forMs: 0, attempts: 1, clearedBy: "look", suppressible: true, eventOnly: false });
  });

  const bad: readonly [string, string, string, readonly [string, string, number][]][] = [
    [
      "an unknown key",
      "reach: device",
      "reach: device\n    speed: 3",
      [["rules[0].speed", "is not a key of a rule pack; remove it, or see docs/rules.md for the keys", 6]],
    ],
    [
      "a duration without unit",
      "reach: device",
      "reach: device\n    for: 10",
      [["rules[0].for", 'is not a duration; write "10s", "15m" or "2h"', 6]],
    ],
    [
      "a duration in words",
      "reach: device",
      "reach: device\n    for: ten s",
      [["rules[0].for", '"ten s" is not a duration; write "10s", "15m" or "2h"', 6]],
    ],
    [
      "a condition nobody knows",
      "{ look: icmp }",
      "{ smell: icmp }",
      [["rules[0].when", "must be fault, or begin with look, code, sample, reading, absent, all or any", 4]],
    ],
    [
      "a probe nobody knows",
      "{ look: icmp }",
      "{ look: http }",
      [["rules[0].when.look", "must be icmp, snmp, ssh, telnet, https or tcp", 4]],
    ],
    ["a sample without limit", "{ look: icmp }", "{ sample: x }", [["rules[0].when", "needs one limit: write above or below", 4]]],
    [
      "hysteresis on the wrong side",
      "{ look: icmp }",
      "{ sample: x, above: 1, clear: 2 }",
      [["rules[0].when.clear", "2 is on the bad side of 1; write a value below it", 4]],
    ],
    [
      "a deep condition",
      "{ look: icmp }",
      "{ all: [{ look: icmp }, { reading: x }] }",
      [["rules[0].when.all[1]", "needs its words: write is or not", 4]],
    ],
    ["no attempts", "reach: device", "reach: device\n    attempts: 0", [["rules[0].attempts", "must be 1 or more", 6]]],
    [
      "a retry without attempts",
      "reach: device",
      "reach: device\n    retry: 2s",
      [["rules[0].retry", "has no use with one attempt; raise attempts or remove it", 6]],
    ],
    ["a reach nobody knows", "reach: device", "reach: far", [["rules[0].reach", "must be general, device or part", 5]]],
    ["an empty text", "source: ours", 'source: ""', [["rules[0].source", "must not be empty; write it for the people who read it", 6]]],
    [
      "steps that are none",
      "en: { title: t, clinic: c, steps: [s] }",
      "en: { title: t, clinic: c, steps: [] }",
      [["rules[0].text.en.steps", "needs at least one step", 9]],
    ],
    [
      "two mistakes at once",
      "reach: device\n    source: ours",
      "reach: far\n    source: ''\n",
      [
        ["rules[0].reach", "must be general, device or part", 5],
        ["rules[0].source", "must not be empty; write it for the people who read it", 6],
      ],
    ],
  ];
  it.each(bad)("%s is told with its place", (_, from, to, wanted) => {
    const { rules: parsed, problems } = parsePack("x.yaml", good.replace(from, to));
    expect(parsed).toEqual([]);
    expect(problems).toEqual(wanted.map(([path, message, line]) => ({ path, message, file: "x.yaml", line })));
  });

  it("that is not YAML is told with its line", () => {
    const { problems } = parsePack("x.yaml", "rules:\n  - id: [a\n");
    expect(problems[0]).toMatchObject({ path: "", file: "x.yaml" });
    expect(problems[0]!.message).toMatch(/^is not YAML: .*; correct it$/);
  });

  it("with one id twice keeps the first and tells the second", () => {
    const { rules: parsed, problems } = parsePack("x.yaml", good + good.replace("rules:\n", ""));
    expect(parsed.length).toBe(1);
    expect(problems).toEqual([
      { path: "rules[1].id", message: '"a" is the id of rules[0] too; give each rule its own', file: "x.yaml", line: 10 + 0 },
    ]);
  });
});
