/**
 * Drains the inbox again and again: at once when something was committed to it, else twice a second, since alarm timers fire with it.
 */
import type { Clock } from "../ports.ts";

const idleMs = 500;

export class InboxLoop {
  readonly #clock: Clock;
  #poked = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Something was committed: read it now rather than at the next turn. */
  poke(): void {
    this.#poked = true;
    this.#wake?.();
  }

  /** `drain`: may there be more? */
  async run(drain: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#poked = false;
      if (!(await drain())) await this.#idle(signal);
    }
  }

  async #idle(signal: AbortSignal): Promise<void> {
    if (this.#poked) return;
    const wake = new AbortController();
    const stop = () => wake.abort();
    signal.addEventListener("abort", stop, { once: true });
    this.#wake = stop;
    await this.#clock.sleep(idleMs, wake.signal);
    this.#wake = undefined;
    signal.removeEventListener("abort", stop);
  }
}
