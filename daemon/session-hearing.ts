/**
 * What kept sessions tell between looks goes into the inbox like a trap, since it does not come again.
 *
 * One commit carries what came while the one before it was under way, and at least 200 ms of it: each commit is a turn of the evaluator and
 * a commit of its own, and a storm of events would be two of them an event. The first after a pause goes at once. What the store could not
 * take is held, and offered again.
 */
import type { Finding, Observation } from "./model/observation.ts";
import type { Clock, InboxMessage, Log, Store } from "./ports.ts";

/** Between the beginnings of two commits, at least. */
const gatherMs = 200;
/** Where the store could not take it, it is asked again after this. */
const againMs = 2_000;
/** So much is held for a store that takes nothing: a quarter of an hour of twenty a second. */
export const maxHeld = 20_000;

export interface SessionHearingDeps {
  readonly store: Pick<Store, "appendInbox">;
  readonly clock: Clock;
  readonly log: Log;
  readonly nextSeq: () => number;
  /** After the commit: the evaluator may read. */
  readonly poke: () => void;
}

export class SessionHearing {
  readonly #deps: SessionHearingDeps;
  readonly #stopping = new AbortController();
  #waiting: Omit<InboxMessage, "seq">[] = [];
  #committing: Promise<void> | undefined;
  #beganMs = Number.NEGATIVE_INFINITY;
  #isHeld = false;

  constructor(deps: SessionHearingDeps) {
    this.#deps = deps;
  }

  hear(device: string, finding: Finding): void {
    const at = this.#deps.clock.now();
    const seq = this.#deps.nextSeq();
    const observation: Observation = { id: "", check: `${device}/ssh`, device, kind: "ssh", at, seq, durationMs: 0, finding };
    this.#waiting.push({ at, source: "session", key: `session/${device}/${seq}`, body: { observation } });
    this.#committing ??= this.#commit();
  }

  /** Resolves when all that was told is committed; what is told after it is committed at once. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#committing;
  }

  async #commit(): Promise<void> {
    const { clock, store, poke } = this.#deps;
    while (this.#waiting.length > 0) {
      const restMs = this.#beganMs + gatherMs - clock.monotonicMs();
      if (restMs > 0) await clock.sleep(restMs, this.#stopping.signal);
      this.#beganMs = clock.monotonicMs();
      const messages = this.#waiting;
      this.#waiting = [];
      const isLast = this.#stopping.signal.aborted;
      try {
        await store.appendInbox(messages);
        this.#isHeld = false;
        poke();
      } catch (error) {
        this.#hold(messages, error instanceof Error ? error.name : "unknown", isLast);
        if (!isLast) await clock.sleep(againMs, this.#stopping.signal);
      }
    }
    this.#committing = undefined;
  }

  /** Under their own keys: what was written after all is not there twice. */
  #hold(messages: readonly Omit<InboxMessage, "seq">[], error: string, isLast: boolean): void {
    const { log } = this.#deps;
    const all = [...messages, ...this.#waiting];
    this.#waiting = isLast ? [] : all.slice(-maxHeld);
    const events = all.length - this.#waiting.length;
    if (events > 0) log.error({ events, error }, "what sessions told was lost: the store took nothing for too long");
    else if (!this.#isHeld) log.warn({ events: all.length, error }, "what sessions tell is held: the store takes nothing");
    this.#isHeld = true;
  }
}
