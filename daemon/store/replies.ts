/**
 * Codes by which a message is acknowledged, as hashes; and what came back over a channel, each id once.
 */
import type { Instant } from "../model/time.ts";
import type { AckCode, Inbound } from "../ports-notify.ts";
import { numberOf, textOf } from "./rows.ts";
import type { Row, Session } from "./session.ts";

export async function saveAckCode(session: Session, code: AckCode): Promise<void> {
  await session.run(
    session.sql("ack_codes").insert({
      token_hash: code.tokenHash,
      digits_hash: code.digitsHash,
      key: code.key,
      incident: code.incident,
      recipient: code.recipient,
      channel: code.channel,
      address: code.address,
      created_at: code.createdAt,
      expires_at: code.expiresAt,
      failures: code.failures,
    }),
  );
}

function codeOf(row: Row): AckCode {
  return {
    tokenHash: textOf(row.token_hash),
    digitsHash: textOf(row.digits_hash),
    key: textOf(row.key),
    incident: textOf(row.incident),
    recipient: textOf(row.recipient),
    channel: textOf(row.channel),
    address: textOf(row.address),
    createdAt: numberOf(row.created_at),
    expiresAt: numberOf(row.expires_at),
    failures: numberOf(row.failures),
  };
}

export async function findAckCode(session: Session, tokenHash: string): Promise<AckCode | undefined> {
  const row = await session.row(session.sql("ack_codes").where({ token_hash: tokenHash }).first());
  return row === undefined ? undefined : codeOf(row);
}

export async function failAckCode(session: Session, tokenHash: string): Promise<number> {
  const row = await session.row(
    session.sql.raw("update ack_codes set failures = failures + 1 where token_hash = ? returning failures", [tokenHash]),
  );
  return numberOf(row?.failures);
}

export async function ackCodesTo(session: Session, channel: string, address: string, at: Instant): Promise<readonly AckCode[]> {
  const held = session.sql("ack_codes").where({ channel, address }).where("expires_at", ">", at);
  const query = held
    .orderBy([
      { column: "created_at", order: "desc" },
      { column: "token_hash", order: "asc" },
    ])
    .limit(200);
  return (await session.rows(query)).map(codeOf);
}

export async function hear(session: Session, { channel, id, at, kind, about, state }: Inbound): Promise<boolean> {
  const row = { channel, id, at, kind, about: about ?? null, state: state ?? null };
  const added = await session.rows(
    session.sql.raw(
      `insert into inbound (channel, id, at, kind, about, state) values (?, ?, ?, ?, ?, ?)
       on conflict (channel, id) do nothing returning id`,
      [row.channel, row.id, row.at, row.kind, row.about, row.state],
    ),
  );
  return added.length === 1;
}

export async function takeReceipt(session: Session, channel: string, about: string): Promise<"delivered" | "failed" | undefined> {
  const rows = await session.rows(
    session.sql.raw("update inbound set about = null where channel = ? and about = ? returning state, at", [channel, about]),
  );
  const states = rows.map((row) => textOf(row.state));
  if (states.includes("delivered")) return "delivered";
  return states.includes("failed") ? "failed" : undefined;
}
