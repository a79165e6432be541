/**
 * Levels and escalation policy: who is told, how long they have, what comes next. Data from the configuration.
 */
/** minor is solved at the first call; major always has a ticket and a report (the procedure, *Minor or major*). */
export type Severity = "minor" | "major";

/** A duration that runs always, or only in service hours. A working day is 24 h of calendar that skips days without service. */
export interface Clock {
  readonly ms: number;
  readonly in: "wall" | "service" | "working-days";
}

export interface LevelStep {
  /** 1, 2, 3. */
  readonly level: number;
  /** Function ids that are told. */
  readonly tell: readonly string[];
  /** Not acknowledged by then: told again (and the allocators hear). */
  readonly takenWithin: Clock;
  /** Not resolved by then: the next level. Undefined at the highest level. */
  readonly escalateAfter?: Clock;
}

export interface Track {
  readonly steps: readonly LevelStep[];
  readonly allocators: readonly string[];
  readonly lastResort: { readonly tell: readonly string[]; readonly after: Clock; readonly repeat: Clock };
  readonly acknowledgementExpires: Clock;
  readonly followUp: Clock;
  /** Follow-up once restored or waiting on a partner. Undefined: 1 working day once restored, as followUp while waiting. */
  readonly followUpWaiting?: Clock;
}

export interface Policy {
  readonly id: string;
  readonly tracks: Readonly<Record<Severity, Track>>;
  /** Delays the first notice so that a parent's failure can fold its children. */
  readonly groupWaitMs: { readonly now: number; readonly other: number };
  /** Good looks before restored. */
  readonly restoreAfterLooks: number;
  readonly reopenWithinMs: number;
  /** So long after its end those who were told hear that it is over. Undefined: at once, as in a policy of before. */
  readonly restoredWaitMs?: number;
  /** A restored, un-taken minor closes by itself after this. */
  readonly autoCloseAfterMs: number;
}
