/**
 * Lines and messages of one transaction, written together at its end: a hundred incidents cost a few statements, not a few hundred.
 *
 * Nothing in a transaction reads them back, but for what goes through the outbox itself: that asks for them to be written first.
 */
import type { OutboxRow, TimelineEntry } from "../model/incident.ts";
import { addOutbox } from "./outbox.ts";
import type { Session } from "./session.ts";
import { appendTimeline } from "./timeline.ts";

export class Gathered {
  readonly #session: Session;
  #lines: TimelineEntry[] = [];
  #messages: OutboxRow[] = [];

  constructor(session: Session) {
    this.#session = session;
  }

  lines(entries: readonly TimelineEntry[]): void {
    this.#lines.push(...entries);
  }

  messages(rows: readonly OutboxRow[]): void {
    this.#messages.push(...rows);
  }

  /** Before the commit, and before anything that reads or changes what was gathered. */
  async write(): Promise<void> {
    const [lines, messages] = [this.#lines, this.#messages];
    this.#lines = [];
    this.#messages = [];
    if (lines.length > 0) await appendTimeline(this.#session, lines);
    if (messages.length > 0) await addOutbox(this.#session, messages);
  }
}
