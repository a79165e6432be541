/**
 * PostgreSQL keeps the store's contract.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { StoreUnavailable } from "../../daemon/ports.ts";
import { openPostgres } from "../../daemon/store/connect.ts";
import { openStore } from "../../daemon/store/open.ts";
import { FakeClock } from "../fakes/clock.ts";
import { needs } from "../needs.ts";
import { type Postgres, startPostgres } from "./postgres.ts";
import { START } from "./samples.ts";
import { storeContract } from "./store.contract.ts";

let server: Promise<Postgres> | undefined;
let databases = 0;

afterAll(async () => {
  await (await server)?.remove();
});

async function ground(program: string) {
  server ??= startPostgres(program);
  const stateDir = mkdtempSync(join(tmpdir(), "vigie-store-"));
  databases += 1;
  const url = (await server).database(`t${databases}`);
  const secret = { ref: "env:X", reveal: () => url, toJSON: () => "***", toString: () => "***" };
  const { writer: raw } = openPostgres(url);
  return {
    stateDir,
    raw,
    open: async () => {
      const clock = new FakeClock(START);
      return { clock, store: await openStore({ storage: { kind: "postgresql", url: secret }, stateDir, clock }) };
    },
    remove: async () => {
      await raw.destroy();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

storeContract("postgresql", (context) => ground(needs("postgres", context)));

it("store: postgresql: a server that goes away is unavailable, and usable again when it is back", async (context) => {
  const its = await ground(needs("postgres", context));
  const { store } = await its.open();
  await store.migrate();
  await store.keep("before", 1);
  const postgres = (await server) as Postgres;
  await postgres.stop();
  const failure = await store.keep("meanwhile", 1).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(StoreUnavailable);
  expect(String(failure)).not.toContain("meanwhile");
  await postgres.start();
  await store.keep("after", 1);
  expect(await store.kept("before")).toBe(1);
  await store.close();
  await its.remove();
});
