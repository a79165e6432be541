/**
 * From what was learned of the network to proposals, and from confirmed proposals to the network in force.
 *
 * Pure. The file is the network; a person's yes is laid over it only as long as the file says what it said then.
 */
import type { Learned, LearnedFrom, ParentProposal, ProposalStanding } from "../daemon/model/learned.ts";
import type { Device, Network } from "../daemon/model/network.ts";
import type { Instant } from "../daemon/model/time.ts";
import { parentsOf } from "./cuts.ts";
import { parentsToLookAt } from "./suppress.ts";

export function proposalId({ device, parents }: Pick<Learned, "device" | "parents">): string {
  return `${device}~${[...parents].sort().join("+")}`;
}

const same = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && [...one].sort().join() === [...other].sort().join();

/** What is news: it names devices that there are, makes no ring, and is not what the configuration says already. */
export function newsIn(network: Network, learned: readonly Learned[]): readonly Learned[] {
  const byCable = new Set(learned.filter(({ from }) => from.some(({ via }) => via !== "traceroute")).map(({ device }) => device));
  return learned.flatMap((each): readonly Learned[] => {
    const device = network.devices.get(each.device);
    const parents = [...new Set(each.parents)].filter((id) => id !== each.device && network.devices.has(id)).sort();
    if (device === undefined || parents.length === 0 || makesRing(network, each.device, parents)) return [];
    if (same(parentsOf(network, device), parents)) return [];
    if (!each.from.every(({ via }) => via === "traceroute")) return [{ ...each, parents }];
    // A path names routers only: it is news where no cable is known and the router is not above the device already.
    const above = new Set(parentsToLookAt(network, device).concat(parentsOf(network, device)));
    return byCable.has(each.device) || parents.every((id) => above.has(id)) ? [] : [{ ...each, parents }];
  });
}

/** Asked of every proposal: upwards from its parents, which is a few steps, and not over everything that lies below. */
function makesRing(network: Network, device: string, parents: readonly string[]): boolean {
  const seen = new Set<string>();
  const ahead = [...parents];
  for (let id = ahead.pop(); id !== undefined; id = ahead.pop()) {
    if (id === device) return true;
    const above = seen.has(id) ? undefined : network.devices.get(id);
    seen.add(id);
    if (above !== undefined) ahead.push(...parentsOf(network, above));
  }
  return false;
}

export interface Merged {
  /** To be kept: new ones, and those that were seen again. */
  readonly keep: readonly ParentProposal[];
  /** Open ones of a device that were not seen again, though the device was: something else is true by now. */
  readonly drop: readonly string[];
}

/** `looked`: the devices of which something could be learned this time. A refused one stays refused, and is not seen again. */
export function mergeProposals(
  known: readonly ParentProposal[],
  learned: readonly Learned[],
  looked: ReadonlySet<string>,
  at: Instant,
): Merged {
  const byId = new Map(known.map((proposal) => [proposal.id, proposal]));
  const keep = new Map<string, ParentProposal>();
  for (const each of learned) {
    const id = proposalId(each);
    const before = keep.get(id) ?? byId.get(id);
    if (before?.state === "refused") continue;
    const from = keep.has(id) && before !== undefined ? together(before.from, each.from) : each.from;
    keep.set(id, { ...(before ?? { id, state: "open", firstSeenAt: at }), device: each.device, parents: each.parents, from, seenAt: at });
  }
  const drop = known.filter(({ id, state, device }) => state === "open" && looked.has(device) && !keep.has(id)).map(({ id }) => id);
  return { keep: [...keep.values()], drop };
}

function together(some: readonly LearnedFrom[], more: readonly LearnedFrom[]): readonly LearnedFrom[] {
  const all = new Map([...some, ...more].map((from) => [JSON.stringify(from), from]));
  return [...all.values()];
}

/** `file`: the configuration as the file says it, without what is laid over it. */
export function standingOf(proposal: ParentProposal, file: Network): ProposalStanding {
  const device = file.devices.get(proposal.device);
  if (device === undefined || proposal.parents.some((id) => !file.devices.has(id))) return "gone";
  if (proposal.state === "refused") return "refused";
  if (same(device.parents, proposal.parents)) return "in-file";
  if (proposal.state === "open") return "proposed";
  return same(device.parents, proposal.replaces ?? []) ? "in-force" : "overridden";
}

/** Its only parent is its site's gateway: what holds where the file names none. */
export function isByGateway(network: Network, device: Device): boolean {
  const gateway = network.sites.get(device.site)?.gateway;
  return gateway !== undefined && same(parentsOf(network, device), [gateway]);
}

/** The parents in the file that the proposal says otherwise than; undefined where the file names none but the site's gateway. */
export function contradicted(proposal: Learned, file: Network): readonly string[] | undefined {
  const device = file.devices.get(proposal.device);
  if (device === undefined || device.parents.length === 0 || isByGateway(file, device)) return undefined;
  return same(device.parents, proposal.parents) ? undefined : device.parents;
}

/** The network with every confirmed proposal in it. The same object when that changes nothing. */
export function withLearned(file: Network, proposals: readonly ParentProposal[]): Network {
  const inForce = proposals.filter((each) => each.state === "accepted" && standingOf(each, file) === "in-force");
  if (inForce.length === 0) return file;
  const devices = new Map(file.devices);
  const network: Network = { ...file, devices };
  let changed = false;
  // The latest word on a device is the one that holds.
  for (const { device: id, parents } of inForce.toSorted((a, b) => (a.decided?.at ?? 0) - (b.decided?.at ?? 0))) {
    const device = network.devices.get(id);
    if (device === undefined || makesRing(network, id, parents)) continue;
    devices.set(id, { ...device, parents });
    changed = true;
  }
  return changed ? network : file;
}
