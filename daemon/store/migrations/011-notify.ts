/**
 * Messages with words of their own, storms told as one message, codes to acknowledge with, and what came back over the channels.
 */
import type { Session } from "../session.ts";

const indexes = [
  "create index outbox_told on outbox (recipient, channel, sent_at)",
  "create index outbox_in_storm on outbox (recipient, channel) where in_storm = 1",
  "create index outbox_superseded on outbox (superseded_by) where superseded_by is not null",
  "create index outbox_proof on outbox (channel, proof) where proof is not null",
];

export const notify = {
  version: 11,
  name: "notify",
  async up({ sql, run }: Session): Promise<void> {
    await run(
      sql.schema.alterTable("outbox", (table) => {
        table.bigInteger("late_ms");
        table.text("letter");
        table.text("bundle");
        table.text("superseded_by");
        table.smallint("in_storm").notNullable().defaultTo(0);
      }),
    );
    await run(
      sql.schema.createTable("ack_codes", (table) => {
        table.text("token_hash").primary();
        for (const name of ["digits_hash", "key", "incident", "recipient", "channel", "address"]) table.text(name).notNullable();
        for (const name of ["created_at", "expires_at"]) table.bigInteger(name).notNullable();
        table.integer("failures").notNullable();
        table.index(["channel", "address", "expires_at"]);
        table.index(["expires_at"]);
      }),
    );
    await run(
      sql.schema.createTable("inbound", (table) => {
        table.text("channel").notNullable();
        table.text("id").notNullable();
        table.bigInteger("at").notNullable();
        table.text("kind").notNullable();
        for (const name of ["about", "state"]) table.text(name);
        table.primary(["channel", "id"]);
        table.index(["channel", "about"]);
        table.index(["at"]);
      }),
    );
    for (const statement of indexes) await run(sql.raw(statement));
  },
};
