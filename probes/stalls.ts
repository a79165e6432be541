/**
 * Was our own event loop held up? A reply that waits in a socket while it is counts as no reply once the timers run, so that whoever
 * times out after a stall has not been looked at: unknown, not down.
 */

/** Between two ticks. A shorter stall swallows no reply's time. */
const tickMs = 100;
/** Stalls shorter than this are a tick's own imprecision. */
const leastMs = 50;
const keptAtMost = 64;

export class Stalls {
  readonly #now: () => number;
  readonly #stalls: { readonly endedMs: number; readonly ms: number }[] = [];
  #tickedMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `now`: milliseconds that never jump. Ticks from the first question on. */
  constructor(now: () => number) {
    this.#now = now;
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#tickedMs = this.#now();
    this.#timer = setInterval(() => this.#tick(), tickMs);
    this.#timer.unref();
  }

  /** The longest time that the loop was held up since then, the present stall too. Milliseconds. */
  longestSince(startedMs: number): number {
    // The timer that asks may run before our own in the same round.
    let longest = Math.max(0, this.#now() - this.#tickedMs - tickMs);
    for (const { endedMs, ms } of this.#stalls) if (endedMs >= startedMs && ms > longest) longest = ms;
    return longest;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const now = this.#now();
    const ms = now - this.#tickedMs - tickMs;
    this.#tickedMs = now;
    if (ms < leastMs) return;
    this.#stalls.push({ endedMs: now, ms });
    if (this.#stalls.length > keptAtMost) this.#stalls.shift();
  }
}
