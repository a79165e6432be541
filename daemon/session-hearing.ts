/**
 * What kept sessions tell between looks goes into the inbox like a trap, since it does not come again.
 *
 * One commit carries what came while the one before it was under way, and at least 200 ms of it: each commit is a turn of the evaluator and
 * a commit of its own, and a storm of events would be two of them an event. The first after a pause goes at once.
 */
import type { Finding, Observation } from "./model/observation.ts";
import type { Clock, InboxMessage, Log, Store } from "./ports.ts";

/** Between the beginnings of two commits, at least. */
const gatherMs = 200;

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
    const { clock, store, log, poke } = this.#deps;
    while (this.#waiting.length > 0) {
      const restMs = this.#beganMs + gatherMs - clock.monotonicMs();
      if (restMs > 0) await clock.sleep(restMs, this.#stopping.signal);
      this.#beganMs = clock.monotonicMs();
      const messages = this.#waiting;
      this.#waiting = [];
      try {
        await store.appendInbox(messages);
        poke();
      } catch (error) {
        const fields = { events: messages.length, error: error instanceof Error ? error.name : "unknown" };
        log.error(fields, "what sessions told was lost");
      }
    }
    this.#committing = undefined;
  }
}
