/**
 * Lights with the time since which they are so, what each device says it is, its changes, and the units that stood there.
 *
 * One row a device, written when something changed: a row is replaced, never appended.
 */
import type { Session } from "../session.ts";

export const lightsAndInventory = {
  version: 2,
  name: "lights and inventory",
  async up(session: Session): Promise<void> {
    const { sql } = session;
    for (const name of ["device_lights", "device_inventory"]) {
      await session.run(
        sql.schema.createTable(name, (table) => {
          table.text("device").primary();
          table.text("body").notNullable();
        }),
      );
    }
    await session.run(
      sql.schema.createTable("device_events", (table) => {
        table.bigIncrements("id");
        table.bigInteger("at").notNullable();
        for (const name of ["device", "code", "body"]) table.text(name).notNullable();
        table.index(["device", "at"]);
        table.index(["at"]);
      }),
    );
    await session.run(
      sql.schema.createTable("units", (table) => {
        table.text("device").notNullable();
        table.bigInteger("from_at").notNullable();
        // Null: it stands there.
        table.bigInteger("to_at");
        table.text("room");
        table.text("serial").notNullable();
        table.text("body").notNullable();
        table.primary(["device", "from_at"]);
        table.index(["room"]);
        table.index(["serial"]);
      }),
    );
  },
};
