/**
 * Storms: what a recipient heard lately, and how messages that wait become part of one.
 */
import type { OutboxRow } from "../model/incident.ts";
import type { Instant } from "../model/time.ts";
import type { Superseding, ToldLately, Way } from "../ports-notify.ts";
import { numberOf, outboxOf, textOf } from "./rows.ts";
import { INSERT_ROWS, type Session, slices } from "./session.ts";
import { appendTimeline } from "./timeline.ts";

export async function toldLately(session: Session, { recipient, channel }: Way, since: Instant): Promise<ToldLately> {
  const rows = await session.rows(
    session.sql.raw(
      `select incidents.site as site, max(outbox.sent_at) as at, sum(case when outbox.superseded_by is null then 1 else 0 end) as n
       from outbox join incidents on incidents.id = outbox.incident
       where outbox.recipient = ? and outbox.channel = ? and outbox.sent_at > ? group by incidents.site`,
      [recipient, channel, since],
    ),
  );
  return {
    messages: rows.reduce((sum, row) => sum + numberOf(row.n), 0),
    sites: new Map(rows.map((row) => [textOf(row.site), numberOf(row.at)])),
  };
}

export async function waitsInStorm(session: Session, { recipient, channel }: Way, site: string): Promise<Instant | undefined> {
  const row = await session.row(
    session
      .sql("outbox")
      .where({ recipient, channel, site })
      // As the index has it: a bound value would not use it.
      .whereRaw("in_storm = 1")
      .whereIn("state", ["pending", "claimed"])
      .select("not_before")
      .first(),
  );
  return row === undefined ? undefined : numberOf(row.not_before);
}

export async function bundleOf(session: Session, key: string): Promise<readonly OutboxRow[]> {
  const query = session
    .sql("outbox")
    .where({ superseded_by: key })
    .orderBy([{ column: "created_at" }, { column: "key" }]);
  return (await session.rows(query)).map(outboxOf);
}

/** Inside a transaction. */
export async function supersede(session: Session, { key, recipient, channel, at, limit, claimedBy }: Superseding): Promise<number> {
  const lock = session.kind === "postgresql" ? "for update skip locked" : "";
  const waiting = `select key from outbox where recipient = ? and channel = ? and in_storm = 1 and key <> ?
    and (state = 'pending' or (state = 'claimed' and claimed_by = ?)) order by created_at, key limit ? ${lock}`;
  const taken = await session.rows(
    session.sql.raw(
      `update outbox set state = 'superseded', state_at = ?, superseded_by = ?, in_storm = 0, error = null,
         claimed_by = null, claim_expires_at = null
       where key in (${waiting}) returning key, incident, attempts`,
      [at, key, recipient, channel, key, claimedBy, limit],
    ),
  );
  if (taken.length === 0) return 0;
  const history = taken.map((row) => ({
    ...{ key: textOf(row.key), attempt: numberOf(row.attempts), state: "superseded", at },
    ...{ proof: null, error: `superseded by ${key}` },
  }));
  for (const some of slices(history, INSERT_ROWS)) await session.run(session.sql("deliveries").insert([...some]));
  await appendTimeline(
    session,
    taken.map((row) => ({
      ...{ incident: textOf(row.incident), at, by: "system", event: "superseded" },
      ...{ why: `superseded by ${key}`, data: { message: textOf(row.key), by: key } },
    })),
  );
  return taken.length;
}

/** Those that a message names went with it. */
export async function markBundleSent(session: Session, keys: readonly string[], at: Instant): Promise<void> {
  await session.run(
    session
      .sql("outbox")
      .whereIn("superseded_by", [...keys])
      .whereNull("sent_at")
      .update({ sent_at: at }),
  );
}
