/**
 * Looks of some hundred checks of one piece, as bytes.
 *
 * form 1 | five regions, each deflated: what was found (states, runs of samples), then when: `at`, `seq`, turn, duration. A region holds
 * one kind of number for all checks, which is what deflate is good at; each check knows how long its stretch of each is, and is unpacked
 * only when asked for.
 */
import { promisify } from "node:util";
import { deflateRaw, inflateRawSync } from "node:zlib";
import type { CheckLooks, LookState, LookTimes, SampleRuns } from "../model/looks.ts";
import type { ProbeKind } from "../model/observation.ts";
import type { Instant } from "../model/time.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { readValue, writeValue } from "./look-value.ts";

const FORM = 1;
const REGIONS = 4;
const deflated = promisify<Uint8Array, object, Buffer>(deflateRaw);

/** What both sides know of the piece: the columns are counted from it. */
export interface Turns {
  readonly from: Instant;
  readonly turns: ArrayLike<number>;
  readonly seqs: ArrayLike<number>;
}

/** `same`: values of a sample with equal places are the same to every rule in force. */
export async function packBlock(piece: Turns, checks: readonly CheckLooks[], same: (name: string) => (a: number, b: number) => boolean) {
  const found = new ByteWriter();
  const regions = Array.from({ length: REGIONS }, () => new ByteWriter());
  const texts = new Map<string, number>();
  const names = new ByteWriter();
  const numberOf = (text: string): number => {
    let number = texts.get(text);
    if (number === undefined) {
      number = texts.size;
      texts.set(text, number);
      names.text(text);
    }
    return number;
  };
  for (const check of checks) {
    for (const text of [check.check, check.device, check.kind]) found.varint(numberOf(text));
    found.varint(check.count);
    found.varint(check.states.length);
    let start = 0;
    for (const [index, key] of check.stateKeys.entries()) {
      const next = check.stateStarts[index] ?? 0;
      found.varint(next - start);
      start = next;
      found.varint(numberOf(key));
    }
    found.varint(check.series.length);
    for (const series of check.series) writeSeries(found, series, numberOf, same(series.name));
    const lengths = writeTimes(regions, piece, check.times());
    for (const length of lengths) found.varint(length);
  }
  const head = new ByteWriter();
  head.varint(texts.size);
  head.block(names.done());
  head.varint(checks.length);
  head.block(found.done());
  const out = new ByteWriter();
  out.byte(FORM);
  for (const region of [head, ...regions]) out.block(await deflated(region.done(), { level: 6, memLevel: 9 }));
  return out.done();
}

function writeSeries(out: ByteWriter, series: SampleRuns, numberOf: (text: string) => number, same: (a: number, b: number) => boolean) {
  out.varint(numberOf(series.name));
  out.varint(series.part === undefined ? 0 : numberOf(series.part) + 1);
  out.varint(series.starts.length);
  let start = 0;
  for (const [run, next] of series.starts.entries()) {
    const [min, max] = [series.mins[run] ?? 0, series.maxes[run] ?? 0];
    // The lowest bit: is it flat?
    out.varint((next - start) * 2 + (Object.is(min, max) ? 1 : 0));
    start = next;
    writeValue(out, min, "down", (moved) => same(moved, min));
    if (!Object.is(min, max)) writeValue(out, max, "up", (moved) => same(moved, max));
  }
}

/** Lengths of the four stretches. */
function writeTimes([ats, seqs, turns, durations]: readonly ByteWriter[], piece: Turns, times: LookTimes): readonly number[] {
  if (ats === undefined || seqs === undefined || turns === undefined || durations === undefined) return [];
  const from = [ats.length, seqs.length, turns.length, durations.length];
  const { at, seq, turn, durationMs } = times;
  const step = usualStep(at);
  ats.signed((at[0] ?? 0) - piece.from);
  ats.signed(step);
  for (let look = 0; look < at.length; look += 1) {
    const now = at[look] ?? 0;
    const its = turn[look] ?? 0;
    if (look > 0) ats.signed(now - (at[look - 1] ?? 0) - step);
    seqs.signed((seq[look] ?? 0) - (piece.seqs[its] ?? 0));
    turns.signed(its - firstTurn(piece.turns, now));
    durations.varint(durationMs[look] ?? 0);
  }
  return [ats, seqs, turns, durations].map((region, index) => region.length - (from[index] ?? 0));
}

/** The median time between two looks: their interval. */
function usualStep(at: ArrayLike<number>): number {
  if (at.length < 2) return 0;
  const steps = new Float64Array(at.length - 1);
  for (let look = 1; look < at.length; look += 1) steps[look - 1] = (at[look] ?? 0) - (at[look - 1] ?? 0);
  steps.sort();
  return steps[steps.length >> 1] ?? 0;
}

/** The first turn at or after this time, where a look is nearly always judged. */
function firstTurn(turns: ArrayLike<number>, at: number): number {
  let [low, high] = [0, turns.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((turns[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function unpackBlock(piece: Turns, bytes: Buffer): readonly CheckLooks[] {
  const from = new ByteReader(bytes);
  const form = from.byte();
  if (form !== FORM) throw new Error(`a block of looks has form ${form}, this daemon reads ${FORM}; install the newer daemon again`);
  const head = new ByteReader(inflateRawSync(from.block()));
  const packed = Array.from({ length: REGIONS }, () => from.block());
  const textCount = head.varint();
  const dictionary = new ByteReader(head.block());
  const texts = Array.from({ length: textCount }, () => dictionary.text());
  const count = head.varint();
  const found = new ByteReader(head.block());
  const block: Block = { piece, packed, texts, states: new Map(), opened: undefined };
  const offsets: [number, number, number, number] = [0, 0, 0, 0];
  const checks: CheckLooks[] = [];
  for (let index = 0; index < count; index += 1) {
    const from: Offsets = [...offsets];
    const [check, device, kind] = [textIn(found, texts), textIn(found, texts), textIn(found, texts) as ProbeKind];
    const looks = found.varint();
    const runs = readStates(found, block);
    const series: SampleRuns[] = [];
    for (let left = found.varint(); left > 0; left -= 1) series.push(readSeries(found, texts));
    for (let region = 0; region < REGIONS; region += 1) offsets[region] = (offsets[region] ?? 0) + found.varint();
    checks.push(new PackedLooks({ check, device, kind, count: looks, runs, series, block, from }));
  }
  return checks;
}

/** What the checks of one block share. */
interface Block {
  readonly piece: Turns;
  readonly packed: readonly Buffer[];
  readonly texts: readonly string[];
  /** By the number of their text. */
  readonly states: Map<number, States>;
  opened: { readonly regions: readonly Buffer[]; readonly isAscending: boolean } | undefined;
}

type States = Pick<CheckLooks, "stateStarts" | "stateKeys" | "states">;
/** Where a check's stretch of each region begins. */
type Offsets = readonly [number, number, number, number];

/** A hundred thousand of them are made at a time, and few are asked for their times. */
class PackedLooks implements CheckLooks {
  readonly check: string;
  readonly device: string;
  readonly kind: ProbeKind;
  readonly count: number;
  readonly stateStarts: readonly number[];
  readonly states: readonly LookState[];
  readonly stateKeys: readonly string[];
  readonly series: readonly SampleRuns[];
  readonly #block: Block;
  readonly #from: Offsets;
  #times: LookTimes | undefined;

  constructor(looks: Pick<CheckLooks, "check" | "device" | "kind" | "count" | "series"> & { runs: States; block: Block; from: Offsets }) {
    const { runs } = looks;
    this.check = looks.check;
    this.device = looks.device;
    this.kind = looks.kind;
    this.count = looks.count;
    this.stateStarts = runs.stateStarts;
    this.states = runs.states;
    this.stateKeys = runs.stateKeys;
    this.series = looks.series;
    this.#block = looks.block;
    this.#from = looks.from;
  }

  times(): LookTimes {
    if (this.#times !== undefined) return this.#times;
    const block = this.#block;
    block.opened ??= { regions: block.packed.map((region) => inflateRawSync(region)), isAscending: isAscending(block.piece.turns) };
    const { regions, isAscending: ascending } = block.opened;
    // To the end of the region: who reads knows how many there are.
    const readers = regions.map((region, index) => new ByteReader(region.subarray(this.#from[index])));
    this.#times = readTimes(readers, block.piece, this.count, ascending);
    return this.#times;
  }
}

function textIn(from: ByteReader, texts: readonly string[]): string {
  return texts[from.varint()] ?? "";
}

/** Nearly every check is in one state, from its first look on, and many are in the same. */
function readStates(from: ByteReader, { texts, states: known }: Block): States {
  const count = from.varint();
  const stateStarts: number[] = [];
  const stateKeys: string[] = [];
  const states: LookState[] = [];
  let start = 0;
  for (let left = count; left > 0; left -= 1) {
    start += from.varint();
    const number = from.varint();
    let one = known.get(number);
    if (one === undefined) {
      const key = texts[number] ?? "";
      one = { stateStarts: [0], stateKeys: [key], states: [JSON.parse(key) as LookState] };
      known.set(number, one);
    }
    if (count === 1 && start === 0) return one;
    stateStarts.push(start);
    stateKeys.push(...one.stateKeys);
    states.push(...one.states);
  }
  return { stateStarts, stateKeys, states };
}

const fromTheFirst: readonly number[] = Object.freeze([0]);

function readSeries(from: ByteReader, texts: readonly string[]): SampleRuns {
  const name = texts[from.varint()] ?? "";
  const part = from.varint();
  const count = from.varint();
  const starts: number[] = [];
  const mins: number[] = [];
  const maxes: number[] = [];
  let start = 0;
  for (let left = count; left > 0; left -= 1) {
    const head = from.varint();
    start += Math.floor(head / 2);
    const min = readValue(from);
    starts.push(start);
    mins.push(min);
    maxes.push(head % 2 === 1 ? min : readValue(from));
  }
  const runs = { starts: count === 1 && start === 0 ? fromTheFirst : starts, mins, maxes };
  return part === 0 ? { name, ...runs } : { name, part: texts[part - 1] ?? "", ...runs };
}

function isAscending(turns: ArrayLike<number>): boolean {
  for (let turn = 1; turn < turns.length; turn += 1) if ((turns[turn] ?? 0) < (turns[turn - 1] ?? 0)) return false;
  return true;
}

/** As firstTurn, of turns that ascend: from a turn that lies near it outwards. */
function firstTurnNear(turns: ArrayLike<number>, at: number, near: number): number {
  const last = turns.length - 1;
  let [low, high] = [Math.min(Math.max(near, 0), last), Math.min(Math.max(near, 0), last)];
  for (let step = 1; low > 0 && (turns[low - 1] ?? 0) >= at; step *= 2) low = Math.max(0, low - step);
  for (let step = 1; high < last && (turns[high] ?? 0) < at; step *= 2) high = Math.min(last, high + step);
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((turns[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function readTimes([ats, seqs, turns, durations]: readonly ByteReader[], piece: Turns, count: number, ascending: boolean): LookTimes {
  const times = {
    at: new Float64Array(count),
    seq: new Float64Array(count),
    turn: new Uint32Array(count),
    durationMs: new Uint32Array(count),
  };
  if (ats === undefined || seqs === undefined || turns === undefined || durations === undefined) return times;
  let at = piece.from + ats.signed();
  const step = ats.signed();
  let [first, stride] = [0, 0];
  for (let look = 0; look < count; look += 1) {
    if (look > 0) at += step + ats.signed();
    const before = first;
    first = ascending ? firstTurnNear(piece.turns, at, first + stride) : firstTurn(piece.turns, at);
    stride = first - before;
    const turn = first + turns.signed();
    times.at[look] = at;
    times.turn[look] = turn;
    times.seq[look] = (piece.seqs[turn] ?? 0) + seqs.signed();
    times.durationMs[look] = durations.varint();
  }
  return times;
}
