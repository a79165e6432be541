/**
 * One way to put a question to the database, on one connection or on a pool.
 *
 * Transactions are driven here and not by Knex: its own sends a deferred BEGIN (two writers then meet SQLITE_BUSY in spite of
 * busy_timeout), and runs the work even when BEGIN failed.
 */
import type { Knex } from "knex";
import { storeError } from "./errors.ts";

export type Kind = "sqlite" | "postgresql";

/** A row as the driver gives it; rows.ts turns it into something with a type. */
export type Row = Readonly<Record<string, unknown>>;

/** A query builder or raw statement, not yet sent. */
type Query = Knex.QueryBuilder | Knex.Raw | Knex.SchemaBuilder;

/** A connection of a pool; Knex drops it when `__knex__disposed` is set. */
interface Connection {
  __knex__disposed?: string;
}

/** Asks questions; every error that comes out is one of ports.ts. */
export interface Session {
  readonly kind: Kind;
  /** Builds queries; never await one: give it to `rows`, `row` or `run`. */
  readonly sql: Knex;
  rows(query: Query): Promise<readonly Row[]>;
  row(query: Query): Promise<Row | undefined>;
  /** Rows touched, for builder updates and deletes; 0 for anything else. */
  run(query: Query): Promise<number>;
}

function answerRows(answer: unknown): readonly Row[] {
  if (Array.isArray(answer)) return answer as readonly Row[];
  if (answer !== null && typeof answer === "object" && "rows" in answer && Array.isArray(answer.rows)) return answer.rows as readonly Row[];
  return [];
}

/** A session on a pool: each question takes a connection of its own. */
export function sessionOn(kind: Kind, sql: Knex, via: (query: Query) => Promise<unknown> = (query) => sent(query)): Session {
  return {
    kind,
    sql,
    rows: async (query) => answerRows(await via(query)),
    row: async (query) => {
      const answer = await via(query);
      // `.first()` gives the row itself.
      if (answer !== null && typeof answer === "object" && !Array.isArray(answer) && !("rows" in answer)) return answer as Row;
      return answerRows(answer)[0];
    },
    run: async (query) => {
      const answer = await via(query);
      return typeof answer === "number" ? answer : 0;
    },
  };
}

async function sent(query: Query): Promise<unknown> {
  try {
    return await query;
  } catch (error) {
    throw storeError(error);
  }
}

/** Runs `work` between BEGIN and COMMIT on one connection; rolls back when it rejects or when any question in it failed. */
export async function inTransaction<T>(kind: Kind, pool: Knex, work: (session: Session) => Promise<T>): Promise<T> {
  const connection = await acquired(pool);
  let open = true;
  let failed: Error | undefined;
  const session = sessionOn(kind, pool, async (query) => {
    if (!open) throw new Error("this transaction has ended; await everything inside it");
    try {
      return await sent(query.connection(connection) as Query);
    } catch (error) {
      failed ??= storeError(error);
      throw error;
    }
  });
  try {
    await session.run(pool.raw(kind === "sqlite" ? "BEGIN IMMEDIATE" : "BEGIN"));
    const result = await work(session);
    // PostgreSQL answers COMMIT of a failed transaction with a quiet ROLLBACK.
    if (failed !== undefined) throw failed;
    await session.run(pool.raw("COMMIT"));
    return result;
  } catch (error) {
    open = false;
    await rolledBack(pool, connection);
    throw error;
  } finally {
    open = false;
    await pool.client.releaseConnection(connection);
  }
}

async function acquired(pool: Knex): Promise<Connection> {
  try {
    return (await pool.client.acquireConnection()) as Connection;
  } catch (error) {
    throw storeError(error);
  }
}

/** A connection that cannot roll back is not used again. SQLite has already rolled back after some errors (disk full). */
async function rolledBack(pool: Knex, connection: Connection): Promise<void> {
  try {
    await pool.raw("ROLLBACK").connection(connection);
  } catch {
    connection.__knex__disposed = "rollback failed";
  }
}

/** A list in pieces that one statement can carry (SQLite: ≤ 500 rows an insert). */
export function slices<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  const pieces: (readonly T[])[] = [];
  for (let from = 0; from < list.length; from += size) pieces.push(list.slice(from, from + size));
  return pieces;
}

/** Rows of one insert statement. */
export const INSERT_ROWS = 200;
/** Values of one `in (…)`. */
export const IN_VALUES = 500;
