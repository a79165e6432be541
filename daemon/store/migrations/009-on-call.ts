/**
 * People, rotations and overrides, one table; and a number that every change of it raises.
 */
import type { Session } from "../session.ts";

export const onCall = {
  version: 9,
  name: "on-call",
  async up({ sql, run }: Session): Promise<void> {
    await run(
      sql.schema.createTable("on_call", (table) => {
        table.text("kind").notNullable();
        table.text("id").notNullable();
        // Null: without end.
        table.bigInteger("ends_at");
        table.text("body").notNullable();
        table.primary(["kind", "id"]);
      }),
    );
    await run(sql.schema.createTable("on_call_revision", (table) => void table.bigInteger("revision").notNullable()));
    await run(sql("on_call_revision").insert({ revision: 0 }));
  },
};
