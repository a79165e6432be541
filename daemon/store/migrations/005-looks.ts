/**
 * What rules looked at, for replay: blocks of looks, written once, found by time.
 */
import type { Session } from "../session.ts";

export const looks = {
  version: 5,
  name: "looks",
  async up({ sql, run, kind }: Session): Promise<void> {
    await run(
      sql.schema.createTable("look_blocks", (table) => {
        table.bigInteger("from_at").notNullable();
        // 0 the head of a piece, 1 looks, 2 a checkpoint.
        table.smallint("kind").notNullable();
        table.integer("part").notNullable();
        table.bigInteger("to_at").notNullable();
        table.specificType("body", kind === "sqlite" ? "blob" : "bytea").notNullable();
        table.primary(["from_at", "kind", "part"]);
        table.index(["to_at"]);
      }),
    );
  },
};
