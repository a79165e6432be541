/**
 * How fast a number changes: what conditions with a `per` are judged by, made from a look and the one remembered before it.
 *
 * Pure. The values before are the caller's to keep, in memory: after a restart it takes one look more. A look that comes sooner than
 * half of the time asked for (a quick retry) makes no slope: a step of one within two seconds is no thirty a minute.
 */
import type { Observation, Sample } from "../daemon/model/observation.ts";
import type { Condition, Rule } from "../daemon/model/rule.ts";
import type { Instant } from "../daemon/model/time.ts";

/** What rules remember between two looks: the value of a series, or only when something was heard. */
export interface Mark {
  readonly at: Instant;
  readonly value?: number;
}

export type Marks = (key: string) => Mark | undefined;

export type SampleCondition = Extract<Condition, { readonly on: "sample" }>;

/** The name under which a condition finds its value in a look: that of the sample, or of its slope. */
export function sampleName({ name, perMs }: Pick<SampleCondition, "name" | "perMs">): string {
  return perMs === undefined ? name : `slope:${perMs}:${name}`;
}

/** A condition with a `per`, and what is asked at every look made once: the name of its slope, and the keys of what is remembered. */
export interface WantedSlope {
  readonly condition: SampleCondition;
  readonly slope: string;
  /** By device, of the device as a whole. */
  readonly keys: Map<string, string>;
}

/** One a slope: two conditions on the same one remember the same. */
export function wantedSlopes(rules: readonly Rule[]): readonly WantedSlope[] {
  const wanted = new Map<string, WantedSlope>();
  for (const condition of slopesIn(rules)) {
    const slope = sampleName(condition);
    if (!wanted.has(slope)) wanted.set(slope, { condition, slope, keys: new Map() });
  }
  return [...wanted.values()];
}

/** The look with the slopes that the rules ask for among its samples, and what is to be remembered for the next one. */
export interface Sloped {
  readonly observation: Observation;
  readonly marks: Iterable<readonly [key: string, mark: Mark]>;
}

const nothing: Sloped["marks"] = [];

/** `wanted`: of the rules (plan.ts); undefined when there is none. */
export function withSlopes(observation: Observation, wanted: readonly WantedSlope[] | undefined, marks: Marks): Sloped {
  if (wanted === undefined || observation.finding.samples.length === 0) return { observation, marks: nothing };
  const slopes: Sample[] = [];
  const remember = new Map<string, Mark>();
  const into = { observation, marks, slopes, remember };
  for (const one of wanted) {
    const { name } = one.condition;
    for (const sample of observation.finding.samples) {
      if (sample.name === name && !Number.isNaN(sample.value)) slopeOf(one, sample, into);
    }
  }
  const { finding } = observation;
  return {
    observation: slopes.length === 0 ? observation : { ...observation, finding: { ...finding, samples: [...finding.samples, ...slopes] } },
    marks: remember,
  };
}

function keyOf({ keys, slope }: WantedSlope, device: string, part: string | undefined): string {
  if (part !== undefined) return `${device}|${slope}|${part}`;
  let key = keys.get(device);
  if (key === undefined) {
    key = `${device}|${slope}|`;
    keys.set(device, key);
  }
  return key;
}

function slopeOf(
  wanted: WantedSlope,
  { value, part }: Sample,
  into: {
    readonly observation: Observation;
    readonly marks: Marks;
    readonly slopes: Sample[];
    readonly remember: Map<string, Mark>;
  },
): void {
  const { observation, marks, slopes, remember } = into;
  const { perMs = 0, counter } = wanted.condition;
  const { slope } = wanted;
  const key = keyOf(wanted, observation.device, part);
  if (remember.has(key)) return;
  const before = marks(key);
  const elapsedMs = before === undefined ? 0 : observation.at - before.at;
  // A clock that was set back makes the value before one of the future: it is begun anew.
  if (before?.value !== undefined && elapsedMs >= 0) {
    if (elapsedMs < perMs / 2) return;
    const change = value - before.value;
    if (counter !== true || change >= 0)
      slopes.push({ name: slope, value: (change / elapsedMs) * perMs, ...(part === undefined ? {} : { part }) });
  }
  remember.set(key, { at: observation.at, value });
}

function slopesIn(rules: readonly Rule[]): readonly SampleCondition[] {
  const found: SampleCondition[] = [];
  for (const { when } of rules) collect(when, found);
  return found;
}

export function holdsSlope(condition: Condition): boolean {
  if (condition.on === "sample") return condition.perMs !== undefined;
  return (condition.on === "all" || condition.on === "any") && condition.of.some(holdsSlope);
}

function collect(condition: Condition, into: SampleCondition[]): void {
  if (condition.on === "sample" && condition.perMs !== undefined) into.push(condition);
  if (condition.on === "all" || condition.on === "any") for (const one of condition.of) collect(one, into);
}
