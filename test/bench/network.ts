/**
 * Writes the configuration of a network for the bench: sites of 166 devices behind a gateway, agents of the simulator's fleet.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fleetAddress } from "../../probes/simulator/fleet.ts";

export interface BenchNetwork {
  readonly folder: string;
  readonly devices: number;
  /** What every device is looked at by. */
  readonly checks: { readonly icmp?: string; readonly snmp?: string; readonly ssh?: string };
  /** `cisco-ce` is the shipped one. */
  readonly family: "bench-agent" | "bench-codec" | "cisco-ce";
  readonly httpPort: number;
  readonly trapPort?: number;
  readonly snmpPort?: number;
  readonly sshPort?: number;
  /** Where messages go; default: nowhere, nobody listens. */
  readonly hookPort?: number;
  /** Packets a second, all sites, and a site; default: the daemon's. */
  readonly packetsPerSecond?: number;
  readonly packetsPerSecondPerSite?: number;
  /** How many of the first are in commissioning: looked at like any other, and no incident is made of what is found. Default 0. */
  readonly commissioning?: number;
  /** Rule packs beside the shipped ones, by file name. */
  readonly packs?: Readonly<Record<string, string>>;
}

const perSite = 166;
export const benchEnv = { VIGIE_BENCH_COMMUNITY: "fleet", VIGIE_BENCH_PASSWORD: "fleet", VIGIE_BENCH_HOOK: "a secret of the bench" };

/**
 * An agent's ten objects: sysUpTime, which every look reads, and these nine. With the five figures of ICMP that makes 15 series of samples
 * a device. (Every look reads snmpEngineBoots and snmpEngineTime besides, to tell a wrap from a restart: 12 objects on the wire.)
 */
const scalars = [
  ["1.3.6.1.2.1.25.3.3.1.2.1", "cpu_ratio", "gauge, scale: 0.01, unit: ratio"],
  ["1.3.6.1.2.1.33.1.2.2.0", "ups_seconds_on_battery", "gauge, unit: seconds"],
  ["1.3.6.1.2.1.33.1.2.4.0", "ups_battery_charge_ratio", "gauge, scale: 0.01, unit: ratio"],
  ["1.3.6.1.2.1.33.1.2.7.0", "temperature_celsius", "gauge, unit: celsius"],
  ["1.3.6.1.2.1.2.1.0", "bench_interfaces", "gauge, unit: count"],
  ["1.3.6.1.2.1.31.1.1.1.6.1", "bench_uplink_in_octets", "counter, unit: octets_per_second"],
  ["1.3.6.1.2.1.31.1.1.1.10.1", "bench_uplink_out_octets", "counter, unit: octets_per_second"],
  ["1.3.6.1.2.1.31.1.1.1.6.2", "bench_port_in_octets", "counter, unit: octets_per_second"],
  ["1.3.6.1.2.1.31.1.1.1.10.2", "bench_port_out_octets", "counter, unit: octets_per_second"],
] as const;

/** One question with ten values, as the shipped families ask: a codec prints whole nodes. */
const command = "xStatus SystemUnit";
const values = [
  ["SystemUnit.Uptime", "uptime_seconds", "gauge, unit: seconds"],
  ["SystemUnit.State.NumberOfActiveCalls", "calls", "gauge, unit: count"],
  ["SystemUnit.State.NumberOfSuspendedCalls", "bench_suspended_calls", "gauge, unit: count"],
  ["SystemUnit.State.System", "system_state", "state, states: { Initialized: initialized }"],
  ["SystemUnit.Hardware.Monitoring.Temperature.Status", "temperature_status", "state, states: { Normal: normal }"],
  ["SystemUnit.Hardware.Module.SerialNumber", "serial", "text"],
  ["SystemUnit.ProductId", "model", "text"],
  ["SystemUnit.ProductType", "bench_product_type", "text"],
  ["SystemUnit.Software.Version", "software_version", "text"],
  ["SystemUnit.Software.ReleaseDate", "bench_release_date", "text"],
] as const;

function families(): string {
  return [
    "id: bench-agent",
    "kind: switch",
    'name: { fr: "Agent du banc", en: "Agent of the bench" }',
    "certainty: memory",
    "recognise: { sys_object_id: [], sys_descr: [], banner: [] }",
    "checks: {}",
    "sets: [generic-traps]",
    "snmp:",
    "  scalars:",
    ...scalars.map(([oid, name, as]) => `    - { oid: ${oid}, name: ${name}, as: ${as} }`),
    "",
  ].join("\n");
}

function codecFamily(): string {
  return [
    "id: bench-codec",
    "kind: codec",
    'name: { fr: "Codec du banc", en: "Codec of the bench" }',
    "certainty: memory",
    "recognise: { sys_object_id: [], sys_descr: [], banner: [] }",
    "checks: {}",
    "shell:",
    "  dialect: xapi",
    "  asks:",
    `    - command: ${command}`,
    "      values:",
    ...values.map(([path, name, as]) => `        - { path: ${path}, name: ${name}, as: ${as} }`),
    "",
  ].join("\n");
}

/** The main file's path. */
export function writeNetwork(network: BenchNetwork): string {
  const { folder, devices, httpPort, trapPort } = network;
  mkdirSync(join(folder, "families"), { recursive: true });
  writeFileSync(join(folder, "families", "agent.yaml"), families());
  writeFileSync(join(folder, "families", "codec.yaml"), codecFamily());
  for (const [name, text] of Object.entries(network.packs ?? {})) {
    mkdirSync(join(folder, "rules"), { recursive: true });
    writeFileSync(join(folder, "rules", name), text);
  }
  const functions = ["desk", "event-coordinators", "it-technician", "chief-technician", "analyst", "coordinators"];
  const sites = Math.ceil(devices / perSite);
  const pace = network.packetsPerSecond;
  const lines = [
    "instance: { name: Bench, language: en, timezone: America/Toronto, state_dir: state }",
    `http: { listen: "127.0.0.1:${httpPort}" }`,
    "storage: { sqlite: state/vigie.db }",
    ...(trapPort === undefined ? [] : [`traps: { listen: "127.0.0.1:${trapPort}", credentials: [agents] }`]),
    ...(pace === undefined
      ? []
      : [`ceilings: { packets_per_second: ${pace}, packets_per_second_per_site: ${network.packetsPerSecondPerSite ?? 200} }`]),
    "families: { include: [families/*.yaml] }",
    ...(network.packs === undefined ? [] : ["rules: { include: [rules/*.yaml] }"]),
    "credentials:",
    '  agents: { snmp_community: { version: "2c", community: { env: VIGIE_BENCH_COMMUNITY } } }',
    "  codecs: { ssh_password: { user: fleet, password: { env: VIGIE_BENCH_PASSWORD } } }",
    `channels: { hook: { webhook: { url: "http://127.0.0.1:${network.hookPort ?? 9}/", secret: { env: VIGIE_BENCH_HOOK }, allow_private: true } } }`,
    "contacts:",
    ...functions.map((id) => `  ${id}: { name: ${id}, language: en, reach: [{ hook: ${id} }] }`),
    "functions:",
    ...functions.map((id) => `  ${id}: { contacts: [${id}] }`),
    "canary: site-0-device-0",
    "sites:",
    ...Array.from(
      { length: sites },
      (_, site) => `  site-${site}: { name: "Site ${site}", gateway: site-${site}-device-${site * perSite} }`,
    ),
    "devices:",
    ...Array.from({ length: devices }, (_, index) => deviceLine(network, index)),
  ];
  const file = join(folder, "vigie.yaml");
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

/** The id of device n. */
export function benchDevice(index: number): string {
  return `site-${Math.floor(index / perSite)}-device-${index}`;
}

function deviceLine({ checks, family, snmpPort = 161, sshPort = 22, commissioning = 0 }: BenchNetwork, index: number): string {
  const look = (kind: "icmp" | "snmp" | "ssh") => `${kind}: ${checks[kind] === undefined ? "false" : `{ interval: ${checks[kind]} }`}`;
  const how = `checks: { ${look("icmp")}, ${look("snmp")}, ${look("ssh")} }`;
  const logins = `snmp: agents, ssh: codecs, snmp_port: ${snmpPort}, ssh_port: ${sshPort}`;
  const site = Math.floor(index / perSite);
  return `  ${benchDevice(index)}: { name: "Device ${index}", site: site-${site}, address: ${fleetAddress(index)}, family: ${family}, ${logins}, ${how}${index < commissioning ? ", commissioning: true" : ""} }`;
}

/** A TCP (or UDP) port of loopback that is free now. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
