/**
 * A clock that stands still until a test moves it; sleepers wake in the order of their time.
 */
import type { Clock } from "../../daemon/ports.ts";

interface Sleeper {
  readonly atMs: number;
  readonly order: number;
  wake(): void;
}

/** Lets everything that was woken run until it sleeps again: promises, then one turn of the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export class FakeClock implements Clock {
  #nowMs: number;
  #monotonicMs = 0;
  #order = 0;
  readonly #sleepers = new Set<Sleeper>();

  /** Starts at 2026-01-15T12:00:00Z unless told otherwise. */
  constructor(now = Date.UTC(2026, 0, 15, 12)) {
    this.#nowMs = now;
  }

  now(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** How many wait. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#order += 1;
      const sleeper: Sleeper = { atMs: this.#monotonicMs + Math.max(0, ms), order: this.#order, wake };
      this.#sleepers.add(sleeper);
      signal.addEventListener("abort", wake, { once: true });
    });
  }

  /** Moves both clocks by `ms`, waking sleepers one by one at their own time; what they start may sleep and wake within it too. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#monotonicMs + ms;
    await settle();
    for (;;) {
      const next = [...this.#sleepers].sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
      if (next === undefined || next.atMs > endMs) break;
      this.#move(next.atMs - this.#monotonicMs);
      next.wake();
      await settle();
    }
    this.#move(endMs - this.#monotonicMs);
    await settle();
  }

  /** Moves both clocks without waking anybody: for what sleeps nowhere. */
  pass(ms: number): void {
    this.#move(ms);
  }

  /** The wall clock jumps; the monotonic one does not. */
  jump(ms: number): void {
    this.#nowMs += ms;
  }

  #move(ms: number): void {
    const step = Math.max(0, ms);
    this.#nowMs += step;
    this.#monotonicMs += step;
  }
}
