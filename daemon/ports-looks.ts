/**
 * The store's part for what rules looked at: pieces, written once and read from the oldest on.
 */
import type { CheckLooks, LooksCheckpoint, PieceHead } from "./model/looks.ts";
import type { Instant } from "./model/time.ts";

/** A piece to write. The checks are made as they are asked for: all columns at once would be as much again. */
export interface PieceToKeep {
  readonly head: PieceHead;
  readonly checks: Iterable<CheckLooks>;
  readonly checkpoint?: LooksCheckpoint;
  /** Are two values of this sample the same to every rule in force? Then one may be kept as the other. */
  readonly same: (sample: string) => (a: number, b: number) => boolean;
}

export interface LooksStore {
  /** In small transactions; the head last, so that a piece is there as a whole or not at all. */
  saveLooks(piece: PieceToKeep): Promise<void>;
  /** Pieces that overlap from ≤ time < to, oldest first, read one after another: each has tens of thousands of turns. */
  lookPieces(from: Instant, to: Instant): AsyncIterable<PieceHead>;
  /** The latest piece with a checkpoint that begins at `at` or before. */
  lookStart(at: Instant): Promise<PieceHead | undefined>;
  /** What is kept: from when to when. Undefined: nothing. */
  looksKept(): Promise<{ readonly from: Instant; readonly to: Instant } | undefined>;
  /** Block by block, some hundred checks each. */
  looksOf(piece: PieceHead): AsyncIterable<readonly CheckLooks[]>;
  looksCheckpoint(piece: PieceHead): Promise<LooksCheckpoint | undefined>;
}
