/**
 * Puts a copy of a SQLite database in the place of the present one, which is kept aside.
 *
 * Request numbers go on above the highest one ever issued, and what the copy still holds as unsent is marked as maybe a duplicate.
 */
import { existsSync } from "node:fs";
import { copyFile, link, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Instant } from "../model/time.ts";
import { sha256File } from "./backup.ts";
import { oneConnection } from "./connect.ts";
import { refuseNewer, schemaVersion } from "./migrate.ts";
import { readMarks, writeMarks } from "./numbers.ts";
import { maybe, numberOf, textOf } from "./rows.ts";
import { type Session, sessionOn } from "./session.ts";

/** What one database holds, for comparing two. */
export interface Contents {
  readonly newestTimelineAt?: Instant;
  readonly newestOutboxAt?: Instant;
  readonly incidents: number;
  readonly lines: number;
  /** Until when a daemon's lease runs, by the wall clock. */
  readonly leasedUntil?: Instant;
  readonly marks: ReadonlyMap<string, number>;
}

/** The copy cannot be used; the message says why and what to do. */
export class BadCopy extends Error {
  override readonly name = "BadCopy";
}

async function within<T>(file: string, work: (session: Session) => Promise<T>): Promise<T> {
  const pool = oneConnection(file);
  try {
    return await work(sessionOn("sqlite", pool));
  } finally {
    await pool.destroy();
  }
}

/** Throws BadCopy, or SchemaRefused when only a newer daemon can read it. */
export async function checkCopy(file: string): Promise<void> {
  if (!existsSync(file)) throw new BadCopy(`${file}: there is no such file`);
  if (existsSync(`${file}.sha256`)) {
    const [wanted] = (await readFile(`${file}.sha256`, "utf8")).split(" ");
    if (wanted !== (await sha256File(file)))
      throw new BadCopy(`${file}: does not match ${file}.sha256; it was damaged or changed: take another copy`);
  }
  const found = await within(file, async (session) => {
    const whole = textOf(Object.values((await session.row(session.sql.raw("pragma integrity_check"))) ?? {})[0]);
    if (whole !== "ok") throw new BadCopy(`${file}: the database is damaged; take another copy`);
    return schemaVersion(session);
  }).catch((error: unknown) => {
    if (error instanceof BadCopy) throw error;
    throw new BadCopy(`${file}: is not a database; give a file that vigie backup made`);
  });
  if (found === 0) throw new BadCopy(`${file}: holds no data of Vigie; give a file that vigie backup made`);
  refuseNewer(found);
}

/** Of a database file; undefined when there is none, or it was never used. */
export async function contentsOf(file: string): Promise<Contents | undefined> {
  if (!existsSync(file)) return undefined;
  return within(file, async (session) => {
    if ((await schemaVersion(session)) === 0) return undefined;
    const row = await session.row(
      session.sql.raw(`select (select max(at) from timeline) as line_at, (select max(created_at) from outbox) as outbox_at,
        (select count(*) from incidents) as incidents, (select count(*) from timeline) as lines, (select max(expires_at) from leases) as leased`),
    );
    const marks = await session.rows(session.sql("number_marks"));
    return {
      ...maybe("newestTimelineAt", row?.line_at, numberOf),
      ...maybe("newestOutboxAt", row?.outbox_at, numberOf),
      ...maybe("leasedUntil", row?.leased, numberOf),
      incidents: numberOf(row?.incidents),
      lines: numberOf(row?.lines),
      marks: new Map(marks.map((mark) => [`${textOf(mark.prefix)}-${numberOf(mark.year)}`, numberOf(mark.last)])),
    };
  });
}

export interface Restoring {
  readonly copy: string;
  readonly database: string;
  readonly stateDir: string;
  /** Where the present database goes. */
  readonly aside: string;
}

/** The caller holds the state folder. A crash in here leaves either the old database or the new one in place, never a part. */
export async function putInPlace({ copy, database, stateDir, aside }: Restoring, present: Contents | undefined): Promise<void> {
  await mkdir(dirname(database), { recursive: true });
  const beside = `${database}.restoring`;
  for (const end of ["", "-wal", "-shm"]) await rm(`${beside}${end}`, { force: true });
  await copyFile(copy, beside);
  await within(beside, async (session) => {
    await session.run(session.sql("leases").update({ expires_at: 0 }));
    await session.run(session.sql("outbox").whereIn("state", ["pending", "claimed"]).update({ maybe_duplicate: 1 }));
  });
  const handle = await open(beside, "r+");
  await handle.sync();
  await handle.close();
  const marks = await readMarks(stateDir);
  for (const [name, last] of present?.marks ?? []) marks.set(name, Math.max(last, marks.get(name) ?? 0));
  await writeMarks(stateDir, marks);
  // The log of the old database belongs to it, and must not meet the new one.
  for (const end of ["-wal", "-shm"]) if (existsSync(`${database}${end}`)) await rename(`${database}${end}`, `${aside}${end}`);
  // A second name first: at no moment is there no database, which a daemon that starts would take for a new one.
  if (existsSync(database)) await link(database, aside);
  await rename(beside, database);
}
