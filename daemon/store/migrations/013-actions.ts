/**
 * What people changed about an incident: actions, and those of them that are not in force yet.
 */
import type { Session } from "../session.ts";

export const actions = {
  version: 13,
  name: "actions",
  async up({ sql, run }: Session): Promise<void> {
    await run(
      sql.schema.createTable("incident_actions", (table) => {
        table.text("id").primary();
        for (const name of ["incident", "body"]) table.text(name).notNullable();
        table.bigInteger("at").notNullable();
        table.smallint("is_waiting").notNullable();
        table.index(["incident"]);
      }),
    );
    await run(sql.raw("create index incident_actions_waiting on incident_actions (at) where is_waiting = 1"));
  },
};
