/**
 * Events on their way to the main thread: one batch at a time, informs answered when their batch is committed, never before.
 *
 * No input or output of its own: it is told how to post and how to send.
 */
import type { Reply } from "./decode.ts";
import type { DecodedTrap } from "./trap.ts";

/** An inform resent while its first copy waits is answered along with it; more copies than this are not. */
const MAX_ANSWERS = 16;

/** What became of an event; outlives the event itself, so that a repeat finds out. */
export interface Fate {
  answers: Reply[];
  state: "waiting" | "committed" | "lost";
}

export interface TrapEvent {
  readonly trap: DecodedTrap;
  readonly lane: string;
  readonly request?: string;
  readonly fate: Fate;
}

export interface OutgoingOptions {
  readonly maxBatch: number;
  /** Between two batches that are not full: a lone trap goes at once, a storm in few transactions. */
  readonly gatherMs: number;
  readonly monotonicMs: () => number;
  readonly post: (id: number, traps: readonly DecodedTrap[]) => void;
  readonly send: (reply: Reply) => void;
  /** A batch of so many has come to its end. */
  readonly settled: (count: number, committed: boolean) => void;
}

export class Outgoing {
  readonly #options: OutgoingOptions;
  #waiting: TrapEvent[] = [];
  #offered: TrapEvent[] = [];
  #id = 0;
  #offeredMs = Number.NEGATIVE_INFINITY;

  constructor(options: OutgoingOptions) {
    this.#options = options;
  }

  /** No more is decoded until the main thread has caught up. */
  get isFull(): boolean {
    return this.#waiting.length >= 2 * this.#options.maxBatch;
  }

  get isEmpty(): boolean {
    return this.pending === 0;
  }

  /** Waiting, or offered and not yet settled. */
  get pending(): number {
    return this.#waiting.length + this.#offered.length;
  }

  add(event: TrapEvent): void {
    this.#waiting.push(event);
  }

  /** The event came again: its inform is answered now, or with the first copy. */
  repeat(first: Fate, answers: readonly Reply[]): void {
    if (first.state === "committed") for (const reply of answers) this.#options.send(reply);
    else if (first.answers.length < MAX_ANSWERS) first.answers.push(...answers);
  }

  /** How long until the next batch may go: 0 is now. Undefined when nothing waits, or a batch is under way and its end will say. */
  offerInMs(): number | undefined {
    if (this.#offered.length > 0 || this.#waiting.length === 0) return undefined;
    if (this.#waiting.length >= this.#options.maxBatch) return 0;
    return Math.max(0, this.#offeredMs + this.#options.gatherMs - this.#options.monotonicMs());
  }

  /** Posts the next batch if it may go now. */
  offer(): void {
    if (this.offerInMs() !== 0) return;
    this.#offeredMs = this.#options.monotonicMs();
    this.#offered = this.#waiting.splice(0, this.#options.maxBatch);
    this.#id++;
    this.#options.post(
      this.#id,
      this.#offered.map((event) => event.trap),
    );
  }

  settle(id: number, committed: boolean): void {
    if (id !== this.#id) return;
    const events = this.#offered;
    this.#offered = [];
    this.#options.settled(events.length, committed);
    for (const { fate } of events) {
      fate.state = committed ? "committed" : "lost";
      if (committed) for (const reply of fate.answers) this.#options.send(reply);
      fate.answers = [];
    }
    this.offer();
  }
}
