/**
 * The inventory as a table for spreadsheets: RFC 4180, one device a line.
 *
 * Pure. What a device calls itself does not run in a spreadsheet (csv.ts).
 */
import { csvCell } from "../../dashboards/reports/csv.ts";
import type { InventoryItemShape } from "../api/contract-standing.ts";

const columns: readonly (readonly [name: string, of: (item: InventoryItemShape) => string | number | boolean | undefined])[] = [
  ["device", (item) => item.device],
  ["name", (item) => item.name],
  ["site", (item) => item.siteName],
  ["room", (item) => item.roomName],
  ["family", (item) => item.family],
  ["address", (item) => item.address],
  ["model", (item) => item.model],
  ["serial", (item) => item.serial],
  ["serial_in_books", (item) => item.asset.serial],
  ["software_version", (item) => item.softwareVersion],
  ["mac_address", (item) => item.macAddress],
  ["ip_address", (item) => item.ipAddress],
  ["gatekeeper_address", (item) => item.gatekeeperAddress],
  ["sip_proxy_address", (item) => item.sipProxyAddress],
  ["auto_answer", (item) => item.autoAnswer],
  ["seen_since", (item) => item.unitSince],
  ["peripherals", (item) => item.peripherals.map(peripheral).join("; ")],
  ["asset_tag", (item) => item.asset.tag],
  ["supplier", (item) => item.supplierName],
  ["contract", (item) => item.asset.contract],
  ["purchased", (item) => item.asset.purchased],
  ["warranty_until", (item) => item.warrantyUntil],
  ["warranty_days_left", (item) => item.warrantyDaysLeft],
];

export function inventoryCsv(items: readonly InventoryItemShape[]): string {
  const lines = [columns.map(([name]) => name), ...items.map((item) => columns.map(([, of]) => cell(of(item))))];
  return lines.map((line) => `${line.join(",")}\r\n`).join("");
}

/** A number may begin with a minus. */
function cell(value: string | number | boolean | undefined): string {
  return typeof value === "string" ? csvCell(value) : String(value ?? "");
}

function peripheral({ part, model, serial, missing }: InventoryItemShape["peripherals"][number]): string {
  return [part, model, serial, missing ? "missing" : undefined].filter((each) => each !== undefined).join(" ");
}
