/** So many at once, the others wait in the order they came. */
export class Turnstile {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;
  #next = 0;

  constructor(limit: number) {
    this.#limit = Math.max(1, limit);
  }

  /** Undefined when there is room at once: most of the time nobody waits, and a promise costs. */
  enter(): Promise<void> | undefined {
    if (this.#inside < this.#limit) {
      this.#inside += 1;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  leave(): void {
    const next = this.#waiting[this.#next];
    if (next === undefined) {
      this.#inside -= 1;
      return;
    }
    this.#next += 1;
    // An array that is only ever pushed to would keep everything that ever waited.
    if (this.#next > 1_000 && this.#next * 2 > this.#waiting.length) {
      this.#waiting.splice(0, this.#next);
      this.#next = 0;
    }
    next();
  }

  /** Nobody is inside. */
  get idle(): boolean {
    return this.#inside === 0;
  }
}
