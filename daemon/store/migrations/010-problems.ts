/**
 * Problems: what lies behind failures that come back. One open one a fingerprint.
 */
import type { Session } from "../session.ts";

export const problems = {
  version: 10,
  name: "problems",
  async up({ sql, run }: Session): Promise<void> {
    await run(
      sql.schema.createTable("problems", (table) => {
        table.text("id").primary();
        for (const name of ["fingerprint", "state", "body"]) table.text(name).notNullable();
        table.bigInteger("opened_at").notNullable();
        table.index(["state", "opened_at"]);
        table.index(["fingerprint", "opened_at"]);
      }),
    );
    await run(sql.raw("create unique index problems_open on problems (fingerprint) where state = 'open'"));
  },
};
