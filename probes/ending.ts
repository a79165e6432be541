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
