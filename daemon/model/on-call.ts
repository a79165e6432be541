/**
 * Who is on call: people, the weekly rotations that fill a function, and overrides. Kept in the store, over the base that the file gives.
 *
 * Nothing is deleted: who was on call at a time stays known.
 */
import type { Contact, ServiceCalendar } from "./config.ts";
import type { Instant } from "./time.ts";

/** A person, or a desk that answers, as the store keeps them; they replace the file's contact of the same id. */
export interface Person extends Contact {
  readonly by: string;
  readonly savedAt: Instant;
  /** Taken out; the file's contact of this id, if there is one, counts again. */
  readonly removedAt?: Instant;
}

/** When a rotation fills its function: `outside` is nights, weekends and holidays; `holidays` are whole local days, and come before the others. */
export type Covers = "always" | "service" | "outside" | "holidays";

/** People who take turns. */
export interface Rotation {
  readonly id: string;
  /** Function id; `room:<id>` is the coordinator of a room. */
  readonly function: string;
  /** Contact ids, in order; the first has the turn that runs at `from`. */
  readonly people: readonly string[];
  /** IANA zone of the hand-over and of the days that it covers. */
  readonly zone: string;
  /** ISO weekday 1–7, minute of the local day. */
  readonly handover: { readonly weekday: number; readonly minute: number };
  /** Length of a turn. */
  readonly weeks: number;
  readonly covers: Covers;
  /** Calendar of the configuration that says what is service and what a holiday. Without it, or when it has left, it covers always. */
  readonly calendar?: string;
  readonly from: Instant;
  /** Not in force from then on. Undefined: without end. */
  readonly to?: Instant;
  readonly by: string;
  readonly createdAt: Instant;
}

/** Others for a time: a swap, a leave. The last written one counts. */
export interface Override {
  readonly id: string;
  readonly function: string;
  readonly people: readonly string[];
  readonly from: Instant;
  readonly to: Instant;
  readonly reason: string;
  readonly by: string;
  readonly createdAt: Instant;
  /** Called off; what it had covered by then stays. */
  readonly cancelledAt?: Instant;
}

/** Everything that the store says about who is told. */
export interface OnCallBook {
  readonly people: readonly Person[];
  readonly rotations: readonly Rotation[];
  readonly overrides: readonly Override[];
}

/** As long as nothing was written. */
export const nobodyYet: OnCallBook = { people: [], rotations: [], overrides: [] };

/** The layers that fill one function, the base last. */
export interface Roster {
  readonly function: string;
  readonly overrides: readonly Override[];
  readonly rotations: readonly Rotation[];
  /** Contacts of the file; they fill it wherever no layer does. */
  readonly base: readonly string[];
  readonly calendars: ReadonlyMap<string, ServiceCalendar>;
}

/** Who fills a function, and by which layer. */
export interface Duty {
  readonly people: readonly string[];
  readonly by: "override" | "holidays" | "rotation" | "file" | "nobody";
  /** English, one sentence. */
  readonly why: string;
}
