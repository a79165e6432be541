/**
 * SQLite keeps the store's contract.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { oneConnection } from "../../daemon/store/connect.ts";
import { openStore } from "../../daemon/store/open.ts";
import { FakeClock } from "../fakes/clock.ts";
import { START } from "./samples.ts";
import { storeContract } from "./store.contract.ts";

storeContract("sqlite", async () => {
  const stateDir = mkdtempSync(join(tmpdir(), "vigie-store-"));
  const path = join(stateDir, "vigie.db");
  const raw = oneConnection(path);
  return {
    stateDir,
    raw,
    open: async () => {
      const clock = new FakeClock(START);
      return { clock, store: await openStore({ storage: { kind: "sqlite", path }, stateDir, clock }) };
    },
    remove: async () => {
      await raw.destroy();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
});
