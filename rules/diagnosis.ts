/**
 * The first diagnosis: facts in, verdict out, with how sure it is and the row that says so.
 *
 * Pure, and indifferent to the order of the facts. Every row whose conditions hold is a candidate; the surest decides, of equals the first.
 */
import type {
  Diagnosis,
  DiagnosisAdvice,
  DiagnosisFact,
  DiagnosisRow,
  DiagnosisTable,
  Judgement,
  StepAnswer,
} from "../daemon/model/diagnosis.ts";
import type { Instant } from "../daemon/model/time.ts";
import { answerFact } from "./diagnosis-facts.ts";

export interface Verdicts {
  readonly judged: Judgement;
  /** What else would explain it; each verdict once, the likeliest first. */
  readonly also: readonly Judgement[];
  /** Ids of all rows that hold, as the table has them. */
  readonly rows: readonly string[];
}

/** What is said where no row holds at all: a table whose last row always holds never comes here. */
const nothingFits: Judgement = { verdict: "unknown", confidence: 1, row: "", why: "no row of the table of diagnoses fits" };

export function diagnose(table: DiagnosisTable, facts: Iterable<Pick<DiagnosisFact, "name" | "value">>): Verdicts {
  const known = new Map<string, Set<string>>();
  for (const { name, value } of facts) known.set(name, (known.get(name) ?? new Set()).add(value));
  const holding = table.rows.filter((row) => holds(row, known));
  const byConfidence = [...holding].sort((a, b) => b.confidence - a.confidence);
  const first = byConfidence[0];
  if (first === undefined) return { judged: nothingFits, also: [], rows: [] };
  const seen = new Set([first.verdict]);
  const also: Judgement[] = [];
  for (const row of byConfidence) {
    if (seen.has(row.verdict) || row.verdict === "unknown") continue;
    seen.add(row.verdict);
    also.push(judgementOf(row));
  }
  return { judged: judgementOf(first), also, rows: holding.map(({ id }) => id) };
}

function holds({ when }: DiagnosisRow, known: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  return Object.entries(when).every(([name, words]) => words.some((word) => known.get(name)?.has(word) === true));
}

function judgementOf({ verdict, confidence, id, why }: DiagnosisRow): Judgement {
  return { verdict, confidence, row: id, why: why.en };
}

/** How sure, as a word: `sure` from 80 on, `likely` from 50 on, else `possible`. */
export function sureness(confidence: number): "sure" | "likely" | "possible" {
  if (confidence >= 80) return "sure";
  return confidence >= 50 ? "likely" : "possible";
}

/** The checklist of a verdict. */
export function adviceFor(table: DiagnosisTable, { verdict }: Pick<Judgement, "verdict">): DiagnosisAdvice {
  return table.advice.get(verdict) ?? { cause: { fr: "", en: "" }, steps: [] };
}

/** The facts with what people answered; of two answers to a step the later one. */
export function withAnswers(facts: readonly DiagnosisFact[], answers: readonly StepAnswer[]): readonly DiagnosisFact[] {
  const latest = new Map(answers.map((each) => [each.step, each]));
  const said = [...latest.values()].flatMap(({ step, answer, at, by }): DiagnosisFact[] =>
    answer === "done" ? [] : [{ name: answerFact(step), value: answer, at, from: "person", detail: by }],
  );
  return [...facts, ...said];
}

/** Judged by what is known so far. */
export function judge<T extends Pick<Diagnosis, "facts" | "answers">>(
  table: DiagnosisTable,
  diagnosis: T,
): T & Pick<Diagnosis, "judged" | "also"> {
  const { judged, also } = diagnose(table, withAnswers(diagnosis.facts, diagnosis.answers));
  return { ...diagnosis, judged, also };
}

/** A person has done a step, or answered it: evidence, by which it is judged again. */
export function answered(table: DiagnosisTable, diagnosis: Diagnosis, answer: StepAnswer): Diagnosis {
  return { ...judge(table, { ...diagnosis, answers: [...diagnosis.answers, answer] }), version: diagnosis.version + 1 };
}

/** How often one is begun: once more after a daemon that died meanwhile. */
export const mostAttempts = 2;

/** What becomes of one that was under way when its daemon died. */
export function interrupted(diagnosis: Diagnosis, at: Instant): Diagnosis {
  const again = diagnosis.attempts < mostAttempts;
  const version = diagnosis.version + 1;
  if (again) return { ...diagnosis, state: "queued", version };
  return { ...diagnosis, state: "unfinished", endedAt: at, why: "it was begun twice, and the daemon ended both times", version };
}

/** What waits to be diagnosed, in the order in which it is begun: who asked first, then urgency, severity, reach, age. */
export interface Waiting {
  readonly asked: boolean;
  readonly urgency: "now" | "before-session" | "service-hours";
  readonly severity: "minor" | "major";
  readonly general: boolean;
  readonly since: Instant;
  readonly id: string;
}

const urgencyRank = { now: 0, "before-session": 1, "service-hours": 2 } as const;

export function comesFirst(a: Waiting, b: Waiting): number {
  return (
    Number(b.asked) - Number(a.asked) ||
    urgencyRank[a.urgency] - urgencyRank[b.urgency] ||
    Number(a.severity === "minor") - Number(b.severity === "minor") ||
    Number(b.general) - Number(a.general) ||
    a.since - b.since ||
    (a.id < b.id ? -1 : 1)
  );
}
