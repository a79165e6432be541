/**
 * Which checks have a look to be judged in which turn of the present piece.
 */
import type { RuleReads } from "../../rules/reads.ts";
import type { CheckLooks } from "../model/looks.ts";
import type { Observation } from "../model/observation.ts";
import type { Instant } from "../model/time.ts";
import { Cursor } from "./cursor.ts";
import type { Moves } from "./moves.ts";

export class Agenda {
  readonly #reads: RuleReads;
  readonly #isConfigured: (device: string) => boolean;
  /** Undefined: of a device that is no longer configured. */
  readonly #cursors = new Map<string, Cursor | undefined>();
  readonly #ofDevice = new Map<string, Cursor[]>();
  /** Of the present piece. */
  #piece: Instant = Number.NaN;
  #buckets: (Cursor[] | undefined)[] = [];

  constructor(reads: RuleReads, isConfigured: (device: string) => boolean) {
    this.#reads = reads;
    this.#isConfigured = isConfigured;
  }

  /** Another piece. */
  begin(piece: Instant): void {
    this.#piece = piece;
    this.#buckets = [];
  }

  /** The daemon started anew: nothing of before is known. */
  forget(): void {
    for (const cursor of this.#cursors.values()) cursor?.forget();
  }

  /** A check of the present piece. How many runs hold a limit of the rules between their least and their most. */
  add(kept: CheckLooks): number {
    const cursor = this.#cursors.get(kept.check) ?? this.#cursorOf(kept);
    // Looks of a device that is no longer configured are about nothing.
    if (cursor === undefined) return 0;
    const ambiguous = cursor.begin(kept, this.#reads, this.#piece);
    this.schedule(cursor);
    return ambiguous;
  }

  #cursorOf(kept: CheckLooks): Cursor | undefined {
    if (this.#cursors.has(kept.check)) return undefined;
    if (!this.#isConfigured(kept.device)) {
      this.#cursors.set(kept.check, undefined);
      return undefined;
    }
    const siblings = this.#ofDevice.get(kept.device) ?? [];
    const cursor = new Cursor(kept, siblings);
    siblings.push(cursor);
    this.#ofDevice.set(kept.device, siblings);
    this.#cursors.set(kept.check, cursor);
    return cursor;
  }

  cursor(check: string): Cursor | undefined {
    return this.#cursors.get(check);
  }

  has(turn: number): boolean {
    return this.#buckets[turn] !== undefined;
  }

  /** Those whose turn it is, and every other check of their devices: in a turn, a device's looks are judged together. */
  touched(turn: number): ReadonlySet<Cursor> {
    const touched = new Set<Cursor>();
    for (const cursor of this.#buckets[turn] ?? []) {
      if (cursor.due !== turn) continue;
      for (const each of cursor.siblings) if (each.isIn(this.#piece)) touched.add(each);
    }
    return touched;
  }

  schedule(cursor: Cursor): void {
    const turn = cursor.nextTurn();
    if (turn === cursor.due) return;
    cursor.due = turn;
    if (turn < 0) return;
    const bucket = this.#buckets[turn];
    if (bucket === undefined) this.#buckets[turn] = [cursor];
    else bucket.push(cursor);
  }

  /** The wall clock jumps before this turn; the last look of every check before it. */
  cut(turn: number): readonly Pick<Observation, "check" | "at" | "seq">[] {
    return [...this.#cursors.values()].flatMap((cursor) => {
      if (cursor === undefined) return [];
      const last = cursor.cut(this.#piece, turn);
      if (cursor.isIn(this.#piece)) this.schedule(cursor);
      return last ?? [];
    });
  }

  /** Who may notice what a turn did looks again at the next look. */
  rouse({ moved, counted }: Moves, turn: number): void {
    for (const device of moved) this.rouseDevice(device, turn);
    for (const key of counted) {
      const device = key.slice(0, key.indexOf("|"));
      if (moved.has(device)) continue;
      for (const cursor of this.#ofDevice.get(device) ?? []) {
        if (!cursor.isIn(this.#piece)) continue;
        cursor.hear(key, turn);
        this.schedule(cursor);
      }
    }
  }

  rouseDevice(device: string, turn: number): void {
    for (const cursor of this.#ofDevice.get(device) ?? []) {
      if (!cursor.isIn(this.#piece)) continue;
      cursor.rouse(turn);
      this.schedule(cursor);
    }
  }

  devices(): Iterable<string> {
    return this.#ofDevice.keys();
  }
}
