/**
 * Looks under way: one timer for all their deadlines, and one listener for who calls them off. Thousands begin every second, and a timer and
 * a listener of its own are most of what a short one leaves behind.
 */

/** A look that ends by a time, or is called off. */
export interface Bounded {
  /** By performance.now(). May move later while it goes on. */
  readonly dueMs: number;
  /** Where it stands among those under way; less than 0 while it does not. Theirs to write. */
  place: number;
  callOff(): void;
  /** Its time is over. Called once, unless it has ended. */
  late(): void;
}

/** What is no longer, or not yet, under way. */
export const nowhere = -1;

/**
 * A list with places, not a set: a set that grows and shrinks leaves a table behind each time, old ones hold the newer, and once one of
 * them counts as long-lived to the collector all looks that were ever in them do.
 */
export class UnderWay {
  readonly #looks: (Bounded | undefined)[] = [];
  #size = 0;
  #timer: NodeJS.Timeout | undefined;
  #wakeMs = Number.POSITIVE_INFINITY;

  constructor(signal: AbortSignal) {
    signal.addEventListener(
      "abort",
      () => {
        for (const look of this.#present()) look.callOff();
      },
      { once: true },
    );
  }

  add(look: Bounded): void {
    look.place = this.#size;
    this.#looks[this.#size] = look;
    this.#size += 1;
    this.#wakeBy(look.dueMs);
  }

  /** It has ended. The timer stays for the others; most are over before it fires. */
  delete(look: Bounded): void {
    this.#remove(look);
    if (this.#size > 0) return;
    clearTimeout(this.#timer);
    this.#wakeMs = Number.POSITIVE_INFINITY;
  }

  #remove(look: Bounded): void {
    const { place } = look;
    if (place < 0) return;
    look.place = nowhere;
    this.#size -= 1;
    // The last one takes its place, and nobody is held where nobody is.
    const last = this.#looks[this.#size];
    this.#looks[this.#size] = undefined;
    if (last === undefined || last === look) return;
    this.#looks[place] = last;
    last.place = place;
  }

  /** As they are now: each may end others on its way. */
  *#present(): Iterable<Bounded> {
    for (const look of this.#looks.slice(0, this.#size)) if (look !== undefined && look.place >= 0) yield look;
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
    for (const look of this.#present()) {
      if (look.dueMs <= nowMs) {
        this.#remove(look);
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
