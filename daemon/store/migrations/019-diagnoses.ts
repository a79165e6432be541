/**
 * What was found out about an incident, and where its fault lies.
 */
import type { Session } from "../session.ts";

export const diagnoses = {
  version: 19,
  name: "diagnoses",
  async up({ sql, run }: Session): Promise<void> {
    await run(
      sql.schema.createTable("diagnoses", (table) => {
        table.text("id").primary();
        for (const name of ["incident", "state", "body"]) table.text(name).notNullable();
        table.bigInteger("asked_at").notNullable();
        table.integer("version").notNullable();
        table.index(["incident", "asked_at"]);
      }),
    );
    await run(sql.raw("create index diagnoses_unended on diagnoses (asked_at) where state in ('queued', 'running')"));
  },
};
