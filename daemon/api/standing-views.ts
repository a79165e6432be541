/**
 * From lights, inventories and the books to the shapes of the API.
 */
import { daysLeft, factOf } from "../../rules/inventory.ts";
import type { BoardView } from "../board.ts";
import type { Config } from "../model/config.ts";
import type { DeviceEvent, DeviceInventory, InventoryFact, Unit } from "../model/inventory.ts";
import { lightNames } from "../model/lights.ts";
import type { Device, Network } from "../model/network.ts";
import type { Instant } from "../model/time.ts";
import type { ActivityShape, DeviceEventShape, InventoryItemShape, LightShape, UnitShape } from "./contract-standing.ts";
import { iso, present } from "./shape.ts";

export function lightViews(device: string, board: BoardView): { readonly lights: LightShape[]; readonly activity?: ActivityShape } {
  const known = board.lights(device);
  if (known === undefined) return { lights: [] };
  const { activity } = known;
  const lights = lightNames.map((name): LightShape => {
    const { state, since, code, data } = known.lights[name];
    return { name, state, since: iso(since), code, ...(data === undefined ? {} : { data: { ...data } }) };
  });
  if (activity === undefined) return { lights };
  const { state, since, code, data } = activity;
  return { lights, activity: { state, since: iso(since), code, ...(data === undefined ? {} : { data: { ...data } }) } };
}

/** What the device says it is, beside what the books say. */
export function inventoryItem(device: Device, config: Config, inventory: DeviceInventory | undefined, now: Instant): InventoryItemShape {
  const { network, partners, instance } = config;
  const { id, name, site, room, family, kind, address, supplier, warrantyUntil, asset = {} } = device;
  const place = network.sites.get(site);
  const fact = (of: string) => factOf(inventory, of);
  const serial = fact("serial");
  return {
    ...{ device: id, name, site, siteName: place?.name ?? site, family, kind, address },
    serialDiffers: serial !== undefined && asset.serial !== undefined && asset.serial !== serial,
    peripherals: peripheralsOf(inventory?.facts ?? []),
    asset: { ...asset },
    ...present({ room, supplier, warrantyUntil, serial, model: fact("model"), softwareVersion: fact("software_version") }),
    ...present({ macAddress: fact("mac_address"), ipAddress: fact("ip_address"), gatekeeperAddress: fact("gatekeeper_address") }),
    ...present({
      serialSaid: inventory?.facts.find((each) => each.name === "serial" && each.part === undefined && each.said !== undefined)?.check,
      sipProxyAddress: fact("sip_proxy_address"),
      autoAnswer: fact("auto_answer"),
      roomName: room === undefined ? undefined : (network.rooms.get(room)?.name ?? room),
      supplierName: supplier === undefined ? undefined : (partners.get(supplier)?.name ?? supplier),
      unitSince: inventory?.unitSince === undefined ? undefined : iso(inventory.unitSince),
      warrantyDaysLeft: warrantyUntil === undefined ? undefined : daysLeft(warrantyUntil, now, place?.timezone ?? instance.timezone),
    }),
  };
}

function peripheralsOf(facts: readonly InventoryFact[]): InventoryItemShape["peripherals"] {
  const parts = [...new Set(facts.flatMap(({ name, part }) => (part !== undefined && isPeripheral(name) ? [part] : [])))].sort();
  return parts.map((part) => {
    const fact = (of: string) => facts.find((each) => each.name === of && each.part === part)?.value;
    const known = { model: fact("peripheral_model"), serial: fact("peripheral_serial"), version: fact("peripheral_version") };
    return { part, missing: fact("presence") === "missing", ...present(known) };
  });
}

function isPeripheral(name: string): boolean {
  return name === "presence" || name.startsWith("peripheral_");
}

export function deviceEventView({ device, at, code, name, part, before, after, action }: DeviceEvent, network: Network): DeviceEventShape {
  const deviceName = network.devices.get(device)?.name ?? device;
  return { device, deviceName, at: iso(at), code, name, ...present({ part, before, after, action }) };
}

export function unitView({ device, room, serial, model, from, to }: Unit, network: Network): UnitShape {
  const deviceName = network.devices.get(device)?.name ?? device;
  return { device, deviceName, serial, from: iso(from), ...present({ room, model, to: to === undefined ? undefined : iso(to) }) };
}

/** Every word of the search stands somewhere in the item, in whatever case and with or without accents. */
export function matches(item: InventoryItemShape, search: string): boolean {
  const text = plain(JSON.stringify([Object.values(item), Object.values(item.asset), item.peripherals]));
  return plain(search)
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
