/**
 * Opens the database: pools, pragmas, and the one place where the two drivers' values are made alike.
 *
 * SQLite has one writer and a read-only pool beside it: a read never waits behind an open write.
 */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import knex, { type Knex } from "knex";
import pg from "pg";
import type { Kind } from "./session.ts";

export interface Pools {
  readonly kind: Kind;
  readonly writer: Knex;
  readonly reader: Knex;
  /** The database file; undefined on PostgreSQL. */
  readonly file?: string;
}

/** Knex would print errors, and with them SQL and its values. */
const silent = { warn() {}, error() {}, deprecate() {}, debug() {}, enableColors: false };

const acquireConnectionTimeout = 15_000;

/** The part of the sqlite3 package's connection that is used here. */
interface SqliteConnection {
  exec(sql: string, done: (error: Error | null) => void): void;
}

/** How long a writer waits for another process's lock before it gives up with SQLITE_BUSY. */
export const BUSY_TIMEOUT_MS = 5_000;

// auto_vacuum only works when it is set before the first table, and journal_mode=WAL already writes the first page.
const writerPragmas = `PRAGMA busy_timeout=${BUSY_TIMEOUT_MS}; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL;
  PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16000;`;
// Knex adds OPEN_READWRITE to whatever flags it is given, so the readers are bound by query_only.
const readerPragmas = `PRAGMA busy_timeout=${BUSY_TIMEOUT_MS}; PRAGMA query_only=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-8000;`;

function sqlitePool(file: string, max: number, pragmas: string): Knex {
  return knex({
    client: "sqlite3",
    connection: { filename: file },
    useNullAsDefault: true,
    log: silent,
    acquireConnectionTimeout,
    pool: {
      min: 0,
      max,
      afterCreate: (connection: SqliteConnection, done: (error: Error | null, connection: SqliteConnection) => void) =>
        connection.exec(pragmas, (error) => done(error, connection)),
    },
  });
}

/** Opens a database file, made readable by its owner alone when it is new. */
export function openSqlite(file: string): Pools {
  mkdirSync(dirname(file), { recursive: true });
  if (!existsSync(file)) {
    closeSync(openSync(file, "a", 0o600));
    chmodSync(file, 0o600);
  }
  return {
    kind: "sqlite",
    file,
    writer: sqlitePool(file, 1, writerPragmas),
    reader: sqlitePool(file, 3, readerPragmas),
  };
}

/** One more connection to the same file, for long work (a backup) that must hold neither the writer nor a reader. */
export function oneConnection(file: string): Knex {
  return sqlitePool(file, 1, `PRAGMA busy_timeout=${BUSY_TIMEOUT_MS};`);
}

/** A connection that never waits: see hold.ts. */
export function lockConnection(file: string): Knex {
  return sqlitePool(file, 1, "PRAGMA busy_timeout=0;");
}

/** bigint comes as a string; everything we keep (instants, counts) fits a number. */
const INT8 = 20;
const types = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    oid === INT8 ? (value: string) => Number(value) : pg.types.getTypeParser(oid, format ?? "text"),
};

export function openPostgres(url: string): Pools {
  const pool = knex({
    client: "pg",
    connection: {
      connectionString: url,
      types: types as never,
      application_name: "vigie",
      connectionTimeoutMillis: 5_000,
      statement_timeout: 60_000,
      lock_timeout: 10_000,
      idle_in_transaction_session_timeout: 60_000,
      keepAlive: true,
    } as Knex.PgConnectionConfig,
    log: silent,
    acquireConnectionTimeout,
    pool: { min: 0, max: 8 },
  });
  return { kind: "postgresql", writer: pool, reader: pool };
}

export async function closePools(pools: Pools): Promise<void> {
  if (pools.reader !== pools.writer) await pools.reader.destroy();
  await pools.writer.destroy();
}
