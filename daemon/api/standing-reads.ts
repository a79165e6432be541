/**
 * Reading what the devices are: the inventory, one device with its history, and what changed lately.
 */
import type { Config } from "../model/config.ts";
import type { Device } from "../model/network.ts";
import { DeviceEventQueryParams, type DeviceInventoryShape, type InventoryItemShape, InventoryQuery } from "./contract-standing.ts";
import type { ApiDeps } from "./deps.ts";
import { type Operation, operation } from "./operation.ts";
import { HttpProblem } from "./problem.ts";
import { deviceEventView, inventoryItem, matches, unitView } from "./standing-views.ts";

const shownEvents = 100;

/** Every device, ordered by id; with a search, those in which it is found. */
export function inventoryItems(deps: ApiDeps, search = ""): readonly InventoryItemShape[] {
  const config = deps.config();
  const now = deps.clock.now();
  return [...config.network.devices.values()]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((device) => inventoryItem(device, config, deps.board.inventory(device.id), now))
    .filter((item) => search.trim() === "" || matches(item, search.trim()));
}

/** One device with its facts, its changes and the units that stood where it stands. */
export async function deviceInventory(deps: ApiDeps, device: Device): Promise<DeviceInventoryShape> {
  const config: Config = deps.config();
  const inventory = deps.board.inventory(device.id);
  const [events, units] = await Promise.all([
    deps.store.deviceEvents({ device: device.id, limit: shownEvents }),
    deps.store.units(device.room === undefined ? { device: device.id } : { room: device.room }),
  ]);
  return {
    ...inventoryItem(device, config, inventory, deps.clock.now()),
    facts: (inventory?.facts ?? []).map(({ said: _said, ...fact }) => ({ ...fact, since: new Date(fact.since).toISOString() })),
    events: events.map((event) => deviceEventView(event, config.network)),
    units: units.map((unit) => unitView(unit, config.network)),
  };
}

export const standingReads: readonly Operation[] = [
  operation({
    id: "listInventory",
    method: "get",
    path: "/api/v1/inventory",
    summary: "What each device says it is (model, serial, firmware, addresses, peripherals) beside what the books say; ordered by id.",
    access: "read",
    may: "read",
    query: InventoryQuery,
    answer: "InventoryList",
    run: async ({ deps, query }) => {
      const { site, after, limit } = query;
      const found = inventoryItems(deps, query.search).filter(
        (item) => (site ?? item.site) === item.site && (after === undefined || item.device > after),
      );
      const items = found.slice(0, limit);
      const last = items.at(-1);
      return { content: { items, ...(found.length > limit && last !== undefined ? { next: last.device } : {}) } };
    },
  }),
  operation({
    id: "getDeviceInventory",
    method: "get",
    path: "/api/v1/devices/{id}/inventory",
    summary: "One device's inventory with its history: facts since when, changes, and the units that stood in its room.",
    access: "read",
    may: "read",
    answer: "DeviceInventory",
    run: async ({ deps, params }) => {
      const device = deps.config().network.devices.get(params.id ?? "");
      if (device === undefined) throw new HttpProblem(404, "not-found", `There is no device "${params.id}"; see /api/v1/devices.`);
      return { content: await deviceInventory(deps, device) };
    },
  }),
  operation({
    id: "listDeviceEvents",
    method: "get",
    path: "/api/v1/device-events",
    summary: "Changes of devices (firmware, addresses, gatekeeper, automatic answer, units, peripherals), newest first.",
    access: "read",
    may: "read",
    query: DeviceEventQueryParams,
    answer: "DeviceEventList",
    run: async ({ deps, query }) => {
      const { device, since, limit } = query;
      const events = await deps.store.deviceEvents({
        limit,
        ...(device === undefined ? {} : { device }),
        ...(since === undefined ? {} : { since: Date.parse(since) }),
      });
      const { network } = deps.config();
      return { content: { items: events.map((event) => deviceEventView(event, network)) } };
    },
  }),
];
