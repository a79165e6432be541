/**
 * Ids seen lately, in two generations: an id is remembered for at least the window and at most twice as long.
 */
export class RecentIds {
  readonly #windowMs: number;
  #turnedMs = Number.NEGATIVE_INFINITY;
  #young = new Set<string>();
  #old = new Set<string>();

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** False when the id was seen within the window. */
  add(id: string, nowMs: number): boolean {
    const ageMs = nowMs - this.#turnedMs;
    if (ageMs >= this.#windowMs) {
      this.#old = ageMs >= 2 * this.#windowMs ? new Set() : this.#young;
      this.#young = new Set();
      this.#turnedMs = nowMs;
    }
    if (this.#young.has(id)) return false;
    // Seen again: it stays remembered.
    this.#young.add(id);
    return !this.#old.has(id);
  }
}
