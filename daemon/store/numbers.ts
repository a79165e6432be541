/**
 * Request numbers: one sequence per (prefix, year), each reserved in a committed transaction of its own.
 *
 * The highest one ever issued is also written to a file beside the database, so that a restored copy continues above it.
 */
import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Instant } from "../model/time.ts";
import type { UnusedNumber } from "../ports.ts";
import { numberOf, textOf } from "./rows.ts";
import { INSERT_ROWS, type Session, slices } from "./session.ts";

export function marksFile(stateDir: string): string {
  return join(stateDir, "numbers.json");
}

/** Highest number by `<prefix>-<year>`; empty when there is no file yet. A damaged file is an error: numbers would repeat. */
export async function readMarks(stateDir: string): Promise<Map<string, number>> {
  try {
    const marks = JSON.parse(await readFile(marksFile(stateDir), "utf8")) as Record<string, number>;
    return new Map(Object.entries(marks).map(([key, value]) => [key, numberOf(value)]));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Map();
    throw new Error(`${marksFile(stateDir)} cannot be read; it holds the highest request numbers ever issued: restore it, or delete it`, {
      cause: error,
    });
  }
}

/** Replaces the file as a whole: a crash leaves the old or the new one. */
export async function writeMarks(stateDir: string, marks: ReadonlyMap<string, number>): Promise<void> {
  const beside = `${marksFile(stateDir)}.${randomUUID()}`;
  const file = await openIn(stateDir, beside);
  try {
    await file.writeFile(`${JSON.stringify(Object.fromEntries(marks), undefined, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, marksFile(stateDir));
}

async function openIn(folder: string, path: string): Promise<FileHandle> {
  try {
    return await open(path, "wx", 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    await mkdir(folder, { recursive: true });
    return open(path, "wx", 0o600);
  }
}

/** As many of the numbers that only the mark knows are listed, the highest. */
const MOST_GAPS = 10_000;

interface Series {
  readonly prefix: string;
  readonly year: number;
  readonly count: number;
  readonly at: Instant;
}

/**
 * Inside a transaction of its own. The mark is written before the commit: the lock on the sequence's row orders the writers of the
 * file too, and a number that anybody has seen is in both places.
 */
export async function reserveNumbers(session: Session, stateDir: string, series: Series): Promise<readonly number[]> {
  const name = `${series.prefix}-${series.year}`;
  await session.run(
    session
      .sql("number_marks")
      .insert({ prefix: series.prefix, year: series.year, last: 0 })
      .onConflict(["prefix", "year"])
      // Changes nothing, and locks the row on PostgreSQL.
      .merge({ prefix: series.prefix }),
  );
  const marks = await readMarks(stateDir);
  const numbers = await reserveRows(session, series, marks.get(name) ?? 0);
  await writeMarks(stateDir, marks.set(name, numbers.at(-1) ?? 0));
  return numbers;
}

async function reserveRows(session: Session, { prefix, year, count, at }: Series, mark: number): Promise<readonly number[]> {
  const { sql } = session;
  const row = await session.row(sql("number_marks").where({ prefix, year }).first());
  const last = numberOf(row?.last);
  const before = Math.max(last, mark);
  // Only the mark knows of these: reserved by who died before the commit, or in what a restored copy has not. Gaps are listed.
  const from = Math.max(last, before - MOST_GAPS);
  const gaps = Array.from({ length: before - from }, (_, n) => from + 1 + n);
  const numbers = Array.from({ length: count }, (_, n) => before + 1 + n);
  await session.run(
    sql("number_marks")
      .where({ prefix, year })
      .update({ last: before + count }),
  );
  for (const some of slices([...gaps, ...numbers], INSERT_ROWS))
    await session.run(sql("numbers").insert(some.map((seq) => ({ prefix, year, seq, reserved_at: at }))));
  return numbers;
}

/** `VIG-2026-000123-45`: prefix, year, sequence, check digits. */
const numberForm = /^(.+)-(\d{4})-(\d+)-\d+$/;

/** Notes which incident uses a reserved number. */
export async function linkNumber(session: Session, number: string, incident: string): Promise<void> {
  const parts = numberForm.exec(number);
  if (parts === null) return;
  const [, prefix = "", year, seq] = parts;
  await session.run(
    session
      .sql("numbers")
      .where({ prefix, year: Number(year), seq: Number(seq) })
      .whereRaw("incident is null")
      .update({ incident }),
  );
}

export async function unusedNumbers(session: Session, limit: number): Promise<readonly UnusedNumber[]> {
  const query = session.sql("numbers").whereRaw("incident is null").orderBy(["prefix", "year", "seq"]).limit(limit);
  return (await session.rows(query)).map((row) => ({
    prefix: textOf(row.prefix),
    year: numberOf(row.year),
    seq: numberOf(row.seq),
    reservedAt: numberOf(row.reserved_at),
  }));
}
