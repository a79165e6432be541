/**
 * What the store keeps of sessions. Only what the model names can be written: there is no field for a title or a name.
 */
import type { Session, SessionOutcome, SessionQuery, SessionReadiness } from "./model/session.ts";
import type { Instant } from "./model/time.ts";

/** What one import did to the sessions of its source. */
export interface SessionsMerged {
  readonly added: number;
  readonly changed: number;
  /** No longer in the source: cancelled. */
  readonly cancelled: number;
}

export interface SessionStore {
  session(id: string): Promise<Session | undefined>;
  /** By their beginning, the earliest first. */
  sessions(query: SessionQuery): Promise<readonly Session[]>;
  /** Of the sessions that end after this. */
  readiness(endAfter: Instant): Promise<readonly SessionReadiness[]>;
}

export interface SessionTx {
  /** Writes them; an outcome that is there stays. */
  saveSessions(sessions: readonly Session[]): Promise<SessionsMerged>;
  /** The same, and what the source had within the window and has no more is cancelled. */
  replaceSessions(
    source: string,
    window: { readonly from: Instant; readonly to: Instant },
    sessions: readonly Session[],
  ): Promise<SessionsMerged>;
  /** False: there is none with this id. */
  cancelSession(id: string): Promise<boolean>;
  /** False: there is none with this id. A later word replaces an earlier one. */
  saveOutcome(id: string, outcome: SessionOutcome): Promise<boolean>;
  saveReadiness(readiness: readonly SessionReadiness[]): Promise<void>;
}
