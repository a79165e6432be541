/**
 * Notices when the wall clock jumps, so that timers that measure elapsed time move with it before any fires.
 *
 * Within a process the monotonic clock tells, of a clock that stands still too. Over a restart a row written every 30 s tells of a clock set back; one set ahead
 * cannot be told from time that has passed, and counts as that. Part of each role that wakes something: nothing is woken before it has looked.
 */
import { type Instant, MINUTE, SECOND } from "../model/time.ts";
import type { Clock, Fence, Store } from "../ports.ts";

/** A smaller step is corrected time, not a jump. */
const jumpMs = MINUTE;
const rowEveryMs = 30 * SECOND;
/** The two clocks are compared over this long: one that stands still or runs slow jumps a little every time it is looked at. */
const comparedMs = 10 * MINUTE;
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
  #since: { readonly wall: Instant; readonly monotonicMs: number } | undefined;
  #rowAtMs = Number.NEGATIVE_INFINITY;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** By how much the wall clock has jumped since the last check, once the timers have moved; 0 when it has not. */
  async check(fence: Fence): Promise<number> {
    const { store, clock, key, move } = this.#deps;
    const wall = clock.now();
    const monotonicMs = clock.monotonicMs();
    const jumped = await this.#jump(wall, monotonicMs);
    if (jumped !== 0) await move(jumped, wall, fence);
    if (this.#since === undefined || jumped !== 0 || monotonicMs - this.#since.monotonicMs > comparedMs)
      this.#since = { wall, monotonicMs };
    if (jumped !== 0 || monotonicMs - this.#rowAtMs >= rowEveryMs) {
      await store.transaction(fence, (tx) => tx.keep(key, { at: wall } satisfies WallRow));
      this.#rowAtMs = monotonicMs;
    }
    return jumped;
  }

  async #jump(wall: Instant, monotonicMs: number): Promise<number> {
    if (this.#since !== undefined) {
      const jumped = wall - this.#since.wall - (monotonicMs - this.#since.monotonicMs);
      return Math.abs(jumped) > jumpMs ? Math.round(jumped) : 0;
    }
    const row = await this.#deps.store.kept<WallRow>(this.#deps.key);
    return row !== undefined && wall < row.at - jumpMs ? wall - row.at : 0;
  }
}
