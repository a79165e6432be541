/**
 * Has the wall clock jumped? The monotonic clock tells, of a wall clock that stands still or does not keep time, too.
 */
import { type Instant, MINUTE } from "../model/time.ts";
import type { Clock } from "../ports.ts";

/** A smaller step is corrected time, not a jump. */
export const jumpMs = MINUTE;
/** The two clocks are compared over this long: one that stands still or runs slow jumps a little every time it is looked at. */
const comparedMs = 10 * MINUTE;

interface Reading {
  readonly wall: Instant;
  readonly monotonicMs: number;
}

export class WallWatch {
  readonly #clock: Clock;
  #since: Reading | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Does it compare already? */
  get isBegun(): boolean {
    return this.#since !== undefined;
  }

  /** By how much it has jumped since it was last settled; 0: it has not, or nothing is known of before. Told again until it is settled. */
  jumped(): number {
    if (this.#since === undefined) return 0;
    const { wall, monotonicMs } = this.#read();
    const jumped = wall - this.#since.wall - (monotonicMs - this.#since.monotonicMs);
    return Math.abs(jumped) > jumpMs ? Math.round(jumped) : 0;
  }

  /** What it has told has been heeded; `jumped`: what that was. */
  settle(jumped: number): void {
    const now = this.#read();
    if (this.#since === undefined || jumped !== 0 || now.monotonicMs - this.#since.monotonicMs > comparedMs) this.#since = now;
  }

  /** Nothing is known of before. */
  forget(): void {
    this.#since = undefined;
  }

  #read(): Reading {
    return { wall: this.#clock.now(), monotonicMs: this.#clock.monotonicMs() };
  }
}
