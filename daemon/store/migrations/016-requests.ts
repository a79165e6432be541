/**
 * What people told us, each with its number. The caller stands in a column of its own, which is emptied long before the row goes.
 */
import type { Session } from "../session.ts";

export const requests = {
  version: 16,
  name: "requests",
  async up({ sql, run }: Session): Promise<void> {
    await run(
      sql.schema.createTable("help_requests", (table) => {
        table.text("id").primary();
        for (const name of ["number", "room", "body"]) table.text(name).notNullable();
        table.bigInteger("at").notNullable();
        table.text("incident");
        table.text("caller");
        table.smallint("is_open").notNullable();
        table.integer("version").notNullable();
        table.index(["incident"]);
        table.index(["at", "id"]);
      }),
    );
    await run(sql.raw("create index help_requests_callers on help_requests (at) where caller is not null"));
  },
};
