/**
 * Files that people attach to incidents.
 */
import type { Session } from "../session.ts";

export const attachments = {
  version: 14,
  name: "attachments",
  async up({ sql, run, kind }: Session): Promise<void> {
    await run(
      sql.schema.createTable("attachments", (table) => {
        table.text("id").primary();
        for (const name of ["incident", "body"]) table.text(name).notNullable();
        table.bigInteger("at").notNullable();
        // Null: erased.
        table.specificType("content", kind === "sqlite" ? "blob" : "bytea");
        table.index(["incident"]);
      }),
    );
  },
};
