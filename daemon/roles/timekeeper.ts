/**
 * Notices when the wall clock jumps, so that timers that measure elapsed time move with it before any fires.
 *
 * Within a process the monotonic clock tells, of a clock that stands still too. Over a restart a row written every 30 s tells of a clock set back; one set ahead
 * cannot be told from time that has passed, and counts as that. Part of each role that wakes something: nothing is woken before it has looked.
 */
import { type Instant, SECOND } from "../model/time.ts";
import type { Clock, Fence, Store } from "../ports.ts";
import { jumpMs, WallWatch } from "./wall-watch.ts";

const rowEveryMs = 30 * SECOND;
/** The row that tells when the escalator last ran, at most 30 s old. */
export const wallKey = "clock.wall";

export interface WallRow {
  readonly at: Instant;
}

interface Deps {
  readonly store: Store;
  readonly clock: Clock;
  /** Each role keeps a row of its own. */
  readonly key: string;
  /** Moves what measures elapsed time by so much, in one transaction. */
  readonly move: (ms: number, at: Instant, fence: Fence) => Promise<void>;
}

export class Timekeeper {
  readonly #deps: Deps;
  readonly #watch: WallWatch;
  #rowAtMs = Number.NEGATIVE_INFINITY;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#watch = new WallWatch(deps.clock);
  }

  /** By how much the wall clock has jumped since the last check, once the timers have moved; 0 when it has not. */
  async check(fence: Fence): Promise<number> {
    const { store, clock, key, move } = this.#deps;
    const wall = clock.now();
    const monotonicMs = clock.monotonicMs();
    const jumped = this.#watch.isBegun ? this.#watch.jumped() : await this.#setBack(wall);
    if (jumped !== 0) await move(jumped, wall, fence);
    this.#watch.settle(jumped);
    if (jumped !== 0 || monotonicMs - this.#rowAtMs >= rowEveryMs) {
      await store.transaction(fence, (tx) => tx.keep(key, { at: wall } satisfies WallRow));
      this.#rowAtMs = monotonicMs;
    }
    return jumped;
  }

  /** Over a restart: by how much the clock was set back, as far as the row tells. */
  async #setBack(wall: Instant): Promise<number> {
    const row = await this.#deps.store.kept<WallRow>(this.#deps.key);
    return row !== undefined && wall < row.at - jumpMs ? wall - row.at : 0;
  }
}
