/**
 * `vigie probe <device|address>`: looks once, every way it can, and prints everything it saw, trace included.
 *
 * Without a daemon. Host keys are compared with those that the daemon has pinned, where it has a store; nothing is kept.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { createHttpsProbe } from "../../probes/https/https-probe.ts";
import { createIcmpProbe } from "../../probes/icmp/icmp-probe.ts";
import type { Probe } from "../../probes/probe.ts";
import { createSnmpProbe } from "../../probes/snmp/snmp-probe.ts";
import { createSshProbe } from "../../probes/ssh/ssh-probe.ts";
import { createTcpProbe } from "../../probes/tcp/tcp-probe.ts";
import { createTelnetProbe } from "../../probes/telnet/telnet-probe.ts";
import { loadConfig } from "../config/load.ts";
import { formatProblem } from "../config/problems.ts";
import type { Config } from "../model/config.ts";
import { credentialFor, type Device } from "../model/network.ts";
import type { Finding } from "../model/observation.ts";
import type { Io } from "./io.ts";
import { memoryBeside } from "./memory-beside.ts";

const help = `vigie probe <device|address> [--config vigie.yaml] [--json]

Looks once at a device by every way that the configuration names for it (ICMP, SNMP, SSH, telnet, HTTPS, TCP ports), and prints
what was seen, with the trace.
An address that the configuration does not know is pinged. Exit code: 0 everything is up, 1 something is not, 2 wrong use.`;

interface Asked {
  readonly wanted: string;
  readonly file: string;
  readonly json: boolean;
}

export async function probe(argv: string[], io: Io): Promise<number> {
  const asked = readArgs(argv);
  if (asked === "help") {
    io.out(help);
    return 0;
  }
  if (typeof asked === "string") {
    io.err(`vigie probe: ${asked}\n\n${help}`);
    return 2;
  }
  const config = existsSync(asked.file) ? await configOf(asked.file, io) : undefined;
  if (config === null) return 1;
  const device = (config === undefined ? undefined : deviceOf(config, asked.wanted)) ?? stranger(asked.wanted);
  const looks = await lookAll(device, config);
  if (asked.json) io.out(JSON.stringify({ device: device.id, address: device.address, looks }, null, 2));
  else for (const line of looks.flatMap(({ kind, finding, tookMs }) => report(kind, finding, tookMs))) io.out(line);
  return looks.every(({ finding }) => finding.status === "up") ? 0 : 1;
}

/** What was asked, `help`, or what is wrong with it. */
function readArgs(argv: string[]): Asked | string {
  try {
    const options = { config: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;
    const { values, positionals } = parseArgs({ args: argv, allowPositionals: true, options });
    if (values.help === true) return "help";
    const [wanted, ...more] = positionals;
    if (wanted === undefined || more.length > 0) return "name one device or one address";
    if (values.config !== undefined && !existsSync(values.config)) return `${values.config} is not there; name the file with --config`;
    return { wanted, file: resolve(values.config ?? "vigie.yaml"), json: values.json === true };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function configOf(file: string, io: Io): Promise<Config | null> {
  const loaded = await loadConfig(file, { demo: process.env.VIGIE_DEMO_COMMUNITY !== undefined });
  if (loaded.ok) return loaded.config;
  for (const problem of loaded.problems) io.err(formatProblem(problem));
  return null;
}

function deviceOf(config: Config, wanted: string): Device | undefined {
  return config.network.devices.get(wanted) ?? [...config.network.devices.values()].find((device) => device.address === wanted);
}

/** An address that no configuration knows: pinged, no more; we have no right to knock with anybody's credentials. */
function stranger(address: string): Device {
  return {
    id: address,
    name: address,
    site: "unknown",
    address,
    family: "ping-only",
    kind: "endpoint",
    parents: [],
    checks: [{ id: `${address}/icmp`, device: address, kind: "icmp", intervalMs: 30_000, timeoutMs: 2_000 }],
    credentials: {},
    snmpPort: 161,
    sshPort: 22,
    serviceHours: "always",
    labels: {},
    commissioning: true,
    alwaysUrgent: false,
    legacy: { sshAlgorithms: false },
  };
}

async function lookAll(
  device: Device,
  config: Config | undefined,
): Promise<readonly { readonly kind: string; readonly finding: Finding; readonly tookMs: number }[]> {
  const memory = await memoryBeside(config);
  const probes = new Map<string, Probe>(
    [
      createIcmpProbe(),
      createSnmpProbe(),
      createSshProbe({ memory }),
      createTelnetProbe({}),
      createHttpsProbe({}),
      createTcpProbe({ memory }),
    ].map((each) => [each.kind, each]),
  );
  const family = config?.families.get(device.family) ?? {
    id: "ping-only",
    kind: "endpoint" as const,
    name: { fr: "", en: "" },
    certainty: "manual" as const,
    recognise: { sysObjectId: [], sysDescr: [], banner: [] },
    checks: [],
    snmp: { scalars: [], columns: [] },
    traps: [],
  };
  try {
    return await Promise.all(
      device.checks.flatMap((check) => {
        const prober = probes.get(check.kind);
        if (prober === undefined) return [];
        const id = credentialFor(device, check.kind);
        const credential = id === undefined ? undefined : config?.credentials.get(id);
        const began = performance.now();
        const target = { check, device, family, ...(credential === undefined ? {} : { credential }) };
        return [
          prober
            .look(target, new AbortController().signal, { trace: true })
            .then((finding) => ({ kind: check.kind, finding, tookMs: Math.round(performance.now() - began) })),
        ];
      }),
    );
  } finally {
    for (const each of probes.values()) await each.stop();
    await memory.close();
  }
}

function report(kind: string, finding: Finding, tookMs: number): readonly string[] {
  const why = finding.code === undefined ? "" : `  ${finding.code}`;
  return [
    `${kind}: ${finding.status}${why}  (${tookMs} ms)`,
    ...(finding.detail === undefined ? [] : [`  ${finding.detail}`]),
    ...finding.samples.map((sample) => `  ${sample.name}${partOf(sample.part)} = ${Number(sample.value.toPrecision(6))}`),
    ...finding.readings.map((reading) => `  ${reading.name}${partOf(reading.part)} = ${reading.value}`),
    ...finding.faults.map((fault) => `  ! ${fault.effect} ${fault.symptom}${partOf(fault.part)} ${fault.text ?? ""}`),
    ...(finding.trace ?? []).map((each) => `  | ${each}`),
    "",
  ];
}

function partOf(part: string | undefined): string {
  return part === undefined ? "" : ` [${part}]`;
}
