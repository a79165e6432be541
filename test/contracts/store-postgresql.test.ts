/**
 * PostgreSQL keeps the store's contract.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { StoreUnavailable } from "../../daemon/ports.ts";
import { pgEnvironment } from "../../daemon/store/backup.ts";
import { openPostgres } from "../../daemon/store/connect.ts";
import { openStore } from "../../daemon/store/open.ts";
import { FakeClock } from "../fakes/clock.ts";
import { needs } from "../needs.ts";
import { migratesByAStep } from "./migration.ts";
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
    secret,
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

it("store: postgresql: a new schema comes after a copy by pg_dump, whole or not at all; pg_restore brings the copy back", async (context) => {
  const dump = needs("pg_dump", context);
  const its = await ground(needs("postgres", context));
  const copy = await migratesByAStep({ kind: "postgresql", url: its.secret }, its.stateDir);
  execFileSync("sha256sum", ["-c", "--quiet", `${basename(copy)}.sha256`], { cwd: dirname(copy) });
  const env = { ...process.env, ...pgEnvironment(its.secret.reveal()) };
  const restore = join(dirname(dump), "pg_restore");
  execFileSync(restore, ["--clean", "--if-exists", "--single-transaction", "--no-owner", "--dbname", env.PGDATABASE ?? "", copy], { env });
  const { store } = await its.open();
  await store.migrate();
  expect(await store.incident("i1")).toMatchObject({ id: "i1" });
  await store.close();
  await its.remove();
});

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
