/**
 * Very many very light devices from one process, for the bench: SNMP agents (v2c) that share one table, and kept xAPI sessions.
 *
 * Each agent has a socket of its own: one wildcard socket would answer from 127.0.0.1, and the daemon would rightly not believe it.
 * 20,000 descriptors a process is the limit; start several processes beyond that.
 *
 *     node fleet.js '{"snmp":10000,"ssh":1000}'     prints {"ready":true,…}; ends when stdin closes
 */
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { SnmpAgent } from "./agent.ts";
import { counter64, gauge, integer, text, ticks } from "./ber.ts";
import { DeviceState } from "./device-state.ts";
import { newHostKey } from "./host-key.ts";
import { ObjectTable, type ReadObject } from "./object-table.ts";
import { SshServer } from "./servers/ssh.ts";
import { XapiShell } from "./shells/xapi.ts";

export interface FleetOptions {
  /** How many SNMP agents and SSH codecs. Agent n is at address n, counted from `first`. */
  readonly snmp: number;
  readonly ssh: number;
  /** Number of the first address: 0 is 127.64.0.1. Default 0. */
  readonly first?: number;
  readonly snmpPort?: number;
  readonly sshPort?: number;
  readonly community?: string;
  readonly user?: string;
  readonly password?: string;
  readonly now?: () => number;
}

export interface Fleet {
  readonly snmp: number;
  readonly ssh: number;
  /** Requests answered by all agents. */
  answered(): number;
  /** Makes agent n mute, or heard again. */
  silence(index: number, silent: boolean): void;
  stop(): Promise<void>;
}

interface Light {
  readonly index: number;
  readonly bornAt: number;
  silent: boolean;
}

/** The address of device n: 127.64.0.1 … 127.127.255.254, 254 in each /24. */
export function fleetAddress(index: number): string {
  const block = Math.floor(index / 254);
  return `127.${64 + (Math.floor(block / 256) % 64)}.${block % 256}.${1 + (index % 254)}`;
}

/** Eleven scalars and a table of four interfaces, all from the agent's number and its age. */
function fleetTable(now: () => number): ObjectTable<Light> {
  const age = (light: Light): number => Math.max(0, (now() - light.bornAt) / 1_000) + 3_600;
  const rows = [1, 2, 3, 4].flatMap((port): (readonly [string, ReadObject<Light>])[] => [
    [`1.3.6.1.2.1.2.2.1.2.${port}`, () => text(`GigabitEthernet0/${port}`)],
    [`1.3.6.1.2.1.2.2.1.7.${port}`, () => integer(1)],
    [`1.3.6.1.2.1.2.2.1.8.${port}`, () => integer(1)],
    [`1.3.6.1.2.1.31.1.1.1.6.${port}`, (light) => counter64(age(light) * 10_000 * port)],
    [`1.3.6.1.2.1.31.1.1.1.10.${port}`, (light) => counter64(age(light) * 8_000 * port)],
  ]);
  return new ObjectTable<Light>([
    ["1.3.6.1.2.1.1.1.0", () => text("Simulated device")],
    ["1.3.6.1.2.1.1.3.0", (light) => ticks(Math.floor(age(light) * 100))],
    ["1.3.6.1.2.1.1.5.0", (light) => text(`fleet-${light.index}`)],
    ["1.3.6.1.2.1.2.1.0", () => integer(4)],
    ["1.3.6.1.6.3.10.2.1.2.0", () => integer(1)],
    ["1.3.6.1.6.3.10.2.1.3.0", (light) => integer(Math.floor(age(light)))],
    ["1.3.6.1.2.1.25.3.3.1.2.1", (light) => gauge(5 + (light.index % 40))],
    ["1.3.6.1.2.1.33.1.2.2.0", () => integer(0)],
    ["1.3.6.1.2.1.33.1.2.4.0", () => integer(100)],
    ["1.3.6.1.2.1.33.1.2.7.0", (light) => integer(28 + (light.index % 9))],
    ["1.3.6.1.2.1.33.1.4.1.0", () => integer(3)],
    ...rows,
  ]);
}

/** Binds everything, or stops what it had bound and throws. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const now = options.now ?? Date.now;
  const first = options.first ?? 0;
  const table = fleetTable(now);
  const bornAt = now();
  const lights = Array.from({ length: options.snmp }, (_, index): Light => ({ index: first + index, bornAt, silent: false }));
  const agents = lights.map((light) => agentOf(light, options, table, now));
  const codecs = codecsOf(options, first, now);
  const stop = async (): Promise<void> => {
    await Promise.all([...agents, ...codecs].map((one) => one.stop()));
  };
  try {
    for (let at = 0; at < agents.length; at += 500) await Promise.all(agents.slice(at, at + 500).map((agent) => agent.start()));
    for (const codec of codecs) await codec.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    snmp: agents.length,
    ssh: codecs.length,
    answered: () => agents.reduce((sum, agent) => sum + agent.answered, 0),
    silence: (index, silent) => {
      const light = lights[index];
      if (light !== undefined) light.silent = silent;
    },
    stop,
  };
}

function agentOf(light: Light, options: FleetOptions, table: ObjectTable<Light>, now: () => number): SnmpAgent<Light> {
  return new SnmpAgent({
    address: fleetAddress(light.index),
    port: options.snmpPort ?? 16_100,
    community: options.community ?? "fleet",
    engine: `fleet-${light.index}`,
    table: () => table,
    context: light,
    answers: (one) => !one.silent,
    boots: () => 1,
    upSeconds: (one) => (now() - one.bornAt) / 1_000,
  });
}

function codecsOf(options: FleetOptions, first: number, now: () => number): readonly SshServer[] {
  if (options.ssh === 0) return [];
  // One key for all: making a thousand would take the bench's time and prove nothing.
  const hostKey = newHostKey();
  return Array.from({ length: options.ssh }, (_, index) => {
    const address = fleetAddress(first + index);
    const state = new DeviceState(
      { id: `fleet-${first + index}`, name: `Fleet ${first + index}`, address, family: "cisco-ce", kind: "codec", parents: [] },
      now,
    );
    return new SshServer({
      address,
      port: options.sshPort ?? 2_222,
      user: options.user ?? "fleet",
      password: options.password ?? "fleet",
      hostKey: () => hostKey,
      ident: "tandberg",
      answers: () => state.answers,
      manners: () => state.manners,
      shell: (tell) => new XapiShell(state, tell),
    });
  });
}

const count = z
  .int()
  .min(0)
  .max(64 * 256 * 254);
const argument = z.strictObject({
  snmp: count.default(0),
  ssh: count.default(0),
  first: count.optional(),
  snmpPort: z.int().optional(),
  sshPort: z.int().optional(),
  community: z.string().optional(),
  user: z.string().optional(),
  password: z.string().optional(),
});

async function main(): Promise<void> {
  const given = argument.parse(JSON.parse(process.argv[2] ?? "{}"));
  const wanted = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const fleet = await startFleet({ snmp: given.snmp, ssh: given.ssh, ...wanted });
  process.stdout.write(`${JSON.stringify({ ready: true, snmp: fleet.snmp, ssh: fleet.ssh, pid: process.pid })}\n`);
  await new Promise<void>((resolve) => {
    process.stdin.on("end", resolve).on("close", resolve).resume();
    process.on("SIGTERM", () => resolve());
  });
  process.exit(0);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
