/**
 * Request numbers: one sequence per (prefix, year), each reserved in a committed transaction of its own.
 *
 * The highest one ever issued is also written to a file beside the database, so that a restored copy continues above it.
 */

import { mkdirSync } from "node:fs";
import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Instant } from "../model/time.ts";
import { numberOf, textOf } from "./rows.ts";
import type { Session } from "./session.ts";

/** A number that was reserved and never used. */
export interface UnusedNumber {
  readonly prefix: string;
  readonly year: number;
  readonly seq: number;
  readonly reservedAt: Instant;
}

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
  mkdirSync(stateDir, { recursive: true });
  const beside = `${marksFile(stateDir)}.new`;
  const file = await open(beside, "w", 0o600);
  try {
    await file.writeFile(`${JSON.stringify(Object.fromEntries(marks), undefined, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, marksFile(stateDir));
}

export class Numbers {
  readonly #stateDir: string;
  #marks: Map<string, number> | undefined;
  /** Reservations and file writes one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(stateDir: string) {
    this.#stateDir = stateDir;
  }

  /** The next number; it exists in the database and in the file before anybody sees it. */
  reserve(transaction: <T>(work: (session: Session) => Promise<T>) => Promise<T>, key: { prefix: string; year: number; at: Instant }) {
    const next = this.#last.then(async () => {
      this.#marks ??= await readMarks(this.#stateDir);
      const name = `${key.prefix}-${key.year}`;
      const seq = await transaction((session) => reserveRow(session, key, this.#marks?.get(name) ?? 0));
      this.#marks.set(name, seq);
      await writeMarks(this.#stateDir, this.#marks);
      return seq;
    });
    this.#last = next.catch(() => undefined);
    return next;
  }
}

async function reserveRow(session: Session, key: { prefix: string; year: number; at: Instant }, mark: number): Promise<number> {
  const { sql, kind } = session;
  const higher = kind === "sqlite" ? "max" : "greatest";
  const row = await session.row(
    sql.raw(
      `insert into number_marks (prefix, year, last) values (?, ?, ?)
       on conflict (prefix, year) do update set last = ${higher}(number_marks.last, ?) + 1 returning last`,
      [key.prefix, key.year, mark + 1, mark],
    ),
  );
  const seq = numberOf(row?.last);
  await session.run(sql("numbers").insert({ prefix: key.prefix, year: key.year, seq, reserved_at: key.at }));
  return seq;
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
