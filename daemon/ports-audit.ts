/**
 * What is asked of the audit: who did what beside the incidents' own timelines.
 */
import type { Instant } from "./model/time.ts";
import type { AuditEntry } from "./ports.ts";

export interface AuditQuery {
  readonly by?: string;
  /** The whole of it, or a beginning that ends in a dot: `person.`. */
  readonly action?: string;
  readonly target?: string;
  /** From this time on. */
  readonly since?: Instant;
  /** Before this time. */
  readonly until?: Instant;
}

/** A row with its place in the chain: each is one above the one before. */
export interface AuditRow extends AuditEntry {
  readonly seq: number;
}

export interface AuditStore {
  /** In order; what retention took is not there any more. */
  auditAfter(seq: number, limit: number): Promise<readonly AuditRow[]>;
  /** The place of the last row; 0 when there is none. */
  auditEnd(): Promise<number>;
  /** Recomputes the chain of the audit log; the number of the first broken entry, if any. */
  verifyAudit(): Promise<{ readonly checked: number; readonly brokenAt?: number }>;
  /** The newest first. */
  auditLog(limit: number, of?: AuditQuery): Promise<readonly AuditEntry[]>;
}
