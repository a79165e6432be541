/**
 * The bounded queue of the local bus: first in, first out, and when full the least needed goes.
 *
 * Least needed first: a look with a newer one of the same check behind it, a look that is up, any other look, what was heard.
 * Pure bookkeeping, a few map operations an observation.
 */
import type { Observation } from "../model/observation.ts";

/** How much an observation is needed; the index of its set of keys. */
const SUPERSEDED = 0;
const UP = 1;
const NOT_UP = 2;
const HEARD = 3;

function rankOf(observation: Observation): number {
  if (observation.kind === "trap") return HEARD;
  return observation.finding.status === "up" ? UP : NOT_UP;
}

export class Queue {
  readonly #capacity: number;
  /** In the order of arrival. */
  readonly #waiting = new Map<number, Observation>();
  /** Keys by rank, each in the order of arrival. */
  readonly #ranks: readonly Set<number>[] = [new Set(), new Set(), new Set(), new Set()];
  /** The newest waiting look of each check. */
  readonly #newest = new Map<string, number>();
  /** Handed out and not yet acknowledged; comes again as it was. */
  #held: readonly Observation[] = [];
  #next = 0;
  displaced = 0;

  constructor(capacity: number) {
    this.#capacity = Math.max(1, capacity);
  }

  /** Waiting or to be handed out again. */
  get depth(): number {
    return this.#waiting.size + this.#held.length;
  }

  push(observation: Observation): void {
    const rank = rankOf(observation);
    if (rank !== HEARD) this.#supersede(observation.check);
    if (this.#waiting.size >= this.#capacity && !this.#makeRoom(rank)) return;
    const key = this.#next;
    this.#next += 1;
    this.#waiting.set(key, observation);
    this.#ranks[rank]?.add(key);
    if (rank !== HEARD) this.#newest.set(observation.check, key);
  }

  /** The batch that was handed out and not acknowledged, else the oldest that wait. */
  take(limit: number): readonly Observation[] {
    if (this.#held.length > 0) return this.#held;
    const batch: Observation[] = [];
    for (const key of this.#waiting.keys()) {
      if (batch.length >= limit) break;
      const observation = this.#remove(key);
      if (observation !== undefined) batch.push(observation);
    }
    this.#held = batch;
    return batch;
  }

  acknowledge(): void {
    this.#held = [];
  }

  /** The check's waiting look is about to be followed by a newer one. */
  #supersede(check: string): void {
    const key = this.#newest.get(check);
    if (key === undefined) return;
    this.#ranks[UP]?.delete(key);
    this.#ranks[NOT_UP]?.delete(key);
    this.#ranks[SUPERSEDED]?.add(key);
  }

  /** Displaces the oldest of the least needed; false when nothing is needed less than what comes, which then goes itself. */
  #makeRoom(rank: number): boolean {
    this.displaced += 1;
    for (const keys of this.#ranks.slice(0, rank + 1)) {
      for (const key of keys) return this.#remove(key) !== undefined;
    }
    return false;
  }

  #remove(key: number): Observation | undefined {
    const observation = this.#waiting.get(key);
    if (observation === undefined) return undefined;
    this.#waiting.delete(key);
    for (const keys of this.#ranks) if (keys.delete(key)) break;
    if (this.#newest.get(observation.check) === key) this.#newest.delete(observation.check);
    return observation;
  }
}
