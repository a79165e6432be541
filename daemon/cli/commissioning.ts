/**
 * `vigie commissioning`: which devices are in commissioning, by room, as the file and the signed sheets say together.
 *
 * Reads the database beside a running daemon; writes nothing. Signing is done over the API, by a token: it is somebody's signature.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { acceptedIn, withAccepted } from "../accepting.ts";
import { systemClock } from "../clock.ts";
import { loadConfig } from "../config/load.ts";
import { formatProblem } from "../config/problems.ts";
import { placeOf } from "../model/acceptance.ts";
import type { Config } from "../model/config.ts";
import { openStore } from "../store/open.ts";
import type { Io } from "./io.ts";

const help = `vigie commissioning [--config vigie.yaml] [--json]

Lists the devices in commissioning, by room: they are looked at and shown, and page nobody until their room's acceptance sheet is signed
(page /rooms/<room>/acceptance; POST /api/v1/rooms/<room>/acceptance). What stands in no room is listed as site:<site>.

Exit code: 0 listed, 1 the configuration or the database cannot be read, 2 wrong use.`;

export async function commissioning(argv: string[], io: Io): Promise<number> {
  const asked = readArgs(argv);
  if (typeof asked === "string") {
    if (asked === "help") io.out(help);
    else io.err(`vigie commissioning: ${asked}\n\n${help}`);
    return asked === "help" ? 0 : 2;
  }
  const loaded = await loadConfig(asked.file);
  if (!loaded.ok) {
    for (const problem of loaded.problems) io.err(formatProblem(problem));
    return 1;
  }
  const config = await inForce(loaded.config);
  const places = new Map<string, string[]>();
  for (const device of config.network.devices.values()) {
    if (device.commissioning) places.set(placeOf(device), [...(places.get(placeOf(device)) ?? []), device.id]);
  }
  if (asked.json) io.out(JSON.stringify({ places: Object.fromEntries(places) }));
  else for (const [place, devices] of [...places].sort()) io.out(`${place}: ${devices.join(", ")}`);
  if (!asked.json && places.size === 0) io.out("nothing is in commissioning");
  return 0;
}

function readArgs(argv: string[]): { readonly file: string; readonly json: boolean } | string {
  try {
    const options = {
      config: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    } as const;
    const { values } = parseArgs({ args: argv, options });
    if (values.help === true) return "help";
    const { config = "vigie.yaml", json } = values;
    return existsSync(config) ? { file: resolve(config), json } : `${config} is not there; name the file with --config`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Before the daemon's first run there is no database, and nobody has signed anything. */
async function inForce(config: Config): Promise<Config> {
  const { storage, instance } = config;
  if (storage.kind === "sqlite" && !existsSync(storage.path)) return config;
  const store = await openStore({ storage, stateDir: instance.stateDir, clock: systemClock });
  try {
    return withAccepted(config, acceptedIn(await store.acceptances()));
  } finally {
    await store.close();
  }
}
