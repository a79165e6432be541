/**
 * The bounded queue of the local bus: first in, first out, and when full the least needed goes.
 *
 * Least needed first: a look with a newer one of the same check behind it, a look that is up, any other look, what was heard.
 * Which is least needed is worked out when the queue is full for the first time, and known until it is empty again: nearly always there is room.
 */
import type { Observation } from "../model/observation.ts";

/** How much an observation is needed. */
const SUPERSEDED = 0;
const UP = 1;
const NOT_UP = 2;
const HEARD = 3;

interface Waiting {
  readonly observation: Observation;
  rank: number;
  /** Handed out or displaced. */
  gone: boolean;
}

function rankOf(observation: Observation): number {
  if (observation.kind === "trap") return HEARD;
  return observation.finding.status === "up" ? UP : NOT_UP;
}

/** First in, first out; what does not belong there any more is passed over, and let go when there is as much of it as may wait. */
class Line {
  readonly #capacity: number;
  readonly #belongs: (item: Waiting) => boolean;
  #items: Waiting[] = [];
  #first = 0;

  constructor(capacity: number, belongs: (item: Waiting) => boolean) {
    this.#capacity = capacity;
    this.#belongs = belongs;
  }

  push(item: Waiting): void {
    if (this.#items.length - this.#first >= 2 * this.#capacity) {
      this.#items = [...this.all()];
      this.#first = 0;
    }
    this.#items.push(item);
  }

  shift(): Waiting | undefined {
    while (this.#first < this.#items.length) {
      const item = this.#items[this.#first];
      this.#first += 1;
      if (item !== undefined && this.#belongs(item)) {
        this.#tidy();
        return item;
      }
    }
    this.#items = [];
    this.#first = 0;
    return undefined;
  }

  *all(): Iterable<Waiting> {
    for (let at = this.#first; at < this.#items.length; at += 1) {
      const item = this.#items[at];
      if (item !== undefined && this.#belongs(item)) yield item;
    }
  }

  #tidy(): void {
    const isEmpty = this.#first === this.#items.length;
    if (!isEmpty && (this.#first < 1_024 || this.#first * 2 < this.#items.length)) return;
    this.#items = isEmpty ? [] : this.#items.slice(this.#first);
    this.#first = 0;
  }
}

/** Who is needed least, while the queue is or was full. */
class Needs {
  readonly #ranks: readonly Line[];
  /** The newest look of each check. */
  readonly #newest = new Map<string, Waiting>();

  constructor(capacity: number, waiting: Iterable<Waiting>) {
    this.#ranks = [SUPERSEDED, UP, NOT_UP, HEARD].map((rank) => new Line(capacity, (item) => !item.gone && item.rank === rank));
    for (const item of waiting) {
      this.supersede(item.observation);
      this.add(item);
    }
  }

  add(item: Waiting): void {
    this.#ranks[item.rank]?.push(item);
    if (item.rank !== HEARD) this.#newest.set(item.observation.check, item);
  }

  /** The check's waiting look is about to be followed by a newer one. */
  supersede({ check, kind }: Observation): void {
    const before = kind === "trap" ? undefined : this.#newest.get(check);
    if (before === undefined || before.gone) return;
    before.rank = SUPERSEDED;
    this.#ranks[SUPERSEDED]?.push(before);
  }

  /** The oldest of the least needed, of this rank at most. */
  least(rank: number): Waiting | undefined {
    for (let low = SUPERSEDED; low <= rank; low += 1) {
      const found = this.#ranks[low]?.shift();
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

export class Queue {
  readonly #capacity: number;
  /** In the order of arrival. */
  readonly #waiting: Line;
  #size = 0;
  #needs: Needs | undefined;
  /** Handed out and not yet acknowledged; comes again as it was. */
  #held: readonly Observation[] = [];
  displaced = 0;

  constructor(capacity: number) {
    this.#capacity = Math.max(1, capacity);
    this.#waiting = new Line(this.#capacity, ({ gone }) => !gone);
  }

  /** Waiting or to be handed out again. */
  get depth(): number {
    return this.#size + this.#held.length;
  }

  push(observation: Observation): void {
    const item: Waiting = { observation, rank: rankOf(observation), gone: false };
    if (this.#size >= this.#capacity) this.#needs ??= new Needs(this.#capacity, this.#waiting.all());
    this.#needs?.supersede(observation);
    if (this.#size >= this.#capacity && !this.#makeRoom(item.rank)) return;
    this.#waiting.push(item);
    this.#size += 1;
    this.#needs?.add(item);
  }

  /** The batch that was handed out and not acknowledged, else the oldest that wait. */
  take(limit: number): readonly Observation[] {
    if (this.#held.length > 0) return this.#held;
    const batch: Observation[] = [];
    while (batch.length < limit && this.#size > 0) {
      const item = this.#waiting.shift();
      if (item === undefined) break;
      item.gone = true;
      this.#size -= 1;
      batch.push(item.observation);
    }
    if (this.#size === 0) this.#needs = undefined;
    this.#held = batch;
    return batch;
  }

  acknowledge(): void {
    this.#held = [];
  }

  /** Displaces the oldest of the least needed; false when nothing is needed less than what comes, which then goes itself. */
  #makeRoom(rank: number): boolean {
    this.displaced += 1;
    const least = this.#needs?.least(rank);
    if (least === undefined) return false;
    least.gone = true;
    this.#size -= 1;
    return true;
  }
}
