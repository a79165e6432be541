/** The nightly backup: how many copies are kept. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Config } from "../../daemon/model/config.ts";
import { DAY } from "../../daemon/model/time.ts";
import type { Log } from "../../daemon/ports.ts";
import { Reporter } from "../../daemon/roles/reporter.ts";
import { type OpenedStore, openStore } from "../../daemon/store/open.ts";
import { START } from "../contracts/samples.ts";
import { FakeClock } from "../fakes/clock.ts";

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
const leases = { fence: () => ({ role: "reporter", holder: "t", epoch: 1 }), held: () => true, wait: async () => undefined };
let folder: string;
let store: OpenedStore;
const clock = new FakeClock(START);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "vigie-reporter-"));
  store = await openStore({ storage: { kind: "sqlite", path: join(folder, "vigie.db") }, stateDir: folder, clock });
  await store.migrate();
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

function reporter(): Reporter {
  const config = () => ({ instance: { stateDir: folder } }) as Config;
  return new Reporter({ store, clock, log: quiet, leases, config });
}

it("ten nights leave the seven newest copies, each with its checksum, and nothing that somebody else put there", async () => {
  const nightly = reporter();
  await nightly.backup();
  writeFileSync(join(folder, "backups", "before-schema-1-1.db"), "kept");
  for (let night = 0; night < 9; night += 1) {
    clock.pass(DAY);
    await nightly.backup();
  }
  const names = readdirSync(join(folder, "backups")).sort();
  const copies = names.filter((name) => name.startsWith("nightly-") && name.endsWith(".db"));
  expect(copies).toHaveLength(7);
  expect(copies[0]).toContain(new Date(START + 3 * DAY).toISOString().slice(0, 10));
  expect(names.filter((name) => name.endsWith(".sha256"))).toEqual(copies.map((name) => `${name}.sha256`));
  expect(names).toContain("before-schema-1-1.db");
});
