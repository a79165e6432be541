/**
 * What is reached through what: parents from neighbours, seen from the sites' gateways outwards.
 *
 * Pure. A cable has no direction; the gateway gives it one. Where no gateway is known, a codec still hangs on its switch, and the cables
 * between switches are only named.
 */
import type { Neighbour } from "./seen.ts";

/** A device as a node: configured already, or proposed. */
export interface Node {
  readonly id: string;
  readonly address: string;
  /** Names by which others may call it, as it says them. */
  readonly names: readonly string[];
  readonly chassis?: string;
  /** Does it join cables? What does not is nobody's way. */
  readonly joins: boolean;
  /** Through which the site is reached. */
  readonly gateway: boolean;
  readonly neighbours: readonly Neighbour[];
}

export interface Cable {
  readonly to: string;
  readonly via: Neighbour["via"];
  /** Our port and theirs, as told. */
  readonly port?: string;
}

export interface Place {
  readonly parents: readonly string[];
  /** The cables that say so; and those between devices of which neither is known to be nearer. */
  readonly cables: readonly Cable[];
  /** Joined to these, with nothing to tell which is reached through which. */
  readonly undecided: readonly string[];
  /** What its neighbours are called that are not among the devices. */
  readonly strangers: readonly string[];
}

export function places(nodes: readonly Node[]): ReadonlyMap<string, Place> {
  const { cables, strangers } = cablesOf(nodes);
  const depth = depths(nodes, cables);
  return new Map(
    nodes.map((node) => {
      const own = cables.get(node.id) ?? new Map<string, Cable>();
      return [node.id, { ...placeOf(node, own, nodes, depth), strangers: strangers.get(node.id) ?? [] }];
    }),
  );
}

function placeOf(
  node: Node,
  own: ReadonlyMap<string, Cable>,
  nodes: readonly Node[],
  depth: ReadonlyMap<string, number>,
): Omit<Place, "strangers"> {
  const joining = new Set(nodes.filter(({ joins }) => joins).map(({ id }) => id));
  const here = depth.get(node.id);
  const around = [...own.keys()].filter((id) => joining.has(id)).sort();
  const nearer = around.filter((id) => here !== undefined && (depth.get(id) ?? Number.POSITIVE_INFINITY) < here);
  const parents = nearer.length > 0 || node.joins ? nearer : around;
  const undecided = node.joins && !node.gateway && here === undefined ? around : [];
  const told = [...parents, ...undecided].flatMap((id) => own.get(id) ?? []);
  return { parents, cables: told, undecided };
}

/** Steps from the nearest gateway, along cables between devices that join cables; what does not is a last step. */
function depths(nodes: readonly Node[], cables: ReadonlyMap<string, ReadonlyMap<string, Cable>>): ReadonlyMap<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const depth = new Map(nodes.filter(({ gateway }) => gateway).map(({ id }) => [id, 0]));
  const queue = [...depth.keys()];
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    if (byId.get(id)?.joins !== true) continue;
    for (const next of cables.get(id)?.keys() ?? []) {
      if (depth.has(next)) continue;
      depth.set(next, (depth.get(id) ?? 0) + 1);
      queue.push(next);
    }
  }
  return depth;
}

type Cables = Map<string, Map<string, Cable>>;

/** Both ends of every cable, whichever end told of it. */
function cablesOf(nodes: readonly Node[]): { readonly cables: Cables; readonly strangers: ReadonlyMap<string, readonly string[]> } {
  const who = directory(nodes);
  const cables: Cables = new Map();
  const strangers = new Map<string, string[]>();
  const lay = (from: string, cable: Cable) => {
    const own = cables.get(from) ?? new Map<string, Cable>();
    if (!own.has(cable.to)) own.set(cable.to, cable);
    cables.set(from, own);
  };
  for (const node of nodes) {
    for (const neighbour of node.neighbours) {
      const { via, localPort, port } = neighbour;
      const other = who(neighbour);
      if (other === undefined) {
        const name = neighbour.name ?? neighbour.address ?? neighbour.chassis;
        if (name !== undefined) strangers.set(node.id, [...(strangers.get(node.id) ?? []), name]);
      } else if (other !== node.id) {
        lay(node.id, { to: other, via, ...portOf(port) });
        lay(other, { to: node.id, via, ...portOf(localPort) });
      }
    }
  }
  return { cables, strangers };
}

const portOf = (port: string | undefined) => (port === undefined ? {} : { port });

/** By address, then by chassis, then by name, with or without its domain. A name that two devices have is no name. */
function directory(nodes: readonly Node[]): (neighbour: Neighbour) => string | undefined {
  const byAddress = new Map(nodes.map((node) => [node.address, node.id]));
  const byChassis = new Map(nodes.flatMap((node) => (node.chassis === undefined ? [] : [[node.chassis.toLowerCase(), node.id]])));
  const byName = new Map<string, string | undefined>();
  for (const node of nodes) {
    for (const name of new Set(node.names.flatMap(forms)))
      byName.set(name, byName.has(name) && byName.get(name) !== node.id ? undefined : node.id);
  }
  return ({ address, chassis, name }) =>
    byAddress.get(address ?? "") ?? byChassis.get(chassis?.toLowerCase() ?? "") ?? (name === undefined ? undefined : named(byName, name));
}

function named(byName: ReadonlyMap<string, string | undefined>, name: string): string | undefined {
  for (const form of forms(name)) if (byName.get(form) !== undefined) return byName.get(form);
  return undefined;
}

/** `Switch-1.example.org` is also `switch-1`. An IP address is not cut. */
function forms(name: string): readonly string[] {
  const whole = name.trim().toLowerCase();
  const short = /^\d+\./.test(whole) ? whole : (whole.split(".")[0] ?? whole);
  return [...new Set([whole, short])].filter((form) => form !== "");
}
