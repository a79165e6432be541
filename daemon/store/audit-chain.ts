/**
 * The audit log: append-only, one chain of hashes over salted hashes of the contents, as each timeline is.
 *
 * A row without its salt was redacted: its text is gone, and the chain holds. What retention takes away is remembered by the hash with
 * which the rest begins.
 */
import { createHash, randomBytes } from "node:crypto";
import type { Instant } from "../model/time.ts";
import type { AuditEntry } from "../ports.ts";
import { auditRow, numberOf, textOf } from "./rows.ts";
import { INSERT_ROWS, type Row, type Session, slices } from "./session.ts";

interface Head {
  readonly seq: number;
  readonly hash: string;
  /** Before the first row that is kept. */
  readonly baseSeq: number;
  readonly baseHash: string;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function contentHash(row: Row, salt: string): string {
  return sha256(salt + JSON.stringify([textOf(row.target), row.data === null || row.data === undefined ? null : textOf(row.data)]));
}

function linkHash(prev: string, seq: number, row: Row, content: string): string {
  return sha256(JSON.stringify([prev, seq, numberOf(row.at), textOf(row.by), textOf(row.action), content]));
}

/** On PostgreSQL the row is held until the commit: two writers follow each other. */
async function headOf(session: Session, hold: boolean): Promise<Head> {
  const query = session.sql("audit_head").where({ id: 1 }).first();
  const row = await session.row(hold && session.kind === "postgresql" ? query.forUpdate() : query);
  return { seq: numberOf(row?.seq), hash: textOf(row?.hash), baseSeq: numberOf(row?.base_seq), baseHash: textOf(row?.base_hash) };
}

/** The columns of the chain for rows that follow a head, and the head after them. */
export function chained<T extends Row>(rows: readonly T[], from: Pick<Head, "seq" | "hash">) {
  let { seq, hash } = from;
  const linked = rows.map((row) => {
    const salt = randomBytes(16).toString("hex");
    const content = contentHash(row, salt);
    seq += 1;
    hash = linkHash(hash, seq, row, content);
    return { ...row, seq, salt, content_hash: content, hash };
  });
  return { linked, seq, hash };
}

/** Inside a transaction. */
export async function writeAudit(session: Session, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const { linked, seq, hash } = chained(entries.map(auditRow), await headOf(session, true));
  for (const some of slices(linked, INSERT_ROWS)) await session.run(session.sql("audit").insert([...some]));
  await session.run(session.sql("audit_head").where({ id: 1 }).update({ seq, hash }));
}

const PAGE = 500;

/** Recomputes the chain, from the hash with which it begins to the one with which it ends: a cut end is found too. */
export async function verifyAudit(session: Session): Promise<{ readonly checked: number; readonly brokenAt?: number }> {
  const head = await headOf(session, false);
  let { baseSeq: seq, baseHash: prev } = head;
  for (;;) {
    const rows = await session.rows(session.sql("audit").where("seq", ">", seq).orderBy("seq").limit(PAGE));
    for (const row of rows) {
      const content = textOf(row.content_hash);
      const holds = row.salt === null || contentHash(row, textOf(row.salt)) === content;
      prev = linkHash(prev, seq + 1, row, content);
      if (numberOf(row.seq) !== seq + 1 || prev !== textOf(row.hash) || !holds) return { checked: seq - head.baseSeq, brokenAt: seq + 1 };
      seq += 1;
    }
    if (rows.length < PAGE) break;
  }
  const checked = seq - head.baseSeq;
  return seq === head.seq && prev === head.hash ? { checked } : { checked, brokenAt: seq + 1 };
}

const STEP = 1_000;

/** What is past its retention, from the beginning on: a chain has no holes. */
export async function deleteAudit(session: Session, before: Instant): Promise<number> {
  const { sql } = session;
  const head = await headOf(session, true);
  const kept = await session.row(sql("audit").where("at", ">=", before).min({ seq: "seq" }).first());
  const first = kept?.seq === null || kept?.seq === undefined ? head.seq + 1 : numberOf(kept.seq);
  const last = Math.min(first - 1, head.baseSeq + STEP);
  if (last <= head.baseSeq) return 0;
  const row = await session.row(sql("audit").where({ seq: last }).select("hash").first());
  // A row that somebody took away by hand is none that retention may hide: the chain stays as it is, and says so.
  if (row === undefined) return 0;
  const gone = await session.run(sql("audit").where("seq", "<=", last).delete());
  await session.run(
    sql("audit_head")
      .where({ id: 1 })
      .update({ base_seq: last, base_hash: textOf(row.hash) }),
  );
  return gone;
}
