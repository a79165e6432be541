/** The simulated agents, asked by Debian's net-snmp tools; and every fault, seen in what is read. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadFamilies, shippedFamilies } from "../../../probes/families.ts";
import { type Simulation, startSimulatedNetwork } from "../../../probes/simulator/simulation.ts";
import { needs } from "../../needs.ts";
import { ask, asV2c, asV3, env, freePort, network } from "./network.ts";

let simulation: Simulation;
let port = 0;
let clock = Date.UTC(2026, 2, 8);
const at = (last: number): string => `127.31.7.${last}:${port}`;

beforeAll(async () => {
  port = await freePort();
  simulation = await startSimulatedNetwork(network({ snmp: port, ssh: await freePort(), traps: await freePort() }), {
    env,
    now: () => clock,
  });
});
afterAll(() => simulation.stop());

const sysUpTime = "1.3.6.1.2.1.1.3.0";

describe("an agent", () => {
  it("answers GET over v2c and over v3 authPriv", async (context) => {
    const snmpget = needs("snmpget", context);
    expect(await ask(snmpget, [...asV2c, at(1), "1.3.6.1.2.1.1.1.0", sysUpTime])).toMatch(/Cisco IOS Software[\s\S]*Timeticks/);
    expect(await ask(snmpget, [...asV3, at(2), "1.3.6.1.2.1.1.1.0"])).toContain("Cisco IOS Software");
  });

  it("refuses a wrong password, an unknown user and a lower level, each with its own report", async (context) => {
    const snmpget = needs("snmpget", context);
    const with_ = (changes: Readonly<Record<string, string>>): string[] => asV3.map((word) => changes[word] ?? word);
    expect(await ask(snmpget, [...with_({ [env.SIM_AUTH]: "another-password" }), at(2), sysUpTime])).toContain("Authentication failure");
    expect(await ask(snmpget, [...with_({ vigie: "nobody" }), at(2), sysUpTime])).toContain("Unknown user name");
    expect(await ask(snmpget, [...with_({ authPriv: "authNoPriv" }), at(2), sysUpTime])).toMatch(/security level|Unsupported/i);
    expect(await ask(snmpget, ["-v2c", "-c", "wrong", at(1), sysUpTime])).toContain("Timeout");
  });

  it("walks the same by GETNEXT and by GETBULK, in order, to the end", async (context) => {
    const [walk, bulk] = [needs("snmpwalk", context), needs("snmpbulkwalk", context)];
    const one = await ask(walk, [...asV2c, at(3), "1.3.6.1"]);
    expect(await ask(bulk, [...asV2c, at(3), "1.3.6.1"])).toBe(one);
    expect(await ask(walk, [...asV3, at(2), "1.3.6.1"])).toContain("1.3.6.1.6.3.10.2.1.3.0");
    expect(one.split("\n").length).toBeGreaterThan(150);
    expect(one).not.toMatch(/not increasing|Error/);
  });

  it("says that there is no such object, in the words of each version", async (context) => {
    const snmpget = needs("snmpget", context);
    expect(await ask(snmpget, [...asV2c, at(1), "1.3.6.1.2.1.2.99.0"])).toContain("No Such Object");
    expect(await ask(snmpget, ["-v1", "-c", env.SIM_COMMUNITY, at(1), "1.3.6.1.2.1.2.99.0"])).toContain("noSuchName");
  });

  it("counts: uptime and octets grow with the clock", async (context) => {
    const snmpget = needs("snmpget", context);
    const read = async (): Promise<readonly number[]> =>
      [...(await ask(snmpget, [...asV2c, "-Oqvt", at(3), sysUpTime, "1.3.6.1.2.1.31.1.1.1.6.1"])).matchAll(/^\d+$/gm)].map(Number);
    const [upBefore = 0, octetsBefore = 0] = await read();
    clock += 10_000;
    const [upAfter = 0, octetsAfter = 0] = await read();
    expect(upAfter - upBefore).toBe(1_000);
    expect(octetsAfter - octetsBefore).toBeGreaterThan(100_000);
  });

  it("holds every object that its family reads", async (context) => {
    const [snmpget, walk] = [needs("snmpget", context), needs("snmpwalk", context)];
    const { families } = loadFamilies([shippedFamilies()]);
    const peers: readonly (readonly [string, number, readonly string[]])[] = [
      ["cisco-ios-router", 2, asV3],
      ["cisco-ios-switch", 3, asV2c],
      ["cisco-ce", 4, asV2c],
      ["ups-rfc1628", 5, asV2c],
      ["ups-apc", 6, asV2c],
      ["poly-group", 7, asV2c],
    ];
    for (const [id, last, access] of peers) {
      const family = families.get(id);
      const scalars = family?.snmp.scalars.map((scalar) => scalar.oid) ?? [];
      expect(await ask(snmpget, [...access, at(last), ...scalars]), id).not.toMatch(/No Such|Timeout/);
      for (const column of family?.snmp.columns ?? []) expect(await ask(walk, [...access, at(last), column.oid]), column.oid).toMatch(/= /);
    }
  });
});

describe("a fault is seen in what is read", () => {
  const readings: readonly (readonly [string, string, number, string, string, string])[] = [
    ["hot", "switch", 3, "1.3.6.1.4.1.9.9.13.1.3.1.6.1", "1", "3"],
    ["on-battery", "ups", 5, "1.3.6.1.2.1.33.1.4.1.0", "3", "5"],
    ["on-battery", "apc", 6, "1.3.6.1.4.1.318.1.1.1.4.1.1.0", "2", "3"],
    ["port-down", "switch", 3, "1.3.6.1.2.1.2.2.1.8.12", "1", "2"],
    ["sip-unregistered", "poly", 7, "1.3.6.1.4.1.13885.101.1.2.8.3.1.2.1", "2", "3"],
    ["camera-unplugged", "poly", 7, "1.3.6.1.4.1.13885.101.1.3.6.2.1.3.1", "2", "3"],
  ];
  it.each(readings)("%s on the %s, and it goes away again", async (fault, id, last, oid, good, bad) => {
    const read = async (): Promise<string> => (await ask("snmpget", [...asV2c, "-Oqv", at(last), oid])).trim();
    expect(await read()).toBe(good);
    await simulation.apply({ device: id, fault: fault as "hot" });
    expect(await read()).toBe(bad);
    await simulation.apply({ device: id, fault: "restored" });
    expect(await read()).toBe(good);
  });

  it("silent: no answer, and the next one as if nothing had been", async () => {
    await simulation.apply({ device: "poly", fault: "silent" });
    expect(await ask("snmpget", [...asV2c, at(7), sysUpTime])).toContain("Timeout");
    await simulation.apply({ device: "poly", fault: "restored" });
    expect(await ask("snmpget", [...asV2c, at(7), sysUpTime])).toContain("Timeticks");
  });

  it("a silent router takes everything behind it along, and nothing before it", async () => {
    await simulation.apply({ device: "router", fault: "silent" });
    for (const last of [3, 4, 5, 6]) expect(await ask("snmpget", [...asV2c, at(last), sysUpTime])).toContain("Timeout");
    for (const last of [1, 7]) expect(await ask("snmpget", [...asV2c, at(last), sysUpTime])).toContain("Timeticks");
    await simulation.apply({ device: "router", fault: "restored" });
    for (const last of [3, 4, 5, 6]) expect(await ask("snmpget", [...asV2c, at(last), sysUpTime])).toContain("Timeticks");
  });

  it("reboot: uptime starts over and the engine counts one boot more", async () => {
    await simulation.apply({ device: "switch", fault: "reboot" });
    const after = (await ask("snmpget", [...asV2c, "-Oqvt", at(3), sysUpTime, "1.3.6.1.6.3.10.2.1.2.0"])).trim().split("\n");
    expect(after).toEqual(["0", "2"]);
  });

  it("a v3 agent is found again after its engine rebooted", async () => {
    await simulation.apply({ device: "router", fault: "reboot" });
    expect(await ask("snmpget", [...asV3, at(2), sysUpTime])).toContain("Timeticks");
  });

  it("is refused for a device or an interface that is not there", async () => {
    await expect(simulation.apply({ device: "nothing", fault: "silent" })).rejects.toThrow("there is no device nothing");
    await expect(simulation.apply({ device: "switch", fault: "port-down", part: "Gi9/9" })).rejects.toThrow("has no interface Gi9/9");
  });
});
