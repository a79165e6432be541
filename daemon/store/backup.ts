/**
 * A consistent copy of the database while it is in use.
 *
 * SQLite: a WAL database is not copied as a file, VACUUM INTO reads one snapshot. PostgreSQL: pg_dump does.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Config } from "../model/config.ts";
import { StoreUnavailable } from "../ports.ts";
import { oneConnection } from "./connect.ts";
import { sessionOn } from "./session.ts";

/**
 * Copies the database to `to` and writes, beside it, `to.sha256` in the form that `sha256sum -c` reads. `to` appears only when it is
 * whole. PostgreSQL without pg_dump: StoreUnavailable `PG_DUMP_MISSING`.
 */
export async function backupStorage(storage: Config["storage"], to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const beside = `${to}.new`;
  await rm(beside, { force: true });
  try {
    if (storage.kind === "sqlite") await vacuumInto(storage.path, beside);
    else await pgDump(storage.url.reveal(), beside);
    await chmod(beside, 0o600);
    await writeFile(`${to}.sha256`, `${await sha256File(beside)}  ${basename(to)}\n`, { mode: 0o600 });
    await rename(beside, to);
  } finally {
    await rm(beside, { force: true });
  }
}

async function vacuumInto(from: string, to: string): Promise<void> {
  const pool = oneConnection(from);
  try {
    await sessionOn("sqlite", pool).run(pool.raw("vacuum into ?", [to]));
  } finally {
    await pool.destroy();
  }
}

/** The connection goes by the environment: a command line is seen by every user of the machine. */
async function pgDump(url: string, to: string): Promise<void> {
  const child = spawn("pg_dump", ["--format=custom", "--no-password", "--file", to], { env: pgEnvironment(url), stdio: "ignore" });
  let code: unknown;
  try {
    [code] = await once(child, "exit");
  } catch (error) {
    throw new StoreUnavailable((error as NodeJS.ErrnoException).code === "ENOENT" ? "PG_DUMP_MISSING" : "PG_DUMP_FAILED");
  }
  if (code !== 0) throw new StoreUnavailable("PG_DUMP_FAILED");
}

/** What libpq reads, from a postgresql:// URL. */
export function pgEnvironment(text: string): NodeJS.ProcessEnv {
  const url = new URL(text);
  const wanted: Readonly<Record<string, string | null>> = {
    PGHOST: url.searchParams.get("host") ?? url.hostname,
    PGPORT: url.port,
    PGUSER: decodeURIComponent(url.username),
    PGPASSWORD: decodeURIComponent(url.password),
    PGDATABASE: decodeURIComponent(url.pathname.slice(1)),
    PGSSLMODE: url.searchParams.get("sslmode"),
  };
  const given = Object.entries(wanted).filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== "");
  return { PATH: process.env.PATH, ...Object.fromEntries(given) };
}

export async function sha256File(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
