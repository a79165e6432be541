/**
 * The timeline: append-only, one chain of hashes per incident, over salted hashes of the contents with the contents beside it.
 *
 * Erasing a content and its salt leaves the chain as it was: it still verifies, and the text cannot be guessed back.
 */
import { createHash, randomBytes } from "node:crypto";
import type { TimelineEntry } from "../model/incident.ts";
import { jsonOf, numberOf, textOf } from "./rows.ts";
import { IN_VALUES, INSERT_ROWS, type Row, type Session, slices } from "./session.ts";

export type StoredEntry = TimelineEntry & { readonly seq: number; readonly hash: string };

interface Link {
  readonly prev: string;
  readonly seq: number;
  readonly incident: string;
  readonly at: number;
  readonly by: string;
  readonly event: string;
  readonly contentHash: string;
}

interface Head {
  readonly seq: number;
  readonly hash: string;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A JSON list, so that no choice of words can move a border between two fields. */
function linkHash({ prev, seq, incident, at, by, event, contentHash }: Link): string {
  return sha256(JSON.stringify([prev, seq, incident, at, by, event, contentHash]));
}

async function headsOf(session: Session, incidents: readonly string[]): Promise<Map<string, Head>> {
  const heads = new Map<string, Head>();
  for (const some of slices(incidents, IN_VALUES)) {
    const query = session.sql("timeline_heads").whereIn("incident", [...some]);
    for (const row of await session.rows(session.kind === "postgresql" ? query.forUpdate() : query)) {
      heads.set(textOf(row.incident), { seq: numberOf(row.seq), hash: textOf(row.hash) });
    }
  }
  return heads;
}

/** Inside a transaction. Two that append to one incident at once: the later one loses the race. */
export async function appendTimeline(session: Session, entries: readonly TimelineEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const heads = await headsOf(session, [...new Set(entries.map((entry) => entry.incident))]);
  const rows = entries.map((entry) => {
    const head = heads.get(entry.incident) ?? { seq: 0, hash: "" };
    const { incident, at, by, event, why, data } = entry;
    const content = JSON.stringify(data === undefined ? { why } : { why, data });
    const salt = randomBytes(16).toString("hex");
    const contentHash = sha256(salt + content);
    const seq = head.seq + 1;
    const hash = linkHash({ prev: head.hash, seq, incident, at, by, event, contentHash });
    heads.set(incident, { seq, hash });
    return { incident, seq, at, by, event, content, salt, content_hash: contentHash, hash };
  });
  for (const some of slices(rows, INSERT_ROWS)) await session.run(session.sql("timeline").insert([...some]));
  const moved = [...heads].map(([incident, head]) => ({ incident, seq: head.seq, hash: head.hash }));
  for (const some of slices(moved, INSERT_ROWS)) {
    await session.run(
      session
        .sql("timeline_heads")
        .insert([...some])
        .onConflict("incident")
        .merge(),
    );
  }
}

/** `why` of an entry whose text was erased. */
export const REDACTED = "redacted";

function entryOf(row: Row): StoredEntry {
  const content =
    row.content === null ? { why: REDACTED } : jsonOf<{ why: string; data?: Record<string, string | number | boolean> }>(row.content);
  return {
    incident: textOf(row.incident),
    seq: numberOf(row.seq),
    at: numberOf(row.at),
    by: textOf(row.by),
    event: textOf(row.event),
    hash: textOf(row.hash),
    ...content,
  };
}

export async function timelineOf(session: Session, incident: string): Promise<readonly StoredEntry[]> {
  return (await session.rows(session.sql("timeline").where({ incident }).orderBy("seq"))).map(entryOf);
}

/** Inside a transaction. False when there is nothing to erase. */
export async function redactEntry(session: Session, incident: string, seq: number): Promise<boolean> {
  // What is erased is overwritten in the file, not only unlinked.
  if (session.kind === "sqlite") await session.run(session.sql.raw("PRAGMA secure_delete=ON"));
  const query = session.sql("timeline").where({ incident, seq }).whereNotNull("content");
  const erased = await session.run(query.update({ content: null, salt: null }));
  if (session.kind === "sqlite") await session.run(session.sql.raw("PRAGMA secure_delete=OFF"));
  return erased === 1;
}

export interface Verdict {
  readonly checked: number;
  readonly brokenAt?: { readonly incident: string; readonly seq: number };
}

const PAGE = 500;

/** Recomputes every link, and that the last one is the one the head names: a cut tail is found too. */
export async function verifyTimeline(session: Session, only?: string): Promise<Verdict> {
  let checked = 0;
  let after = "";
  for (;;) {
    const heads = session.sql("timeline_heads").orderBy("incident").limit(PAGE);
    const page = await session.rows(only === undefined ? heads.where("incident", ">", after) : heads.where({ incident: only }));
    for (const row of page) {
      const incident = textOf(row.incident);
      const broken = verifyChain(await session.rows(session.sql("timeline").where({ incident }).orderBy("seq")), row);
      if (broken !== undefined) return { checked: checked + broken - 1, brokenAt: { incident, seq: broken } };
      checked += numberOf(row.seq);
    }
    after = textOf(page.at(-1)?.incident);
    if (only !== undefined || page.length < PAGE) return { checked };
  }
}

/** The seq of the first entry that is wrong or missing. */
function verifyChain(rows: readonly Row[], head: Row): number | undefined {
  let prev = "";
  let seq = 0;
  for (const row of rows) {
    seq += 1;
    const contentHash = textOf(row.content_hash);
    const link = {
      prev,
      seq,
      incident: textOf(row.incident),
      at: numberOf(row.at),
      by: textOf(row.by),
      event: textOf(row.event),
      contentHash,
    };
    prev = linkHash(link);
    const contentHolds = row.content === null || sha256(textOf(row.salt) + textOf(row.content)) === contentHash;
    if (numberOf(row.seq) !== seq || prev !== textOf(row.hash) || !contentHolds) return seq;
  }
  return seq === numberOf(head.seq) && prev === textOf(head.hash) ? undefined : seq + 1;
}
