/**
 * The end of a line, once: whoever waits hears of it, and the first reason stays.
 */
import type { Failure } from "./outcome.ts";

export class Ends {
  #failure: Failure | undefined;
  readonly #watchers = new Set<(failure: Failure) => void>();

  /** Why it is over; undefined while it lives. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** Calls back once when it is over, at once when it is already; the result takes the callback away. */
  onEnd(watcher: (failure: Failure) => void): () => void {
    if (this.#failure !== undefined) watcher(this.#failure);
    else this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** False when it was over already. Watchers are called after `close`. */
  end(failure: Failure, close: () => void): boolean {
    if (this.#failure !== undefined) return false;
    this.#failure = failure;
    close();
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const watcher of watchers) watcher(failure);
    return true;
  }
}
