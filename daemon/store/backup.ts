/**
 * A consistent copy of a SQLite database while it is in use. A WAL database is not copied as a file: VACUUM INTO reads one snapshot.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { StoreUnavailable } from "../ports.ts";
import { oneConnection } from "./connect.ts";
import { sessionOn } from "./session.ts";

/** Copies `from` to `to` and writes, beside it, `to.sha256` in the form that `sha256sum -c` reads. `to` appears only when it is whole. */
export async function backupSqlite(from: string | undefined, to: string): Promise<void> {
  if (from === undefined) throw new StoreUnavailable("USE_PG_DUMP");
  await mkdir(dirname(to), { recursive: true });
  const beside = `${to}.new`;
  await rm(beside, { force: true });
  const pool = oneConnection(from);
  try {
    await sessionOn("sqlite", pool).run(pool.raw("vacuum into ?", [beside]));
  } finally {
    await pool.destroy();
  }
  await chmod(beside, 0o600);
  await rename(beside, to);
  await writeFile(`${to}.sha256`, `${await sha256File(to)}  ${basename(to)}\n`, { mode: 0o600 });
}

export async function sha256File(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
