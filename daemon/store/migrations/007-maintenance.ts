/**
 * Maintenance and silences: when, about what, why and who.
 */
import type { Session } from "../session.ts";

export const maintenance = {
  version: 7,
  name: "maintenance",
  async up({ sql, run }: Session): Promise<void> {
    await run(
      sql.schema.createTable("maintenances", (table) => {
        table.text("id").primary();
        table.text("kind").notNullable();
        table.bigInteger("created_at").notNullable();
        // Null: it comes again without end.
        table.bigInteger("ends_at");
        // Of a flexible one: when its first failure began it.
        table.bigInteger("began_at");
        table.text("body").notNullable();
        table.index(["ends_at"]);
      }),
    );
  },
};
