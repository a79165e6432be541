/** `vigie inventory` on a real database, as the daemon leaves it. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { inventory } from "../../daemon/cli/inventory.ts";
import { systemClock } from "../../daemon/clock.ts";
import { openStore } from "../../daemon/store/open.ts";
import { folder } from "../config/files.ts";

const FILE = `storage: { sqlite: state/vigie.db }
sites: { mgh: { name: "Hôpital général" } }
devices:
  codec-1: { site: mgh, address: 10.0.0.2, family: ping-only, supplier: acme, warranty_until: 2020-01-31, asset: { tag: I-1, serial: OLD } }
  codec-2: { site: mgh, address: 10.0.0.3, family: ping-only }
partners: { acme: { name: "Acme AV" } }
channels: { mail: { mail: { host: smtp.example.org, from: vigie@example.org } } }
contacts: { desk: { reach: [ { mail: desk@example.org } ] } }
functions: { desk: { contacts: [desk] }, analyst: { contacts: [desk] }, chief-technician: { contacts: [desk] } }
`;

async function run(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await inventory(argv, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out, err };
}

async function made(): Promise<string> {
  const place = folder({ "vigie.yaml": FILE });
  const stateDir = join(place, "state");
  const store = await openStore({ storage: { kind: "sqlite", path: join(stateDir, "vigie.db") }, stateDir, clock: systemClock });
  await store.migrate();
  const fact = (name: string, value: string) => ({ name, value, since: 1, check: "codec-1/ssh" });
  const facts = [fact("serial", "NEW"), fact("model", "Room Kit"), fact("software_version", "ce9.15")];
  await store.transaction(undefined, (tx) =>
    tx.saveStock({ inventories: [{ device: "codec-1", unitSince: 1, facts }], events: [], units: [] }),
  );
  await store.close();
  return join(place, "vigie.yaml");
}

it("prints what is seen beside what the books say, and finds by any words of it", async () => {
  const file = await made();
  const { code, out } = await run("--config", file);
  expect(code).toBe(0);
  expect(out[1]).toMatch(/^codec-1 +mgh +Room Kit +NEW \(books: OLD\) +ce9\.15 +10\.0\.0\.2 +Acme AV +2020-01-31 \(over\)$/);
  expect(out[2]).toMatch(/^codec-2 +mgh +- +- +- +10\.0\.0\.3 +- +-$/);
  expect((await run("room", "kit", "hopital", "--config", file)).out).toHaveLength(2);
  expect(await run("nothing-like-it", "--config", file)).toMatchObject({ code: 1, out: ["nothing found"] });
});

it("prints JSON and CSV for a script", async () => {
  const file = await made();
  const json = JSON.parse((await run("--json", "--config", file)).out.join(""));
  expect(json.items[0]).toMatchObject({ device: "codec-1", serial: "NEW", serialDiffers: true, asset: { tag: "I-1", serial: "OLD" } });
  const csv = (await run("--csv", "--config", file)).out.join("\n").split("\r\n");
  expect(csv).toHaveLength(3);
  expect(csv[1]).toMatch(/^codec-1,codec-1,Hôpital général,/);
});

it("says what to do without a database, and refuses what it does not know", async () => {
  const file = join(folder({ "vigie.yaml": FILE }), "vigie.yaml");
  const none = await run("--config", file);
  expect(none.code).toBe(1);
  expect(none.err[0]).toMatch(/^storage\.sqlite: there is no database at .*vigie\.db; has the daemon run yet\?$/);
  expect((await run("--json", "--csv")).code).toBe(2);
  expect((await run("--colour")).code).toBe(2);
  expect((await run("--help")).code).toBe(0);
});
