/**
 * The end of a look, for whatever waits on its behalf. No AbortController: one costs more than reading a reply does, and there are
 * thousands of looks a second.
 */
export class Ending {
  #ended = false;
  #acts: Set<() => void> | undefined;

  get ended(): boolean {
    return this.#ended;
  }

  /** Calls `act` at the end (not when it is over already); the result takes it away again. */
  onEnd(act: () => void): () => void {
    this.#acts ??= new Set();
    this.#acts.add(act);
    return () => this.#acts?.delete(act);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const acts = this.#acts;
    this.#acts = undefined;
    for (const act of acts ?? []) act();
  }
}

/** How long something may wait. */
export type Until = AbortSignal | Ending;

export function isOver(until: Until): boolean {
  return until instanceof Ending ? until.ended : until.aborted;
}

/** Calls `act` when it is over (not when it was already); the result takes it away again. */
export function whenOver(until: Until, act: () => void): () => void {
  return until instanceof Ending ? until.onEnd(act) : whenAborted(until, act);
}

/** What to call when a signal aborts; one listener a signal, because adding one to a signal that has hundreds walks over all of them. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls `act` when the signal aborts (not when it has aborted already); the result takes it away again. */
export function whenAborted(signal: AbortSignal, act: () => void): () => void {
  let acts = waiting.get(signal);
  if (acts === undefined) {
    const mine = new Set<() => void>();
    acts = mine;
    waiting.set(signal, mine);
    const all = () => {
      for (const each of [...mine]) each();
      mine.clear();
    };
    signal.addEventListener("abort", all, { once: true });
  }
  acts.add(act);
  return () => acts.delete(act);
}
