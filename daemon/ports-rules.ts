/**
 * What the store tells of rules: how often each opened an incident, with what outcome, and when people were told because of it.
 */
import type { Disposition } from "./model/incident.ts";
import type { Instant } from "./model/time.ts";

/** The incidents of one rule with one outcome; folded ones are their parent's. */
export interface RuleTally {
  readonly rule: string;
  /** Undefined: not closed yet, or closed without a word. */
  readonly disposition?: Disposition;
  readonly opened30: number;
  readonly opened90: number;
}

/** One time that people were told to come because of a rule: all who were told at once count as one. */
export interface RulePage {
  readonly rule: string;
  readonly site: string;
  readonly device?: string;
  readonly at: Instant;
}

export interface RuleStore {
  /** Of the 30 and 90 days before. */
  ruleTallies(at: Instant): Promise<readonly RuleTally[]>;
  /** The newest first. */
  rulePages(since: Instant, limit: number): Promise<readonly RulePage[]>;
}
