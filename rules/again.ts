/**
 * A look that says what an earlier one said, which moved no alarm: while the alarm records of its device are what they were, it moves none
 * either, and no rule is asked. Nearly every look is one.
 *
 * Pure. What it does all the same: what is awaited was heard, and numbers are remembered for the next look.
 */
import type { Alarm } from "../daemon/model/alarm.ts";
import type { Observation } from "../daemon/model/observation.ts";
import type { Rule } from "../daemon/model/rule.ts";
import type { Instant } from "../daemon/model/time.ts";
import { hearingSpan, hearWaiting, keyOfAbsence, moveByHearing } from "./absence.ts";
import { planOf } from "./plan.ts";
import { placeOf } from "./reads.ts";
import { type SaidSeries, type Saying, sayingOf, says } from "./saying.ts";
import { type Before, isTooSoon, keyOfSlope, type Mark, type Marks, slopeBetween, slopesOf } from "./slope.ts";

/** Where something is remembered between two looks. Its numbers are changed in place: nearly every look at a working network changes some. */
export class Cell implements Before {
  readonly key: string;
  at: Instant = Number.NaN;
  value: number = Number.NaN;

  constructor(key: string) {
    this.key = key;
  }

  /** Undefined: nothing yet. */
  get mark(): Mark | undefined {
    return Number.isNaN(this.at) ? undefined : markOf(this.at, this.value);
  }

  /** `value`: NaN where something was only heard. */
  remember(at: Instant, value: number): void {
    this.at = at;
    this.value = value;
  }
}

/** What is remembered of a look; `value` as in a cell. */
export function markOf(at: Instant, value: number): Mark {
  return Number.isNaN(value) ? { at } : { at, value };
}

/** What to know a look by that moved nothing, when it comes again. `marks`: as they were before it. */
export function sayingToRemember(rules: readonly Rule[], observation: Observation, marks: Marks): Saying {
  return sayingOf(rules, observation, slopesOf(observation, planOf(rules).slopes, marks).slopes);
}

/** The times between which such a look moves no record at all, but only what is remembered. */
export interface Span {
  readonly after: Instant;
  readonly before: Instant;
}

const always: Span = { after: Number.NEGATIVE_INFINITY, before: Number.POSITIVE_INFINITY };
const never: Span = { after: Number.NEGATIVE_INFINITY, before: Number.NEGATIVE_INFINITY };

/** Of what is awaited, as its records are now. */
export function spanOf(saying: Saying, device: string, alarms: (key: string) => Alarm | undefined, restoreAfterLooks: number): Span {
  let { after, before } = always;
  for (const rule of saying.heard) {
    const span = hearingSpan(rule, alarms(keyOfAbsence(rule, device)), restoreAfterLooks);
    if (span === undefined) return never;
    after = Math.max(after, span.after);
    before = Math.min(before, span.before);
  }
  return { after, before };
}

/** Under which keys such a look of a device is remembered: first its series, then what was heard. */
export function keysOf({ series, heard, samples }: Saying, device: string): readonly string[] {
  const numbers = series.map(({ wanted, index }) => keyOfSlope(wanted, device, samples[index]?.part));
  return [...numbers, ...heard.map((rule) => keyOfAbsence(rule, device))];
}

/** Does it say it again? `cells`: of the keys, in their order. */
export function isAgain(saying: Saying, observation: Observation, cells: readonly Cell[]): boolean {
  if (!says(saying, observation)) return false;
  for (let index = saying.series.length; index < cells.length; index += 1) {
    const cell = cells[index];
    // Never heard of is not before, either.
    if (cell === undefined || !(cell.at < observation.at)) return false;
  }
  return areSlopes(saying, observation, cells);
}

export interface HearingAgain {
  readonly saying: Saying;
  readonly observation: Observation;
  readonly cells: readonly Cell[];
  readonly alarms: (key: string) => Alarm | undefined;
  readonly now: Instant;
  readonly restoreAfterLooks: number;
}

/** Beyond the span of its saying: the records of what is awaited that wait anew. Undefined: it was due meanwhile, and the rules must be asked. */
export function hearAgain({ saying, observation, cells, alarms, now, restoreAfterLooks }: HearingAgain): readonly Alarm[] | undefined {
  const { device, at, seq } = observation;
  const look = { device, at, seq, now, restoreAfterLooks };
  const changed: Alarm[] = [];
  for (const [index, rule] of saying.heard.entries()) {
    const cell = cells[saying.series.length + index];
    if (cell === undefined) return undefined;
    const { key } = cell;
    const before = alarms(key);
    const waiting = hearWaiting(before, rule, at, restoreAfterLooks);
    if (waiting !== undefined) {
      if (waiting !== before) changed.push(waiting);
      continue;
    }
    const { alarm, transitions } = moveByHearing({ alarm: before, rule, key, heard: true, look, mark: cell.mark });
    if (transitions.length > 0) return undefined;
    if (alarm !== undefined) changed.push(alarm);
  }
  return changed;
}

/** Takes what a look that says it again leaves to be remembered; `value` as in a cell. */
export type TakeMark = (cell: Cell, at: Instant, value: number) => void;

export function eachMark({ series }: Saying, { at, finding }: Observation, cells: readonly Cell[], take: TakeMark): void {
  for (let index = 0; index < cells.length; index += 1) {
    const cell = cells[index];
    if (cell === undefined) continue;
    const one = series[index];
    if (one === undefined) take(cell, at, Number.NaN);
    else if (!isTooSoon(one.wanted, cell, at)) take(cell, at, finding.samples[one.index]?.value ?? Number.NaN);
  }
}

function areSlopes({ series }: Saying, { at, finding }: Observation, cells: readonly Cell[]): boolean {
  for (let index = 0; index < series.length; index += 1) {
    const one = series[index];
    const cell = cells[index];
    const value = finding.samples[one?.index ?? -1]?.value;
    if (one === undefined || cell === undefined || value === undefined || !isSlope(one, cell, at, value)) return false;
  }
  return true;
}

function isSlope({ wanted, slope }: SaidSeries, before: Before, at: Instant, value: number): boolean {
  const found = isTooSoon(wanted, before, at) ? undefined : slopeBetween(wanted, before, at, value);
  if (found === undefined || slope === undefined) return found === slope;
  return slope.limits !== undefined && placeOf(found, slope.limits) === slope.place;
}
