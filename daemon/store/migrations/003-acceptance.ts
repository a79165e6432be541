/**
 * Signed acceptance sheets: who accepted which devices, when, and what was seen at that time.
 */
import type { Session } from "../session.ts";

export const acceptance = {
  version: 3,
  name: "acceptance",
  async up({ sql, run }: Session): Promise<void> {
    await run(
      sql.schema.createTable("acceptances", (table) => {
        table.text("id").primary();
        table.text("place").notNullable();
        table.bigInteger("at").notNullable();
        // Null: in force.
        table.bigInteger("withdrawn_at");
        table.text("body").notNullable();
        table.index(["place", "at"]);
      }),
    );
  },
};
