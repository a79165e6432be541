/**
 * Devices to be discovered, from a process of its own (inside a network namespace): SNMP agents with their system group and neighbours,
 * and TCP ports that greet or only accept.
 *
 *     node discover-agents.js SPEC.json      prints {"ready":true}; ends when stdin closes, with what each agent was asked
 */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { pathToFileURL } from "node:url";
import { SnmpAgent } from "../../probes/simulator/agent.ts";
import { integer, oidValue, text, ticks, type Value } from "../../probes/simulator/ber.ts";
import { ObjectTable } from "../../probes/simulator/object-table.ts";
import type { UsmUser } from "../../probes/simulator/usm.ts";

export interface LabNeighbour {
  /** lldpRemLocalPortNum or ifIndex. */
  readonly localPort: number;
  readonly name: string;
  readonly address?: string;
  readonly port: string;
}

export interface LabDevice {
  readonly address: string;
  /** Undefined: no SNMP agent. */
  readonly snmp?: {
    readonly user?: UsmUser;
    readonly community?: string;
    readonly sysObjectId: string;
    readonly sysDescr: string;
    readonly sysName: string;
    readonly sysServices?: number;
    readonly lldp?: readonly LabNeighbour[];
    readonly cdp?: readonly LabNeighbour[];
  };
  /** Port -> what it says to whoever connects; empty: nothing. */
  readonly tcp?: Readonly<Record<number, string>>;
}

export interface LabSpec {
  readonly devices: readonly LabDevice[];
  readonly snmpPort: number;
}

type Objects = (readonly [oid: string, read: () => Value])[];

const lldp = "1.0.8802.1.1.2.1";
const cdp = "1.3.6.1.4.1.9.9.23.1.2.1.1";

function objectsOf({ sysObjectId, sysDescr, sysName, sysServices, ...around }: NonNullable<LabDevice["snmp"]>): Objects {
  const objects: Objects = [
    ["1.3.6.1.2.1.1.1.0", () => text(sysDescr)],
    ["1.3.6.1.2.1.1.2.0", () => oidValue(sysObjectId)],
    ["1.3.6.1.2.1.1.3.0", () => ticks(4_711)],
    ["1.3.6.1.2.1.1.5.0", () => text(sysName)],
    ["1.3.6.1.2.1.1.7.0", () => integer(sysServices ?? 72)],
  ];
  (around.lldp ?? []).forEach((each, at) => {
    const index = `0.${each.localPort}.${at + 1}`;
    objects.push(
      [`${lldp}.3.7.1.3.${each.localPort}`, () => text(`Gi0/${each.localPort}`)],
      [`${lldp}.4.1.1.4.${index}`, () => integer(7)],
      [`${lldp}.4.1.1.5.${index}`, () => text(each.name)],
      [`${lldp}.4.1.1.7.${index}`, () => text(each.port)],
      [`${lldp}.4.1.1.9.${index}`, () => text(each.name)],
    );
    if (each.address !== undefined) objects.push([`${lldp}.4.2.1.3.${index}.1.4.${each.address}`, () => integer(2)]);
  });
  (around.cdp ?? []).forEach((each, at) => {
    const index = `${each.localPort}.${at + 1}`;
    objects.push(
      [`1.3.6.1.2.1.31.1.1.1.1.${each.localPort}`, () => text(`Gi0/${each.localPort}`)],
      [`${cdp}.6.${index}`, () => text(each.name)],
      [`${cdp}.7.${index}`, () => text(each.port)],
      [`${cdp}.8.${index}`, () => text("a platform")],
    );
    if (each.address !== undefined) objects.push([`${cdp}.4.${index}`, () => text4(each.address ?? "")]);
  });
  return objects;
}

const text4 = (ip: string): Value => ({ tag: 0x04, value: Uint8Array.from(ip.split(".").map(Number)) });

function agentOf({ address, snmp }: LabDevice, port: number): SnmpAgent<object> | undefined {
  if (snmp === undefined) return undefined;
  const bornAt = Date.now();
  const table = new ObjectTable<object>(objectsOf(snmp));
  return new SnmpAgent<object>({
    address,
    port,
    engine: `lab-${address}`,
    table: () => table,
    context: {},
    answers: () => true,
    boots: () => 1,
    upSeconds: () => (Date.now() - bornAt) / 1_000,
    ...(snmp.user === undefined ? {} : { user: snmp.user }),
    ...(snmp.community === undefined ? {} : { community: snmp.community }),
  });
}

function serversOf({ address, tcp }: LabDevice, connections: Map<string, number>): readonly Promise<Server>[] {
  return Object.entries(tcp ?? {}).map(([port, greeting]) => {
    const server = createServer((socket) => {
      connections.set(`${address}:${port}`, (connections.get(`${address}:${port}`) ?? 0) + 1);
      socket.on("error", () => undefined);
      if (greeting !== "") socket.write(greeting);
    });
    return new Promise<Server>((resolve, reject) => {
      server.once("error", reject);
      server.listen(Number(port), address, () => resolve(server));
    });
  });
}

async function main(): Promise<void> {
  const spec = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as LabSpec;
  const connections = new Map<string, number>();
  const agents = spec.devices.flatMap((device) => {
    const agent = agentOf(device, spec.snmpPort);
    return agent === undefined ? [] : [{ address: device.address, agent }];
  });
  for (const { agent } of agents) await agent.start();
  await Promise.all(spec.devices.flatMap((device) => serversOf(device, connections)));
  process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
  await new Promise<void>((resolve) => {
    process.stdin.on("end", resolve).on("close", resolve).resume();
    process.on("SIGTERM", () => resolve());
  });
  const answered = Object.fromEntries(agents.map(({ address, agent }) => [address, agent.answered]));
  process.stdout.write(`${JSON.stringify({ answered, connections: Object.fromEntries(connections) })}\n`, () => process.exit(0));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
