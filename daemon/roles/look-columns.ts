/**
 * A piece of looks while it grows: rows of numbers for when each was, runs for what it found.
 *
 * 10,000 devices look 900,000 times in half an hour. As objects that is what the collector dies of; as columns it is 25 MB.
 */

import { placeOf, type RuleReads } from "../../rules/reads.ts";
import { uptimeAtRestart, uptimeSample } from "../../rules/reboot.ts";
import type { CheckLooks, LookMark, LookState, LookTimes, PieceHead } from "../model/looks.ts";
import type { Observation, Sample } from "../model/observation.ts";
import type { Instant } from "../model/time.ts";

/** Values that differ by less than this share of their size are one run, unless a limit lies between them. */
const BAND = 1 / 16;
const FIRST_ROWS = 4_096;
/** States that are looked for among those known; where devices all say something of their own there is nothing to share. */
const statesShared = 5_000;

interface Series {
  readonly name: string;
  readonly part?: string;
  /** Undefined: every change is a run. */
  readonly limits: readonly number[] | undefined;
  starts: number[];
  mins: number[];
  maxes: number[];
  place: number;
}

interface Entry {
  readonly number: number;
  readonly check: string;
  readonly device: string;
  readonly kind: Observation["kind"];
  count: number;
  stateStarts: number[];
  states: LookState[];
  series: Series[];
  /** The series of the present state's samples, in order. */
  present: readonly Series[];
}

/** Rows of numbers that grow by doubling. */
class Rows {
  at = new Float64Array(FIRST_ROWS);
  seq = new Float64Array(FIRST_ROWS);
  check = new Uint32Array(FIRST_ROWS);
  turn = new Uint32Array(FIRST_ROWS);
  durationMs = new Uint32Array(FIRST_ROWS);
  size = 0;

  add(check: number, turn: number, { at, seq, durationMs }: Observation): void {
    if (this.size === this.at.length) this.#grow();
    const row = this.size;
    this.at[row] = at;
    this.seq[row] = seq;
    this.check[row] = check;
    this.turn[row] = turn;
    this.durationMs[row] = Math.max(0, Math.round(durationMs));
    this.size += 1;
  }

  #grow(): void {
    const wider = <T extends Float64Array | Uint32Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    const size = this.at.length * 2;
    this.at = wider(this.at, new Float64Array(size));
    this.seq = wider(this.seq, new Float64Array(size));
    this.check = wider(this.check, new Uint32Array(size));
    this.turn = wider(this.turn, new Uint32Array(size));
    this.durationMs = wider(this.durationMs, new Uint32Array(size));
  }
}

export class PieceColumns {
  #reads: RuleReads;
  readonly #rows = new Rows();
  readonly #entries = new Map<string, Entry>();
  /** What 10,000 checks say in nearly the same words is kept once. */
  readonly #states = new Map<string, LookState>();
  readonly #turns: number[] = [];
  readonly #seqs: number[] = [];
  readonly #marks: LookMark[] = [];

  constructor(reads: RuleReads) {
    this.#reads = reads;
  }

  /** Other rules came into force; before the first turn. */
  use(reads: RuleReads): void {
    this.#reads = reads;
  }

  get looks(): number {
    return this.#rows.size;
  }

  get turns(): number {
    return this.#turns.length;
  }

  mark(mark: LookMark): void {
    this.#marks.push(mark);
  }

  /** One turn, its observations in the order in which they were judged. */
  turn(now: Instant, observations: readonly Observation[]): void {
    const turn = this.#turns.push(now) - 1;
    let least = Number.POSITIVE_INFINITY;
    for (const { seq } of observations) if (seq < least) least = seq;
    this.#seqs.push(Number.isFinite(least) ? least : (this.#seqs[turn - 1] ?? 0));
    for (const observation of observations) this.#add(observation, turn);
  }

  #add(observation: Observation, turn: number): void {
    const { check, device, kind } = observation;
    let entry = this.#entries.get(check);
    if (entry === undefined) {
      entry = { number: this.#entries.size, check, device, kind, count: 0, stateStarts: [], states: [], series: [], present: [] };
      this.#entries.set(check, entry);
    }
    this.#rows.add(entry.number, turn, observation);
    if (!this.#isSame(entry.states.at(-1), observation)) this.#begin(entry, observation);
    let index = 0;
    for (const sample of observation.finding.samples) {
      if (!this.#reads.samples.has(sample.name)) continue;
      const series = entry.present[index];
      if (series !== undefined) extend(series, sample.value, entry.count);
      index += 1;
    }
    entry.count += 1;
  }

  /** As far as rules can tell: nearly every look is the same, and is only walked through. */
  #isSame(state: LookState | undefined, { id, kind, finding }: Observation): boolean {
    if (state === undefined || state.status !== finding.status || state.code !== finding.code) return false;
    if (state.faults.length > 0 || finding.faults.length > 0 || (state.told === true) !== isTold(id, kind)) return false;
    const { samples, readings } = this.#reads;
    let at = 0;
    for (const { name, part, value } of finding.readings) {
      if (!readings.has(name)) continue;
      const known = state.readings[at];
      if (known?.name !== name || known.value !== value || known.part !== part) return false;
      at += 1;
    }
    if (at !== state.readings.length) return false;
    at = 0;
    for (const { name, part } of finding.samples) {
      if (!samples.has(name)) continue;
      const known = state.samples[at];
      if (known?.name !== name || known.part !== part) return false;
      at += 1;
    }
    return at === state.samples.length && sameWords(state.whole, this.#whole(finding.whole));
  }

  #whole(whole: readonly string[] | undefined): readonly string[] | undefined {
    const read = whole?.filter((name) => this.#reads.readings.has(name) || this.#reads.samples.has(name));
    return read === undefined || read.length === 0 ? undefined : read;
  }

  #begin(entry: Entry, { id, kind, finding }: Observation): void {
    const { samples, readings } = this.#reads;
    const whole = this.#whole(finding.whole);
    const named = finding.samples.filter(({ name }) => samples.has(name));
    const uptime = samples.has(uptimeSample) ? undefined : uptimeAtRestart(finding);
    entry.stateStarts = alsoOf(entry.stateStarts, entry.count);
    entry.states = alsoOf(
      entry.states,
      this.#shared({
        status: finding.status,
        ...(finding.code === undefined ? {} : { code: finding.code }),
        readings: finding.readings.filter(({ name }) => readings.has(name)),
        faults: finding.faults.map(({ text: _, ...fault }) => fault),
        ...(whole === undefined ? {} : { whole }),
        ...(uptime === undefined ? {} : { uptimeSeconds: uptime }),
        samples: named.map(({ name, part }) => ({ name, ...(part === undefined ? {} : { part }) })),
        ...(isTold(id, kind) ? { told: true as const } : {}),
      }),
    );
    entry.present = named.map((sample) => this.#seriesOf(entry, sample));
  }

  #shared(state: LookState): LookState {
    const key = JSON.stringify(state);
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    if (this.#states.size < statesShared) this.#states.set(key, state);
    return state;
  }

  #seriesOf(entry: Entry, { name, part }: Sample): Series {
    const known = entry.series.find((series) => series.name === name && series.part === part);
    if (known !== undefined) return known;
    const limits = this.#reads.samples.get(name);
    const series = { name, ...(part === undefined ? {} : { part }), limits, starts: [], mins: [], maxes: [], place: 0 };
    entry.series = alsoOf(entry.series, series);
    return series;
  }

  /** What is written; the columns must not grow any more. */
  head(config: string, checkpoint: boolean): PieceHead {
    const [turns, seqs] = [this.#turns, this.#seqs];
    const times = { from: turns[0] ?? 0, to: turns.reduce((latest, now) => Math.max(latest, now), 0) };
    return { ...times, config, turns, seqs, marks: this.#marks, looks: this.#rows.size, checkpoint };
  }

  *checks(): Iterable<CheckLooks> {
    const entries = [...this.#entries.values()];
    const rows = this.#sorted(entries);
    let from = 0;
    for (const { check, device, kind, count, stateStarts, states, series } of entries) {
      const mine = rows.subarray(from, from + count);
      from += count;
      const stateKeys = states.map((state) => JSON.stringify(state));
      yield { check, device, kind, count, stateStarts, states, stateKeys, series, times: () => this.#times(mine) };
    }
  }

  /** Rows by check, each check's in the order in which they came. */
  #sorted(entries: readonly Entry[]): Uint32Array {
    const next = new Uint32Array(entries.length);
    let sum = 0;
    for (const { number, count } of entries) {
      next[number] = sum;
      sum += count;
    }
    const sorted = new Uint32Array(this.#rows.size);
    for (let row = 0; row < this.#rows.size; row += 1) {
      const check = this.#rows.check[row] ?? 0;
      const place = next[check] ?? 0;
      sorted[place] = row;
      next[check] = place + 1;
    }
    return sorted;
  }

  #times(mine: Uint32Array): LookTimes {
    const { at, seq, turn, durationMs } = this.#rows;
    const column = (from: Float64Array | Uint32Array) => {
      const its = new Float64Array(mine.length);
      for (let look = 0; look < mine.length; look += 1) its[look] = from[mine[look] ?? 0] ?? 0;
      return its;
    };
    return { at: column(at), seq: column(seq), turn: column(turn), durationMs: column(durationMs) };
  }
}

/** What came through the inbox: a trap, or what a kept session said. */
function isTold(id: string, kind: Observation["kind"]): boolean {
  return kind !== "trap" && id.startsWith("inbox:");
}

function sameWords(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((word, index) => word === b[index]);
}

/** A list and one more. `push`, and a spread too, makes room for 17 at once; nearly all of these lists, two hundred thousand, stay at one or two. */
function alsoOf<T>(list: T[], one: T): T[] {
  if (list.length < 4) return list.concat([one]);
  list.push(one);
  return list;
}

function extend(series: Series, value: number, look: number): void {
  const last = series.starts.length - 1;
  const place = series.limits === undefined ? 0 : placeOf(value, series.limits);
  if (last >= 0 && fits(series, last, value, place)) {
    if (value < (series.mins[last] ?? value)) series.mins[last] = value;
    if (value > (series.maxes[last] ?? value)) series.maxes[last] = value;
    return;
  }
  // Before a sample first came there is nothing: its first run begins with the check's first look.
  series.starts = alsoOf(series.starts, last < 0 ? 0 : look);
  series.mins = alsoOf(series.mins, value);
  series.maxes = alsoOf(series.maxes, value);
  series.place = place;
}

function fits(series: Series, run: number, value: number, place: number): boolean {
  const [min, max] = [series.mins[run] ?? value, series.maxes[run] ?? value];
  if (Number.isNaN(value) || Number.isNaN(min)) return Number.isNaN(value) && Number.isNaN(min);
  if (value === min && value === max) return true;
  if (series.limits === undefined || place !== series.place) return false;
  const [low, high] = [Math.min(min, value), Math.max(max, value)];
  return high - low <= BAND * Math.max(Math.abs(low), Math.abs(high));
}
