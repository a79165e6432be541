/**
 * `vigie commissioning`: which devices are in commissioning, by room, as the file and the signed sheets say together.
 *
 * Reads the database beside a running daemon; writes nothing. Signing is done over the API, by a token: it is somebody's signature.
 */
import { acceptedIn, withAccepted } from "../accepting.ts";
import { systemClock } from "../clock.ts";
import { loadConfig } from "../config/load.ts";
import { formatProblem } from "../config/problems.ts";
import { placeOf } from "../model/acceptance.ts";
import type { Config } from "../model/config.ts";
import { openStore } from "../store/open.ts";
import { configAndJson } from "./config-and-json.ts";
import type { Io } from "./io.ts";
import { isStoreThere } from "./store-there.ts";

const help = `vigie commissioning [--config vigie.yaml] [--json]

Lists the devices in commissioning, by room: they are looked at and shown, and page nobody until their room's acceptance sheet is signed
(page /rooms/<room>/acceptance; POST /api/v1/rooms/<room>/acceptance). What stands in no room is listed as site:<site>.

Exit code: 0 listed, 1 the configuration or the database cannot be read, 2 wrong use.`;

export async function commissioning(argv: string[], io: Io): Promise<number> {
  const asked = configAndJson("commissioning", help, argv, io);
  if (typeof asked === "number") return asked;
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

/** Before the daemon's first run there is no database, and nobody has signed anything. */
async function inForce(config: Config): Promise<Config> {
  const { storage, instance } = config;
  if (!isStoreThere(storage)) return config;
  const store = await openStore({ storage, stateDir: instance.stateDir, clock: systemClock });
  try {
    return withAccepted(config, acceptedIn(await store.acceptances()));
  } finally {
    await store.close();
  }
}
