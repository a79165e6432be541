/**
 * What waits for somebody, and whether the books that every process keeps are as they were: one question for all who ask twice a second.
 *
 * Each of them asked by itself once, ten questions a second of tables that nearly always held nothing for them. An answer is good for a moment, and only until this process has written something; what another process writes is seen at
 * most that moment later.
 */
import type { Clock } from "../ports.ts";
import { othersLateMs, revisions } from "../ports-kept.ts";
import { jsonOf, numberOf, textOf } from "./rows.ts";
import type { Session } from "./session.ts";

/** Times are the earliest that there can be something: whoever is told so asks what it is, and may find nothing. */
export interface Seen {
  /**
   * Of the messages that wait or are on their way; undefined: there are none. Tickets are not among them: in a storm all other rows lie
   * before the first.
   */
  readonly messageAt: number | undefined;
  /** When the first open incident is to be looked after. */
  readonly incidentAt: number | undefined;
  /** The last number of the inbox; 0: nothing was ever heard. */
  readonly inboxSeq: number;
  readonly onCallRevision: number;
  readonly revisions: Readonly<Record<keyof typeof revisions, string | undefined>>;
}

/** Has the time come? */
export function isBy(time: number | undefined, at: number): boolean {
  return time !== undefined && time <= at;
}

const question = `select
  (select min(not_before) from outbox where state in ('pending', 'claimed') and kind <> 'ticket') as message_at,
  (select min(wake_at) from incidents where is_open = 1 and wake_at is not null) as incident_at,
  (select max(seq) from inbox) as inbox_seq,
  (select max(revision) from on_call_revision) as on_call,
  (select value from kept where key = ?) as maintenance,
  (select value from kept where key = ?) as sessions`;

export class Glance {
  readonly #reader: Session;
  readonly #clock: Clock;
  #writes = 0;
  #last: { readonly seen: Promise<Seen>; readonly askedMs: number; readonly writes: number } | undefined;

  constructor(reader: Session, clock: Clock) {
    this.#reader = reader;
    this.#clock = clock;
  }

  /** This process has written: what was seen before is no longer to be believed. */
  written(): void {
    this.#writes += 1;
  }

  look(): Promise<Seen> {
    const nowMs = this.#clock.monotonicMs();
    const last = this.#last;
    if (last !== undefined && last.writes === this.#writes && nowMs - last.askedMs < othersLateMs) return last.seen;
    const asked = { seen: this.#ask(), askedMs: nowMs, writes: this.#writes };
    this.#last = asked;
    // A question that failed is asked again by the next one who comes.
    asked.seen.catch(() => {
      if (this.#last === asked) this.#last = undefined;
    });
    return asked.seen;
  }

  async #ask(): Promise<Seen> {
    const keys = [revisions.maintenance, revisions.sessions];
    const row = await this.#reader.row(this.#reader.sql.raw(question, keys));
    const time = (value: unknown) => (value === null || value === undefined ? undefined : numberOf(value));
    const told = (value: unknown) => (value === null || value === undefined ? undefined : jsonOf<string>(textOf(value)));
    return {
      messageAt: time(row?.message_at),
      incidentAt: time(row?.incident_at),
      inboxSeq: time(row?.inbox_seq) ?? 0,
      onCallRevision: time(row?.on_call) ?? 0,
      revisions: { maintenance: told(row?.maintenance), sessions: told(row?.sessions) },
    };
  }
}
