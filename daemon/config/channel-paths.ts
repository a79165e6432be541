/**
 * Over what a message leaves: each channel's way through the topology, and which functions could not be told of what all their channels
 * hang on.
 *
 * Pure. What is known: `behind` of the channel, else a device that has the host's address. A host that nobody placed is not guessed at.
 */
import { type Cut, cutsOf } from "../../rules/cuts.ts";
import type { Channel, Config } from "../model/config.ts";
import type { Network } from "../model/network.ts";
import type { Findings } from "./problems.ts";

/** Devices and circuits (`link:<id>`) whose failure takes the channel with it. Undefined: not known. */
export interface ChannelPath {
  readonly channel: string;
  readonly host: string;
  readonly through: readonly string[] | undefined;
}

type Placed = Pick<Config, "channels" | "network">;

function hostOf(channel: Channel): string | undefined {
  switch (channel.kind) {
    case "mail":
      return channel.host;
    case "webhook":
    case "sms":
    case "alertmanager":
      return new URL(channel.url).hostname.replace(/^\[|\]$/g, "");
    case "sink":
      return undefined;
  }
}

export function channelPaths({ channels, network }: Placed): readonly ChannelPath[] {
  const hangs = dependencies(network);
  const byAddress = new Map([...network.devices.values()].map(({ id, address }) => [address, id]));
  return [...channels.values()].flatMap((channel): ChannelPath[] => {
    const host = hostOf(channel);
    if (host === undefined) return [];
    const at = byAddress.get(host);
    const placed = channel.behind ?? (at === undefined ? [] : [at]);
    const through = placed.length === 0 ? undefined : shared(placed.map(hangs));
    return [{ channel: channel.id, host, through: through === undefined ? undefined : [...through] }];
  });
}

/** In all of them, in the order of the first. */
function shared(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  const [first = new Set<string>(), ...rest] = sets;
  return new Set([...first].filter((each) => rest.every((other) => other.has(each))));
}

/** What a device, circuit or site hangs on: of redundant parents what they share, of circuits those without which its site is cut off. */
function dependencies(network: Network): (id: string) => ReadonlySet<string> {
  // Thought out only where a channel is placed at all: a large network has many circuits.
  let cuts: readonly Cut[] | undefined;
  const ofSite = (site: string) => {
    cuts ??= cutsOf(network);
    return cuts.filter((cut) => cut.links.length === 1 && cut.sites.includes(site)).map(({ holder }) => holder);
  };
  const known = new Map<string, ReadonlySet<string>>();
  const ofDevice = (id: string): ReadonlySet<string> => {
    const found = known.get(id);
    if (found !== undefined) return found;
    const device = network.devices.get(id);
    if (device === undefined) return new Set();
    // A circle of parents is a problem of its own; here it ends.
    known.set(id, new Set([id]));
    const all = new Set([id, ...shared(device.parents.map(ofDevice)), ...ofSite(device.site)]);
    known.set(id, all);
    return all;
  };
  return (id) => {
    if (network.devices.has(id)) return ofDevice(id);
    const link = network.links.get(id);
    if (link !== undefined) return new Set([`link:${id}`, ...(link.device === undefined ? [] : ofDevice(link.device))]);
    const gateway = network.sites.get(id)?.gateway;
    return new Set([...(gateway === undefined ? [] : ofDevice(gateway)), ...ofSite(id)]);
  };
}

/** Every `behind` names something; and no function hangs, with all its channels, on what it is to be told of. */
export function checkPaths(findings: Findings, config: Placed & Pick<Config, "functions" | "contacts">): void {
  const { channels, network, functions, contacts } = config;
  for (const { id, behind = [] } of channels.values()) {
    for (const [index, each] of behind.entries()) {
      if (network.devices.has(each) || network.links.has(each) || network.sites.has(each)) continue;
      const path = ["channels", id, "behind", index];
      if (!findings.touch(["devices"]) && !findings.touch(["links"]) && !findings.touch(["sites"]))
        findings.problem(path, `there is no device, link or site "${each}"; name what the channel is reached through`);
    }
  }
  const paths = new Map(channelPaths(config).map((each) => [each.channel, each.through]));
  for (const { id, contacts: people } of functions.values()) {
    const over = new Set(people.flatMap((person) => (contacts.get(person)?.channels ?? []).map(({ channel }) => channel)));
    const ways = [...over].map((channel) => paths.get(channel));
    // One way that nobody placed may be the one that works.
    if (ways.length === 0 || ways.some((way) => way === undefined)) continue;
    const common = [...shared(ways.map((way) => new Set(way)))];
    if (common.length === 0) continue;
    const named = `${common.slice(0, 3).join(", ")}${common.length > 3 ? ` and ${common.length - 3} more` : ""}`;
    findings.warn(
      ["functions", id],
      `every channel that it is told over (${[...over].join(", ")}) goes through ${named}: that failure could not be told; ` +
        "add a channel that does not (behind: says where one leads)",
    );
  }
}

/** As text, in columns. */
export function pathTable(paths: readonly ChannelPath[]): readonly string[] {
  const rows = paths.map(({ channel, host, through }) => [
    channel,
    host,
    through === undefined ? "not known; write behind: [<device, link or site>]" : through.join(", ") || "nothing that is watched",
  ]);
  const cells = [["CHANNEL", "HOST", "GOES THROUGH"], ...rows];
  const width = (column: number) => Math.max(...cells.map((row) => row[column]?.length ?? 0));
  return cells.map(([channel = "", host = "", through = ""]) => `${channel.padEnd(width(0))}  ${host.padEnd(width(1))}  ${through}`);
}
