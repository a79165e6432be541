/**
 * One check's looks, stepped over: which of them must be judged one by one, and which say what the one before said.
 *
 * A look that says the same as the last one, which changed nothing, changes nothing either: it is passed over in bulk. That is what
 * makes a day of ten thousand devices a matter of seconds.
 */

import { placeOf, type RuleReads } from "../../rules/reads.ts";
import { uptimeSample } from "../../rules/reboot.ts";
import { listedReading } from "../../rules/registration.ts";
import type { CheckLooks, LookState, SampleRuns } from "../model/looks.ts";
import type { Observation, Sample } from "../model/observation.ts";

/** What is the same to every rule of the replay, from one piece to the next. */
interface Sameness {
  readonly stateKey: string;
  /** Where each of its samples that a rule reads lies. */
  readonly places: readonly number[];
}

export class Cursor {
  readonly device: string;
  /** The checks of its device, this one too; those of the present piece are in it (`isIn`). */
  readonly siblings: readonly Cursor[];
  #kept: CheckLooks;
  /** Looks at which something changes that a rule may see, ascending. */
  #changes: readonly number[] = [];
  #change = 0;
  #piece = 0;
  /** The first look that was not judged or passed over. */
  next = 0;
  /** The turn for which it is in a bucket; -1: none. */
  due = -1;
  /** The last look that was judged changed nothing, and nothing has happened to the device since. */
  settled = false;
  #before: { readonly kept: CheckLooks; readonly look: number } | undefined;
  /** Its looks before this one are not asked for any more: the wall clock has jumped, and what is known of them moved with it. */
  #cut = 0;
  #same: Sameness | undefined;
  /** Alarms that the present looks are not about. */
  readonly #deaf = new Set<string>();

  constructor(kept: CheckLooks, siblings: readonly Cursor[]) {
    this.device = kept.device;
    this.siblings = siblings;
    this.#kept = kept;
  }

  /** Has this piece looks of it? */
  isIn(piece: number): boolean {
    return this.#piece === piece;
  }

  /** The looks of the next piece. How many runs hold a limit of these rules between their least and their most. */
  begin(kept: CheckLooks, reads: RuleReads, piece: number): number {
    this.#piece = piece;
    const same = this.#same;
    this.#before = same === undefined || this.#cut > this.#kept.count - 1 ? undefined : { kept: this.#kept, look: this.#kept.count - 1 };
    this.#cut = 0;
    this.#kept = kept;
    this.next = 0;
    this.due = -1;
    this.#change = 0;
    const { changes, ambiguous, first, last } = changesOf(kept, reads);
    // A list of a gatekeeper goes stale with time alone: each is compared.
    if (isListing(kept.states)) this.settled = false;
    const goesOn = same !== undefined && same.stateKey === kept.stateKeys[0] && areSame(same.places, first);
    this.#changes = goesOn && this.settled ? changes.slice(1) : changes;
    this.#same = { stateKey: kept.stateKeys.at(-1) ?? "", places: last };
    return ambiguous;
  }

  /** The daemon started anew: nothing of before is known. */
  forget(): void {
    this.#same = undefined;
    this.#before = undefined;
    this.settled = false;
  }

  /** The turn of the next look that must be judged; -1: none in this piece. */
  nextTurn(): number {
    const look = this.settled ? this.#nextChange() : this.next;
    return look < this.#kept.count ? (this.#kept.times().turn[look] ?? -1) : -1;
  }

  #nextChange(): number {
    while (this.#change < this.#changes.length && (this.#changes[this.#change] ?? 0) < this.next) this.#change += 1;
    return this.#changes[this.#change] ?? this.#kept.count;
  }

  /** Something happened to its device in this turn: the looks after it are judged. */
  rouse(turn: number): void {
    this.#deaf.clear();
    this.#wake(turn);
  }

  /** An alarm of its device counted on. Its own looks are not about this one if they left it alone before. */
  hear(alarm: string, turn: number): void {
    if (!this.#deaf.has(alarm)) this.#wake(turn);
  }

  /** When its last look before this turn was, of those that say what the last judged one said. */
  lastAt(piece: number, turn: number): number | undefined {
    return this.#last(piece, turn)?.at;
  }

  #last(piece: number, turn: number): Pick<Observation, "check" | "at" | "seq"> | undefined {
    const low = piece === this.#piece ? this.#firstOf(turn) : this.#kept.count;
    if (low > 0) return low > this.#cut ? this.#when(low - 1) : undefined;
    return this.#carried();
  }

  /** The first look in this turn or after it. */
  #firstOf(turn: number): number {
    const { turn: turns } = this.#kept.times();
    let [low, high] = [0, this.#kept.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((turns[middle] ?? 0) < turn) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * The wall clock jumps before this turn: the times of looks of before are moved by whoever keeps them, and are not asked for here any
   * more; every check is judged anew. The last of them, if it was passed over.
   */
  cut(piece: number, turn: number): Pick<Observation, "check" | "at" | "seq"> | undefined {
    const last = this.#last(piece, turn);
    this.#cut = piece === this.#piece ? this.#firstOf(turn) : this.#kept.count;
    this.#before = undefined;
    this.#deaf.clear();
    this.settled = false;
    if (piece === this.#piece) this.next = Math.max(this.next, this.#cut);
    return last;
  }

  #wake(turn: number): void {
    this.settled = false;
    this.next = Math.max(this.next, this.#firstAfter(turn));
  }

  /** A look was judged, and left these live alarms alone: so will the next ones that say the same. */
  settle(live: readonly string[]): void {
    this.settled = true;
    for (const alarm of live) this.#deaf.add(alarm);
  }

  /** The first look of a turn after this one. */
  #firstAfter(turn: number): number {
    const { turn: turns } = this.#kept.times();
    let [low, high] = [this.next, this.#kept.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((turns[middle] ?? 0) <= turn) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Its looks in this turn, maybe none. They count as judged. */
  take(turn: number): { readonly looks: readonly Observation[]; readonly before: Pick<Observation, "check" | "at" | "seq"> | undefined } {
    const end = this.#firstAfter(turn);
    const { turn: turns } = this.#kept.times();
    let from = end;
    while (from > this.next && turns[from - 1] === turn) from -= 1;
    const looks: Observation[] = [];
    for (let look = from; look < end; look += 1) looks.push(this.#look(look));
    if (this.#nextChange() < end) this.#deaf.clear();
    const before = looks.length > 0 && from > this.next ? this.#when(from - 1) : undefined;
    const carried = looks.length > 0 && from === 0 ? this.#carried() : undefined;
    this.next = end;
    return { looks, before: before ?? carried };
  }

  /** The last look of the piece before. */
  #carried(): Pick<Observation, "check" | "at" | "seq"> | undefined {
    if (this.#before === undefined) return undefined;
    const { kept, look } = this.#before;
    const { at, seq } = kept.times();
    return { check: kept.check, at: at[look] ?? 0, seq: seq[look] ?? 0 };
  }

  #when(look: number): Pick<Observation, "check" | "at" | "seq"> {
    const { at, seq } = this.#kept.times();
    return { check: this.#kept.check, at: at[look] ?? 0, seq: seq[look] ?? 0 };
  }

  #look(look: number): Observation {
    const { check, device, kind, stateStarts, states, series } = this.#kept;
    const times = this.#kept.times();
    const state = states[runAt(stateStarts, look)];
    const seq = times.seq[look] ?? 0;
    return {
      id: state?.told === true ? `inbox:${check}/${seq}` : `${check}@${seq}`,
      ...{ check, device, kind, seq },
      at: times.at[look] ?? 0,
      durationMs: times.durationMs[look] ?? 0,
      finding: {
        status: state?.status ?? "unknown",
        ...(state?.code === undefined ? {} : { code: state.code }),
        samples: state === undefined ? [] : samplesOf(state, series, look),
        readings: state?.readings ?? [],
        faults: state?.faults ?? [],
        ...(state?.whole === undefined ? {} : { whole: state.whole }),
      },
    };
  }
}

function samplesOf(state: LookState, series: readonly SampleRuns[], look: number): readonly Sample[] {
  const samples = state.samples.map(({ name, part }, index) => {
    const expected = series[index];
    const found =
      expected?.name === name && expected.part === part ? expected : series.find((one) => one.name === name && one.part === part);
    const value = found === undefined ? Number.NaN : middleOf(found, runAt(found.starts, look));
    return { name, value, ...(part === undefined ? {} : { part }) };
  });
  return state.uptimeSeconds === undefined ? samples : [...samples, { name: uptimeSample, value: state.uptimeSeconds }];
}

/** The middle of a run: on the same side of every limit that it was kept under. */
function middleOf({ mins, maxes }: SampleRuns, run: number): number {
  const [min, max] = [mins[run] ?? Number.NaN, maxes[run] ?? Number.NaN];
  return min === max ? min : min + (max - min) / 2;
}

function runAt(starts: readonly number[], look: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= look) low = middle;
    else high = middle - 1;
  }
  return low;
}

function isListing(states: readonly LookState[]): boolean {
  for (const { whole } of states) if (whole?.includes(listedReading) === true) return true;
  return false;
}

function areSame(one: readonly number[], other: readonly number[]): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) if (!Object.is(one[index], other[index])) return false;
  return true;
}

function changesOf(kept: CheckLooks, reads: RuleReads) {
  let changes: readonly number[] = kept.stateStarts;
  let ambiguous = 0;
  const first: number[] = [];
  // The same as the first until a series crosses something.
  let last = first;
  for (const series of kept.series) {
    const limits = reads.samples.get(series.name);
    if (limits === undefined && !reads.samples.has(series.name)) continue;
    const before = placeIn(series, 0, limits);
    if (limits !== undefined) ambiguous += limitsWithin(series, limits);
    const moved = series.starts.length === 1 ? nowhere : crossingsOf(series, limits);
    if (moved !== nowhere) {
      changes = [...changes, ...moved];
      if (last === first) last = [...first];
    }
    first.push(before);
    if (last !== first) last.push(placeIn(series, series.starts.length - 1, limits));
  }
  if (changes !== kept.stateStarts) changes = [...new Set(changes)].sort((a, b) => a - b);
  return { changes, ambiguous, first, last };
}

/** On which side of the limits a run lies; the value itself where there are none. */
function placeIn(series: SampleRuns, run: number, limits: readonly number[] | undefined): number {
  return limits === undefined ? middleOf(series, run) : placeOf(middleOf(series, run), limits);
}

const nowhere: readonly number[] = [];

/** The looks with which a run on another side begins. */
function crossingsOf(series: SampleRuns, limits: readonly number[] | undefined): readonly number[] {
  const { starts } = series;
  let moved: number[] | undefined;
  let before = placeIn(series, 0, limits);
  for (let run = 1; run < starts.length; run += 1) {
    const place = placeIn(series, run, limits);
    if (Object.is(place, before)) continue;
    before = place;
    moved ??= [];
    moved.push(starts[run] ?? 0);
  }
  return moved ?? nowhere;
}

/** How many runs have a limit between their least and their most. */
function limitsWithin({ mins, maxes }: SampleRuns, limits: readonly number[]): number {
  let found = 0;
  for (let run = 0; run < mins.length; run += 1) {
    const [min, max] = [mins[run] ?? 0, maxes[run] ?? 0];
    if (min !== max && placeOf(min, limits) !== placeOf(max, limits)) found += 1;
  }
  return found;
}
