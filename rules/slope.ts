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

/** The value of a series before a look, and when it was; both NaN: none is known. */
export interface Before {
  readonly at: Instant;
  readonly value: number;
}

const nothing: Before = { at: Number.NaN, value: Number.NaN };

function beforeOf(mark: Mark | undefined): Before {
  return mark?.value === undefined ? nothing : { at: mark.at, value: mark.value };
}

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

/** The slopes that the rules ask for, and what is to be remembered for those of the next look. */
export interface Slopes {
  readonly slopes: readonly Sample[];
  readonly marks: ReadonlyMap<string, Mark>;
}

const none: Slopes = { slopes: [], marks: new Map() };

/** `wanted`: of the rules (plan.ts); undefined when there is none. */
export function slopesOf(observation: Observation, wanted: readonly WantedSlope[] | undefined, marks: Marks): Slopes {
  if (wanted === undefined || observation.finding.samples.length === 0) return none;
  const slopes: Sample[] = [];
  const remember = new Map<string, Mark>();
  const into = { observation, marks, slopes, remember };
  for (const one of wanted) {
    const { name } = one.condition;
    for (const sample of observation.finding.samples) {
      if (sample.name === name && !Number.isNaN(sample.value)) slopeOf(one, sample, into);
    }
  }
  return { slopes, marks: remember };
}

/** The look with its slopes among its samples. */
export function withSlopes(observation: Observation, slopes: readonly Sample[]): Observation {
  if (slopes.length === 0) return observation;
  const { finding } = observation;
  return { ...observation, finding: { ...finding, samples: [...finding.samples, ...slopes] } };
}

/** The key of what is remembered of a series. */
export function keyOfSlope({ keys, slope }: WantedSlope, device: string, part: string | undefined): string {
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
  const key = keyOfSlope(wanted, observation.device, part);
  if (remember.has(key)) return;
  const before = beforeOf(marks(key));
  if (isTooSoon(wanted, before, observation.at)) return;
  const slope = slopeBetween(wanted, before, observation.at, value);
  if (slope !== undefined) slopes.push({ name: wanted.slope, value: slope, ...(part === undefined ? {} : { part }) });
  remember.set(key, { at: observation.at, value });
}

/** The value before is kept for a later look than this. A clock that was set back makes it one of the future: it is begun anew. */
export function isTooSoon({ condition: { perMs = 0 } }: WantedSlope, before: Before, at: Instant): boolean {
  const elapsedMs = at - before.at;
  return !Number.isNaN(before.value) && elapsedMs >= 0 && elapsedMs < perMs / 2;
}

/** Undefined: there is none to tell. */
export function slopeBetween({ condition }: WantedSlope, before: Before, at: Instant, value: number): number | undefined {
  if (Number.isNaN(before.value) || at < before.at) return undefined;
  const change = value - before.value;
  return condition.counter === true && change < 0 ? undefined : (change / (at - before.at)) * (condition.perMs ?? 0);
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
