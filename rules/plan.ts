/**
 * Which rules of a list an observation could move: most rules have nothing to say about most looks, and are not even asked.
 *
 * Pure; made once a list and remembered with it. What is left out is exactly what alarm.ts would find quiet.
 */
import type { Observation } from "../daemon/model/observation.ts";
import type { Condition, Rule } from "../daemon/model/rule.ts";
import { judgeReading, judgeSample } from "./condition.ts";
import { holdsSlope, type SampleCondition, sampleName, type WantedSlope, wantedSlopes } from "./slope.ts";

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
  /** What is asked at every look whatever it holds: `always`, and every rule about one of these symptoms. */
  readonly asked: (symptoms: readonly string[]) => readonly number[];
  /** Conditions with a `per`; undefined when there is none. */
  readonly slopes: readonly WantedSlope[] | undefined;
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
  const slopes = rules.some(({ when }) => holdsSlope(when)) ? wantedSlopes(rules) : undefined;
  return { always, limits, words, slopes, asked: askedBy(always, bySymptom) };
}

/** Devices have few sets of symptoms among them, and each keeps its list for long. */
function askedBy(always: readonly number[], bySymptom: ReadonlyMap<string, readonly number[]>): RulePlan["asked"] {
  const ofList = new WeakMap<readonly string[], readonly number[]>();
  const ofWords = new Map<string, readonly number[]>();
  return (symptoms) => {
    if (symptoms.length === 0) return always;
    let asked = ofList.get(symptoms);
    if (asked !== undefined) return asked;
    const words = symptoms.join(" ");
    asked = ofWords.get(words);
    if (asked === undefined) {
      const all = new Set([...always, ...symptoms.flatMap((symptom) => bySymptom.get(symptom) ?? none)]);
      asked = [...all].sort((a, b) => a - b);
      if (ofWords.size < mostLists) ofWords.set(words, asked);
    }
    ofList.set(symptoms, asked);
    return asked;
  };
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
  const asked = plan.asked(symptoms);
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
  if (more === undefined) return asked;
  for (const index of asked) more.add(index);
  return [...more].sort((a, b) => a - b);
}

const none: readonly never[] = [];
/** Different sets of symptoms that are remembered; there are hardly ten. */
const mostLists = 1_000;
