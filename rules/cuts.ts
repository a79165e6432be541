/**
 * Which circuits cut which sites off, alone or together: worked out once for a network, judged ever after (links.ts).
 *
 * Pure. A site with two circuits is cut off only when both are gone, so the two together are one cause of their own.
 */
import type { Device, Network } from "../daemon/model/network.ts";

/** Circuits that, all gone, leave these sites without a way from here; fewer of them would not. */
export interface Cut {
  /** `link:line-1`, or `link:line-1+line-2`: who fails, when all of them do. */
  readonly holder: string;
  readonly links: readonly string[];
  readonly sites: readonly string[];
  /** Devices that stand for the circuits and can be looked at. */
  readonly devices: readonly string[];
  /** Every circuit has such a device: they are judged by these alone. */
  readonly polled: boolean;
}

export type BySite = ReadonlyMap<string, readonly Device[]>;

export interface Topology {
  /** Devices that can be looked at. */
  readonly bySite: BySite;
  /** Device → those that are reached through it, over any of their parents. */
  readonly children: ReadonlyMap<string, readonly string[]>;
  readonly cuts: readonly Cut[];
  readonly cutsBySite: ReadonlyMap<string, readonly Cut[]>;
}

/** Pairs are tried only among so few circuits; beyond, the circuits of each site. */
const PAIRED_AT_MOST = 64;

/** The near end of everything: the canary's site; without a canary, the end that most circuits share (the first by name when several do). */
export function homeOf(network: Network): string | undefined {
  const canary = network.canary === undefined ? undefined : network.devices.get(network.canary);
  if (canary !== undefined) return canary.site;
  const degree = new Map<string, number>();
  for (const link of network.links.values()) for (const end of link.ends) degree.set(end, (degree.get(end) ?? 0) + 1);
  return [...degree].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0];
}

type Ways = ReadonlyMap<string, readonly { readonly link: string; readonly to: string }[]>;

function waysOf(network: Network): Ways {
  const all = new Map<string, { link: string; to: string }[]>();
  for (const { id, ends } of network.links.values()) {
    for (const [from, to] of [ends, [ends[1], ends[0]] as const]) {
      const list = all.get(from) ?? [];
      list.push({ link: id, to });
      all.set(from, list);
    }
  }
  return all;
}

function reach(ways: Ways, home: string, without: ReadonlySet<string>): ReadonlySet<string> {
  const seen = new Set([home]);
  const open = [home];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const { link, to } of ways.get(node) ?? []) {
      if (without.has(link) || seen.has(to)) continue;
      seen.add(to);
      open.push(to);
    }
  }
  return seen;
}

/** Sites that only this circuit leads to, or only these (`line-1+line-2`; `*` is all of them). Empty: there is another way, or it leads nowhere. */
export function sitesBehind(network: Network, circuits: string): readonly string[] {
  const home = homeOf(network);
  if (home === undefined) return [];
  const ways = waysOf(network);
  const left = reach(ways, home, new Set(circuits === "*" ? network.links.keys() : circuits.split("+")));
  return [...reach(ways, home, new Set())].filter((node) => !left.has(node) && network.sites.has(node));
}

/** Every cut of one circuit, of two, and of all the circuits that lead to a site from outside it. */
export function cutsOf(network: Network): readonly Cut[] {
  const home = homeOf(network);
  if (home === undefined) return [];
  const ways = waysOf(network);
  const all = reach(ways, home, new Set());
  const lost = (links: readonly string[]) => {
    const left = reach(ways, home, new Set(links));
    return [...all].filter((node) => !left.has(node)).sort();
  };
  const ids = [...network.links.keys()].sort();
  const alone = ids.filter((id) => lost([id]).length > 0);
  const spare = ids.filter((id) => !alone.includes(id));
  const sets = [
    ...alone.map((id) => [id]),
    ...pairsOf(spare),
    ...[...all].filter((site) => site !== home).map((site) => waysTo(site, ways, network, lost)),
  ];
  const found = new Map<string, Cut>();
  for (const links of sets) {
    const key = links.join("+");
    // Where fewer of them do it, that is the cut.
    if (found.has(key) || links.some((id) => links.length > 1 && lost(links.filter((other) => other !== id)).length > 0)) continue;
    const sites = lost(links).filter((node) => network.sites.has(node));
    if (sites.length > 0) found.set(key, cutOf(network, links, sites));
  }
  return [...found.values()];
}

function pairsOf(ids: readonly string[]): readonly (readonly string[])[] {
  if (ids.length > PAIRED_AT_MOST) return [];
  return ids.flatMap((one, index) => ids.slice(index + 1).map((other) => [one, other]));
}

/** The circuits over which a site and what hangs on it are reached. */
function waysTo(site: string, ways: Ways, network: Network, lost: (links: readonly string[]) => readonly string[]): readonly string[] {
  const behind = new Set(lost((ways.get(site) ?? []).map(({ link }) => link)));
  return [...network.links.values()]
    .filter(({ ends: [a, b] }) => behind.has(a) !== behind.has(b))
    .map(({ id }) => id)
    .sort();
}

function cutOf(network: Network, links: readonly string[], sites: readonly string[]): Cut {
  const standing = links.flatMap((id) => {
    const device = network.devices.get(network.links.get(id)?.device ?? "");
    return device !== undefined && device.checks.length > 0 ? [device.id] : [];
  });
  return { holder: `link:${links.join("+")}`, links, sites, devices: [...new Set(standing)], polled: standing.length === links.length };
}

/** Parents as configured; a device without any is reached through its site's gateway. */
export function parentsOf(network: Network, device: Device): readonly string[] {
  const known = device.parents.filter((id) => id !== device.id && network.devices.has(id));
  if (known.length > 0) return known;
  const gateway = network.sites.get(device.site)?.gateway;
  return gateway !== undefined && gateway !== device.id && network.devices.has(gateway) ? [gateway] : [];
}

/** Device → those that name it as a parent, or are reached through it as their site's gateway. */
export function childrenOf(network: Network): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>();
  for (const device of network.devices.values()) {
    for (const parent of parentsOf(network, device)) {
      const list = children.get(parent);
      if (list === undefined) children.set(parent, [device.id]);
      else list.push(device.id);
    }
  }
  return children;
}

/** Devices that can be looked at, by site. */
export function devicesBySite(network: Network): BySite {
  const bySite = new Map<string, Device[]>();
  for (const device of network.devices.values()) {
    if (device.checks.length === 0) continue;
    const list = bySite.get(device.site);
    if (list === undefined) bySite.set(device.site, [device]);
    else list.push(device);
  }
  return bySite;
}

/** Everything about the shape of a network that no look changes. */
export function topologyOf(network: Network): Topology {
  const cuts = cutsOf(network);
  const cutsBySite = new Map<string, Cut[]>();
  for (const cut of cuts)
    for (const site of cut.sites) {
      const list = cutsBySite.get(site);
      if (list === undefined) cutsBySite.set(site, [cut]);
      else list.push(cut);
    }
  return { bySite: devicesBySite(network), children: childrenOf(network), cuts, cutsBySite };
}

/** All devices below, at any depth, over any of their parents. */
export function below(topology: Pick<Topology, "children">, deviceId: string): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [deviceId];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const child of topology.children.get(id) ?? []) {
      if (child === deviceId || found.has(child)) continue;
      found.add(child);
      open.push(child);
    }
  }
  return found;
}
