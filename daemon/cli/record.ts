/**
 * `vigie record <device>`: what a device says, without names, addresses, serial numbers and far ends, as a folder that the simulator plays.
 *
 * Sends nothing to anybody. Nothing is written when the check still finds something of ours in it.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { recognise } from "../../probes/families.ts";
import { createRateCeiling } from "../../probes/rate-ceiling.ts";
import { identityOf } from "../../probes/record/identity.ts";
import { listenSnmp, type Pay, saidIn } from "../../probes/record/listen.ts";
import { listenShell, type ShellAccess } from "../../probes/record/listen-shell.ts";
import { listenWeb } from "../../probes/record/listen-web.ts";
import { anonymise, type Heard, type Ours, type Recorded } from "../../probes/record/recording.ts";
import { Pins } from "../../probes/ssh/pins.ts";
import { systemClock } from "../clock.ts";
import type { Trade } from "../config/credentials.ts";
import { loadConfig } from "../config/load.ts";
import { formatProblem } from "../config/problems.ts";
import type { Config, Credential } from "../model/config.ts";
import type { Family } from "../model/family.ts";
import type { Device } from "../model/network.ts";
import type { Io } from "./io.ts";
import { memoryBeside } from "./memory-beside.ts";
import { version } from "./run.ts";

const help = `vigie record <device> [--config vigie.yaml] [--out FOLDER] [--json]

Walks the device over SNMP and asks its shell what its family asks (over SSH; over telnet where the device has legacy.telnet and no SSH
login) and its web interface, with the credentials that the configuration names for it, within ceilings, for at most 10 minutes. Writes about.yaml, walk.snmprec (as snmpsim serves it), shell.yaml, web.yaml and README.md, with names, addresses,
serial numbers and far ends replaced: the same everywhere, by a key that is thrown away. Refuses to write what it cannot anonymise.
Prints the texts that are left: read them before you send the folder. Nothing is written to the device, nothing is sent anywhere.

  --config FILE  the configuration; default: vigie.yaml of the working directory
  --out FOLDER   default: recording-<family>-<time>; must not be there yet
  --json         print one JSON object: folder, files, replaced, texts

Exit code: 0 written, 1 nothing was heard or it cannot be anonymised, 2 wrong use.`;

const longestMs = 10 * 60_000;

interface Asked {
  readonly device: string;
  readonly file: string;
  readonly out: string | undefined;
  readonly json: boolean;
}

export async function record(argv: string[], io: Io): Promise<number> {
  const asked = readArgs(argv);
  if (typeof asked === "string") {
    if (asked === "help") io.out(help);
    else io.err(`vigie record: ${asked}\n\n${help}`);
    return asked === "help" ? 0 : 2;
  }
  const loaded = await loadConfig(asked.file);
  if (!loaded.ok) {
    for (const problem of loaded.problems) io.err(formatProblem(problem));
    return 1;
  }
  const device = loaded.config.network.devices.get(asked.device);
  if (device === undefined) {
    io.err(`vigie record: there is no device "${asked.device}" in ${asked.file}; name one by its id`);
    return 1;
  }
  const heard = await listen(loaded.config, device, io);
  if (heard === undefined) return 1;
  const options = {
    key: randomBytes(32),
    date: new Date(systemClock.now()).toISOString().slice(0, 10),
    versions: { vigie: version(), node: process.version },
  };
  return write(anonymise(heard, ours(loaded.config), options), heard.family.id, asked, io);
}

function readArgs(argv: string[]): Asked | string {
  try {
    const options = {
      config: { type: "string" },
      out: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    } as const;
    const { values, positionals } = parseArgs({ args: argv, allowPositionals: true, options });
    if (values.help === true) return "help";
    const [device, ...more] = positionals;
    const { config = "vigie.yaml", out, json } = values;
    if (device === undefined || more.length > 0) return "name one device";
    if (!existsSync(config)) return `${config} is not there; name the file with --config`;
    if (out !== undefined && existsSync(out)) return `${out} is there already; name another folder`;
    return { device, file: resolve(config), out, json };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function listen(config: Config, device: Device, io: Io): Promise<Heard | undefined> {
  const family = config.families.get(device.family);
  if (family === undefined) return undefined;
  const { packetsPerSecondPerSite, packetsPerSecond } = config.ceilings;
  const ceiling = createRateCeiling({ perSitePerSecond: packetsPerSecondPerSite, perSecond: packetsPerSecond }, systemClock);
  const pay = (packets: number, signal: AbortSignal) => ceiling.acquire(device.site, packets, signal);
  const ending = new AbortController();
  const stop = () => ending.abort();
  const timer = setTimeout(stop, longestMs);
  process.once("SIGINT", stop);
  try {
    const snmp = credentialOf(config, device.credentials.snmp, "snmp");
    const walk =
      snmp === undefined
        ? undefined
        : await listenSnmp(device, family, snmp as Extract<Credential, { kind: "snmp-v3" }>, pay, ending.signal);
    if (snmp !== undefined && walk === undefined) io.err(`${device.id} does not answer SNMP with ${snmp.id}; going on without a walk`);
    const access = family.shell === undefined ? undefined : await shellAccess(config, device, ending.signal);
    const shell = access === undefined || "why" in access ? access : await listenShell(device, family, access, pay, ending.signal);
    if (shell !== undefined && "why" in shell) io.err(`no shell: ${shell.why}; going on without`);
    const answers = shell === undefined || "why" in shell ? {} : { greeting: shell.greeting, answers: shell.answers };
    const web = await webOf(config, device, family, { pay, signal: ending.signal, io });
    if (walk === undefined && !("answers" in answers) && web === undefined) {
      io.err(`vigie record: nothing was heard of ${device.id}; vigie probe ${device.id} shows why`);
      return undefined;
    }
    const seen = walk === undefined ? undefined : recognise(config.families, saidIn(walk));
    if (seen !== undefined && seen.id !== family.id) io.err(`it is configured as ${family.id}, and says it is ${seen.id}`);
    const heard = { family, ...(walk === undefined ? {} : { walk }), ...answers, ...(web === undefined ? {} : { web }) };
    return { ...heard, ...identityOf(heard) };
  } finally {
    clearTimeout(timer);
    process.off("SIGINT", stop);
  }
}

/** What its web interface says, where the device has a login for it. */
async function webOf(
  config: Config,
  device: Device,
  family: Family,
  by: { readonly pay: Pay; readonly signal: AbortSignal; readonly io: Io },
): Promise<Heard["web"]> {
  const login = credentialOf(config, device.credentials.https, "https");
  if (login === undefined || family.https === undefined) return undefined;
  const web = await listenWeb(device, family, login, by.pay, by.signal);
  if (!("why" in web)) return web;
  by.io.err(`no web interface: ${web.why}; going on without`);
  return undefined;
}

/** SSH where the device has a login for it, told to no other host than the daemon's looks know; clear text only where it opted in, with a password or (a status port) without. */
async function shellAccess(
  config: Config,
  device: Device,
  signal: AbortSignal,
): Promise<ShellAccess | { readonly why: string } | undefined> {
  const ssh = credentialOf(config, device.credentials.ssh, "ssh");
  if (ssh !== undefined) {
    const memory = await memoryBeside(config);
    try {
      const pinned = await new Pins(memory).read(device.id, signal);
      if (!pinned.ok) return { why: pinned.failure.detail };
      return { over: "ssh", credential: ssh, ...(pinned.value === undefined ? {} : { pinned: pinned.value }) };
    } finally {
      await memory.close();
    }
  }
  if (device.legacy.telnet !== true) return undefined;
  return { over: "telnet", credential: credentialOf(config, device.credentials.telnet, "telnet") };
}

function credentialOf(config: Config, id: string | undefined, trade: Trade): Credential | undefined {
  const credential = config.credentials.get(id ?? "");
  return credential?.kind.startsWith(trade) === true ? credential : undefined;
}

/** Every name and address of the configuration, and the secrets themselves. */
function ours({ network, credentials, contacts, instance }: Config): Ours {
  const { devices, rooms, sites } = network;
  const names = [
    ...[...devices.values()].flatMap(({ id, name }) => [id, name]),
    ...[...rooms.values()].flatMap(({ id, name, localName, phone }) => [id, name, localName ?? "", phone ?? ""]),
    ...[...sites.values()].flatMap(({ id, name }) => [id, name]),
    ...[...contacts.values()].map(({ name }) => name),
    ...[...credentials.values()].flatMap(secretsOf),
    instance.name,
  ];
  return { names, addresses: [...devices.values()].map(({ address }) => address) };
}

function secretsOf(credential: Credential): readonly string[] {
  if (credential.kind === "snmp-community") return [credential.community.reveal()];
  return "user" in credential && credential.user !== undefined ? [credential.user] : [];
}

async function write(recorded: Recorded, family: string, asked: Asked, io: Io): Promise<number> {
  if (!recorded.ok) {
    io.err("vigie record: nothing is written, because this was still found in it after everything was replaced:");
    for (const found of recorded.found) io.err(`  ${found}`);
    return 1;
  }
  const folder = resolve(asked.out ?? `recording-${family}-${new Date(systemClock.now()).toISOString().replace(/[-:]|\.\d+/g, "")}`);
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(recorded.files)) await writeFile(join(folder, name), text, { flag: "wx" });
  const { replaced, kept } = recorded;
  if (asked.json) io.out(JSON.stringify({ folder, files: Object.keys(recorded.files), replaced, texts: kept }));
  else {
    for (const text of kept) io.out(`  ${text}`);
    const said = ["shell.yaml", "web.yaml"].filter((name) => name in recorded.files).join(" and ");
    const them = said === "" ? "them" : `them, and ${said},`;
    io.err(`${replaced} names, addresses and numbers were replaced. These texts are left; read ${them} before you send ${folder}.`);
  }
  return 0;
}
