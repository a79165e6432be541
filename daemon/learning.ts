/**
 * One survey of how devices are reached: switches and routers are asked for their neighbours, and a packet's way is followed to each site.
 * What comes of it are proposals; nothing is put into force.
 *
 * Goes to configured devices only, with their own credentials, under the daemon's ceilings.
 */
import { isIP } from "node:net";
import { discover } from "../probes/discover/discover.ts";
import { parseRange, type Range } from "../probes/discover/range.ts";
import type { Neighbour, Seen } from "../probes/discover/seen.ts";
import type { Configured } from "../probes/discover/stranger.ts";
import { type Node, places } from "../probes/discover/topology.ts";
import { type Traced, trace } from "../probes/discover/trace.ts";
import type { Engine } from "../probes/icmp/fping.ts";
import type { BoardView } from "./board.ts";
import { snmpCredential } from "./discovering.ts";
import type { Config } from "./model/config.ts";
import type { Learned, LearnedFrom } from "./model/learned.ts";
import type { Device } from "./model/network.ts";
import type { Clock } from "./ports.ts";

export interface Survey {
  readonly config: Config;
  readonly board: BoardView;
  readonly clock: Clock;
  /** Who follows a packet's way; undefined: not followed. */
  readonly fping: string | undefined;
  readonly pace: (site: string, packets: number, signal: AbortSignal) => Promise<void>;
  readonly resting: () => readonly string[];
}

export interface Surveyed {
  readonly learned: readonly Learned[];
  /** Devices of which something could have been learned. */
  readonly looked: ReadonlySet<string>;
}

/** Nothing is pinged: whoever is asked is known. */
const nobody: Engine = {
  name: "none",
  ask: async () => ({ kind: "blind", code: "icmp.engine", detail: "configured devices are not pinged" }),
  stats: () => ({ runs: 0, hosts: 0, failures: 0, restarts: 0, processes: 0 }),
  stop() {},
} as unknown as Engine;

export async function survey(parts: Survey, signal: AbortSignal): Promise<Surveyed> {
  const { topology } = parts.config;
  const learned: Learned[] = [];
  const looked = new Set<string>();
  if (topology?.neighbours === true) {
    for (const each of fromNeighbours(parts.config, await neighbours(parts, signal), parts.board)) learned.push(each);
    for (const { device } of learned) looked.add(device);
  }
  if (topology?.traceroute === true && parts.fping !== undefined) {
    for (const target of targets(parts.config)) {
      if (signal.aborted) break;
      const pay = (packets: number) => parts.pace(target.site, packets, signal);
      const way = await trace(target.address, { fping: parts.fping, pay, signal });
      learned.push(...fromTrace(parts.config, target, way));
      looked.add(target.id);
    }
  }
  return { learned, looked };
}

/** The gateway of each site, or its first device that has an address: one way a site. */
export function targets(config: Config): readonly Device[] {
  const { sites, devices, canary } = config.network;
  const home = devices.get(canary ?? "")?.site;
  return [...sites.values()].flatMap((site) => {
    if (site.id === home) return [];
    const gateway = devices.get(site.gateway ?? "");
    const found = gateway ?? [...devices.values()].find((device) => device.site === site.id && isIP(device.address) !== 0);
    return found === undefined || isIP(found.address) === 0 ? [] : [found];
  });
}

/** The last hop before it that is a device of ours. */
export function fromTrace(config: Config, target: Device, way: Traced): readonly Learned[] {
  const byAddress = new Map([...config.network.devices.values()].map((device) => [device.address, device.id]));
  const hops = way.hops.map((hop) => (hop === undefined ? "*" : (byAddress.get(hop) ?? hop)));
  const ours = hops.filter((hop) => config.network.devices.has(hop) && hop !== target.id);
  const last = ours.at(-1);
  return way.reached && last !== undefined ? [{ device: target.id, parents: [last], from: [{ via: "traceroute", hops }] }] : [];
}

async function neighbours({ config, clock, pace, resting }: Survey, signal: AbortSignal): Promise<readonly Seen[]> {
  const rests = new Set(resting());
  const joining = [...config.network.devices.values()].filter((device) => joins(device) && isIP(device.address) === 4);
  const configured = new Map<string, Configured>();
  for (const device of joining) {
    const credential = device.checks.some(({ kind }) => kind === "snmp") ? snmpCredential(config, device.credentials.snmp) : undefined;
    if (credential === undefined || rests.has(credential.id)) continue;
    configured.set(device.address, { id: device.id, snmpPort: device.snmpPort, credential });
  }
  const ranges = [...configured.keys()]
    .map((address) => parseRange(`${address}/32`))
    .filter((range): range is Range => !("refused" in range));
  if (ranges.length === 0) return [];
  const options = {
    ranges,
    configured,
    credentials: [],
    families: config.families,
    probesPerSecond: surveyPerSecond,
    engine: nobody,
    clock,
  };
  const found = await discover({ ...options, pace: (probes, until) => pace("topology", probes, until) }, signal);
  return found.seen;
}

/** Slow: a survey has a day. */
const surveyPerSecond = 20;

const joins = ({ kind }: Device): boolean => kind === "switch" || kind === "router";

/** What each device's cables say, seen from the sites' gateways outwards. */
export function fromNeighbours(config: Config, seen: readonly Seen[], board: BoardView): readonly Learned[] {
  const { network } = config;
  const gateways = new Set([...network.sites.values()].map(({ gateway }) => gateway));
  const bySeen = new Map(seen.map((each) => [each.configured, each]));
  const nodes = [...network.devices.values()].map((device): Node => {
    const said = bySeen.get(device.id);
    const names = [device.id, device.name, ...(said?.snmp?.sysName === undefined ? [] : [said.snmp.sysName])];
    const chassis = said?.chassis === undefined ? {} : { chassis: said.chassis };
    const told = [...(said?.neighbours ?? []), ...toldByDevice(device, board)];
    return {
      id: device.id,
      address: device.address,
      names,
      joins: joins(device),
      gateway: gateways.has(device.id),
      neighbours: told,
      ...chassis,
    };
  });
  return [...places(nodes)].flatMap(([device, { parents, cables }]) => {
    if (parents.length === 0) return [];
    const from = cables
      .filter(({ to }) => parents.includes(to))
      .map(({ to, via, port }): LearnedFrom => ({ via, to, ...(port === undefined ? {} : { port }) }));
    return [{ device, parents: [...parents].sort(), from }];
  });
}

/** A codec's own word on the switch it hangs on (xStatus Network CDP). */
function toldByDevice({ id }: Device, board: BoardView): readonly Neighbour[] {
  const readings = [...(board.get(id)?.looks.values() ?? [])].flatMap((look) => look.readings);
  const of = (name: string) => readings.find((each) => each.name === name && each.value !== "")?.value;
  const [name, port] = [of("neighbour_device"), of("neighbour_port")];
  return name === undefined ? [] : [{ via: "cdp", name, ...(port === undefined ? {} : { port }) }];
}
