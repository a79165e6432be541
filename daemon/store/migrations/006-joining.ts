/**
 * Links between incidents, what people have split, and which incident an alarm is in.
 */
import type { Alarm } from "../../model/alarm.ts";
import { jsonOf, textOf } from "../rows.ts";
import type { Session } from "../session.ts";

export const joining = {
  version: 6,
  name: "joining",
  async up({ sql, run, rows }: Session): Promise<void> {
    await run(
      sql.schema.createTable("incident_links", (table) => {
        for (const name of ["from", "to", "kind", "by", "why"]) table.text(name).notNullable();
        table.bigInteger("at").notNullable();
        table.primary(["from", "to"]);
        table.index(["to"]);
      }),
    );
    await run(
      sql.schema.createTable("incident_splits", (table) => {
        table.text("id").primary();
        table.bigInteger("at").notNullable();
        table.text("body").notNullable();
      }),
    );
    await run(sql.schema.alterTable("alarms", (table) => void table.text("incident")));
    for (const row of await rows(sql("alarms").select("key", "body"))) {
      const { incident } = jsonOf<Alarm>(row.body);
      if (incident !== undefined)
        await run(
          sql("alarms")
            .where({ key: textOf(row.key) })
            .update({ incident }),
        );
    }
    await run(sql.raw("create index alarms_incident on alarms (incident) where incident is not null"));
  },
};
