/**
 * Lights, inventories, changes of devices and units, between rows and the vocabulary.
 */
import type { DeviceEvent, DeviceInventory, Unit } from "../model/inventory.ts";
import type { DeviceLights } from "../model/lights.ts";
import type { Instant } from "../model/time.ts";
import type { DeviceEventQuery, StockChanges, UnitQuery } from "../ports.ts";
import { jsonOf } from "./rows.ts";
import { INSERT_ROWS, type Session, slices } from "./session.ts";

/** Two states of one device in one call: the later one counts (one statement cannot touch a row twice). */
async function replaceByDevice(session: Session, table: string, documents: readonly { readonly device: string }[]): Promise<void> {
  const latest = [...new Map(documents.map((each) => [each.device, each])).values()];
  for (const some of slices(latest, INSERT_ROWS)) {
    const rows = some.map((each) => ({ device: each.device, body: JSON.stringify(each) }));
    await session.run(session.sql(table).insert(rows).onConflict("device").merge());
  }
}

export function saveLights(session: Session, lights: readonly DeviceLights[]): Promise<void> {
  return replaceByDevice(session, "device_lights", lights);
}

export async function saveStock(session: Session, { inventories, events, units }: StockChanges): Promise<void> {
  await replaceByDevice(session, "device_inventory", inventories);
  for (const some of slices(events, INSERT_ROWS)) {
    const rows = some.map((event) => ({ at: event.at, device: event.device, code: event.code, body: JSON.stringify(event) }));
    await session.run(session.sql("device_events").insert(rows));
  }
  for (const unit of units) {
    const row = { device: unit.device, from_at: unit.from, to_at: unit.to ?? null, room: unit.room ?? null, serial: unit.serial };
    await session.run(
      session
        .sql("units")
        .insert({ ...row, body: JSON.stringify(unit) })
        .onConflict(["device", "from_at"])
        .merge(),
    );
  }
}

export async function loadLights(session: Session): Promise<readonly DeviceLights[]> {
  return (await session.rows(session.sql("device_lights").orderBy("device"))).map((row) => jsonOf<DeviceLights>(row.body));
}

export async function loadInventories(session: Session): Promise<readonly DeviceInventory[]> {
  return (await session.rows(session.sql("device_inventory").orderBy("device"))).map((row) => jsonOf<DeviceInventory>(row.body));
}

export async function findDeviceEvents(session: Session, query: DeviceEventQuery): Promise<readonly DeviceEvent[]> {
  const { device, devices, codes, since, limit } = query;
  const found = session.sql("device_events").orderBy([
    { column: "at", order: "desc" },
    { column: "id", order: "desc" },
  ]);
  if (device !== undefined) found.where({ device });
  if (devices !== undefined) found.whereIn("device", [...devices]);
  if (codes !== undefined) found.whereIn("code", [...codes]);
  if (since !== undefined) found.where("at", ">=", since);
  return (await session.rows(found.limit(limit))).map((row) => jsonOf<DeviceEvent>(row.body));
}

export async function findUnits(session: Session, { device, room, serial }: UnitQuery): Promise<readonly Unit[]> {
  const found = session.sql("units").orderBy([{ column: "from_at", order: "desc" }, { column: "device" }]);
  if (device !== undefined) found.where({ device });
  if (room !== undefined) found.where({ room });
  if (serial !== undefined) found.where({ serial });
  return (await session.rows(found)).map((row) => jsonOf<Unit>(row.body));
}

/** Units that went before; one that still stands there stays, however long it has. */
export function deleteUnits(session: Session, before: Instant): Promise<number> {
  return session.run(session.sql("units").where("to_at", "<", before).delete());
}
