/**
 * A simulated network: every device a real SNMP agent, every codec a real SSH server, each at an address of its own.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SnmpAgent } from "./agent.ts";
import { CodecServer } from "./codec.ts";
import { DeviceState } from "./device-state.ts";
import { type Command, strike } from "./fault.ts";
import { isReadable, newHostKey } from "./host-key.ts";
import { objectsOf } from "./objects.ts";
import { resolveRef, type SimulatedDevice, type SimulatedNetworkSpec, type SnmpAccess } from "./spec.ts";
import type { UsmUser } from "./usm.ts";
import { XapiShell } from "./xapi.ts";

export interface SimulationOptions {
  /** Where secrets behind `env:` references are; default the process's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Wall clock; default the system's. */
  readonly now?: () => number;
  /** Keeps the codecs' host keys over restarts, as real ones do; undefined: new keys at each start. */
  readonly hostKeys?: string;
}

interface Member {
  readonly state: DeviceState;
  readonly agent?: SnmpAgent<DeviceState>;
  readonly codec?: CodecServer;
}

export interface Simulation {
  readonly agents: number;
  readonly codecs: number;
  /** Changes a device; resolves when its notifications have left. Throws for a device or interface that is not there. */
  apply(command: Command): Promise<void>;
  /** SSH logins a codec saw. */
  logins(device: string): { readonly tried: number; readonly refused: number };
  /** Idempotent. */
  stop(): Promise<void>;
}

/** Binds everything, or stops what it had bound and throws. */
export async function startSimulatedNetwork(spec: SimulatedNetworkSpec, options: SimulationOptions = {}): Promise<Simulation> {
  const env = options.env ?? process.env;
  const members = new Map(spec.devices.map((device) => [device.id, member(device, options, env)]));
  const traps = spec.traps;
  const community = traps?.access.community;
  const to =
    traps === undefined
      ? undefined
      : { host: traps.host, port: traps.port, ...(community === undefined ? {} : { community: resolveRef(community, env) }) };
  const stop = async (): Promise<void> => {
    await Promise.all([...members.values()].flatMap(({ agent, codec }) => [agent?.stop(), codec?.stop()]));
  };
  try {
    for (const { agent, codec } of members.values()) {
      await agent?.start();
      await codec?.start();
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    agents: [...members.values()].filter(({ agent }) => agent !== undefined).length,
    codecs: [...members.values()].filter(({ codec }) => codec !== undefined).length,
    apply: async (command) => {
      const struck = members.get(command.device);
      if (struck === undefined) throw new Error(`there is no device ${command.device} in the simulated network`);
      const notices = strike(struck.state, command);
      if (command.fault === "reboot") struck.codec?.dropSessions();
      cutOff(members);
      if (to === undefined || !struck.state.answers) return;
      for (const { trap, bindings } of notices) await struck.agent?.notify(trap, bindings, to);
    },
    logins: (device) => {
      const codec = members.get(device)?.codec;
      return { tried: codec?.logins ?? 0, refused: codec?.refused ?? 0 };
    },
    stop,
  };
}

function member(device: SimulatedDevice, options: SimulationOptions, env: NodeJS.ProcessEnv): Member {
  const state = new DeviceState(device, options.now ?? Date.now);
  const { snmp, ssh } = device;
  return {
    state,
    ...(snmp === undefined ? {} : { agent: agentOf(state, snmp, env) }),
    ...(ssh === undefined
      ? {}
      : {
          codec: new CodecServer({
            address: device.address,
            port: ssh.port,
            user: ssh.user,
            password: resolveRef(ssh.password, env),
            hostKey: hostKey(device.id, options.hostKeys),
            answers: () => state.answers,
            shell: () => new XapiShell(state),
          }),
        }),
  };
}

function agentOf(state: DeviceState, snmp: NonNullable<SimulatedDevice["snmp"]>, env: NodeJS.ProcessEnv): SnmpAgent<DeviceState> {
  return new SnmpAgent({
    address: state.device.address,
    port: snmp.port,
    ...(snmp.community === undefined ? {} : { community: resolveRef(snmp.community, env) }),
    ...(snmp.user === undefined ? {} : { user: usmUser(snmp.user, env) }),
    engine: state.device.id,
    table: objectsOf(state),
    context: state,
    answers: (context) => context.answers,
    boots: (context) => context.boots,
    upSeconds: (context) => context.upSeconds,
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

function hostKey(device: string, folder: string | undefined): string {
  const file = folder === undefined ? undefined : join(folder, `${device}.key`);
  const kept = file !== undefined && existsSync(file) ? readFileSync(file, "utf8") : undefined;
  if (kept !== undefined && isReadable(kept)) return kept;
  const made = newHostKey();
  if (folder !== undefined && file !== undefined) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, made, { mode: 0o600 });
  }
  return made;
}

/** Who cannot be reached because everything it is reached through is silent or cut off itself. Its open sessions end when it comes back. */
function cutOff(members: ReadonlyMap<string, Member>): void {
  const reached = new Map<string, boolean>();
  const reach = (id: string, trail: readonly string[]): boolean => {
    const known = reached.get(id);
    if (known !== undefined) return known;
    const found = members.get(id);
    if (found === undefined || trail.includes(id)) return true;
    const { parents } = found.state.device;
    const open =
      parents.length === 0 || parents.some((parent) => reach(parent, [...trail, id]) && members.get(parent)?.state.silent !== true);
    reached.set(id, open);
    return open;
  };
  for (const [id, { state, codec }] of members) {
    const before = state.cutOff;
    state.cutOff = !reach(id, []);
    if (before && !state.cutOff) codec?.dropSessions();
  }
}
