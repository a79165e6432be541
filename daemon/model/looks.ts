/**
 * What rules looked at, as it is kept for replay: turns, and the looks of each check as runs of what stays the same.
 *
 * A look is a row of numbers (when, in which turn, how long); what it found is kept once a run. Only what some rule reads is kept, and
 * no text: neither the sentences of a finding nor what a fault said.
 */
import type { Alarm } from "./alarm.ts";
import type { Incident } from "./incident.ts";
import type { Fault, LookStatus, ProbeKind, Reading } from "./observation.ts";
import type { Instant } from "./time.ts";

/** A sample by name and part, without its value. */
export interface SampleName {
  readonly name: string;
  readonly part?: string;
}

/** What a run of looks has in common. */
export interface LookState {
  readonly status: LookStatus;
  readonly code?: string;
  readonly readings: readonly Reading[];
  readonly faults: readonly Omit<Fault, "text">[];
  readonly whole?: readonly string[];
  /** The samples that each of them holds, in order. */
  readonly samples: readonly SampleName[];
  /** Of a look that saw a restart: how long the device had been up. Whether it restarted by night is told by it. */
  readonly uptimeSeconds?: number;
  /** Told between two looks (a trap, a kept session), and read from the inbox. */
  readonly told?: true;
}

/**
 * The values of one sample over the looks of a check. A run begins at look `starts[n]` and lasts until the next begins; all its values
 * lie between `mins[n]` and `maxes[n]` and on the same side of every limit of the rules that were in force. A look without the sample
 * is in the run before it.
 */
export interface SampleRuns extends SampleName {
  readonly starts: readonly number[];
  readonly mins: readonly number[];
  readonly maxes: readonly number[];
}

/** The looks of one check, column by column, in the order in which they were judged. */
export interface LookTimes {
  readonly at: ArrayLike<number>;
  readonly seq: ArrayLike<number>;
  /** Index of the turn that judged it, in the turns of the piece. */
  readonly turn: ArrayLike<number>;
  readonly durationMs: ArrayLike<number>;
}

/** One check's looks in one piece. */
export interface CheckLooks {
  readonly check: string;
  readonly device: string;
  readonly kind: ProbeKind;
  readonly count: number;
  /** The look at which each state begins; the first is 0. */
  readonly stateStarts: readonly number[];
  readonly states: readonly LookState[];
  /** The states as text: equal texts are equal states. */
  readonly stateKeys: readonly string[];
  readonly series: readonly SampleRuns[];
  /** Unpacked when asked for: most are never asked. */
  times(): LookTimes;
}

/** Something that is no device failed as a whole, or works again: see Wide in the evaluator. */
export interface WideLook {
  readonly holder: string;
  readonly symptom: string;
  readonly failing: boolean;
  readonly devices: readonly string[];
  readonly symptoms?: readonly string[];
  readonly at: Instant;
  readonly why: string;
}

/** What a device is, by its own words: of one model and firmware, failures are taken together. */
export interface Product {
  readonly device: string;
  readonly model?: string;
  readonly firmware?: string;
}

/** What happened beside the looks, before the turn of this index. */
export type LookMark =
  /** The daemon started: its memory is what the store held. */
  | { readonly kind: "started"; readonly turn: number; readonly at: Instant }
  /** A configuration came into force; new incidents wait until `holdUntil` for the first look at their parents. */
  | { readonly kind: "adopted"; readonly turn: number; readonly at: Instant; readonly hash: string; readonly holdUntil: Instant }
  /** The wall clock jumped by so much, and all times of before moved with it. */
  | { readonly kind: "jumped"; readonly turn: number; readonly at: Instant; readonly ms: number }
  | { readonly kind: "wide"; readonly turn: number; readonly at: Instant; readonly wide: WideLook }
  /** The first notice of an incident went out: from here it is no longer folded. */
  | { readonly kind: "told"; readonly turn: number; readonly at: Instant; readonly rootCause: string }
  /** What devices are became known, or changed. */
  | { readonly kind: "products"; readonly turn: number; readonly at: Instant; readonly products: readonly Product[] }
  /** So many looks were not kept: the keeper did not keep up, or the store could not be written. */
  | { readonly kind: "lost"; readonly turn: number; readonly at: Instant; readonly looks: number };

/** A stretch of turns, all checks: what is written at once. */
export interface PieceHead {
  /** The time of its first turn, and its name. */
  readonly from: Instant;
  /** The time of its last turn. */
  readonly to: Instant;
  /** Hash of the configuration in force at its beginning. */
  readonly config: string;
  /** The time of each turn. */
  readonly turns: ArrayLike<number>;
  /** The least seq of each turn's looks; what a look's own is counted from. */
  readonly seqs: ArrayLike<number>;
  readonly marks: readonly LookMark[];
  readonly looks: number;
  /** Has it a checkpoint? A replay can begin here. */
  readonly checkpoint: boolean;
}

/** The alarms, and the incidents that are not closed, as they were before the first turn of a piece. */
export interface LooksCheckpoint {
  readonly alarms: readonly Alarm[];
  readonly incidents: readonly Incident[];
  /** What was known of devices; undefined: it was not kept. */
  readonly products?: readonly Product[];
}
