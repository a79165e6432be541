/**
 * The shapes of how a device stands: its lights and activity, what it is, what of that changed, and the units that stood there.
 *
 * Reasons are codes with data; the pages make the sentences in the reader's language.
 */
import { z } from "zod";
import { lightNames } from "../model/lights.ts";

const instant = z.iso.datetime();
const data = z.record(z.string(), z.string()).optional();

export const LightView = z.object({
  name: z.enum(lightNames),
  state: z.enum(["good", "warning", "bad", "unknown", "not-applicable"]).describe("unknown: we cannot tell. It is never bad."),
  since: instant.describe("When the state began; the reason may have changed since."),
  code: z.string().describe("The reason: `out-of-reach`, `refused`, `both-sides`; see docs/lights.md."),
  data: data.describe("What the reason names: ids, codes, parts."),
});
export const ActivityView = z.object({
  state: z.enum(["in-call", "standby", "asleep", "off", "idle", "off-by-schedule", "unknown"]),
  since: instant,
  code: z.string(),
  data,
});

export const FactView = z.object({
  name: z.string(),
  part: z.string().optional(),
  value: z.string(),
  since: instant.describe("When this value was first seen."),
  check: z.string().describe("The check that tells it; the action's id while a person says it and the device has not yet."),
});
export const DeviceEventView = z.object({
  device: z.string(),
  deviceName: z.string(),
  at: instant,
  code: z.enum([
    ...(["firmware-changed", "address-changed", "gatekeeper-changed", "auto-answer-changed", "unit-replaced"] as const),
    "serial-corrected",
    ...(["model-changed", "name-changed", "peripheral-replaced", "peripheral-missing", "peripheral-back"] as const),
  ]),
  name: z.string().describe("The fact that changed."),
  part: z.string().optional(),
  before: z.string().optional(),
  after: z.string().optional(),
  action: z.string().optional().describe("The action by which a person said so; absent: the device told it."),
});
export const UnitView = z.object({
  device: z.string(),
  deviceName: z.string(),
  room: z.string().optional(),
  serial: z.string(),
  model: z.string().optional(),
  from: instant,
  to: instant.optional().describe("Absent: it stands there."),
});
export const AssetView = z.object({
  tag: z.string().optional(),
  contract: z.string().optional(),
  purchased: z.iso.date().optional(),
  serial: z.string().optional().describe("The serial that ought to stand there."),
});
export const InventoryItem = z.object({
  device: z.string(),
  name: z.string(),
  site: z.string(),
  siteName: z.string(),
  room: z.string().optional(),
  roomName: z.string().optional(),
  family: z.string(),
  kind: z.string(),
  address: z.string(),
  model: z.string().optional(),
  serial: z.string().optional(),
  serialSaid: z.string().optional().describe("The action by which a person wrote the serial down; absent: the device has told it."),
  serialDiffers: z.boolean().describe("Another serial stands in the configuration."),
  softwareVersion: z.string().optional(),
  macAddress: z.string().optional(),
  ipAddress: z.string().optional().describe("What the device itself says."),
  gatekeeperAddress: z.string().optional(),
  sipProxyAddress: z.string().optional(),
  autoAnswer: z.string().optional(),
  unitSince: instant.optional().describe("When this unit, by its serial, was first seen here."),
  peripherals: z.array(
    z.object({
      part: z.string(),
      model: z.string().optional(),
      serial: z.string().optional(),
      version: z.string().optional(),
      missing: z.boolean(),
    }),
  ),
  asset: AssetView,
  supplier: z.string().optional(),
  supplierName: z.string().optional(),
  warrantyUntil: z.iso.date().optional(),
  warrantyDaysLeft: z.int().optional().describe("Negative: over since so many days."),
});
export const InventoryList = z.object({ items: z.array(InventoryItem), next: z.string().optional() });
export const DeviceInventoryView = InventoryItem.extend({
  facts: z.array(FactView),
  events: z.array(DeviceEventView),
  units: z.array(UnitView).describe("That stood in the device's room; where it has none, under its id."),
});
export const DeviceEventList = z.object({ items: z.array(DeviceEventView) });

export const InventoryQuery = z.strictObject({
  site: z.string().max(100).optional(),
  search: z.string().max(100).optional().describe("Every word must stand somewhere in the item."),
  after: z.string().max(500).optional().describe("`next` of the page before."),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
});
export const DeviceEventQueryParams = z.strictObject({
  device: z.string().max(100).optional(),
  since: instant.optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

export type LightShape = z.infer<typeof LightView>;
export type ActivityShape = z.infer<typeof ActivityView>;
export type DeviceEventShape = z.infer<typeof DeviceEventView>;
export type UnitShape = z.infer<typeof UnitView>;
export type InventoryItemShape = z.infer<typeof InventoryItem>;
export type DeviceInventoryShape = z.infer<typeof DeviceInventoryView>;

export const WeaknessList = z.object({
  devices: z.int().describe("Devices configured."),
  weak: z.int().describe("Of those, with a weakness or more."),
  items: z
    .array(z.object({ weakness: z.string(), count: z.int(), devices: z.array(z.string()) }))
    .describe("Every weakness, those that nobody has too."),
});
