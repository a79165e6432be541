/**
 * One device of the simulated network with everything it listens on: agent, shells, status port, signalling ports.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SnmpAgent } from "./agent.ts";
import { type SelfSigned, selfSigned } from "./certificate.ts";
import { DeviceState } from "./device-state.ts";
import { isReadable, newHostKey, newLegacyHostKey } from "./host-key.ts";
import { makeOf } from "./makes.ts";
import type { ObjectTable } from "./object-table.ts";
import { type Recording, readRecording } from "./recording.ts";
import type { Registrar } from "./registrar.ts";
import { HttpsServer } from "./servers/https.ts";
import { SignallingPorts } from "./servers/ports.ts";
import { SshServer } from "./servers/ssh.ts";
import { TelnetServer } from "./servers/telnet.ts";
import { ExpresswayShell } from "./shells/expressway.ts";
import { GnugkShell } from "./shells/gnugk.ts";
import { LifesizeShell } from "./shells/lifesize.ts";
import { PolyShell } from "./shells/poly.ts";
import { RecordedShell } from "./shells/recorded.ts";
import type { OpenSession } from "./shells/session.ts";
import { XapiShell } from "./shells/xapi.ts";
import { resolveRef, type SimulatedDevice, type SnmpAccess } from "./spec.ts";
import type { TableShelf } from "./tables/objects.ts";
import { recordedTable } from "./tables/recorded-objects.ts";
import type { UsmUser } from "./usm.ts";
import { openWeb } from "./web/open.ts";

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => number;
  readonly registrar: Registrar;
  readonly shelf: TableShelf;
  /** Where host keys are kept over restarts; undefined: new ones at each start. */
  readonly hostKeys: string | undefined;
}

export class Member {
  readonly state: DeviceState;
  readonly agent: SnmpAgent<DeviceState> | undefined;
  readonly ssh: SshServer | undefined;
  readonly telnet: TelnetServer | undefined;
  readonly https: HttpsServer | undefined;
  readonly ports: SignallingPorts | undefined;
  #hostKeys = 0;
  #certificates = 0;
  #webSessionsEnded = 0;

  constructor(device: SimulatedDevice, around: Surroundings) {
    const recording = device.recording === undefined ? undefined : readRecording(device.recording);
    this.state = new DeviceState(recording === undefined ? device : { ...device, family: recording.family }, around.now);
    this.state.firmware = recording?.firmware;
    this.state.model = recording?.model;
    around.registrar.add(this.state);
    this.agent = agentOf(this.state, around, recording);
    this.ssh = sshOf(this.state, around, recording);
    this.telnet = telnetOf(this.state, around, recording);
    this.https = httpsOf(this.state, around, recording);
    this.ports = device.tcp === undefined ? undefined : new SignallingPorts(this.state, device.tcp);
  }

  async start(): Promise<void> {
    for (const one of [this.agent, this.ssh, this.telnet, this.https, this.ports]) await one?.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.agent, this.ssh, this.telnet, this.https, this.ports].map((one) => one?.stop()));
  }

  dropSessions(): void {
    for (const one of [this.ssh, this.telnet, this.https, this.ports]) one?.dropSessions();
  }

  /** Brings what listens in line with a state that has changed. */
  async follow(rebooted: boolean): Promise<void> {
    if (rebooted) this.dropSessions();
    if (this.state.hostKeys !== this.#hostKeys) {
      this.#hostKeys = this.state.hostKeys;
      this.ssh?.changeHostKey();
    }
    if (this.state.certificates !== this.#certificates) {
      this.#certificates = this.state.certificates;
      this.https?.changeCertificate();
    }
    if (this.state.webSessionsEnded !== this.#webSessionsEnded) {
      this.#webSessionsEnded = this.state.webSessionsEnded;
      this.https?.dropSessions();
    }
    await this.ports?.follow();
  }
}

function agentOf(state: DeviceState, { env, shelf }: Surroundings, recording: Recording | undefined): SnmpAgent<DeviceState> | undefined {
  const { snmp } = state.device;
  if (snmp === undefined) return undefined;
  const walk = recording?.walk;
  let walked: ObjectTable<DeviceState> | undefined;
  return new SnmpAgent({
    address: state.device.address,
    port: snmp.port,
    ...(snmp.community === undefined ? {} : { community: resolveRef(snmp.community, env) }),
    ...(snmp.user === undefined ? {} : { user: usmUser(snmp.user, env) }),
    engine: state.device.id,
    table: () => {
      if (walk === undefined) return shelf.of(state);
      walked ??= recordedTable(walk, state);
      return walked;
    },
    context: state,
    answers: (context) => context.answers,
    boots: (context) => context.boots,
    upSeconds: (context) => context.upSeconds,
    wrote: (context) => {
      context.writesRefused += 1;
    },
  });
}

function usmUser(user: NonNullable<SnmpAccess["user"]>, env: NodeJS.ProcessEnv): UsmUser {
  const { auth, priv } = user;
  if (priv?.protocol === "des") throw new Error(`user ${user.name}: the simulator has no DES; choose aes`);
  return {
    name: user.name,
    ...(auth === undefined ? {} : { auth: { protocol: auth.protocol, key: resolveRef(auth.key, env) } }),
    ...(priv === undefined ? {} : { priv: { protocol: priv.protocol, key: resolveRef(priv.key, env) } }),
  };
}

/** The recorded command line, or the live one of its make. */
function shellOf(state: DeviceState, around: Surroundings, recording: Recording | undefined): OpenSession {
  const live = liveShell(state, around);
  const exchanges = recording?.shell;
  if (exchanges === undefined) return live;
  const { shell } = makeOf(state.device.family);
  return (tell) => new RecordedShell(live(tell), shell, exchanges);
}

/** A device whose make has no command line gets the codec's. */
function liveShell(state: DeviceState, { registrar }: Surroundings): OpenSession {
  const { shell } = makeOf(state.device.family);
  switch (shell) {
    case "poly":
      return (tell) => new PolyShell(state, tell);
    case "lifesize":
      return (tell) => new LifesizeShell(state, tell);
    case "expressway":
      return () => new ExpresswayShell(state, registrar);
    case "gnugk":
      return (tell) => new GnugkShell(state, registrar, tell);
    case "xapi":
    case "none":
      return (tell) => new XapiShell(state, tell);
  }
}

function sshOf(state: DeviceState, around: Surroundings, recording: Recording | undefined): SshServer | undefined {
  const { ssh, family, address, id } = state.device;
  if (ssh === undefined) return undefined;
  const { shell, ident = "OpenSSH_7.4" } = makeOf(family);
  return new SshServer({
    address,
    port: ssh.port,
    user: ssh.user,
    password: resolveRef(ssh.password, around.env),
    hostKey: () => hostKey(id, state.hostKeys, ssh.legacy === true, around.hostKeys),
    ident,
    ...(ssh.legacy === undefined ? {} : { legacy: ssh.legacy }),
    answers: () => state.answers,
    manners: () => state.manners,
    shell: shellOf(state, around, recording),
    ...(shell === "lifesize" ? { exec: (command) => runOnce(state, command) } : {}),
  });
}

function runOnce(state: DeviceState, command: string): { readonly text: string; readonly status: number } {
  const shell = new LifesizeShell(state, () => undefined);
  try {
    return shell.exec(command);
  } finally {
    shell.closed();
  }
}

function telnetOf(state: DeviceState, around: Surroundings, recording: Recording | undefined): TelnetServer | undefined {
  const { telnet, family, address } = state.device;
  if (telnet === undefined) return undefined;
  return new TelnetServer({
    address,
    port: telnet.port,
    ...(telnet.user === undefined ? {} : { user: telnet.user }),
    ...(telnet.password === undefined ? {} : { password: resolveRef(telnet.password, around.env) }),
    negotiates: makeOf(family).shell !== "gnugk",
    answers: () => state.answers,
    manners: () => state.manners,
    shell: shellOf(state, around, recording),
  });
}

/** Certificates are kept beside the host keys, where these are kept. */
function httpsOf(state: DeviceState, around: Surroundings, recording: Recording | undefined): HttpsServer | undefined {
  const { https, address, id } = state.device;
  if (https === undefined) return undefined;
  const login = { user: https.user, password: resolveRef(https.password, around.env) };
  return new HttpsServer({
    address,
    port: https.port,
    certificate: () => certificateOf(id, state.certificates, address, around.hostKeys),
    answers: () => state.answers,
    manners: () => state.manners,
    web: openWeb(state, login, recording?.web),
    asked: () => {
      state.webRequests += 1;
    },
  });
}

/** Made anew `generation` times: kept in a file of its own when keys are kept. */
function certificateOf(device: string, generation: number, address: string, folder: string | undefined): SelfSigned {
  const name = generation === 0 ? `${device}.tls.json` : `${device}.${generation}.tls.json`;
  const file = folder === undefined ? undefined : join(folder, name);
  if (file !== undefined && existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as SelfSigned;
  const made = selfSigned(`${device}.invalid`, address);
  if (folder !== undefined && file !== undefined) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
  }
  return made;
}

/** A key that was exchanged `generation` times: kept in a file of its own when keys are kept. */
function hostKey(device: string, generation: number, legacy: boolean, folder: string | undefined): string {
  const name = generation === 0 ? `${device}.key` : `${device}.${generation}.key`;
  const file = folder === undefined ? undefined : join(folder, name);
  const kept = file !== undefined && existsSync(file) ? readFileSync(file, "utf8") : undefined;
  if (kept !== undefined && isReadable(kept)) return kept;
  const made = legacy ? newLegacyHostKey() : newHostKey();
  if (folder !== undefined && file !== undefined) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, made, { mode: 0o600 });
  }
  return made;
}
