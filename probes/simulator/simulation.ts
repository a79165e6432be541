/**
 * A simulated network: every device a real SNMP agent, a real shell, real signalling ports, each at an address of its own.
 */
import type { DeviceState } from "./device-state.ts";
import { type Command, strike } from "./fault.ts";
import { makeOf } from "./makes.ts";
import { Member, type Surroundings } from "./member.ts";
import type { Notice } from "./notices.ts";
import { Registrar } from "./registrar.ts";
import { resolveRef, type SimulatedNetworkSpec } from "./spec.ts";
import { TableShelf } from "./tables/objects.ts";

export interface SimulationOptions {
  /** Where secrets behind `env:` references are; default the process's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Wall clock; default the system's. */
  readonly now?: () => number;
  /** Keeps the codecs' host keys over restarts, as real ones do; undefined: new keys at each start. */
  readonly hostKeys?: string;
}

export interface Simulation {
  readonly agents: number;
  /** Devices with a command line, over SSH or telnet. */
  readonly codecs: number;
  /** Devices with a web interface. */
  readonly webs: number;
  /** The devices as they are now, by id. */
  readonly devices: ReadonlyMap<string, DeviceState>;
  /** Changes a device; resolves when its notifications have left. Throws for a device or part that is not there. */
  apply(command: Command): Promise<void>;
  /** Logins a device saw, over SSH and telnet. */
  logins(device: string): { readonly tried: number; readonly refused: number };
  /** Idempotent. */
  stop(): Promise<void>;
}

interface Destination {
  readonly host: string;
  readonly port: number;
  readonly community?: string;
}

/** Binds everything, or stops what it had bound and throws. */
export async function startSimulatedNetwork(spec: SimulatedNetworkSpec, options: SimulationOptions = {}): Promise<Simulation> {
  const env = options.env ?? process.env;
  const registrar = new Registrar();
  const around: Surroundings = { env, now: options.now ?? Date.now, registrar, shelf: new TableShelf(), hostKeys: options.hostKeys };
  const members = new Map(spec.devices.map((device) => [device.id, new Member(device, around)]));
  settle([...members.values()].map(({ state }) => state));
  const to = destination(spec, env);
  const stop = async (): Promise<void> => {
    await Promise.all([...members.values()].map((member) => member.stop()));
  };
  try {
    for (const member of members.values()) await member.start();
  } catch (error) {
    await stop();
    throw error;
  }
  const all = [...members.values()];
  return {
    agents: all.filter(({ agent }) => agent !== undefined).length,
    codecs: all.filter(({ ssh, telnet }) => ssh !== undefined || telnet !== undefined).length,
    webs: all.filter(({ state }) => state.device.https !== undefined).length,
    devices: new Map(all.map(({ state }) => [state.device.id, state])),
    apply: async (command) => {
      const struck = members.get(command.device);
      if (struck === undefined) throw new Error(`there is no device ${command.device} in the simulated network`);
      const { boots } = struck.state;
      const notices = strike(struck.state, command);
      cutOff(members);
      registrar.follow();
      await struck.follow(struck.state.boots !== boots);
      if (to !== undefined && struck.state.answers) await tell(struck, notices, to);
    },
    logins: (device) => {
      const member = members.get(device);
      const doors = [member?.ssh, member?.telnet];
      return {
        tried: doors.reduce((sum, door) => sum + (door?.logins ?? 0), 0),
        refused: doors.reduce((sum, door) => sum + (door?.refused ?? 0), 0),
      };
    },
    stop,
  };
}

/** Everyone registers with the gatekeeper and the registrar of this network, where it has them. */
function settle(states: readonly DeviceState[]): void {
  const of = (shell: "gnugk" | "expressway") => states.find(({ device }) => makeOf(device.family).shell === shell)?.device.address;
  const [gatekeeper, sipProxy] = [of("gnugk"), of("expressway")];
  for (const state of states) {
    state.gatekeeper = gatekeeper ?? state.gatekeeper;
    state.sipProxy = sipProxy ?? state.sipProxy;
  }
}

function destination({ traps }: SimulatedNetworkSpec, env: NodeJS.ProcessEnv): Destination | undefined {
  if (traps === undefined) return undefined;
  const { community } = traps.access;
  return { host: traps.host, port: traps.port, ...(community === undefined ? {} : { community: resolveRef(community, env) }) };
}

/** In the form of the device: as its spec says, else as its make does; a v3 user sends v3 unless the spec says otherwise. */
async function tell({ agent, state }: Member, notices: readonly Notice[], to: Destination): Promise<void> {
  const { device } = state;
  const make = makeOf(device.family);
  const form = device.trapForm ?? (device.snmp?.user === undefined ? make.traps : "v3");
  for (const { trap, bindings } of notices) await agent?.notify(trap, bindings, { ...to, form, enterprise: make.objectId });
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
  for (const [id, member] of members) {
    const { state } = member;
    const before = state.cutOff;
    state.cutOff = !reach(id, []);
    if (before && !state.cutOff) member.dropSessions();
  }
}
