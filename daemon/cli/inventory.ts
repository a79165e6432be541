/**
 * `vigie inventory`: what every device says it is beside what the books say, read from the database while the daemon runs.
 */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import type { InventoryItemShape } from "../api/contract-standing.ts";
import { inventoryItem, matches } from "../api/standing-views.ts";
import { systemClock } from "../clock.ts";
import { loadConfig } from "../config/load.ts";
import { formatProblem } from "../config/problems.ts";
import { inventoryCsv } from "../export/inventory-csv.ts";
import type { Config } from "../model/config.ts";
import { openStore } from "../store/open.ts";
import type { Io } from "./io.ts";

const HELP = `Usage: vigie inventory [WORD…] [--config FILE] [--json | --csv]

Prints model, serial, firmware and addresses as each device tells them, beside asset tag, supplier, contract and warranty
of the configuration. With words: only devices in which every word is found. Reads the database; the daemon may be running.

  --config FILE  default: vigie.yaml
  --json         print one JSON object: items
  --csv          print a table for a spreadsheet (RFC 4180)
  --help         this text

Exit code: 0 printed, 1 nothing found or not readable, 2 wrong use.`;

function asked(argv: readonly string[]) {
  const options = {
    config: { type: "string", default: "vigie.yaml" },
    json: { type: "boolean" },
    csv: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  } as const;
  const { values, positionals } = parseArgs({ args: [...argv], options, strict: true, allowPositionals: true });
  if (values.json === true && values.csv === true) throw new Error("write --json or --csv, not both");
  return { ...values, search: positionals.join(" ") };
}

export async function inventory(argv: readonly string[], io: Io): Promise<number> {
  let values: ReturnType<typeof asked>;
  try {
    values = asked(argv);
  } catch (error) {
    io.err(`vigie inventory: ${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  if (values.help === true) {
    io.out(HELP);
    return 0;
  }
  const loaded = await loadConfig(values.config);
  if (!loaded.ok) {
    for (const problem of loaded.problems) io.err(formatProblem(problem));
    return 1;
  }
  const { storage } = loaded.config;
  if (storage.kind === "sqlite" && !existsSync(storage.path)) {
    io.err(`storage.sqlite: there is no database at ${storage.path}; has the daemon run yet?`);
    return 1;
  }
  const items = (await read(loaded.config)).filter((item) => values.search === "" || matches(item, values.search));
  if (values.json === true) io.out(JSON.stringify({ items }));
  else if (values.csv === true) io.out(inventoryCsv(items).replace(/\r\n$/, ""));
  else for (const line of table(items)) io.out(line);
  return items.length === 0 ? 1 : 0;
}

async function read(config: Config): Promise<readonly InventoryItemShape[]> {
  const store = await openStore({ storage: config.storage, stateDir: config.instance.stateDir, clock: systemClock });
  try {
    const known = new Map((await store.loadInventories()).map((each) => [each.device, each]));
    return [...config.network.devices.values()]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map((device) => inventoryItem(device, config, known.get(device.id), systemClock.now()));
  } finally {
    await store.close();
  }
}

/** Columns as wide as they must be. */
function table(items: readonly InventoryItemShape[]): readonly string[] {
  if (items.length === 0) return ["nothing found"];
  const head = ["DEVICE", "SITE", "MODEL", "SERIAL", "SOFTWARE", "ADDRESS", "SUPPLIER", "WARRANTY"];
  const rows = items.map((item) => [
    item.device,
    item.site,
    item.model ?? "-",
    `${item.serial ?? item.asset.serial ?? "-"}${item.serialDiffers ? ` (books: ${item.asset.serial})` : ""}`,
    item.softwareVersion ?? "-",
    item.address,
    item.supplierName ?? "-",
    item.warrantyUntil === undefined ? "-" : `${item.warrantyUntil}${(item.warrantyDaysLeft ?? 0) < 0 ? " (over)" : ""}`,
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
