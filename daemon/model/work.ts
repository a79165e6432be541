/**
 * What people do about an incident while it is open: hand it over, ask a partner, change something, note another system's number.
 */
import type { Instant } from "./time.ts";

/** An offer to somebody. It counts when it is accepted; until then the giver holds the incident and the giver's clock runs. */
export interface HandOver {
  /** Whose it may become: these functions, or one person (a contact's id). */
  readonly to: { readonly functions: readonly string[]; readonly person?: string };
  /** The giver. */
  readonly by: string;
  readonly at: Instant;
  readonly note: string;
  /** The level it comes from, when it was raised because that level could not solve it; undefined: it stays on its level. */
  readonly fromLevel?: number;
}

/** What of a task an incident has to know: it is open, and whether the partner has it. */
export interface OpenTask {
  readonly id: string;
  readonly partner: string;
  /** In the partner's court; false: answered, and ours to look at. */
  readonly waiting: boolean;
}

/** To whom an incident is offered, and to the giver when it is declined. */
export type WorkNotice = "hand-over" | "hand-over-declined";

/** To a partner's contacts, or to our people about a partner; the key of such a message ends with the task's id and a count. */
export type TaskNotice = "task" | "task-withdrawn" | "task-silent" | "task-answered";
