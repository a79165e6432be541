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

/** Counters as they were at the last look, by name and part. */
export type CounterMemory = Map<string, CounterReading>;

/** Where a look's values are gathered. */
export interface Gathered {
  readonly samples: Sample[];
  readonly readings: Reading[];
  /** Becomes the memory of the next look: what was not read again is forgotten. */
  readonly counters: CounterMemory;
}

/** What the values are judged against. */
export interface Before {
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
      const value = wholeOf(varbind);
      if (value === undefined) return;
      const key = part === undefined ? read.name : `${read.name} ${part}`;
      const now = { value, atMs: before.atMs };
      into.counters.set(key, now);
      const bits = varbind.type === 70 ? 64 : (item.bits ?? 32);
      const { perSecond } = rateOf(before.counters.get(key), now, { bits, restarted: before.restarted });
      if (perSecond !== undefined) into.samples.push(sampleOf(item, perSecond * (read.scale ?? 1)));
      return;
    }
  }
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
