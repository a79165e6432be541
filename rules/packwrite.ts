/**
 * A rule as the YAML of a pack: what a person puts into a pack of their own to have it instead of the shipped one.
 *
 * Pure. Its test cases are not in it: they say what the rule was before.
 */
import { stringify } from "yaml";
import type { Condition, Rule } from "../daemon/model/rule.ts";

/** `90s`, `15m`; the largest unit that holds it whole. */
export function durationWord(ms: number): string {
  for (const [unit, of] of [
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
  ] as const)
    if (ms % of === 0 && ms > 0) return `${ms / of}${unit}`;
  return ms === 0 ? "0s" : `${ms}ms`;
}

/** Keys whose value is there. */
function given(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function conditionEntry(when: Condition): unknown {
  switch (when.on) {
    case "fault":
      return "fault";
    case "look":
      return given({ look: when.kind, is: when.status, codes: when.codes });
    case "code":
      return { code: when.kind, is: when.codes };
    case "absent":
      return { absent: given({ [when.what]: when.name, part: when.partPrefix }), within: durationWord(when.withinMs) };
    case "sample": {
      const { name, above, below, clear, partPrefix, perMs, counter } = when;
      const per = perMs === undefined ? undefined : durationWord(perMs);
      return given({ sample: name, above, below, clear, part: partPrefix, per, counter });
    }
    case "reading": {
      const { name, is, not, clear, partPrefix, parts, exceptParts } = when;
      return given({ reading: name, is: not === undefined ? is : undefined, not, clear, part: partPrefix, parts, except: exceptParts });
    }
    case "all":
      return { all: when.of.map(conditionEntry) };
    case "any":
      return { any: when.of.map(conditionEntry) };
  }
}

export function writeRule(rule: Rule): string {
  const entry = given({
    id: rule.id,
    symptom: rule.symptom,
    part: rule.part,
    applies: Object.keys(rule.applies).length === 0 ? undefined : rule.applies,
    when: conditionEntry(rule.when),
    for: rule.forMs === 0 ? undefined : durationWord(rule.forMs),
    attempts: rule.attempts === 1 ? undefined : rule.attempts,
    retry: rule.retryMs === undefined ? undefined : durationWord(rule.retryMs),
    after_good: rule.afterGood,
    cleared_by: rule.clearedBy === "look" ? undefined : rule.clearedBy,
    covers_parts: rule.coversParts,
    hidden_by: rule.hiddenBy?.map((by) => (by.parts === undefined && by.of === undefined ? by.symptom : by)),
    reach: rule.reach,
    out_of_service: rule.outOfService || undefined,
    event_only: rule.eventOnly || undefined,
    opens_request: rule.opensRequest || undefined,
    suppressible: rule.suppressible ? undefined : false,
    source: rule.source,
    text: rule.text,
  });
  return stringify({ rules: [entry] }, { aliasDuplicateObjects: false, lineWidth: 0 });
}
