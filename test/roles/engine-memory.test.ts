/** What SNMPv3 must know over a restart, kept in a real store. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { engineFacts, keepHeardEngines } from "../../daemon/engine-memory.ts";
import type { Log } from "../../daemon/ports.ts";
import { openStore } from "../../daemon/store/open.ts";
import type { HeardEngine } from "../../probes/trap/timeliness.ts";
import { FakeClock } from "../fakes/clock.ts";

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

it("our engine id stays over restarts, our boots grow though the clock is set back, and senders' clocks are kept", async () => {
  const stateDir = mkdtempSync(join(tmpdir(), "vigie-engine-"));
  folders.push(stateDir);
  const open = async () => {
    const store = await openStore({
      storage: { kind: "sqlite", path: join(stateDir, "vigie.db") },
      stateDir,
      log: quiet,
      clock: new FakeClock(),
    });
    await store.migrate();
    return store;
  };
  const at = Date.UTC(2026, 10, 25);
  let store = await open();
  const first = await engineFacts(store, at);
  expect(first.engineId).toMatch(/^8000000005[0-9a-f]{16}$/);
  expect(first.heardEngines).toEqual([]);
  let heard: readonly HeardEngine[] = first.heardEngines;
  const keeper = keepHeardEngines({ heardEngines: () => heard }, store, quiet);
  heard = [{ engine: "8000000005aa", boots: 3, time: 77 }];
  await keeper.stop();
  await store.close();

  store = await open();
  const second = await engineFacts(store, at - 86_400_000);
  expect(second).toEqual({ engineId: first.engineId, engineBoots: first.engineBoots + 1, heardEngines: heard });
  const third = await engineFacts(store, at - 86_400_000);
  expect(third.engineBoots).toBe(first.engineBoots + 2);
  await store.close();
});
