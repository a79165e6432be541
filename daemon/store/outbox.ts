/**
 * The outbox: decided but not yet sent. Claimed under a lease, so that a dispatcher that dies leaves nothing behind.
 *
 * A row's state only moves forward: a late answer of an earlier claim never turns a sent message back into a pending one.
 */
import type { DeliveryState, OutboxRow } from "../model/incident.ts";
import type { Instant } from "../model/time.ts";
import type { DeliveryUpdate, DeliveryView } from "../ports.ts";
import { markBundleSent } from "./bundles.ts";
import { deliveryOf, maybe, numberOf, outboxRow, textOf } from "./rows.ts";
import { IN_VALUES, INSERT_ROWS, type Row, type Session, slices } from "./session.ts";

export async function addOutbox(session: Session, rows: readonly OutboxRow[]): Promise<void> {
  for (const some of slices(rows, INSERT_ROWS)) {
    const placed = some.map((row) => ({
      ...outboxRow(row),
      site: session.sql.raw("(select site from incidents where id = ?)", [row.incident]),
    }));
    await session.run(session.sql("outbox").insert(placed).onConflict("key").ignore());
  }
}

/**
 * What is pending for an incident is dropped; what is claimed is on its way and is left to the dispatcher. What names other incidents
 * too is theirs as well: it stays.
 */
export async function dropPending(session: Session, incident: string, why: string, at: Instant): Promise<void> {
  const pending = session
    .sql("outbox")
    .where({ incident, state: "pending" })
    .whereNull("bundle")
    // The words of a person go out, whatever becomes of the ladder; and a ticket hears how it ends.
    .whereNotIn("kind", ["letter", "news", "ticket"])
    .whereRaw("not exists (select 1 from outbox as named where named.superseded_by = outbox.key)");
  const keys = (await session.rows(pending.clone().select("key", "attempts"))).map((row) => ({
    key: textOf(row.key),
    attempt: numberOf(row.attempts),
  }));
  if (keys.length === 0) return;
  await session.run(pending.update({ state: "dropped", state_at: at, error: why }));
  const history = keys.map(({ key, attempt }) => ({ key, attempt, state: "dropped", at, error: why }));
  for (const some of slices(history, INSERT_ROWS)) await session.run(session.sql("deliveries").insert([...some]));
}

/** What waits for one incident may go from `at` on: what kept it back is over. */
export async function hastenOutbox(session: Session, incident: string, at: Instant): Promise<void> {
  const waiting = session.sql("outbox").where({ incident, state: "pending" }).where("not_before", ">", at);
  await session.run(waiting.update({ not_before: at, due_at: at }));
}

/** The wall clock has jumped: what waits, waits as long as it would have. */
export async function moveOutbox(session: Session, ms: number): Promise<void> {
  const moved =
    "update outbox set not_before = not_before + ?, due_at = due_at + ?, claim_expires_at = claim_expires_at + ? where state in ('pending', 'claimed')";
  await session.rows(session.sql.raw(`${moved} returning key`, [ms, ms, ms]));
}

/** States that an update may come from. */
const comesFrom: Readonly<Record<DeliveryState, readonly DeliveryState[]>> = {
  pending: ["pending", "claimed"],
  claimed: ["pending", "claimed"],
  // What was taken may come back: a mail that bounces, a text message that finds no telephone.
  failed: ["pending", "claimed", "sent", "accepted"],
  dropped: ["pending", "claimed"],
  superseded: ["pending", "claimed"],
  sent: ["pending", "claimed", "failed", "dropped"],
  accepted: ["pending", "claimed", "failed", "dropped", "sent"],
  delivered: ["pending", "claimed", "failed", "dropped", "sent", "accepted"],
  acknowledged: ["pending", "claimed", "failed", "dropped", "superseded", "sent", "accepted", "delivered"],
};

const PROOF_LENGTH = 200;

/** Inside a transaction. Every update is kept in the history, those too that no longer move the row. */
export async function recordDeliveries(
  session: Session,
  updates: readonly DeliveryUpdate[],
  more: readonly OutboxRow[] = [],
): Promise<void> {
  if (more.length > 0) await addOutbox(session, more);
  for (const update of updates) await moveRow(session, update);
  const rows = await rowsOf(session, [...new Set(updates.map(({ key }) => key))]);
  for (const { key, state, at } of updates) {
    const bundle = rows.get(key)?.bundle;
    if (isGone(state)) await markBundleSent(session, [key, ...(bundle == null ? [] : [textOf(bundle)])], at);
  }
  const history = updates.map(({ key, state, at, proof, error }) => ({
    ...{ key, attempt: numberOf(rows.get(key)?.attempts), state, at },
    ...{ proof: proof?.slice(0, PROOF_LENGTH) ?? null, error: error ?? null },
  }));
  for (const some of slices(history, INSERT_ROWS)) await session.run(session.sql("deliveries").insert([...some]));
}

const isGone = (state: DeliveryState) => state === "sent" || state === "accepted";

async function moveRow(session: Session, update: DeliveryUpdate): Promise<void> {
  const { key, state, at, proof, error, inStorm, notBefore, dueAt } = update;
  const change = {
    ...{ state, state_at: at, claimed_by: null, claim_expires_at: null, in_storm: inStorm === true ? 1 : 0 },
    ...(notBefore === undefined ? {} : { not_before: notBefore }),
    ...(dueAt === undefined ? {} : { due_at: dueAt }),
    ...(isGone(state) ? { sent_at: at, error: null } : {}),
    ...(proof === undefined ? {} : { proof: proof.slice(0, PROOF_LENGTH) }),
    ...maybe("error", error, textOf),
  };
  await session.run(
    session
      .sql("outbox")
      .where({ key })
      .whereIn("state", [...comesFrom[state]])
      .update(change),
  );
}

async function rowsOf(session: Session, keys: readonly string[]): Promise<ReadonlyMap<string, Row>> {
  const found = new Map<string, Row>();
  for (const some of slices(keys, IN_VALUES)) {
    const query = session
      .sql("outbox")
      .select("key", "attempts", "bundle")
      .whereIn("key", [...some]);
    for (const row of await session.rows(query)) found.set(textOf(row.key), row);
  }
  return found;
}

export async function deliveryBy(session: Session, where: Readonly<Record<string, string>>): Promise<DeliveryView | undefined> {
  const row = await session.row(session.sql("outbox").where(where).orderBy("created_at", "desc").first());
  return row === undefined ? undefined : deliveryOf(row);
}

const mostKeys = 20_000;

export async function keysOver(session: Session, channel: string, since: Instant): Promise<readonly string[]> {
  const query = session.sql("outbox").select("key").where({ channel }).where("created_at", ">=", since).orderBy("created_at", "desc");
  return (await session.rows(query.limit(mostKeys))).map(({ key }) => textOf(key));
}

export async function deliveriesOf(session: Session, incident: string): Promise<readonly DeliveryView[]> {
  const query = session.sql("outbox").where({ incident }).orderBy(["created_at", "key"]);
  return (await session.rows(query)).map(deliveryOf);
}

export async function ticketedIncidents(session: Session): Promise<readonly string[]> {
  const over = "key like '%/closed/%' and state not in ('pending', 'claimed')";
  const found = session.sql.raw(
    `select incident from outbox where kind = 'ticket' group by incident, recipient having sum(case when ${over} then 1 else 0 end) = 0`,
  );
  return [...new Set((await session.rows(found)).map(({ incident }) => textOf(incident)))];
}

/** One attempt at sending, as it was recorded. */
export interface Attempt {
  readonly attempt: number;
  readonly state: DeliveryState;
  readonly at: Instant;
  readonly proof?: string;
  readonly error?: string;
}

export async function attemptsOf(session: Session, key: string): Promise<readonly Attempt[]> {
  return (await session.rows(session.sql("deliveries").where({ key }).orderBy("id"))).map((row) => ({
    attempt: numberOf(row.attempt),
    state: textOf(row.state) as DeliveryState,
    at: numberOf(row.at),
    ...maybe("proof", row.proof, textOf),
    ...maybe("error", row.error, textOf),
  }));
}

export async function outboxDepth(session: Session): Promise<{ readonly pending: number; readonly oldestAt?: Instant }> {
  const query = session.sql.raw(
    "select count(*) as n, min(due_at) as oldest from outbox where state in ('pending', 'claimed') and kind <> 'ticket'",
  );
  const row = await session.row(query);
  return { pending: numberOf(row?.n), ...maybe("oldestAt", row?.oldest, numberOf) };
}
