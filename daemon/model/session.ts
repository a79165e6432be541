/**
 * A booked teleconsultation. No patient data: of a booking only rooms, time, kind, priority and specialty are kept.
 */
import type { Instant } from "./time.ts";

export type SessionKind = "clinical" | "training" | "administrative";
export type SessionPriority = "urgent" | "normal";

/** What became of it, as the coordinator says: the fact, where overlap with an outage is the estimate. */
export type SessionOutcomeCode = "held" | "late" | "moved" | "by-phone" | "postponed" | "lost" | "not-technical";

export interface SessionOutcome {
  readonly code: SessionOutcomeCode;
  /** Only with `late`. */
  readonly lateMinutes?: number;
  readonly by: string;
  readonly at: Instant;
}

export interface Session {
  /** `<source>:<key of the source>`; stable over imports, holds no word of a person. */
  readonly id: string;
  /** The calendar it came from (id of the configuration), `csv` or `api`. */
  readonly source: string;
  /** Two or more, sorted. */
  readonly rooms: readonly string[];
  /** Device id of the bridge it is held on. */
  readonly bridge?: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly kind: SessionKind;
  readonly priority: SessionPriority;
  /** Never in mail, wall, metrics or Grafana. */
  readonly specialty?: string;
  readonly state: "booked" | "cancelled";
  readonly outcome?: SessionOutcome;
}

/** The session that a failure hits, or hits next. */
export interface SessionAhead {
  readonly session: string;
  readonly kind: SessionKind;
  /** To its beginning; 0 or less while it runs. Time to prepare the room does not count. */
  readonly withinMs: number;
}
