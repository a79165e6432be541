/**
 * The work on incidents: tasks of partners, and the numbers that other systems have for an incident.
 */
import type { Session } from "../session.ts";

export const work = {
  version: 12,
  name: "work",
  async up({ sql, run }: Session): Promise<void> {
    await run(
      sql.schema.createTable("partner_tasks", (table) => {
        table.text("id").primary();
        for (const name of ["incident", "partner", "body"]) table.text(name).notNullable();
        table.bigInteger("opened_at").notNullable();
        table.bigInteger("wake_at");
        table.smallint("is_open").notNullable();
        table.integer("version").notNullable();
        table.index(["incident"]);
        table.index(["partner", "opened_at"]);
      }),
    );
    await run(sql.raw("create index partner_tasks_due on partner_tasks (wake_at) where wake_at is not null"));
    await run(
      sql.schema.createTable("incident_references", (table) => {
        for (const name of ["incident", "system", "number", "by"]) table.text(name).notNullable();
        table.bigInteger("at").notNullable();
        table.primary(["incident", "system", "number"]);
      }),
    );
    await run(sql.raw("create index incident_references_number on incident_references (lower(number))"));
  },
};
