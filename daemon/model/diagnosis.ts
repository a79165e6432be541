/**
 * The first diagnosis of an incident: what was found out, where the fault lies, how sure that is, and what a person does first.
 *
 * Facts are words, so that a table of rows (rules/diagnosis.yaml, and the configuration's own) can decide on them. It decides nothing else:
 * what rules open, raise or end knows nothing of it.
 */
import { CATEGORIES } from "./family.ts";
import type { Instant, Text } from "./time.ts";

/** Where the fault lies, in the words of the procedure. */
export const diagnosisVerdicts = [...CATEGORIES, "far-end", "no-fault-found", "unknown"] as const;
export type DiagnosisVerdict = (typeof diagnosisVerdicts)[number];

/** One thing that was found out. A name may come several times: every word of it counts. */
export interface DiagnosisFact {
  /** `ping`, `gateway`, `registered`, …: rules/diagnosis-facts.ts has them all; `answer.<step>`: a person's. */
  readonly name: string;
  readonly value: string;
  /** What was asked: a device, a circuit, a site, by its id. */
  readonly of?: string;
  readonly at: Instant;
  /** `look`: asked for this diagnosis; `known`: from earlier looks and the store; `person`: answered. */
  readonly from: "look" | "known" | "person";
  /** The technical words: a code, hops, round trip times. */
  readonly detail?: string;
}

export interface DiagnosisRow {
  readonly id: string;
  /** Fact name → any of these words; all that is named must hold. Empty: always. */
  readonly when: Readonly<Record<string, readonly string[]>>;
  readonly verdict: DiagnosisVerdict;
  /** 1 to 100. The highest of the rows that hold decides; of equals the first. */
  readonly confidence: number;
  readonly why: Text;
}

/** A first step of level 1, to be ticked. */
export interface DiagnosisStep {
  readonly id: string;
  readonly text: Text;
  /** It is a question: yes or no, and the answer counts as the fact `answer.<id>`. Else it is only done. */
  readonly asks: boolean;
}

export interface DiagnosisAdvice {
  /** Proposed as the cause when the incident is closed. */
  readonly cause: Text;
  readonly steps: readonly DiagnosisStep[];
}

export interface DiagnosisTable {
  readonly rows: readonly DiagnosisRow[];
  /** What is done first for each verdict. */
  readonly advice: ReadonlyMap<DiagnosisVerdict, DiagnosisAdvice>;
}

/** A verdict with the row that gives it. */
export interface Judgement {
  readonly verdict: DiagnosisVerdict;
  readonly confidence: number;
  readonly row: string;
  /** English; the table has the French. */
  readonly why: string;
}

export interface StepAnswer {
  readonly step: string;
  readonly answer: "yes" | "no" | "done";
  readonly at: Instant;
  readonly by: string;
  readonly note?: string;
}

/** The way of a packet, nearest hop first: a device of ours by its id, another address, undefined where nobody spoke. */
export interface DiagnosisPath {
  readonly to: string;
  readonly hops: readonly (string | undefined)[];
  readonly reached: boolean;
}

/** One thing on the time axis of a level 2 diagnosis. */
export interface DiagnosisMoment {
  readonly at: Instant;
  /** A device, or a site, by its id. */
  readonly of: string;
  readonly what: string;
  readonly detail?: string;
}

/** One figure of a level 2 diagnosis: base unit, name of a sample. */
export interface DiagnosisFigure {
  readonly of: string;
  readonly name: string;
  readonly part?: string;
  readonly value: number;
}

export type DiagnosisState = "queued" | "running" | "done" | "unfinished";

export interface Diagnosis {
  /** `<number of the incident>-D<n>`. */
  readonly id: string;
  /** Id of the incident. */
  readonly incident: string;
  readonly level: 1 | 2;
  /** `system` at the opening; else who asked. */
  readonly by: string;
  /** Of a level 2 diagnosis: the other end, a device's id. */
  readonly farEnd?: string;
  readonly state: DiagnosisState;
  readonly askedAt: Instant;
  readonly startedAt?: Instant;
  readonly endedAt?: Instant;
  /** How often it was begun: a daemon that died meanwhile begins it once more. */
  readonly attempts: number;
  readonly facts: readonly DiagnosisFact[];
  /** Undefined until there is one; while it runs, by what is known so far. */
  readonly judged?: Judgement;
  /** What else would explain it, the likeliest first; each verdict once. */
  readonly also: readonly Judgement[];
  readonly answers: readonly StepAnswer[];
  /** Checks that did not answer in their time. */
  readonly timedOut: readonly string[];
  readonly paths?: readonly DiagnosisPath[];
  readonly moments?: readonly DiagnosisMoment[];
  readonly figures?: readonly DiagnosisFigure[];
  /** Why it did not finish. English; why-fr.ts has it in French. */
  readonly why?: string;
  readonly version: number;
}
