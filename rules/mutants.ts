/**
 * Would the cases of a rule notice, if the rule were a little other than it is? Each mutant has one thing changed; a case must fail with it.
 *
 * Pure. A number moves by a fifth, a list loses a word, a key that may be left out is left out.
 */
import type { Condition, Rule } from "../daemon/model/rule.ts";
import type { PackTest } from "./packcases.ts";
import { runCase } from "./packtest.ts";

export interface Mutant {
  /** What was changed: `when.above 0.01 → 0.012`. */
  readonly what: string;
  readonly rule: Rule;
}

type Of<K extends Condition["on"]> = Extract<Condition, { readonly on: K }>;
interface Changed {
  readonly what: string;
  readonly when: Condition;
}

const OTHER = "another-word";

/** A list without each of its words in turn; of one word alone, another one. */
function lessAWord(words: readonly string[]): readonly { readonly lost: string; readonly left: readonly string[] }[] {
  return words.map((lost) => ({ lost, left: words.length === 1 ? [OTHER] : words.filter((word) => word !== lost) }));
}

function without<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  const { [key]: _gone, ...rest } = value;
  return rest;
}

/** Numbers that the cases hand to the rule under this name. */
function valuesIn(tests: readonly PackTest[], name: string): readonly number[] {
  return tests.flatMap(({ steps }) =>
    steps.flatMap((step) => [step, ...(step.also ?? [])].flatMap(({ samples }) => (samples?.[name] === undefined ? [] : [samples[name]]))),
  );
}

/** Nearer to the limit and further from it; right at the limit only away from it, to the good side. */
function clearsBeside(clear: number, limit: number, side: "above" | "below"): readonly number[] {
  const gap = limit - clear;
  if (gap !== 0) return [clear + gap / 2, clear - gap / 2];
  return [clear + (Math.abs(limit) * 0.2 || 1) * (side === "above" ? -1 : 1)];
}

function ofSample(when: Of<"sample">, tests: readonly PackTest[]): readonly Changed[] {
  const side = when.above === undefined ? "below" : "above";
  const limit = when.above ?? when.below ?? 0;
  // A flag is 0 or 1: only a limit beyond both changes what the rule says of it.
  const isFlag = valuesIn(tests, when.name).every((value) => value === 0 || value === 1) && limit > 0 && limit < 1;
  const limits = isFlag ? [-0.5, 1.5] : limit === 0 ? [-1, 1] : [limit * 0.8, limit * 1.2];
  const changed: Changed[] = limits.map((moved) => ({
    what: `when.${side} ${limit} → ${Number(moved.toPrecision(6))}`,
    when: { ...when, [side]: moved },
  }));
  const { clear } = when;
  if (clear !== undefined) {
    for (const moved of clearsBeside(clear, limit, side))
      changed.push({ what: `when.clear ${clear} → ${Number(moved.toPrecision(6))}`, when: { ...when, clear: moved } });
  }
  if (when.partPrefix !== undefined) changed.push({ what: "when.part left out", when: without(when, "partPrefix") });
  const { perMs } = when;
  for (const moved of perMs === undefined ? [] : [perMs * 0.8, perMs * 1.2])
    changed.push({ what: `when.per ${(perMs ?? 0) / 1000} s → ${moved / 1000} s`, when: { ...when, perMs: moved } });
  if (when.counter !== undefined) changed.push({ what: "when.counter left out", when: without(when, "counter") });
  return changed;
}

function ofReading(when: Of<"reading">): readonly Changed[] {
  const list = (key: "is" | "not" | "clear" | "parts" | "exceptParts", name: string): readonly Changed[] =>
    lessAWord(when[key] ?? []).map(({ lost, left }) => ({ what: `when.${name} without ${lost}`, when: { ...when, [key]: left } }));
  const left: Changed[] = [];
  // With the same words in `not`, `clear` says nothing more.
  const same = [...(when.not ?? [])].sort().join() === [...(when.clear ?? [])].sort().join();
  if (when.clear !== undefined && !same) left.push({ what: "when.clear left out", when: without(when, "clear") });
  if (when.partPrefix !== undefined) left.push({ what: "when.part left out", when: without(when, "partPrefix") });
  return [
    ...list("is", "is"),
    ...list("not", "not"),
    ...list("clear", "clear"),
    ...list("parts", "parts"),
    ...list("exceptParts", "except"),
    ...left,
  ];
}

function ofLook(when: Of<"look">): readonly Changed[] {
  const other = when.status === "unknown" ? "down" : "unknown";
  const codes = lessAWord(when.codes ?? []).map(({ lost, left }) => ({
    what: `when.codes without ${lost}`,
    when: { ...when, codes: left },
  }));
  return [{ what: `when.is ${when.status ?? "down"} → ${other}`, when: { ...when, status: other } }, ...codes];
}

function ofAbsence(when: Of<"absent">): readonly Changed[] {
  const times = [0.8, 1.2].map((factor) => when.withinMs * factor);
  const changed = times.map((withinMs) => ({
    what: `when.within ${when.withinMs / 1000} s → ${withinMs / 1000} s`,
    when: { ...when, withinMs },
  }));
  return when.partPrefix === undefined ? changed : [...changed, { what: "when.part left out", when: without(when, "partPrefix") }];
}

function ofMany(when: Of<"all"> | Of<"any">, tests: readonly PackTest[]): readonly Changed[] {
  const other = when.on === "all" ? "any" : "all";
  const inside = when.of.flatMap((one, index) =>
    ofCondition(one, tests).map(({ what, when: changed }) => ({
      what: what.replace(/^when/, `when.${when.on}[${index}]`),
      when: { ...when, of: when.of.with(index, changed) },
    })),
  );
  return [...(when.of.length > 1 ? [{ what: `when.${when.on} → ${other}`, when: { ...when, on: other } as Condition }] : []), ...inside];
}

function ofCondition(when: Condition, tests: readonly PackTest[]): readonly Changed[] {
  switch (when.on) {
    case "fault":
      return [];
    case "absent":
      return ofAbsence(when);
    case "sample":
      return ofSample(when, tests);
    case "reading":
      return ofReading(when);
    case "look":
      return ofLook(when);
    case "code":
      return lessAWord(when.codes).map(({ lost, left }) => ({ what: `when.is without ${lost}`, when: { ...when, codes: left } }));
    case "all":
    case "any":
      return ofMany(when, tests);
  }
}

function ofTiming(rule: Rule): readonly Mutant[] {
  // Its time is in its condition; it has no attempts.
  if (rule.when.on === "absent") return [];
  const mutants: Mutant[] = [{ what: `attempts ${rule.attempts} → ${rule.attempts + 1}`, rule: { ...rule, attempts: rule.attempts + 1 } }];
  if (rule.attempts > 1)
    mutants.push({ what: `attempts ${rule.attempts} → ${rule.attempts - 1}`, rule: { ...rule, attempts: rule.attempts - 1 } });
  if (rule.forMs > 0)
    for (const forMs of [rule.forMs * 0.8, rule.forMs * 1.2])
      mutants.push({ what: `for ${rule.forMs / 1000} s → ${forMs / 1000} s`, rule: { ...rule, forMs } });
  if (rule.retryMs !== undefined) mutants.push({ what: "retry left out", rule: without(rule, "retryMs") });
  return mutants;
}

function ofRest(rule: Rule, tests: readonly PackTest[]): readonly Mutant[] {
  const { afterGood, coversParts, eventOnly, opensRequest } = rule;
  const mutants: Mutant[] = [];
  if (opensRequest) mutants.push({ what: "opens_request left out", rule: { ...rule, opensRequest: false } });
  else mutants.push({ what: `event_only ${eventOnly} → ${!eventOnly}`, rule: { ...rule, eventOnly: !eventOnly } });
  if (afterGood !== undefined) mutants.push({ what: "after_good left out", rule: without(rule, "afterGood") });
  if (afterGood !== undefined && afterGood !== true)
    for (const { lost, left } of lessAWord(afterGood))
      mutants.push({ what: `after_good without ${lost}`, rule: { ...rule, afterGood: left } });
  if (coversParts !== undefined) mutants.push({ what: "covers_parts left out", rule: without(rule, "coversParts") });
  // Who may clear it matters where a trap raises; an event is told as it comes, whoever may clear what never was.
  const clearedBy = rule.clearedBy === "look" ? "trap" : "look";
  const isHeard = rule.clearedBy === "trap" || tests.some(({ steps }) => steps.some(({ trap }) => trap === "raise" || trap === "clear"));
  if (isHeard && !eventOnly && !opensRequest)
    mutants.push({ what: `cleared_by ${rule.clearedBy} → ${clearedBy}`, rule: { ...rule, clearedBy } });
  return mutants;
}

/** Every small change of a rule that its cases ought to notice. */
export function mutantsOf(rule: Rule, tests: readonly PackTest[]): readonly Mutant[] {
  const conditions = ofCondition(rule.when, tests).map(({ what, when }) => ({ what, rule: { ...rule, when } }));
  // Only a fault raises it: there are no looks to count.
  const timing = rule.when.on === "fault" ? [] : ofTiming(rule);
  return [...conditions, ...timing, ...ofRest(rule, tests)];
}

/** Those that no case notices. */
export function unnoticed(rule: Rule, tests: readonly PackTest[]): readonly Mutant[] {
  return mutantsOf(rule, tests).filter((mutant) => tests.every((test) => runCase(mutant.rule, test).misses.length === 0));
}
