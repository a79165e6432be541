/**
 * The store's side of problems: what lies behind failures that come back.
 */
import type { Problem } from "./model/problem.ts";
import type { Instant } from "./model/time.ts";

export interface ProblemQuery {
  readonly state?: "open" | "closed";
  readonly fingerprint?: string;
  readonly limit: number;
}

/** Incidents of one fingerprint that were opened within a window. */
export interface FailureCount {
  readonly fingerprint: string;
  readonly device?: string;
  readonly symptom: string;
  readonly count: number;
}

export interface ProblemStore {
  problem(id: string): Promise<Problem | undefined>;
  /** The last opened first. */
  problems(query: ProblemQuery): Promise<readonly Problem[]>;
  /** Without false alarms, tests, duplicates and what was folded into another; reopenings are collapsed. */
  failureCounts(since: Instant, until: Instant): Promise<readonly FailureCount[]>;
}

export interface ProblemTx {
  problem(id: string): Promise<Problem | undefined>;
  /** A new one, or what changed of one. Throws RaceLost when another open one has the fingerprint. */
  saveProblem(problem: Problem): Promise<void>;
}
