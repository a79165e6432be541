/**
 * A problem, as ITIL has it: what lies behind failures that come back. It is found by counting, and closed by a person.
 */
import type { Instant } from "./time.ts";

/** `suggested`: it came often enough to be looked at. `candidate`: more often than with others of its kind, and than chance brings. */
export type ProblemStanding = "suggested" | "candidate";

export interface Problem {
  /** `P-` and the number of the incident with which it was found. */
  readonly id: string;
  /** device|symptom|part: the failures of which it is the cause. One open problem each. */
  readonly fingerprint: string;
  readonly site: string;
  readonly device?: string;
  readonly symptom: string;
  readonly part?: string;
  readonly standing: ProblemStanding;
  /** What was counted, over how long, against what. */
  readonly why: string;
  readonly openedAt: Instant;
  /** Ids of its incidents, the oldest first. */
  readonly incidents: readonly string[];
  readonly closed?: { readonly at: Instant; readonly by: string; readonly note: string };
}
