/**
 * Booked sessions, and what the readiness check knows of each. No column for a title, a name or a person.
 */
import type { Session } from "../session.ts";

export const sessions = {
  version: 4,
  name: "sessions",
  async up({ sql, run }: Session): Promise<void> {
    await run(
      sql.schema.createTable("sessions", (table) => {
        table.text("id").primary();
        table.text("source").notNullable();
        table.bigInteger("from_at").notNullable();
        table.bigInteger("to_at").notNullable();
        table.text("body").notNullable();
        table.index(["to_at"]);
        table.index(["source", "from_at"]);
      }),
    );
    await run(
      sql.schema.createTable("session_readiness", (table) => {
        table.text("session").primary();
        table.text("body").notNullable();
      }),
    );
  },
};
