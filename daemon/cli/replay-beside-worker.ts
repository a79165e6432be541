/** The thread that replays the configuration's own rules: what came of each incident goes out, the thread ends. */
import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../clock.ts";
import { loadConfig } from "../config/load.ts";
import type { Instant } from "../model/time.ts";
import { coursesUnder } from "../replay/backtest.ts";
import { booksOf } from "../replay/books.ts";
import { openStore } from "../store/open.ts";
import type { Beside } from "./replay-beside.ts";

const { file, demo, env, hash, from, to } = workerData as Beside & { readonly to: Instant };
const loaded = await loadConfig(file, { demo, env });
if (!loaded.ok || loaded.config.hash !== hash) throw new Error(`${file} changed while it was being replayed; run it again`);
const { config } = loaded;
const store = await openStore({ storage: config.storage, stateDir: config.instance.stateDir, clock: systemClock });
try {
  const books = await booksOf(store, config, systemClock, from);
  parentPort?.postMessage((await coursesUnder({ store, config, from, to, rules: config.rules, ...books })) ?? []);
} finally {
  await store.close();
}
