/**
 * Circuits that nobody can poll, judged by the sites behind them; and whether we see anything at all.
 *
 * Pure. "While others answer" is what tells a dead circuit from our own blindness.
 */
import type { Link, Network } from "../daemon/model/network.ts";

export type DeviceUp = "up" | "down" | "unknown";
export type StateOf = (deviceId: string) => DeviceUp;

/** What a judged circuit is. */
export interface LinkJudgement {
  readonly link: string;
  /** Undefined: what was seen does not tell. */
  readonly down: boolean | undefined;
  /** Sites reached only through it. */
  readonly sites: readonly string[];
  /** Where the fault is, when it is down. */
  readonly verdict?: "RITM core" | "site link";
  readonly why: string;
}

export interface BlindJudgement {
  /** True: we see nothing beyond our own door; everything behind it is unknown, not down. */
  readonly blind: boolean;
  /** The device whose silence says so. */
  readonly device?: string;
  readonly why: string;
}

/** What answers at one site. */
interface Tally {
  up: number;
  down: number;
}

/** The near end of everything: the canary's site; without a canary, the end that most circuits share (the first by name when several do). */
function homeOf(network: Network): string | undefined {
  const canary = network.canary === undefined ? undefined : network.devices.get(network.canary);
  if (canary !== undefined) return canary.site;
  const degree = new Map<string, number>();
  for (const link of network.links.values()) for (const end of link.ends) degree.set(end, (degree.get(end) ?? 0) + 1);
  return [...degree].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0];
}

type Neighbours = ReadonlyMap<string, readonly { readonly link: string; readonly to: string }[]>;

function neighboursOf(network: Network): Neighbours {
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

/** Sites that are cut off from home when this circuit is gone. Empty: there is another way, or it leads nowhere. */
function sitesBehind(network: Network, neighbours: Neighbours, link: Link, home: string, withAll: ReadonlySet<string>): readonly string[] {
  const without = reach(neighbours, home, link.id);
  return [...withAll].filter((node) => !without.has(node) && network.sites.has(node)).sort();
}

function reach(neighbours: Neighbours, home: string, except: string | undefined): ReadonlySet<string> {
  const seen = new Set([home]);
  const open = [home];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const { link, to } of neighbours.get(node) ?? []) {
      if (link === except || seen.has(to)) continue;
      seen.add(to);
      open.push(to);
    }
  }
  return seen;
}

function tallies(network: Network, state: StateOf): ReadonlyMap<string, Tally> {
  const bySite = new Map<string, Tally>([...network.sites.keys()].map((id) => [id, { up: 0, down: 0 }]));
  for (const device of network.devices.values()) {
    const tally = bySite.get(device.site);
    if (tally === undefined || device.checks.length === 0) continue;
    const now = state(device.id);
    if (now === "up") tally.up += 1;
    if (now === "down") tally.down += 1;
  }
  return bySite;
}

function judgeByDevice(link: Link, device: string, sites: readonly string[], state: StateOf): LinkJudgement {
  const now = state(device);
  const down = now === "unknown" ? undefined : now === "down";
  const verdict = sites.length > 1 ? ("RITM core" as const) : ("site link" as const);
  return { link: link.id, down, sites, ...(down === true ? { verdict } : {}), why: `its device ${device} is ${now}` };
}

function judgeBySites(link: Link, sites: readonly string[], bySite: ReadonlyMap<string, Tally>): LinkJudgement {
  const undecided = (why: string): LinkJudgement => ({ link: link.id, down: undefined, sites, why });
  if (sites.length === 0) return undecided("nothing is reached through it alone");
  const behind = sites.flatMap((site) => bySite.get(site) ?? []);
  const up = behind.reduce((sum, tally) => sum + tally.up, 0);
  const down = behind.reduce((sum, tally) => sum + tally.down, 0);
  const dark = behind.filter((tally) => tally.down > 0).length;
  if (up > 0) return { link: link.id, down: false, sites, why: `${up} devices behind it answer` };
  const others = [...bySite].some(([site, tally]) => tally.up > 0 && !sites.includes(site));
  if (sites.length > 1 ? dark < 2 : down < 2)
    return undecided(`${down} devices down at ${dark} of ${sites.length} sites behind it: too few to tell`);
  if (!others) return undecided("nothing answers anywhere: it may be our own sight");
  const verdict = sites.length > 1 ? "RITM core" : "site link";
  const why = `${down} devices at ${dark} sites behind it are down, none answers, others do`;
  return { link: link.id, down: true, sites, verdict, why };
}

/**
 * Every circuit, judged. One that stands for a polled device is judged by it; any other by the sites that are reached only through it.
 * A circuit behind one that is down is undefined: it cannot be seen.
 */
export function judgeLinks(network: Network, state: StateOf): readonly LinkJudgement[] {
  const home = homeOf(network);
  if (home === undefined) return [];
  const bySite = tallies(network, state);
  const neighbours = neighboursOf(network);
  const withAll = reach(neighbours, home, undefined);
  const judged = [...network.links.values()].map((link) => {
    const sites = sitesBehind(network, neighbours, link, home, withAll);
    const device = link.device === undefined ? undefined : network.devices.get(link.device);
    return device !== undefined && device.checks.length > 0
      ? judgeByDevice(link, device.id, sites, state)
      : judgeBySites(link, sites, bySite);
  });
  const down = judged.filter((one) => one.down === true);
  return judged.map((one) => {
    const outer = down.find((other) => isBehind(one, other));
    if (outer === undefined) return several(one, down);
    return { link: one.link, down: undefined, sites: one.sites, why: `it is behind ${outer.link}, which is down` };
  });
}

function isBehind(one: LinkJudgement, other: LinkJudgement): boolean {
  if (one.link === other.link || one.sites.length === 0 || one.sites.length > other.sites.length) return false;
  if (!one.sites.every((site) => other.sites.includes(site))) return false;
  // Two circuits in a row to the same sites: the fault is reported on one of them, always the same.
  return one.sites.length < other.sites.length || other.link < one.link;
}

/** Two circuits that fail at once, each with one site behind it, point at what they share. */
function several(one: LinkJudgement, down: readonly LinkJudgement[]): LinkJudgement {
  const dark = new Set(down.flatMap((other) => other.sites));
  if (one.verdict !== "site link" || dark.size < 2) return one;
  return { ...one, verdict: "RITM core", why: `${one.why}; ${dark.size} sites are dark at once` };
}

/** Are we blind? Our canary, or the gateway of its site, does not answer. Without a canary: nothing answers, at two sites or more. */
export function judgeBlind(network: Network, state: StateOf): BlindJudgement {
  const canary = network.canary === undefined ? undefined : network.devices.get(network.canary);
  if (canary !== undefined) {
    if (state(canary.id) === "down") return { blind: true, device: canary.id, why: `the canary ${canary.id} does not answer` };
    const gateway = network.sites.get(canary.site)?.gateway;
    if (gateway !== undefined && state(gateway) === "down")
      return { blind: true, device: gateway, why: `our own gateway ${gateway} does not answer` };
    return { blind: false, why: `the canary ${canary.id} is ${state(canary.id)}` };
  }
  const known = [...tallies(network, state).values()];
  const dark = known.filter((tally) => tally.down > 0).length;
  const up = known.reduce((sum, tally) => sum + tally.up, 0);
  if (up === 0 && dark >= 2) return { blind: true, why: `nothing answers at any of ${dark} sites` };
  return { blind: false, why: up > 0 ? `${up} devices answer` : "too little was seen to tell" };
}
