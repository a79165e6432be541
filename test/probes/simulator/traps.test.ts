/** The simulated devices' notifications, received by Debian's snmptrapd from the device's own address. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Simulation, startSimulatedNetwork } from "../../../probes/simulator/simulation.ts";
import { findProgram, needs } from "../../needs.ts";
import { env, freePort, network } from "./network.ts";

let simulation: Simulation;
let daemon: ChildProcess | undefined;
let heard = "";
const folder = mkdtempSync(join(tmpdir(), "vigie-traps-"));

async function until(wanted: RegExp): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!wanted.test(heard)) {
    if (Date.now() > deadline) throw new Error(`not heard: ${wanted}; heard: ${heard}`);
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
  simulation = await startSimulatedNetwork(network({ snmp, ssh, traps }), { env });
});
afterAll(async () => {
  await simulation.stop();
  if (daemon?.pid !== undefined) daemon.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

it("an RFC 1628 UPS on battery sends upsTrapOnBattery from its own address, and nothing when mains is back", async (context) => {
  needs("snmptrapd", context);
  await simulation.apply({ device: "ups", fault: "on-battery" });
  await until(/\[127\.31\.7\.5\][\s\S]*1\.3\.6\.1\.6\.3\.1\.1\.4\.1\.0 = OID: \.1\.3\.6\.1\.2\.1\.33\.2\.1\s/);
  await simulation.apply({ device: "ups", fault: "restored" });
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
  const before = heard.length;
  await simulation.apply({ device: "router", fault: "silent" });
  await simulation.apply({ device: "apc", fault: "on-battery" });
  await simulation.apply({ device: "poly", fault: "sip-unregistered" });
  await until(/13885\.101\.0\.72/);
  expect(heard.slice(before)).not.toContain("318.0.5");
});
