/**
 * What is heard and does not come again, and the traps as kept for the screen.
 */
import type { InboxMessage, TrapRecord } from "../ports.ts";
import { inboxOf, numberOf, textOf, trapOf, trapRow } from "./rows.ts";
import { IN_VALUES, INSERT_ROWS, type Session, slices } from "./session.ts";

/** PostgreSQL gives numbers before the commit: without this lock a reader's cursor could pass a number that is not there yet. */
const ORDER_KEY = 0x56494201;

type NewMessage = Omit<InboxMessage, "seq">;

/** Inside a transaction. A key that is already there stays what it was. */
export async function insertInbox(session: Session, messages: readonly NewMessage[]): Promise<void> {
  if (session.kind === "postgresql") await session.run(session.sql.raw("select pg_advisory_xact_lock(?)", [ORDER_KEY]));
  const unique = [...new Map(messages.map((message) => [message.key, message])).values()];
  const rows = unique.map(({ at, source, key, body }) => ({ at, source, key, body: JSON.stringify(body ?? null) }));
  for (const some of slices(rows, INSERT_ROWS))
    await session.run(
      session
        .sql("inbox")
        .insert([...some])
        .onConflict("key")
        .ignore(),
    );
}

/** Inside a transaction. The number of each message, in the order given; a key that is already there gives the number it has. */
export async function appendInbox(session: Session, messages: readonly NewMessage[]): Promise<readonly number[]> {
  await insertInbox(session, messages);
  const numbers = new Map<string, number>();
  const keys = [...new Set(messages.map((message) => message.key))];
  for (const some of slices(keys, IN_VALUES)) {
    for (const row of await session.rows(
      session
        .sql("inbox")
        .select("seq", "key")
        .whereIn("key", [...some]),
    )) {
      numbers.set(textOf(row.key), numberOf(row.seq));
    }
  }
  return messages.map((message) => numbers.get(message.key) ?? 0);
}

export async function inboxAfter(session: Session, seq: number, limit: number): Promise<readonly InboxMessage[]> {
  return (await session.rows(session.sql("inbox").where("seq", ">", seq).orderBy("seq").limit(limit))).map(inboxOf);
}

/** Inside a transaction. */
export async function saveTraps(session: Session, records: readonly TrapRecord[]): Promise<void> {
  for (const some of slices(records.map(trapRow), INSERT_ROWS)) await session.run(session.sql("traps").insert([...some]));
}

/** The newest first. */
export async function findTraps(session: Session, query: { readonly device?: string; readonly limit: number }) {
  const found = session.sql("traps").orderBy([
    { column: "at", order: "desc" },
    { column: "id", order: "desc" },
  ]);
  if (query.device !== undefined) found.where({ device: query.device });
  return (await session.rows(found.limit(query.limit))).map(trapOf);
}
