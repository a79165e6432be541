/**
 * Looks under way: one timer for all their deadlines, and one listener for who calls them off. Thousands begin every second, and a timer and
 * a listener of its own are most of what a short one leaves behind.
 */

/** A look that ends by a time, or is called off. */
export interface Bounded {
  /** By performance.now(). May move later while it goes on. */
  readonly dueMs: number;
  callOff(): void;
  /** Its time is over. Called once, unless it has ended. */
  late(): void;
}

export class UnderWay {
  readonly #looks = new Set<Bounded>();
  #timer: NodeJS.Timeout | undefined;
  #wakeMs = Number.POSITIVE_INFINITY;

  constructor(signal: AbortSignal) {
    signal.addEventListener(
      "abort",
      () => {
        for (const look of this.#looks) look.callOff();
      },
      { once: true },
    );
  }

  add(look: Bounded): void {
    this.#looks.add(look);
    this.#wakeBy(look.dueMs);
  }

  /** It has ended. The timer stays for the others; most are over before it fires. */
  delete(look: Bounded): void {
    this.#looks.delete(look);
    if (this.#looks.size > 0) return;
    clearTimeout(this.#timer);
    this.#wakeMs = Number.POSITIVE_INFINITY;
  }

  #wakeBy(dueMs: number): void {
    if (dueMs >= this.#wakeMs) return;
    clearTimeout(this.#timer);
    this.#wakeMs = dueMs;
    this.#timer = setTimeout(() => this.#wake(), Math.max(1, Math.ceil(dueMs - performance.now())));
  }

  #wake(): void {
    this.#wakeMs = Number.POSITIVE_INFINITY;
    // Timers count whole milliseconds, and may fire in the one before.
    const nowMs = performance.now() + 1;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const look of this.#looks) {
      if (look.dueMs <= nowMs) {
        this.#looks.delete(look);
        look.late();
      } else nextMs = Math.min(nextMs, look.dueMs);
    }
    this.#wakeBy(nextMs);
  }
}

/** The looks that a signal calls off, for as long as there is the signal. */
export function looksBySignal(): (signal: AbortSignal) => UnderWay {
  const known = new WeakMap<AbortSignal, UnderWay>();
  return (signal) => {
    let all = known.get(signal);
    if (all === undefined) {
      all = new UnderWay(signal);
      known.set(signal, all);
    }
    return all;
  };
}
