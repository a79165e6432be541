/**
 * What a look says, as far as the rules of a list can tell. Looks that say the same are the same to every one of them.
 *
 * Pure. A number counts only by the side of each limit that it is on, so that what works says the same for days. When something ought to
 * be heard again, and how fast numbers change, is beside it (again.ts): that is about two looks, not about one.
 */
import type { LookStatus, Observation, ProbeKind, Reading, Sample } from "../daemon/model/observation.ts";
import type { Condition, Rule } from "../daemon/model/rule.ts";
import { type AbsenceRule, hears, isAbsence } from "./absence.ts";
import { planOf } from "./plan.ts";
import { placeOf } from "./reads.ts";
import { sampleName, type WantedSlope } from "./slope.ts";

export interface SaidNumber {
  readonly name: string;
  readonly part: string | undefined;
  /** Undefined: no rule reads it. */
  readonly limits: readonly number[] | undefined;
  /** Where it is among the limits (placeOf). */
  readonly place: number;
}

/** A value of which, with the next, a slope is made; and the one that was made of it here. */
export interface SaidSeries {
  /** In the samples. */
  readonly index: number;
  readonly wanted: WantedSlope;
  readonly slope: SaidNumber | undefined;
}

interface SaidWord {
  readonly name: string;
  readonly part: string | undefined;
  /** Undefined: no rule reads it. */
  readonly value: string | undefined;
}

export interface Saying {
  /** To which it is the same; of another list it says nothing. */
  readonly rules: readonly Rule[];
  readonly kind: ProbeKind;
  readonly status: LookStatus;
  readonly code: string | undefined;
  readonly samples: readonly SaidNumber[];
  readonly series: readonly SaidSeries[];
  readonly readings: readonly SaidWord[];
  readonly whole: readonly string[] | undefined;
  /** Rules that wait for something, and hear it in such a look. */
  readonly heard: readonly AbsenceRule[];
}

/** What the rules of a list read, and what was said to them so far: the devices of a family say few different things. */
interface Vocabulary {
  /** Name of a sample or slope → its limits, ascending. */
  readonly limits: ReadonlyMap<string, readonly number[]>;
  readonly words: ReadonlySet<string>;
  readonly sayings: Map<string, Saying>;
}

const vocabularies = new WeakMap<readonly Rule[], Vocabulary>();
/** Different sayings that are shared; with more of them each device keeps its own. */
const mostSayings = 2_000;

function vocabularyOf(rules: readonly Rule[]): Vocabulary {
  let vocabulary = vocabularies.get(rules);
  if (vocabulary === undefined) {
    const limits = new Map<string, Set<number>>();
    const words = new Set<string>();
    for (const { when } of rules) learn(when, limits, words);
    const ascending = [...limits].map(([name, all]) => [name, [...all].sort((a, b) => a - b)] as const);
    vocabulary = { limits: new Map(ascending), words, sayings: new Map() };
    vocabularies.set(rules, vocabulary);
  }
  return vocabulary;
}

function learn(condition: Condition, limits: Map<string, Set<number>>, words: Set<string>): void {
  switch (condition.on) {
    case "look":
    case "code":
    case "fault":
    case "absent":
      return;
    case "reading":
      words.add(condition.name);
      return;
    case "sample": {
      const name = sampleName(condition);
      const known = limits.get(name) ?? new Set();
      for (const limit of [condition.above, condition.below, condition.clear]) if (limit !== undefined) known.add(limit);
      limits.set(name, known);
      // That the value is a number at all tells whether there is a slope.
      if (condition.perMs !== undefined && !limits.has(condition.name)) limits.set(condition.name, new Set());
      return;
    }
    case "all":
    case "any":
      for (const one of condition.of) learn(one, limits, words);
  }
}

/** What a look without faults says. `slopes`: what the look before makes of it (slope.ts). */
export function sayingOf(rules: readonly Rule[], observation: Observation, slopes: readonly Sample[]): Saying {
  const { limits, words, sayings } = vocabularyOf(rules);
  const { kind, finding } = observation;
  const { status, code, samples, readings, whole } = finding;
  const numberOf = ({ name, part, value }: Sample): SaidNumber => {
    const own = limits.get(name);
    return { name, part, limits: own, place: own === undefined ? 0 : placeOf(value, own) };
  };
  const wordOf = ({ name, part, value }: Reading): SaidWord => ({ name, part, value: words.has(name) ? value : undefined });
  const series = seriesOf(rules, samples, slopes.map(numberOf));
  const said = { kind, status, code, samples: samples.map(numberOf), series, readings: readings.map(wordOf), whole };
  // The limits are those of the name, and what a slope is made of is that of its name.
  const key = JSON.stringify(said, (name, value) => (name === "limits" || name === "wanted" ? undefined : value));
  const known = sayings.get(key);
  if (known !== undefined) return known;
  const heard = rules.filter(isAbsence).filter(({ when }) => hears(when, observation));
  const saying: Saying = { rules, ...said, heard };
  if (sayings.size < mostSayings) sayings.set(key, saying);
  return saying;
}

function seriesOf(rules: readonly Rule[], samples: readonly Sample[], slopes: readonly SaidNumber[]): readonly SaidSeries[] {
  return (planOf(rules).slopes ?? []).flatMap((wanted) => {
    const parts = new Set<string | undefined>();
    return samples.flatMap(({ name, part, value }, index) => {
      if (name !== wanted.condition.name || Number.isNaN(value) || parts.has(part)) return [];
      parts.add(part);
      return [{ index, wanted, slope: slopes.find((one) => one.name === wanted.slope && one.part === part) }];
    });
  });
}

/** Does this look say it, whatever its slopes? */
export function says(saying: Saying, { kind, finding }: Observation): boolean {
  return (
    saying.kind === kind &&
    saying.status === finding.status &&
    saying.code === finding.code &&
    finding.faults.length === 0 &&
    areNumbers(saying.samples, finding.samples) &&
    areWords(saying.readings, finding.readings) &&
    sameNames(saying.whole, finding.whole)
  );
}

function areNumbers(said: readonly SaidNumber[], samples: readonly Sample[]): boolean {
  if (said.length !== samples.length) return false;
  for (let index = 0; index < said.length; index += 1) {
    const [one, sample] = [said[index], samples[index]];
    if (one === undefined || sample === undefined || one.name !== sample.name || one.part !== sample.part) return false;
    if (one.limits !== undefined && placeOf(sample.value, one.limits) !== one.place) return false;
  }
  return true;
}

function areWords(said: readonly SaidWord[], readings: readonly Reading[]): boolean {
  if (said.length !== readings.length) return false;
  for (let index = 0; index < said.length; index += 1) {
    const [one, reading] = [said[index], readings[index]];
    if (one === undefined || reading === undefined || one.name !== reading.name || one.part !== reading.part) return false;
    if (one.value !== undefined && one.value !== reading.value) return false;
  }
  return true;
}

function sameNames(said: readonly string[] | undefined, names: readonly string[] | undefined): boolean {
  if (said === names) return true;
  return said !== undefined && said.length === names?.length && said.every((name, index) => name === names[index]);
}
