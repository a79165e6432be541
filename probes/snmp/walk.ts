/**
 * Walks the columns of a table side by side: GETBULK, or GETNEXT where the agent cannot bear it (or speaks v1).
 *
 * Bounded in rows; ends at the end of the MIB, at another subtree, and at an agent whose names do not increase (it would go round for ever).
 */
import { afterRequest } from "./batch.ts";
import type { Conversation, Told } from "./conversation.ts";
import { compareOids, indexIn } from "./oid.ts";
import type { ReadMemory } from "./scalars.ts";
import { isAbsent, type Varbind } from "./value.ts";

/** One column as far as it was read: index → value. */
export interface Column {
  readonly values: Map<string, Varbind>;
  /** Read to its end. */
  complete: boolean;
  /** Stopped at the limit of rows. */
  cut: boolean;
  /** Stopped because a name did not increase. */
  circular: boolean;
}

export interface WalkOptions {
  readonly bulk: boolean;
  readonly rowsAtMost: number;
}

interface Cursor {
  readonly column: string;
  readonly into: Column;
  at: string;
  done: boolean;
}

/** Values in a reply, at most: what fits in a packet that is not fragmented. */
const valuesAtMost = 50;
const repetitionsAtMost = 25;

export function emptyColumn(): Column {
  return { values: new Map(), complete: false, cut: false, circular: false };
}

/** Fills the columns; resolves early when the look is over or the agent stopped making sense. */
export async function walk(
  talk: Conversation,
  memory: ReadMemory,
  columns: ReadonlyMap<string, Column>,
  options: WalkOptions,
): Promise<void> {
  const cursors: Cursor[] = [...columns].map(([column, into]) => ({ column, into, at: column, done: false }));
  let cap = repetitionsAtMost;
  for (;;) {
    const asked = cursors.filter((cursor) => !cursor.done).slice(0, memory.batch.size);
    if (asked.length === 0) return;
    const bulk = options.bulk && memory.batch.bulk;
    const repetitions = bulk ? repetitionsFor(asked.length, memory.batch.size, cap) : 1;
    const oids = asked.map((cursor) => cursor.at);
    const told = await talk.ask(bulk ? { kind: "bulk", oids, repetitions } : { kind: "next", oids });
    if (told.kind === "values") take(asked, told.varbinds, options.rowsAtMost);
    else if (bulk && told.kind === "error" && told.status === 1 && repetitions > 1) cap = Math.max(1, Math.floor(repetitions / 2));
    else if (bulk && told.kind !== "over") memory.batch = afterRequest(memory.batch, { kind: "no-bulk" });
    else if (!smaller(memory, asked, told)) return;
  }
}

function repetitionsFor(columns: number, batch: number, cap: number): number {
  const budget = Math.min(valuesAtMost, Math.max(batch, columns));
  return Math.max(1, Math.min(cap, Math.floor(budget / columns)));
}

/** After a GETNEXT that did not work: false when the walk cannot go on. */
function smaller(memory: ReadMemory, asked: readonly Cursor[], told: Told): boolean {
  if (told.kind !== "error" && told.kind !== "silent") return false;
  const offender = told.kind === "error" && told.status !== 1 ? asked[told.index - 1] : undefined;
  if (offender !== undefined) {
    // SNMPv1 has no endOfMibView: noSuchName says that nothing follows.
    offender.done = true;
    offender.into.complete = true;
  } else if (asked.length > 1) {
    memory.batch = afterRequest(memory.batch, { kind: told.kind === "silent" ? "silent" : "too-big", names: asked.length });
  } else {
    for (const cursor of asked) cursor.done = true;
  }
  return true;
}

function take(asked: readonly Cursor[], varbinds: readonly Varbind[], rowsAtMost: number): void {
  if (varbinds.length === 0) for (const cursor of asked) cursor.done = true;
  varbinds.forEach((varbind, i) => {
    const cursor = asked[i % asked.length];
    if (cursor !== undefined && !cursor.done) step(cursor, varbind, rowsAtMost);
  });
  // A reply shorter than the question leaves columns where they were; the first always moved or ended, so the walk goes on.
}

function step(cursor: Cursor, varbind: Varbind, rowsAtMost: number): void {
  const { into } = cursor;
  const index = isAbsent(varbind) ? undefined : indexIn(cursor.column, varbind.oid);
  if (index === undefined) {
    cursor.done = true;
    into.complete = true;
  } else if (compareOids(varbind.oid, cursor.at) <= 0) {
    cursor.done = true;
    into.circular = true;
  } else if (into.values.size >= rowsAtMost) {
    cursor.done = true;
    into.cut = true;
  } else {
    into.values.set(index, varbind);
    cursor.at = varbind.oid;
  }
}
