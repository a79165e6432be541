/** A survey's proposals through a real store: confirmed, in force, refused, and never a survey too many. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConfigInForce } from "../../daemon/accepting.ts";
import { Board } from "../../daemon/board.ts";
import { topology } from "../../daemon/cli/topology.ts";
import { loadConfig } from "../../daemon/config/load.ts";
import { locateDevices } from "../../daemon/config/locate.ts";
import { Confirming } from "../../daemon/confirming.ts";
import { fromNeighbours, fromTrace, type Surveyed, targets } from "../../daemon/learning.ts";
import { HOUR } from "../../daemon/model/time.ts";
import { LeaseLost, type Log } from "../../daemon/ports.ts";
import { Learner } from "../../daemon/roles/learner.ts";
import { type OpenedStore, openStore } from "../../daemon/store/open.ts";
import { FakeClock } from "../fakes/clock.ts";

const yaml = (more = "") => `instance: { name: t, language: en, state_dir: state }
storage: { sqlite: vigie.db }
credentials: { main: { snmp_community: { version: 2c, community: { env: C } } } }
sites: { hub: { name: Hub }, mgh: { name: MGH, gateway: router-1 } }
contacts: { d: { name: D, language: en, reach: [{ mail: d@example.org }] } }
channels: { mail: { mail: { host: smtp.example.org, port: 587, secure: false, from: "v@example.org" } } }
functions: { it-technician: { contacts: [d] }, chief-technician: { contacts: [d] } }
canary: core-1
topology: { neighbours: true, traceroute: true }
devices:
  core-1: { name: Core, site: hub, address: 10.0.0.1, family: ping-only }
  router-1: { name: Router, site: mgh, address: 10.1.0.1, family: cisco-ios-router, snmp: main }
  switch-1: { name: Switch, site: mgh, address: 10.1.0.2, family: cisco-ios-switch, snmp: main }
  codec-1:
    name: Codec
    site: mgh
    address: 10.1.0.11
    family: ping-only
${more}`;

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
let folder: string;
let store: OpenedStore;
let inForce: ConfigInForce;
let confirming: Confirming;
const clock = new FakeClock(Date.UTC(2026, 10, 18, 14));

async function read(more = "") {
  const file = join(folder, "vigie.yaml");
  writeFileSync(file, yaml(more));
  const loaded = await loadConfig(file, { env: { C: "public" } });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ path, message }) => `${path}: ${message}`).join("\n"));
  return loaded.config;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "vigie-learner-"));
  const config = await read();
  store = await openStore({ storage: config.storage, stateDir: folder, clock });
  await store.migrate();
  inForce = new ConfigInForce(config);
  const changed = () => inForce.readAccepted(store);
  confirming = new Confirming({ file: () => inForce.file, config: () => inForce.config, store, clock, changed });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const learned: Surveyed = {
  learned: [{ device: "codec-1", parents: ["switch-1"], from: [{ via: "lldp", to: "switch-1", port: "Gi0/3" }] }],
  looked: new Set(["codec-1"]),
};
const parents = () => inForce.config.network.devices.get("codec-1")?.parents;

describe("a proposal", () => {
  it("changes nothing until a person accepts it; then it is in force at once, after a reload too, and audited", async () => {
    expect(await confirming.take(learned)).toBe(1);
    expect(await confirming.take(learned), "seen again, it is not new").toBe(0);
    expect([parents(), (await confirming.list())[0]?.standing]).toEqual([["router-1"], "proposed"]);
    expect(await confirming.accept("codec-1~switch-1", "marie")).toMatchObject({ ok: true, proposal: { standing: "in-force" } });
    expect(parents()).toEqual(["switch-1"]);
    inForce.take(await read());
    expect(parents()).toEqual(["switch-1"]);
    expect((await store.auditLog(10)).map(({ by, action, target }) => [by, action, target])).toEqual([
      ["marie", "topology.accepted", "codec-1"],
    ]);
    expect(await confirming.accept("codec-1~switch-1", "marie")).toMatchObject({ ok: false, status: 409 });
  });

  it("gives way to the file, once that says something else", async () => {
    await confirming.take(learned);
    await confirming.accept("codec-1~switch-1", "marie");
    inForce.take(await read("    parents: [core-1]\n"));
    expect([parents(), (await confirming.list())[0]]).toMatchObject([["core-1"], { standing: "overridden", contradicts: ["core-1"] }]);
    inForce.take(await read("    parents: [switch-1]\n"));
    expect((await confirming.list())[0]?.standing).toBe("in-file");
  });

  it("that is refused does not come back; an accepted one that is refused ends", async () => {
    await confirming.take(learned);
    await confirming.accept("codec-1~switch-1", "marie");
    expect(await confirming.refuse("codec-1~switch-1", "luc", "the cable was moved")).toMatchObject({ ok: true });
    expect(parents(), "of the file: its site's gateway").toEqual(["router-1"]);
    expect(await confirming.take(learned)).toBe(0);
    expect((await confirming.list()).map(({ standing }) => standing)).toEqual(["refused"]);
    expect(await confirming.refuse("nobody~switch-1", "luc", undefined)).toMatchObject({ ok: false, status: 404 });
  });

  it("of the same device that is accepted later replaces the earlier one", async () => {
    await confirming.take(learned);
    await confirming.take({ learned: [{ ...learned.learned[0]!, parents: ["router-1", "switch-1"] }], looked: new Set() });
    await confirming.accept("codec-1~switch-1", "marie");
    await confirming.accept("codec-1~router-1+switch-1", "marie");
    expect(parents()).toEqual(["router-1", "switch-1"]);
    expect((await confirming.list()).map(({ standing }) => standing).sort()).toEqual(["in-force", "refused"]);
  });

  it("that a person decides while a survey is being taken in stays decided, whichever is first", async () => {
    for (let round = 0; round < 10; round += 1) {
      await confirming.take(learned);
      const decides = () => confirming.accept("codec-1~switch-1", "marie");
      const surveys = () => confirming.take({ ...learned, learned: round % 4 < 2 ? learned.learned : [] });
      await Promise.all(round % 2 === 0 ? [decides(), surveys()] : [surveys(), decides()]);
      const [proposal] = await confirming.list();
      // Dropped before the person's word came: they were told so. Never: accepted, and then open again.
      if (proposal !== undefined) expect([round, proposal.proposal.state]).toEqual([round, "accepted"]);
      await store.forget("topology/codec-1~switch-1");
    }
  });

  it("that two people decide at once is decided once", async () => {
    await confirming.take(learned);
    const both = await Promise.all(["marie", "luc"].map((by) => confirming.accept("codec-1~switch-1", by)));
    expect(both.map(({ ok }) => ok).sort()).toEqual([false, true]);
    expect(await store.auditLog(10)).toHaveLength(1);
  });

  it("of a survey whose lease has gone to another process is not kept", async () => {
    const fence = await store.acquireLease("reporter", "one", HOUR);
    await store.releaseLease(fence!);
    await store.acquireLease("reporter", "two", HOUR);
    await expect(confirming.take(learned, fence)).rejects.toThrow(LeaseLost);
    expect(await confirming.list()).toEqual([]);
  });

  it("is printed by `vigie topology`, with the file and the line where it belongs", async () => {
    await confirming.take(learned);
    const out: string[] = [];
    process.env.C = "public";
    try {
      expect(
        await topology(["--config", join(folder, "vigie.yaml")], { out: (line) => out.push(line), err: (line) => out.push(line) }),
      ).toBe(0);
    } finally {
      delete process.env.C;
    }
    expect(out.join("\n")).toContain(
      "codec-1~switch-1 (proposed): codec-1 < switch-1, by lldp switch-1 Gi0/3\n    write at vigie.yaml:14: parents: [switch-1]",
    );
    expect([...(await locateDevices([join(folder, "vigie.yaml"), "/nowhere"], ["codec-1", "codec-9"]))]).toMatchObject([
      ["codec-1", { line: 14 }],
    ]);
  });
});

describe("learning", () => {
  it("takes a cable from either end, the codec's own word too, seen from the gateway outwards", () => {
    const board = new Board();
    const finding = {
      status: "up" as const,
      samples: [],
      faults: [],
      readings: [{ name: "neighbour_device", value: "switch-1.example.org" }],
    };
    board.record({ id: "1", check: "codec-1/ssh", device: "codec-1", kind: "ssh", at: 1, seq: 1, durationMs: 1, finding }, 1);
    const seen = { address: "10.1.0.2", configured: "switch-1", refused: [], ports: [] };
    const found = fromNeighbours(
      inForce.config,
      [{ ...seen, neighbours: [{ via: "lldp", name: "Router", localPort: "Gi0/1", port: "Gi1" }] }],
      board,
    );
    expect(found).toEqual([
      { device: "switch-1", parents: ["router-1"], from: [{ via: "lldp", to: "router-1", port: "Gi1" }] },
      { device: "codec-1", parents: ["switch-1"], from: [{ via: "cdp", to: "switch-1" }] },
    ]);
  });

  it("follows one way to each site but our own, and names the last hop that is ours", () => {
    expect(targets(inForce.config).map(({ id }) => id)).toEqual(["router-1"]);
    const [router] = targets(inForce.config);
    const way = (hops: readonly (string | undefined)[], reached = true) => fromTrace(inForce.config, router!, { hops, reached });
    expect(way(["192.0.2.1", "10.0.0.1", undefined])).toEqual([
      { device: "router-1", parents: ["core-1"], from: [{ via: "traceroute", hops: ["192.0.2.1", "core-1", "*"] }] },
    ]);
    expect(way(["10.0.0.1"], false), "where it did not get through, the way is not known").toEqual([]);
    expect(way(["192.0.2.1"])).toEqual([]);
  });

  it("surveys once in its time, over a restart too, and never without being asked", async () => {
    let surveys = 0;
    let config = inForce.config;
    const fence = await store.acquireLease("reporter", "t", HOUR);
    const learner = () =>
      new Learner({
        ...{ store, clock, log: quiet, config: () => config },
        leases: { held: () => true, fence: () => fence!, wait: async () => undefined },
        survey: async () => {
          surveys += 1;
          throw new Error("the network is away");
        },
      });
    const { signal } = new AbortController();
    await learner().turn(signal);
    await learner().turn(signal);
    expect(surveys).toBe(1);
    clock.pass(23 * HOUR);
    await learner().turn(signal);
    expect(surveys).toBe(1);
    clock.pass(HOUR);
    await learner().turn(signal);
    expect(surveys).toBe(2);
    clock.pass(48 * HOUR);
    const { topology: _t, ...rest } = config;
    config = rest;
    await learner().turn(signal);
    expect(surveys).toBe(2);
  });

  it("is not begun by a process that has lost the lease meanwhile", async () => {
    let surveys = 0;
    const fence = await store.acquireLease("reporter", "one", HOUR);
    await store.releaseLease(fence!);
    await store.acquireLease("reporter", "two", HOUR);
    const learner = new Learner({
      ...{ store, clock, log: quiet, config: () => inForce.config },
      leases: { held: () => true, fence: () => fence!, wait: async () => undefined },
      survey: async () => {
        surveys += 1;
        return 0;
      },
    });
    await expect(learner.turn(new AbortController().signal)).rejects.toThrow(LeaseLost);
    expect([surveys, await store.kept("topology-surveyed")]).toEqual([0, undefined]);
  });
});
