/** The simulated devices' notifications, received by Debian's snmptrapd from the device's own address. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Simulation, startSimulatedNetwork } from "../../../probes/simulator/simulation.ts";
import { findProgram, needs } from "../../needs.ts";
import { device, env, freePort, network, v2c } from "./network.ts";

let simulation: Simulation;
let daemon: ChildProcess | undefined;
let heard = "";
/** What was heard before the test is no answer to it. */
let from = 0;
const folder = mkdtempSync(join(tmpdir(), "vigie-traps-"));

async function until(wanted: RegExp): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!wanted.test(heard.slice(from))) {
    if (Date.now() > deadline) throw new Error(`not heard: ${wanted}; heard: ${heard.slice(from)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

beforeAll(async () => {
  const [snmp, ssh, traps] = [await freePort(), await freePort(), await freePort()];
  // 128 + 32473, format 4, "router": the engine that sends is the authoritative one (RFC 3414).
  const engine = Buffer.concat([Buffer.from([0x80, 0x00, 0x7e, 0xd9, 0x04]), Buffer.from("router")]).toString("hex");
  const lines = [
    `createUser -e 0x${engine} vigie SHA-256 ${env.SIM_AUTH} AES ${env.SIM_PRIV}`,
    "authUser log vigie",
    `authCommunity log ${env.SIM_COMMUNITY}`,
    `[snmp] persistentDir ${folder}`,
  ];
  writeFileSync(join(folder, "trapd.conf"), `${lines.join("\n")}\n`);
  const snmptrapd = findProgram("snmptrapd");
  if (snmptrapd !== undefined) {
    daemon = spawn(snmptrapd, ["-f", "-n", "-Lo", "-On", "-C", "-c", join(folder, "trapd.conf"), `udp:127.0.0.1:${traps}`], {
      env: { ...process.env, SNMP_PERSISTENT_DIR: folder },
    });
    for (const stream of [daemon.stdout, daemon.stderr]) stream?.on("data", (bytes: Buffer) => (heard += bytes.toString()));
    await until(/NET-SNMP version/);
  }
  const made = network({ snmp, ssh, traps });
  const snmp2 = { ...v2c, port: snmp };
  const more = [
    device("hdx", 8, { family: "poly-hdx", kind: "codec", snmp: snmp2 }),
    device("rmx", 9, { family: "polycom-rmx", kind: "bridge", snmp: snmp2 }),
    device("old-switch", 10, { family: "cisco-ios-switch", kind: "switch", snmp: snmp2, trapForm: "v1" }),
    device("old-ups", 11, { family: "ups-rfc1628", kind: "ups", snmp: snmp2, trapForm: "v1" }),
  ];
  simulation = await startSimulatedNetwork({ ...made, devices: [...made.devices, ...more] }, { env });
});
afterAll(async () => {
  await simulation.stop();
  if (daemon?.pid !== undefined) daemon.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

beforeEach(() => {
  from = heard.length;
});

it("an RFC 1628 UPS on battery sends upsTrapOnBattery from its own address, and takes the entry out of its alarm table when mains is back", async (context) => {
  needs("snmptrapd", context);
  await simulation.apply({ device: "ups", fault: "on-battery" });
  await until(/\[127\.31\.7\.5\][\s\S]*1\.3\.6\.1\.6\.3\.1\.1\.4\.1\.0 = OID: \.1\.3\.6\.1\.2\.1\.33\.2\.1\s/);
  from = heard.length;
  await simulation.apply({ device: "ups", fault: "restored" });
  await until(
    /\[127\.31\.7\.5\][\s\S]*OID: \.1\.3\.6\.1\.2\.1\.33\.2\.4\s[\s\S]*33\.1\.6\.2\.1\.2\.1 = OID: \.1\.3\.6\.1\.2\.1\.33\.1\.6\.3\.2/,
  );
  expect(heard.slice(from).match(/snmpTrapOID|4\.1\.0 = OID/g), "that and nothing else").toHaveLength(1);
});

it("an APC UPS says both that it went on battery and that power is back", async (context) => {
  needs("snmptrapd", context);
  await simulation.apply({ device: "apc", fault: "on-battery" });
  await simulation.apply({ device: "apc", fault: "restored" });
  await until(/OID: \.1\.3\.6\.1\.4\.1\.318\.0\.5[\s\S]*OID: \.1\.3\.6\.1\.4\.1\.318\.0\.9/);
});

it("a port that goes down and up sends linkDown and linkUp with the interface's name", async (context) => {
  needs("snmptrapd", context);
  await simulation.apply({ device: "switch", fault: "port-down", part: "GigabitEthernet1/0/5" });
  await simulation.apply({ device: "switch", fault: "port-up", part: "GigabitEthernet1/0/5" });
  await until(/1\.1\.5\.3\s[\s\S]*"GigabitEthernet1\/0\/5"[\s\S]*1\.1\.5\.4\s[\s\S]*"GigabitEthernet1\/0\/5"/);
});

it("a v3 device sends its traps at authPriv", async (context) => {
  needs("snmptrapd", context);
  await simulation.apply({ device: "router", fault: "reboot" });
  await until(/\[127\.31\.7\.2\][\s\S]*OID: \.1\.3\.6\.1\.6\.3\.1\.1\.5\.1/);
});

it("a device that is cut off is not heard either", async (context) => {
  needs("snmptrapd", context);
  await simulation.apply({ device: "router", fault: "silent" });
  await simulation.apply({ device: "apc", fault: "on-battery" });
  await simulation.apply({ device: "poly", fault: "sip-unregistered" });
  await until(/13885\.101\.0\.72/);
  expect(heard.slice(from)).not.toContain("318.0.5");
});

describe("each make in the notifications of its own MIB", () => {
  it("an HDX in SNMPv1 under its enterprise: the help button, its camera, its gatekeeper", async (context) => {
    needs("snmptrapd", context);
    await simulation.apply({ device: "hdx", fault: "user-assist" });
    await until(
      /\[127\.31\.7\.8\][\s\S]*TRAP, SNMP v1[\s\S]*\.1\.3\.6\.1\.4\.1\.2684\.1\.1 Enterprise Specific Trap \(7\)[\s\S]*2684\.1\.1\.4\.0 = STRING: "Help is needed"/,
    );
    await simulation.apply({ device: "hdx", fault: "camera-unplugged" });
    await simulation.apply({ device: "hdx", fault: "h323-unregistered" });
    await simulation.apply({ device: "hdx", fault: "restored" });
    await until(/Trap \(31\)[\s\S]*Trap \(20\)[\s\S]*Trap \(19\)[\s\S]*Trap \(30\)/);
  });

  it("a Poly Group in pairs of problem and resolution, with their type and severity", async (context) => {
    needs("snmptrapd", context);
    await simulation.apply({ device: "poly", fault: "restored" });
    await simulation.apply({ device: "poly", fault: "media-loss", part: "8" });
    await until(/13885\.101\.0\.78[\s\S]*13885\.101\.0\.85[\s\S]*13885\.101\.1\.99\.3\.0 = INTEGER: 1/);
    await simulation.apply({ device: "poly", fault: "media-good" });
    await until(/13885\.101\.0\.86[\s\S]*13885\.101\.1\.99\.3\.0 = INTEGER: 2/);
  });

  it("a generic trap in SNMPv1 by its number, under the sender's object id", async (context) => {
    needs("snmptrapd", context);
    await simulation.apply({ device: "old-switch", fault: "port-down", part: "GigabitEthernet1/0/2" });
    await until(/\.1\.3\.6\.1\.4\.1\.9\.1\.1208 Link Down Trap \(0\)[\s\S]*"GigabitEthernet1\/0\/2"/);
  });

  it("the environment of a switch: hot and cool again, a fan, a supply", async (context) => {
    needs("snmptrapd", context);
    for (const fault of ["hot", "fan-failed", "supply-failed", "restored"] as const)
      await simulation.apply({ device: "old-switch", fault });
    await until(
      /\.1\.3\.6\.1\.4\.1\.9\.9\.13\.3 Enterprise Specific Trap \(3\)[\s\S]*Trap \(4\)[\s\S]*Trap \(5\)[\s\S]*Trap \(7\)[\s\S]*Trap \(8\)[\s\S]*Trap \(9\)/,
    );
  });

  it("a UPS of RFC 1628 in SNMPv1: its traps have no zero before their number", async (context) => {
    needs("snmptrapd", context);
    await simulation.apply({ device: "old-ups", fault: "overload" });
    await until(
      /\.1\.3\.6\.1\.2\.1\.33\.2 Enterprise Specific Trap \(3\)[\s\S]*1\.33\.1\.6\.2\.1\.2\.1 = OID: \.1\.3\.6\.1\.2\.1\.33\.1\.6\.3\.8/,
    );
  });

  it("a bridge's alarm ends ten thousand further on", async (context) => {
    needs("snmptrapd", context);
    await simulation.apply({ device: "rmx", fault: "hot" });
    await simulation.apply({ device: "rmx", fault: "restored" });
    await until(/13885\.9\.1\.1\.2\.2\.0\.5201[\s\S]*13885\.9\.1\.1\.2\.2\.0\.15201/);
  });
});
