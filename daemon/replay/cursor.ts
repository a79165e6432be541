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
  readonly places: string;
}

export class Cursor {
  readonly device: string;
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
  #same: Sameness | undefined;
  /** Alarms that the present looks are not about. */
  readonly #deaf = new Set<string>();

  constructor(kept: CheckLooks) {
    this.device = kept.device;
    this.#kept = kept;
  }

  /** The looks of the next piece. How many runs hold a limit of these rules between their least and their most. */
  begin(kept: CheckLooks, reads: RuleReads, piece: number): number {
    this.#piece = piece;
    const same = this.#same;
    if (same !== undefined) this.#before = { kept: this.#kept, look: this.#kept.count - 1 };
    this.#kept = kept;
    this.next = 0;
    this.due = -1;
    this.#change = 0;
    const { changes, ambiguous, first, last } = changesOf(kept, reads);
    // A list of a gatekeeper goes stale with time alone: each is compared.
    const listing = kept.states.some(({ whole }) => whole?.includes(listedReading) === true);
    if (listing) this.settled = false;
    const goesOn = same?.stateKey === kept.stateKeys[0] && same?.places === first;
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
    const { turn: turns, at } = this.#kept.times();
    if (piece !== this.#piece) return at[this.#kept.count - 1];
    let [low, high] = [0, this.#kept.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((turns[middle] ?? 0) < turn) low = middle + 1;
      else high = middle;
    }
    return low > 0 ? at[low - 1] : this.#carried()?.at;
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

function changesOf(kept: CheckLooks, reads: RuleReads) {
  let changes: readonly number[] = kept.stateStarts;
  let ambiguous = 0;
  let [first, last] = ["", ""];
  for (const series of kept.series) {
    if (!reads.samples.has(series.name)) continue;
    const limits = reads.samples.get(series.name);
    if (series.starts.length === 1 && limits !== undefined) {
      // Nearly every one: it never crossed anything.
      const place = placeOf(middleOf(series, 0), limits);
      if (placeOf(series.mins[0] ?? 0, limits) !== placeOf(series.maxes[0] ?? 0, limits)) ambiguous += 1;
      first += ` ${place}`;
      last += ` ${place}`;
      continue;
    }
    const places = series.starts.map((_, run) => {
      if (limits === undefined) return middleOf(series, run);
      if (placeOf(series.mins[run] ?? 0, limits) !== placeOf(series.maxes[run] ?? 0, limits)) ambiguous += 1;
      return placeOf(middleOf(series, run), limits);
    });
    first += ` ${places[0]}`;
    last += ` ${places.at(-1)}`;
    const moved = series.starts.filter((_, run) => run > 0 && !Object.is(places[run], places[run - 1]));
    if (moved.length > 0) changes = [...changes, ...moved];
  }
  if (changes !== kept.stateStarts) changes = [...new Set(changes)].sort((a, b) => a - b);
  return { changes, ambiguous, first, last };
}
