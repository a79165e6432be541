/**
 * Requests that come again are known by what their sender called them; numbers are held before their request is there; one whose room
 * nobody knows wakes up until somebody says it; and the public texts of general failures.
 */
import type { Session } from "../session.ts";

export const intake = {
  version: 17,
  name: "intake",
  async up({ sql, run }: Session): Promise<void> {
    await run(
      sql.schema.alterTable("help_requests", (table) => {
        table.text("client_key");
        table.bigInteger("wake_at");
      }),
    );
    await run(sql.raw("create unique index help_requests_key on help_requests (client_key) where client_key is not null"));
    await run(sql.raw("create index help_requests_wake on help_requests (wake_at) where wake_at is not null"));
    await run(
      sql.schema.createTable("held_numbers", (table) => {
        table.text("number").primary();
        table.bigInteger("at").notNullable();
        table.text("by").notNullable();
      }),
    );
    await run(
      sql.schema.createTable("public_news", (table) => {
        table.text("incident").notNullable();
        table.integer("seq").notNullable();
        table.bigInteger("at").notNullable();
        table.bigInteger("wake_at");
        table.integer("reminded").notNullable();
        table.text("body").notNullable();
        table.primary(["incident", "seq"]);
      }),
    );
    await run(sql.raw("create index public_news_wake on public_news (wake_at) where wake_at is not null"));
  },
};
