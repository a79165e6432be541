/**
 * The table of diagnoses: every verdict and every row can be reached, the order of facts says nothing, and what a person answers is evidence.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Diagnosis, diagnosisVerdicts } from "../../daemon/model/diagnosis.ts";
import { sayCode } from "../../daemon/text/catalogue.ts";
import { projectRoot } from "../../probes/built.ts";
import {
  adviceFor,
  answered,
  comesFirst,
  diagnose,
  interrupted,
  judge,
  sureness,
  type Waiting,
  withAnswers,
} from "../../rules/diagnosis.ts";
import { answerWords, factNames, wordsOf } from "../../rules/diagnosis-facts.ts";
import { parseDiagnosis } from "../../rules/diagnosisschema.ts";

const shipped = parseDiagnosis("diagnosis.yaml", readFileSync(join(projectRoot(), "rules", "diagnosis.yaml"), "utf8"));
const at = Date.UTC(2026, 10, 18, 14);

/** All facts that the shipped rows can ask for: each fact with each of its words. */
const some = fc.array(
  fc.constantFrom(
    ...shipped.rows.flatMap(({ when }) => Object.entries(when).flatMap(([name, words]) => words.map((value) => ({ name, value })))),
  ),
  { maxLength: 14 },
);

describe("the shipped table", () => {
  it("has no problem, and its own cases hold", () => {
    expect(shipped.problems).toEqual([]);
    const wrong = shipped.tests.filter(({ facts, wants }) => {
      const { judged } = diagnose(shipped, facts);
      return judged.row !== wants.row || (wants.verdict !== undefined && judged.verdict !== wants.verdict);
    });
    expect(wrong.map(({ row, name, facts }) => `${row}: ${name}: ${diagnose(shipped, facts).judged.row}`)).toEqual([]);
  });

  it("reaches every row: each decides in a case of its own", () => {
    const decides = new Set(shipped.tests.map(({ facts }) => diagnose(shipped, facts).judged.row));
    expect(shipped.rows.map(({ id }) => id).filter((id) => !decides.has(id))).toEqual([]);
  });

  it("reaches every verdict of the procedure", () => {
    const reached = new Set(shipped.tests.map(({ facts }) => diagnose(shipped, facts).judged.verdict));
    expect(diagnosisVerdicts.filter((verdict) => !reached.has(verdict))).toEqual([]);
  });

  it("has a checklist and a cause in both languages for every verdict, and asks for no answer that no step gives", () => {
    for (const verdict of diagnosisVerdicts) {
      const { cause, steps } = adviceFor(shipped, { verdict });
      expect(cause.fr.length * cause.en.length * steps.length, verdict).toBeGreaterThan(0);
    }
    const asking = new Set(
      [...shipped.advice.values()].flatMap(({ steps }) => steps.filter(({ asks }) => asks).map(({ id }) => `answer.${id}`)),
    );
    const asked = shipped.rows.flatMap(({ when }) => Object.keys(when)).filter((name) => name.startsWith("answer."));
    expect(asked.filter((name) => !asking.has(name))).toEqual([]);
  });

  it("says of a step the same wherever it stands", () => {
    const texts = new Map<string, string>();
    for (const { id, text, asks } of [...shipped.advice.values()].flatMap(({ steps }) => steps)) {
      const said = JSON.stringify([text, asks]);
      expect(texts.get(id) ?? said, id).toBe(said);
      texts.set(id, said);
    }
  });

  it("tells the same whatever the order of the facts, and however often each is told", () => {
    fc.assert(
      fc.property(some, fc.integer({ min: 0, max: 20 }), (facts, turn) => {
        const turned = [...facts.slice(turn % (facts.length || 1)), ...facts.slice(0, turn % (facts.length || 1))].reverse();
        expect(diagnose(shipped, [...turned, ...turned])).toEqual(diagnose(shipped, facts));
      }),
    );
  });

  it("gives the surest row that holds, and one more fact never makes it less sure", () => {
    fc.assert(
      fc.property(some, some, (facts, more) => {
        const before = diagnose(shipped, facts);
        const after = diagnose(shipped, [...facts, ...more]);
        expect(after.judged.confidence).toBeGreaterThanOrEqual(before.judged.confidence);
        const best = Math.max(...before.rows.map((id) => shipped.rows.find((row) => row.id === id)?.confidence ?? 0));
        expect(before.judged.confidence).toBe(best);
        expect(before.also.map(({ verdict }) => verdict)).not.toContain(before.judged.verdict);
        expect(new Set(before.also.map(({ verdict }) => verdict)).size).toBe(before.also.length);
      }),
    );
  });
});

describe("judging", () => {
  const row = (id: string, confidence: number, verdict: "power" | "device", when = {}) => ({
    id,
    when,
    verdict,
    confidence,
    why: { fr: id, en: id },
  });

  it("takes the first of two rows that are as sure", () => {
    const table = { rows: [row("a", 50, "device"), row("b", 50, "power")], advice: new Map() };
    expect(diagnose(table, []).judged.row).toBe("a");
    expect(diagnose(table, []).also).toEqual([{ verdict: "power", confidence: 50, row: "b", why: "b" }]);
  });

  it("wants every fact that a row names, any of its words", () => {
    const table = { rows: [row("a", 50, "device", { ping: ["silent", "lossy"], gateway: ["answers"] })], advice: new Map() };
    const of = (facts: Readonly<Record<string, string>>) =>
      diagnose(
        table,
        Object.entries(facts).map(([name, value]) => ({ name, value })),
      ).judged;
    expect(of({ ping: "lossy", gateway: "answers" }).verdict).toBe("device");
    expect(of({ ping: "lossy" })).toMatchObject({ verdict: "unknown", row: "" });
    expect(of({ ping: "answers", gateway: "answers" }).verdict).toBe("unknown");
  });

  it("says how sure in words", () => {
    expect([100, 80, 79, 50, 49, 1].map(sureness)).toEqual(["sure", "sure", "likely", "likely", "possible", "possible"]);
  });
});

const diagnosis: Diagnosis = {
  ...{ id: "VIG-1-D1", incident: "VIG-1", level: 1, by: "system", state: "running", askedAt: at, startedAt: at, attempts: 1 },
  ...{ also: [], answers: [], timedOut: [], version: 3 },
  facts: [
    { name: "ping", value: "silent", at, from: "look" },
    { name: "gateway", value: "answers", at, from: "look" },
    { name: "same-uplink", value: "none", at, from: "known" },
  ],
};

describe("what a person answers", () => {
  const answer = (step: string, said: "yes" | "no" | "done", minute: number) => ({
    step,
    answer: said,
    at: at + minute * 60_000,
    by: "ann",
  });

  it("is evidence: the verdict moves with it", () => {
    const before = judge(shipped, diagnosis);
    expect(before.judged).toMatchObject({ verdict: "device", row: "only-this-one" });
    const dark = answered(shipped, diagnosis, answer("power-light", "no", 1));
    expect(dark.judged).toMatchObject({ verdict: "power", row: "no-power-light", confidence: 92 });
    expect(dark.version).toBe(diagnosis.version + 1);
    expect(dark.also.map(({ verdict }) => verdict)).toContain("device");
    const lit = answered(shipped, dark, answer("power-light", "yes", 2));
    const cabled = answered(shipped, lit, answer("network-cable", "yes", 3));
    expect([lit.judged?.row, cabled.judged?.row]).toEqual(["only-this-one", "lit-and-cabled"]);
    expect(cabled.answers).toHaveLength(3);
  });

  it("counts nothing for a step that was only done", () => {
    expect(withAnswers(diagnosis.facts, [answer("restart-device", "done", 1)])).toEqual(diagnosis.facts);
  });
});

describe("a diagnosis whose daemon died", () => {
  it("is begun once more, then closed as unfinished, with what was known", () => {
    const again = interrupted(diagnosis, at);
    expect(again).toMatchObject({ state: "queued", attempts: 1, version: 4 });
    const given = interrupted({ ...again, state: "running", attempts: 2, version: 5 }, at + 9);
    expect(given).toMatchObject({ state: "unfinished", endedAt: at + 9, version: 6, facts: diagnosis.facts });
    expect(given.why).toContain("begun twice");
  });
});

describe("what waits", () => {
  const usual: Waiting = { asked: false, urgency: "service-hours", severity: "minor", general: false, since: 5, id: "m" };
  const of = (id: string, more: Partial<Waiting>): Waiting => ({ ...usual, id, ...more });

  it("goes by who asked, urgency, severity, reach, age", () => {
    const all = [
      of("old", { since: 1 }),
      of("general", { general: true }),
      of("major", { severity: "major" }),
      of("soon", { urgency: "before-session" }),
      of("now", { urgency: "now" }),
      of("asked", { asked: true, since: 9 }),
      of("new", { since: 9 }),
    ];
    expect([...all].sort(comesFirst).map(({ id }) => id)).toEqual(["asked", "now", "soon", "major", "general", "old", "new"]);
  });

  it("is an order", () => {
    const any = fc.record({
      asked: fc.boolean(),
      urgency: fc.constantFrom("now" as const, "before-session" as const, "service-hours" as const),
      severity: fc.constantFrom("minor" as const, "major" as const),
      general: fc.boolean(),
      since: fc.integer({ min: 0, max: 3 }),
      id: fc.string({ minLength: 1, maxLength: 2 }),
    });
    fc.assert(
      fc.property(any, any, any, (a, b, c) => {
        if (a.id !== b.id) expect(Math.sign(comesFirst(a, b))).toBe(-Math.sign(comesFirst(b, a)));
        if (comesFirst(a, b) < 0 && comesFirst(b, c) < 0) expect(comesFirst(a, c)).toBeLessThan(0);
      }),
    );
  });
});

describe("the documentation", () => {
  it("names every fact with its words", () => {
    const text = readFileSync(join(projectRoot(), "docs", "diagnosis.md"), "utf8");
    for (const name of factNames) {
      const words = wordsOf(name);
      expect(text).toContain(`| \`${name}\` | ${Array.isArray(words) ? words.join(", ") : "any"} |`);
    }
  });

  it("says each word of a fact in both languages", () => {
    for (const language of ["fr", "en"] as const) {
      for (const name of factNames) {
        expect([name, sayCode(language, "diagnosis-fact", name)]).toEqual([name, expect.any(String)]);
        const words = wordsOf(name);
        for (const word of Array.isArray(words) ? words : [])
          expect([name, word, sayCode(language, "diagnosis-word", word)]).toEqual([name, word, expect.any(String)]);
      }
      for (const verdict of diagnosisVerdicts) expect(sayCode(language, "diagnosis-verdict", verdict)).toBeDefined();
    }
  });
});

describe("the form", () => {
  const problems = (text: string) =>
    parseDiagnosis("x.yaml", text).problems.map(({ path, message, line }) => `${path} ${message} (${line})`);
  const why = "why: { fr: f, en: e }";

  it.each([
    [
      "rows:\n  - { id: a, when: { pong: silent }, verdict: power, confidence: 50, WHY }\n",
      "rows[0].when.pong is no fact; write one of about, kind",
    ],
    [
      "rows:\n  - { id: a, when: { ping: dead }, verdict: power, confidence: 50, WHY }\n",
      'rows[0].when.ping "dead" is no word of it; write one of answers, lossy',
    ],
    [
      "rows:\n  - { id: a, when: { answer.x: maybe }, verdict: power, confidence: 50, WHY }\n",
      'answer.x "maybe" is no word of it; write one of yes, no',
    ],
    ["rows:\n  - { id: a, when: {}, verdict: lightning, confidence: 50, WHY }\n", "rows[0].verdict must be one of use, peripheral"],
    ["rows:\n  - { id: a, when: {}, verdict: power, confidence: 101, WHY }\n", "rows[0].confidence must be 100 or less"],
    ["rows:\n  - { id: a, when: {}, verdict: power, confidence: 5.5, WHY }\n", "rows[0].confidence must be a whole number"],
    ["rows:\n  - { id: a, verdict: power, confidence: 5, WHY }\n", "rows[0].when is missing; write {} for always"],
    ["rows:\n  - { id: a, when: {}, verdict: power, confidence: 5, why: { fr: f } }\n", "rows[0].why.en"],
    [
      "rows:\n  - { id: a, when: {}, verdict: power, confidence: 5, WHY, sure: true }\n",
      "rows[0].sure is not a key of the table; remove it, or see docs/diagnosis.md",
    ],
    ["rows:\n  - &a { id: a, when: {}, verdict: power, confidence: 5, WHY }\n  - *a\n", 'rows[1].id "a" is the id of rows[0] too'],
    ["{}\n", "says nothing; write rows, advice, or both"],
    ["advice: [{ verdict: power, cause: { fr: f, en: e }, steps: [] }]\n", "advice[0].steps needs at least one step"],
    ["rows: [\n", "is not YAML"],
  ])("%s", (text, says) => {
    const told = problems(text.replaceAll("WHY", why));
    expect(told.join("\n")).toContain(says);
  });

  it("knows the words of every fact that it names", () => {
    for (const name of factNames) expect(wordsOf(name)).not.toBeUndefined();
    expect(wordsOf("answer.power-light")).toEqual(answerWords);
    expect(wordsOf("toString")).toBeUndefined();
  });
});
