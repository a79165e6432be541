/**
 * Does a rule's condition hold, as far as one observation can tell? True, false, or undefined: it does not say.
 *
 * Pure. What is missing from an observation is undefined and holds the alarm; it is never read as good.
 */
import type { Observation, Reading, Sample } from "../daemon/model/observation.ts";
import type { Condition } from "../daemon/model/rule.ts";
import { sampleName } from "./slope.ts";

/** `detail` is what was seen, for the screen: `icmp_loss_ratio 0.12 above 0.01`. */
export interface Truth {
  readonly value: true | false | undefined;
  readonly detail?: string;
}

type Of<K extends Condition["on"]> = Extract<Condition, { readonly on: K }>;

/** What rules read of a part that is missing from a whole list (Finding.whole). */
export const ABSENT = "absent";

const UNDEFINED: Truth = { value: undefined };
const FALSE: Truth = { value: false };

/** Is a condition about samples or readings about this part? */
export function concerns(condition: Of<"sample"> | Of<"reading">, part: string | undefined): boolean {
  const { partPrefix } = condition;
  if (partPrefix !== undefined && part !== partPrefix && part?.startsWith(`${partPrefix} `) !== true) return false;
  if (condition.on === "sample") return true;
  const { parts, exceptParts } = condition;
  if (parts !== undefined && (part === undefined || !parts.includes(part))) return false;
  return exceptParts === undefined || part === undefined || !exceptParts.includes(part);
}

/** The value of this part; a device-wide value speaks for every part that has none of its own. */
function find<T extends Sample | Reading>(values: readonly T[], name: string, part: string | undefined): T | undefined {
  let whole: T | undefined;
  for (const value of values) {
    if (value.name !== name) continue;
    if (value.part === part) return value;
    if (value.part === undefined) whole = value;
  }
  return whole;
}

/** A part that a whole list does not hold is gone, and says so. */
function absent(condition: Of<"reading">, observation: Observation, part: string | undefined): Reading | undefined {
  return isGone(condition.name, observation, part) ? { name: condition.name, part: part ?? "", value: ABSENT } : undefined;
}

function isGone(name: string, { finding }: Observation, part: string | undefined): boolean {
  return part !== undefined && finding.whole?.includes(name) === true;
}

function describeLook(observation: Observation): string {
  const { status, code, detail } = observation.finding;
  if (detail === undefined) return code ?? `${observation.kind} ${status}`;
  return code === undefined ? detail : `${code}: ${detail}`;
}

function look(condition: Of<"look">, observation: Observation): Truth {
  if (observation.kind !== condition.kind) return UNDEFINED;
  const { status, code } = observation.finding;
  const wanted = condition.status ?? "down";
  if (status === wanted) {
    const listed = condition.codes === undefined || (code !== undefined && condition.codes.includes(code));
    // Down for another reason than the rule's is not a proof that its reason is gone.
    return listed ? { value: true, detail: describeLook(observation) } : UNDEFINED;
  }
  if (status === "up") return FALSE;
  return wanted === "unknown" ? FALSE : UNDEFINED;
}

function code(condition: Of<"code">, observation: Observation): Truth {
  if (observation.kind !== condition.kind) return UNDEFINED;
  const { finding } = observation;
  if (finding.code !== undefined && condition.codes.includes(finding.code)) return { value: true, detail: describeLook(observation) };
  return finding.status === "up" ? FALSE : UNDEFINED;
}

/** A sample against its limits. While active the limit is `clear`: at `clear` or better it is over, anything worse still holds. */
export function judgeSample(condition: Of<"sample">, value: number, active: boolean): Truth {
  if (Number.isNaN(value)) return UNDEFINED;
  const { name, above, below, clear, perMs } = condition;
  const high = above !== undefined && (active && clear !== undefined ? value > clear : value > above);
  const low = below !== undefined && (active && clear !== undefined ? value < clear : value < below);
  if (!high && !low) return FALSE;
  const seen = perMs === undefined ? `${name} ${round(value)}` : `${name} changed by ${round(value)} in ${perMs / 1000} s`;
  return { value: true, detail: `${seen}, limit ${high ? above : below}` };
}

/** A state in words. While active only one of `clear` ends it, when the rule names them. */
export function judgeReading(condition: Of<"reading">, value: string, active: boolean): Truth {
  const bad = condition.not === undefined ? condition.is.includes(value) : !condition.not.includes(value);
  if (bad) return { value: true, detail: `${condition.name} is ${value}` };
  if (active && condition.clear !== undefined && !condition.clear.includes(value))
    return { value: true, detail: `${condition.name} is ${value}` };
  return FALSE;
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

function every(condition: Of<"all">, judge: (one: Condition) => Truth): Truth {
  const truths = condition.of.map(judge);
  if (truths.some((truth) => truth.value === false)) return FALSE;
  if (truths.some((truth) => truth.value === undefined)) return UNDEFINED;
  return { value: true, ...details(truths) };
}

function some(condition: Of<"any">, judge: (one: Condition) => Truth): Truth {
  const truths = condition.of.map(judge);
  const holding = truths.filter((truth) => truth.value === true);
  if (holding.length > 0) return { value: true, ...details(holding) };
  return truths.some((truth) => truth.value === undefined) ? UNDEFINED : FALSE;
}

function details(truths: readonly Truth[]): { readonly detail?: string } {
  const words = truths.flatMap((truth) => (truth.detail === undefined ? [] : [truth.detail]));
  return words.length === 0 ? {} : { detail: words.join("; ") };
}

/**
 * Three-valued (Kleene). `active`: the alarm is active now, so that hysteresis applies.
 * A fault condition is undefined here: only a fault itself raises (see alarm.ts). So is an absence: only time raises (see absence.ts).
 */
export function evaluateCondition(condition: Condition, observation: Observation, part: string | undefined, active: boolean): Truth {
  switch (condition.on) {
    case "look":
      return look(condition, observation);
    case "code":
      return code(condition, observation);
    case "sample": {
      const sample = find(observation.finding.samples, sampleName(condition), part);
      if (sample === undefined && isGone(condition.name, observation, part)) return FALSE;
      return sample === undefined || !concerns(condition, sample.part) ? UNDEFINED : judgeSample(condition, sample.value, active);
    }
    case "reading": {
      const reading = find(observation.finding.readings, condition.name, part) ?? absent(condition, observation, part);
      return reading === undefined || !concerns(condition, reading.part) ? UNDEFINED : judgeReading(condition, reading.value, active);
    }
    case "fault":
    case "absent":
      return UNDEFINED;
    case "all":
      return every(condition, (one) => evaluateCondition(one, observation, part, active));
    case "any":
      return some(condition, (one) => evaluateCondition(one, observation, part, active));
  }
}

/**
 * Could the condition hold in this observation for anything that has no alarm yet? Asked of every rule at every look, so that it says
 * no as cheaply as it can, and yes where more is needed to tell. Not for an observation that holds a whole list.
 */
export function mayHold(condition: Condition, observation: Observation): boolean {
  switch (condition.on) {
    case "look":
      return look(condition, observation).value === true;
    case "code":
      return code(condition, observation).value === true;
    case "sample": {
      const name = sampleName(condition);
      for (const sample of observation.finding.samples)
        if (sample.name === name && judgeSample(condition, sample.value, false).value === true) return true;
      return false;
    }
    case "reading":
      for (const { name, value } of observation.finding.readings)
        if (name === condition.name && judgeReading(condition, value, false).value === true) return true;
      return false;
    case "fault":
    case "absent":
      return false;
    case "all":
      return condition.of.every((one) => mayHold(one, observation));
    case "any":
      return condition.of.some((one) => mayHold(one, observation));
  }
}

/** Does the condition read a list of which this observation holds all parts? */
export function readsWhole(condition: Condition, whole: readonly string[]): boolean {
  switch (condition.on) {
    case "reading":
    case "sample":
      return whole.includes(condition.name);
    case "all":
    case "any":
      return condition.of.some((one) => readsWhole(one, whole));
    case "look":
    case "code":
    case "fault":
    case "absent":
      return false;
  }
}

function collect(condition: Condition, observation: Observation, into: Set<string | undefined>): void {
  switch (condition.on) {
    case "look":
    case "code":
      if (observation.kind === condition.kind) into.add(undefined);
      return;
    case "sample":
    case "reading": {
      const name = condition.on === "sample" ? sampleName(condition) : condition.name;
      for (const value of condition.on === "sample" ? observation.finding.samples : observation.finding.readings) {
        if (value.name === name && concerns(condition, value.part)) into.add(value.part);
      }
      return;
    }
    case "fault":
    case "absent":
      return;
    case "all":
    case "any":
      for (const one of condition.of) collect(one, observation, into);
  }
}

/** The parts in this observation that the condition speaks about; undefined is the device as a whole. With named parts, device-wide values count for each of them. */
export function partsOf(condition: Condition, observation: Observation): readonly (string | undefined)[] {
  const parts = new Set<string | undefined>();
  collect(condition, observation, parts);
  if (parts.size > 1) parts.delete(undefined);
  return [...parts];
}
