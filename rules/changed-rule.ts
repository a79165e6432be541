/**
 * A rule with another limit, wait or count of attempts: what a back-test tries.
 *
 * Pure. Errors are sentences: what was found and what to do.
 */
import type { Condition, Rule } from "../daemon/model/rule.ts";

export interface RuleChange {
  readonly above?: number | undefined;
  readonly below?: number | undefined;
  readonly clear?: number | undefined;
  readonly forMs?: number | undefined;
  readonly attempts?: number | undefined;
}

/** The changed rule, or why there is none. */
export function changedRule(rule: Rule, change: RuleChange): { readonly rule: Rule } | { readonly problem: string } {
  const { forMs, attempts, ...limits } = change;
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  if (given.length === 0 && forMs === undefined && attempts === undefined)
    return { problem: "nothing is changed: write at least one of above, below, clear, forMs, attempts" };
  const raisedBy = rule.when.on === "fault" ? "what a device says by itself" : rule.when.on === "absent" ? "the time in within" : undefined;
  if (raisedBy !== undefined && (forMs !== undefined || attempts !== undefined))
    return { problem: `it is raised by ${raisedBy} alone: forMs and attempts have no use` };
  const when = given.length === 0 ? { when: rule.when } : withLimits(rule.when, limits);
  if ("problem" in when) return when;
  return { rule: { ...rule, when: when.when, ...(forMs === undefined ? {} : { forMs }), ...(attempts === undefined ? {} : { attempts }) } };
}

function withLimits(when: Condition, { above, below, clear }: RuleChange): { readonly when: Condition } | { readonly problem: string } {
  if (when.on !== "sample") return { problem: "its condition is no single sample: only forMs and attempts can be changed" };
  if (above !== undefined && when.above === undefined) return { problem: "its limit is below, not above" };
  if (below !== undefined && when.below === undefined) return { problem: "its limit is above, not below" };
  const next = {
    ...when,
    ...(above === undefined ? {} : { above }),
    ...(below === undefined ? {} : { below }),
    ...(clear === undefined ? {} : { clear }),
  };
  const limit = next.above ?? next.below;
  const isWrong = next.clear !== undefined && limit !== undefined && (next.above === undefined ? next.clear < limit : next.clear > limit);
  return isWrong ? { problem: `clear ${next.clear} is on the bad side of ${limit}: write it on the good side` } : { when: next };
}
