/**
 * Reports of major incidents with all their versions, and follow-up reports.
 */
import type { Session } from "../session.ts";

export const reports = {
  version: 8,
  name: "reports",
  async up({ sql, run }: Session): Promise<void> {
    // What was closed in a month, and what was sent in it.
    await run(sql.schema.alterTable("incidents", (table) => table.bigInteger("closed_at")));
    await run(
      sql("incidents")
        .where({ is_open: 0 })
        .update({ closed_at: sql.ref("ended_at") }),
    );
    await run(sql.schema.alterTable("incidents", (table) => table.index(["closed_at"])));
    await run(sql.schema.alterTable("outbox", (table) => table.index(["sent_at"])));
    await run(
      sql.schema.createTable("incident_reports", (table) => {
        table.text("id").notNullable();
        table.integer("version").notNullable();
        table.bigInteger("at").notNullable();
        // Null: a draft.
        table.bigInteger("signed_at");
        table.text("body").notNullable();
        table.primary(["id", "version"]);
      }),
    );
    // An incident is in one report; a report may be about several incidents.
    await run(
      sql.schema.createTable("report_incidents", (table) => {
        table.text("incident").primary();
        table.text("report").notNullable();
        table.index(["report"]);
      }),
    );
    await run(
      sql.schema.createTable("follow_up_reports", (table) => {
        table.text("id").primary();
        table.text("period").notNullable();
        table.bigInteger("from_at").notNullable();
        // Empty: all sites.
        table.text("site").notNullable();
        table.bigInteger("made_at").notNullable();
        table.text("body").notNullable();
        table.unique(["period", "from_at", "site"]);
      }),
    );
  },
};
