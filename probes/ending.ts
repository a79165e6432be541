/**
 * The end of a look, for whatever waits on its behalf. Its signal is made only when something really waits: an AbortController
 * costs more than reading a reply does, and most looks wait for nothing.
 */
export class Ending {
  #ended = false;
  #controller: AbortController | undefined;

  get ended(): boolean {
    return this.#ended;
  }

  readonly signal = (): AbortSignal => {
    this.#controller ??= new AbortController();
    if (this.#ended) this.#controller.abort();
    return this.#controller.signal;
  };

  end(): void {
    this.#ended = true;
    this.#controller?.abort();
  }
}

/** A signal, or how to get it when it is needed. */
export type LazySignal = AbortSignal | (() => AbortSignal);

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
