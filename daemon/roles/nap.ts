/**
 * A sleep that others may end: a role with nothing to do sleeps long, and what comes in meanwhile wakes it.
 */
import type { Clock } from "../ports.ts";

/** A reason at hand: without one, each waking makes an exception with a stack of its own. */
const wakened = "wakened";

export class Nap {
  readonly #clock: Clock;
  #end: (() => void) | undefined;
  #woken = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True when it was woken; a waking that came before the sleep counts. */
  async take(ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#woken && !signal.aborted) {
      const over = new AbortController();
      const end = () => over.abort(wakened);
      this.#end = end;
      signal.addEventListener("abort", end, { once: true });
      await this.#clock.sleep(ms, over.signal);
      signal.removeEventListener("abort", end);
      this.#end = undefined;
    }
    const woken = this.#woken;
    this.#woken = false;
    return woken;
  }

  wake(): void {
    this.#woken = true;
    this.#end?.();
  }
}
