/**
 * Small durable facts by name. Inside a transaction what is read is locked: SQLite has one writer, PostgreSQL is asked to.
 */
import { randomUUID } from "node:crypto";
import type { Knex } from "knex";
import { type KeptTx, revisions } from "../ports-kept.ts";
import { jsonOf, textOf } from "./rows.ts";
import type { Session } from "./session.ts";

type Locking = "for-update" | "none";

const locked = (session: Session, query: Knex.QueryBuilder, locking: Locking) =>
  locking === "for-update" && session.kind === "postgresql" ? query.forUpdate() : query;

export async function readKept<T>(session: Session, key: string, locking: Locking = "none"): Promise<T | undefined> {
  const row = await session.row(locked(session, session.sql("kept").where({ key }).first(), locking));
  return row === undefined ? undefined : jsonOf<T>(row.value);
}

export async function readKeptAll<T>(
  session: Session,
  prefix: string,
  locking: Locking = "none",
): Promise<readonly { readonly key: string; readonly value: T }[]> {
  // Not LIKE (a key may hold % or _) and not a range (PostgreSQL sorts by its collation).
  const found = session
    .sql("kept")
    .whereRaw("substr(key, 1, ?) = ?", [[...prefix].length, prefix])
    .orderBy("key");
  const rows = await session.rows(locked(session, found, locking));
  return rows.map((row) => ({ key: textOf(row.key), value: jsonOf<T>(row.value) }));
}

const rowOf = (key: string, value: unknown) => ({ key, value: JSON.stringify(value ?? null) });

export async function writeKept(session: Session, key: string, value: unknown): Promise<void> {
  await session.run(session.sql("kept").insert(rowOf(key, value)).onConflict("key").merge());
}

/** Inside the transaction that writes it. */
export function raiseRevision(session: Session, of: keyof typeof revisions): Promise<void> {
  return writeKept(session, revisions[of], randomUUID());
}

/** Inside a transaction. */
export async function keepFirst<T>(session: Session, key: string, value: T): Promise<T> {
  await session.run(session.sql("kept").insert(rowOf(key, value)).onConflict("key").ignore());
  return (await readKept<T>(session, key)) ?? value;
}

export async function forgetKept(session: Session, key: string): Promise<void> {
  await session.run(session.sql("kept").where({ key }).delete());
}

export function keptOn(session: Session): KeptTx {
  return {
    kept: (key) => readKept(session, key, "for-update"),
    keptAll: (prefix) => readKeptAll(session, prefix, "for-update"),
    keep: (key, value) => writeKept(session, key, value),
    forget: (key) => forgetKept(session, key),
  };
}
