/**
 * Which rules of a list an observation could move: most rules have nothing to say about most looks, and are not even asked.
 *
 * Pure; made once a list and remembered with it. What is left out is exactly what alarm.ts would find quiet.
 */
import type { Observation } from "../daemon/model/observation.ts";
import type { Condition, Rule } from "../daemon/model/rule.ts";
import { judgeReading, judgeSample } from "./condition.ts";
import { holdsSlope, type SampleCondition, sampleName, slopesIn } from "./slope.ts";

interface Entry<C> {
  readonly index: number;
  readonly when: C;
}

export interface RulePlan {
  /** Indexes of rules that are asked at every look: they remember the good, wait for something, combine, or are about the look itself. */
  readonly always: readonly number[];
  /** Limits by the name of the sample (or slope) that they are on. */
  readonly limits: ReadonlyMap<string, readonly Entry<SampleCondition>[]>;
  readonly words: ReadonlyMap<string, readonly Entry<Extract<Condition, { on: "reading" }>>[]>;
  readonly bySymptom: ReadonlyMap<string, readonly number[]>;
  /** Conditions with a `per`; undefined when there is none. */
  readonly slopes: readonly SampleCondition[] | undefined;
}

const plans = new WeakMap<readonly Rule[], RulePlan>();

/** The plan of a list that is not changed any more. */
export function planOf(rules: readonly Rule[]): RulePlan {
  let plan = plans.get(rules);
  if (plan === undefined) {
    plan = makePlan(rules);
    plans.set(rules, plan);
  }
  return plan;
}

function makePlan(rules: readonly Rule[]): RulePlan {
  const always: number[] = [];
  const limits = new Map<string, Entry<SampleCondition>[]>();
  const words = new Map<string, Entry<Extract<Condition, { on: "reading" }>>[]>();
  const bySymptom = new Map<string, number[]>();
  for (const [index, { afterGood, coversParts, symptom, when }] of rules.entries()) {
    add(bySymptom, symptom, index);
    if (afterGood !== undefined || coversParts !== undefined) always.push(index);
    else if (when.on === "sample") add(limits, sampleName(when), { index, when });
    else if (when.on === "reading") add(words, when.name, { index, when });
    else always.push(index);
  }
  const slopes = rules.some(({ when }) => holdsSlope(when)) ? slopesIn(rules) : undefined;
  return { always, limits, words, bySymptom, slopes };
}

function add<V>(into: Map<string, V[]>, key: string, value: V): void {
  const list = into.get(key);
  if (list === undefined) into.set(key, [value]);
  else list.push(value);
}

/**
 * Indexes, in order, of the rules that this look could move. `symptoms`: those of which the device has a record. Not for an observation
 * that holds a whole list.
 */
export function candidates(plan: RulePlan, { finding }: Observation, symptoms: readonly string[]): readonly number[] {
  let more: Set<number> | undefined;
  for (const { name, value } of finding.samples) {
    for (const { index, when } of plan.limits.get(name) ?? none) {
      if (judgeSample(when, value, false).value !== true) continue;
      more ??= new Set();
      more.add(index);
    }
  }
  for (const { name, value } of finding.readings) {
    for (const { index, when } of plan.words.get(name) ?? none) {
      if (judgeReading(when, value, false).value !== true) continue;
      more ??= new Set();
      more.add(index);
    }
  }
  for (const symptom of symptoms) {
    for (const index of plan.bySymptom.get(symptom) ?? none) {
      more ??= new Set();
      more.add(index);
    }
  }
  if (more === undefined) return plan.always;
  for (const index of plan.always) more.add(index);
  return [...more].sort((a, b) => a - b);
}

const none: readonly never[] = [];
