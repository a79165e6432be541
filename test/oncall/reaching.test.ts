/** The monthly question over every channel: when it is asked, what proves the answer, and who is listed. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../../daemon/config/load.ts";
import type { Channel, Config } from "../../daemon/model/config.ts";
import { DAY, HOUR, MINUTE } from "../../daemon/model/time.ts";
import { reachFrom, reachKey, type WayKept, waysToProve } from "../../daemon/oncall/reach.ts";
import { Reaching } from "../../daemon/oncall/reaching.ts";
import type { Fence } from "../../daemon/ports.ts";
import { type OpenedStore, openStore } from "../../daemon/store/open.ts";
import { FakeClock } from "../fakes/clock.ts";

const folder = mkdtempSync(join(tmpdir(), "vigie-reach-"));
const text = (bob: string) =>
  [
    `instance: { name: Centre, timezone: America/Toronto, public_url: "https://vigie.example.org", state_dir: ${folder}/state }`,
    `storage: { sqlite: ${folder}/state/vigie.db }`,
    "sites: { mgh: { name: MGH, service_hours: office } }",
    "rooms: { a101: { site: mgh, name: A, coordinator: zoe } }",
    "channels: { mail: { mail: { host: mail.example.org, from: vigie@example.org } }, other: { mail: { host: mx.example.org, from: vigie@example.org } }, page: { sink: {} } }",
    "contacts:",
    "  ann: { reach: [{ mail: ann@example.org }, { other: ann@example.com }, { page: ann }] }",
    `  bob: { language: en, reach: [{ mail: ${bob} }] }`,
    "  zoe: { reach: [{ mail: zoe@example.org }] }",
    "  unused: { reach: [{ mail: unused@example.org }] }",
    "functions: { desk: { contacts: [ann, bob] }, chief-technician: { contacts: [ann] } }",
    "devices: { codec-1: { name: C, site: mgh, address: 192.0.2.1, family: ping-only } }",
  ].join("\n");

async function configOf(bob = "bob@example.org"): Promise<Config> {
  writeFileSync(join(folder, "vigie.yaml"), text(bob));
  const loaded = await loadConfig(join(folder, "vigie.yaml"), { demo: true });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

let store: OpenedStore;
let clock: FakeClock;
let config: Config;
let role: Reaching;

beforeEach(async () => {
  // A Wednesday at 16:00 in Montréal.
  clock = new FakeClock(Date.UTC(2026, 10, 18, 21));
  config = await configOf();
  store = await openStore({ storage: config.storage, stateDir: config.instance.stateDir, clock });
  await store.migrate();
  const fence = (await store.acquireLease("on-call", "test", 30_000)) as Fence;
  role = new Reaching({
    store,
    clock,
    config: () => config,
    leases: { fence: () => fence, held: () => true, wait: async () => undefined },
  });
});
afterEach(async () => {
  await store.close();
  rmSync(join(folder, "state"), { recursive: true });
});

const claim = async () => {
  const rows = await store.claimOutbox({ now: clock.now(), leaseMs: HOUR, limit: 50, worker: "w" });
  await store.recordDeliveries(rows.map(({ key }) => ({ key, state: "accepted" as const, at: clock.now() })));
  return rows;
};
const states = async () => {
  const reach = reachFrom((await store.kept<readonly WayKept[]>(reachKey)) ?? [], clock.now());
  return waysToProve(config).map(([contact, way]) => `${contact.id} ${way.channel} ${reach(contact.id, way).state}`);
};

describe("every channel of everybody who may be told", () => {
  it("is asked on the day after it is known, in service hours, once; the demo's sink and who is told for nothing are not", async () => {
    expect(await role.turn()).toBe(0);
    // 20:00: outside service hours; and not yet a day.
    clock.pass(4 * HOUR);
    expect(await role.turn()).toBe(0);
    clock.pass(20 * HOUR);
    expect(await role.turn()).toBe(4);
    expect(await role.turn()).toBe(0);
    const rows = await claim();
    expect(rows.map(({ recipient, channel, kind, incident }) => [recipient, channel, kind, incident])).toEqual([
      ["ann", "mail", "letter", ""],
      ["ann", "other", "letter", ""],
      ["bob", "mail", "letter", ""],
      ["zoe", "mail", "letter", ""],
    ]);
    const bob = rows.find(({ recipient }) => recipient === "bob");
    expect(bob?.letter).toMatchObject({ asks: true, subject: "Vigie: monthly check, please acknowledge" });
    expect(rows[0]?.letter?.text).toContain("Centre vérifie une fois par mois");
  });

  it("is not asked where nothing could answer: no link and no reply", async () => {
    const { publicUrl: _, ...instance } = config.instance;
    config = { ...config, instance };
    await role.turn();
    clock.pass(DAY);
    expect(await role.turn()).toBe(0);
    const door = { header: "x-hook-secret", secret: {} as never };
    const mail = { ...config.channels.get("mail"), inbound: door } as Channel;
    config = { ...config, channels: new Map([...config.channels, ["mail", mail]]) };
    expect(await role.turn()).toBe(3);
  });

  it("waits for service hours", async () => {
    await role.turn();
    // The next day at 20:00.
    clock.pass(28 * HOUR);
    expect(await role.turn()).toBe(0);
    clock.pass(13 * HOUR);
    expect(await role.turn()).toBe(4);
  });

  it("is proven by the acknowledgement of its own message alone; after a week the others are listed; a month later all are asked again", async () => {
    await role.turn();
    clock.pass(DAY);
    await role.turn();
    const rows = await claim();
    const [annMail] = rows;
    await store.recordDeliveries([{ key: annMail?.key ?? "", state: "acknowledged", at: clock.now() }]);
    expect(await states()).toEqual(["ann mail asked", "ann other asked", "bob mail asked", "zoe mail asked"]);
    clock.pass(MINUTE);
    await role.turn();
    expect(await states()).toEqual(["ann mail answered", "ann other asked", "bob mail asked", "zoe mail asked"]);
    clock.pass(7 * DAY);
    expect(await states()).toEqual(["ann mail answered", "ann other silent", "bob mail silent", "zoe mail silent"]);
    // A late answer counts.
    await store.recordDeliveries([{ key: rows[3]?.key ?? "", state: "acknowledged", at: clock.now() }]);
    await role.turn();
    expect(await states()).toContain("zoe mail answered");
    clock.pass(26 * DAY);
    expect(await role.turn()).toBe(4);
    // Proven a month ago: that holds until the week of the new question is over.
    expect(await states()).toEqual(["ann mail answered", "ann other asked", "bob mail asked", "zoe mail answered"]);
    clock.pass(8 * DAY);
    expect(await states()).toContain("ann mail silent");
  });

  it("at another address has to be proven anew, and what left is forgotten", async () => {
    await role.turn();
    clock.pass(DAY);
    await role.turn();
    config = await configOf("bob@example.net");
    await role.turn();
    expect(await states()).toContain("bob mail never-asked");
    expect((await store.kept<readonly WayKept[]>(reachKey))?.map(({ address }) => address)).not.toContain("bob@example.org");
  });
});
