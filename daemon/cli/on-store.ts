/** A command that works on the database of a configuration, beside a running daemon. */
import { systemClock } from "../clock.ts";
import { loadConfig } from "../config/load.ts";
import { formatProblem } from "../config/problems.ts";
import type { Config } from "../model/config.ts";
import type { Store } from "../ports.ts";
import { openStore } from "../store/open.ts";
import type { Io } from "./io.ts";

/** The exit code of the work; 1 when the configuration is refused, whose problems have then been printed. */
export async function onStore(file: string, io: Io, work: (store: Store, config: Config) => Promise<number>): Promise<number> {
  const loaded = await loadConfig(file);
  if (!loaded.ok) {
    for (const problem of loaded.problems) io.err(formatProblem(problem));
    return 1;
  }
  const { storage, instance } = loaded.config;
  const store = await openStore({ storage, stateDir: instance.stateDir, clock: systemClock });
  try {
    await store.migrate();
    return await work(store, loaded.config);
  } finally {
    await store.close();
  }
}
