/**
 * What a family's data make of raw values: samples and readings.
 *
 * Pure. A value that is missing or no number gives nothing: missing, never zero.
 */
import type { ReadAs } from "../../daemon/model/family.ts";
import type { Reading, Sample } from "../../daemon/model/observation.ts";
import { type CounterReading, rateOf } from "./rate.ts";
import { toldOf } from "./tellable.ts";
import { numberOf, textOf, type Varbind, wholeOf } from "./value.ts";

/** A counter as it was at the last look. Written over at the next one: there are thousands a second. */
interface KnownCounter extends CounterReading {
  value: bigint;
  atMs: number;
}

/** Counters as they were at the last look, by name and part. */
export type CounterMemory = Map<string, KnownCounter>;

/** Where a look's values are gathered. */
export interface Gathered {
  readonly samples: Sample[];
  readonly readings: Reading[];
}

/** What the values are judged against. */
export interface Before {
  /** Each is moved on as it is read. */
  readonly counters: CounterMemory;
  readonly restarted: boolean;
  /** When this look's values were read; never jumps. */
  readonly atMs: number;
}

export interface Item {
  readonly read: ReadAs;
  readonly bits?: 32 | 64;
  readonly part?: string;
  /** A gauge is divided by it. */
  readonly over?: number;
}

/** Adds what one value means. */
export function addMeaning(item: Item, varbind: Varbind, before: Before, into: Gathered): void {
  const { read, part } = item;
  switch (read.as) {
    case "state":
    case "text": {
      const value = toldOf(read, varbind);
      if (value !== undefined && value !== "")
        into.readings.push(part === undefined ? { name: read.name, value } : { name: read.name, value, part });
      return;
    }
    case "gauge": {
      const value = gauge(item, varbind);
      if (value !== undefined) into.samples.push(sampleOf(item, value));
      return;
    }
    case "counter": {
      const perSecond = rateSince(item, varbind, before);
      if (perSecond !== undefined) into.samples.push(sampleOf(item, perSecond * (read.scale ?? 1)));
      return;
    }
  }
}

/** A second, since the last look; the counter is moved on. */
function rateSince({ read, part, bits = 32 }: Item, varbind: Varbind, { counters, restarted, atMs }: Before): number | undefined {
  const value = wholeOf(varbind);
  if (value === undefined) return undefined;
  const key = part === undefined ? read.name : `${read.name} ${part}`;
  const now = { value, atMs };
  const known = counters.get(key);
  const { perSecond } = rateOf(known, now, { bits: varbind.type === 70 ? 64 : bits, restarted });
  if (known === undefined) counters.set(key, now);
  else {
    known.value = value;
    known.atMs = atMs;
  }
  return perSecond;
}

/** Forgets the counters that were not read at this time. */
export function forgetUnread(counters: CounterMemory, atMs: number): void {
  for (const [key, known] of counters) if (known.atMs !== atMs) counters.delete(key);
}

/** Field by field: there are thousands a second, and a spread costs more than all the rest of one. */
function sampleOf({ read, part }: Item, value: number): Sample {
  return part === undefined ? { name: read.name, value } : { name: read.name, value, part };
}

/** With `states`, a gauge is a number for each raw value (ifOperStatus: 1 → 1, 2 → 0); a raw value that is not listed gives nothing. */
function gauge({ read, over = 1 }: Item, varbind: Varbind): number | undefined {
  const raw = numberOf(varbind);
  if (read.states === undefined) return raw === undefined ? undefined : (raw * (read.scale ?? 1)) / over;
  const word = read.states[textOf(varbind) ?? ""];
  const value = word === undefined ? Number.NaN : Number(word);
  return Number.isNaN(value) ? undefined : value * (read.scale ?? 1);
}
