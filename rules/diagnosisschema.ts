/**
 * The table of diagnoses: YAML in, checked rows, checklists and test cases out, or every problem at once with its line. The form is described
 * in docs/diagnosis.md.
 *
 * Pure: it is handed the text, not the file.
 */
import { z } from "zod";
import type { ConfigProblem } from "../daemon/model/config.ts";
import { type DiagnosisAdvice, type DiagnosisRow, type DiagnosisVerdict, diagnosisVerdicts } from "../daemon/model/diagnosis.ts";
import { factNames, wordsOf } from "./diagnosis-facts.ts";
import { checkedYaml } from "./packlines.ts";
import { code, sentence } from "./packscalars.ts";

const text = z.strictObject({ fr: sentence, en: sentence });
const verdict = z.enum(diagnosisVerdicts, { error: `must be one of ${diagnosisVerdicts.join(", ")}` });

const word = z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, { error: "must be lower-case letters, digits, dots and hyphens" });
const words = z.union([word, z.array(word).min(1, { error: "needs at least one word" })], {
  error: "must be a word or a list of words ([a, b])",
});

type Words = z.infer<typeof words>;
const listOf = (of: Words): readonly string[] => (typeof of === "string" ? [of] : of);

/** Facts by name; each name and word is one that a diagnosis can find. */
const facts = z.record(z.string(), words, { error: "is missing; write {} for always" }).superRefine((entry, context) => {
  for (const [name, said] of Object.entries(entry)) {
    const known = wordsOf(name);
    const told = (message: string) => context.addIssue({ code: "custom", path: [name], message });
    if (known === undefined) told(`is no fact; write one of ${factNames.join(", ")}, or answer.<step>`);
    else if (known !== "any")
      for (const each of listOf(said)) if (!known.includes(each)) told(`"${each}" is no word of it; write one of ${known.join(", ")}`);
  }
});

const testCase = z.strictObject({
  name: sentence,
  facts,
  /** Default: this row decides. */
  verdict: verdict.optional(),
  /** The row that decides instead of this one. */
  row: code.optional(),
});

const row = z.strictObject({
  id: code,
  when: facts,
  verdict,
  confidence: z
    .int({ error: "must be a whole number, 1 to 100" })
    .min(1, { error: "must be 1 or more" })
    .max(100, { error: "must be 100 or less" }),
  why: text,
  tests: z.array(testCase).optional(),
});

const step = z.strictObject({ id: code, text, asks: z.boolean({ error: "must be true or false" }).optional() });
const advice = z.strictObject({ verdict, cause: text, steps: z.array(step).min(1, { error: "needs at least one step" }) });

const table = z
  .strictObject({
    rows: z.array(row, { error: "must be a list of rows" }).optional(),
    advice: z.array(advice, { error: "must be a list, one entry a verdict" }).optional(),
  })
  .refine(({ rows = [], advice: all = [] }) => rows.length + all.length > 0, { error: "says nothing; write rows, advice, or both" });

/** A case of a row: these facts, and the row that decides. */
export interface DiagnosisCase {
  readonly row: string;
  readonly name: string;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly wants: { readonly verdict?: DiagnosisVerdict; readonly row: string };
  readonly file: string;
  readonly line?: number;
}

export interface ParsedDiagnosis {
  readonly rows: readonly DiagnosisRow[];
  readonly advice: ReadonlyMap<DiagnosisVerdict, DiagnosisAdvice>;
  readonly tests: readonly DiagnosisCase[];
  readonly problems: readonly ConfigProblem[];
}

const none: ParsedDiagnosis = { rows: [], advice: new Map(), tests: [], problems: [] };

/** What one file says, nothing where it has a problem. The file's name is only for the problems. */
export function parseDiagnosis(file: string, source: string): ParsedDiagnosis {
  const checked = checkedYaml(file, source, table, "is not a key of the table; remove it, or see docs/diagnosis.md for the keys");
  if (!checked.ok) return { ...none, problems: checked.problems };
  const { data, problem, lineOf } = checked;
  const { rows = [], advice: all = [] } = data;
  const problems = [
    ...twice(rows.map(({ id }) => id)).map(([index, first]) =>
      problem(["rows", index, "id"], `"${rows[index]?.id}" is the id of rows[${first}] too; give each row its own`),
    ),
    ...twice(all.map((each) => each.verdict)).map(([index, first]) =>
      problem(["advice", index, "verdict"], `"${all[index]?.verdict}" has advice[${first}] already; write one for each verdict`),
    ),
  ];
  if (problems.length > 0) return { ...none, problems };
  return {
    rows: rows.map(({ id, when, verdict: says, confidence, why }) => ({ id, when: listed(when), verdict: says, confidence, why })),
    advice: new Map(
      all.map(({ verdict: of, cause, steps }) => [of, { cause, steps: steps.map((each) => ({ ...each, asks: each.asks ?? false })) }]),
    ),
    tests: rows.flatMap(({ id, tests = [] }, index) =>
      tests.map((test, nth) => {
        const line = lineOf(["rows", index, "tests", nth]);
        const found = Object.entries(listed(test.facts)).flatMap(([name, values]) => values.map((value) => ({ name, value })));
        const wants = { row: test.row ?? id, ...(test.verdict === undefined ? {} : { verdict: test.verdict }) };
        return { row: id, name: test.name, facts: found, wants, file, ...(line === undefined ? {} : { line }) };
      }),
    ),
    problems,
  };
}

function listed(entry: Readonly<Record<string, Words>>): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.entries(entry).map(([name, said]) => [name, listOf(said)]));
}

/** Places of what was there before, with the first place of it. */
function twice(ids: readonly string[]): readonly (readonly [index: number, first: number])[] {
  return ids.flatMap((id, index) => (ids.indexOf(id) === index ? [] : [[index, ids.indexOf(id)] as const]));
}
