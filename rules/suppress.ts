/**
 * Whose failure explains this one? Parents, circuits, and what several circuits share.
 *
 * Pure. A device is explained only when all its parents are gone (redundant parents: any one is enough to reach it); a site only when all
 * its circuits are. Of several that are gone together, the last to fail is the cause: only then was there no way left.
 */
import type { Device, Network } from "../daemon/model/network.ts";
import type { Rule } from "../daemon/model/rule.ts";
import type { Instant } from "../daemon/model/time.ts";
import { parentsOf } from "./cuts.ts";
import { AT_ONCE_MS, type CutDown, isBehind, type SeenOf } from "./links.ts";

export { type BySite, below, type Cut, cutsOf, devicesBySite, parentsOf, sitesBehind, type Topology, topologyOf } from "./cuts.ts";
export * from "./links.ts";

/** The holder of what several circuits share. */
export const CORE = "link:*";

export interface ExplainInput {
  readonly device: Device;
  readonly network: Network;
  readonly seen: SeenOf;
  readonly rule: Rule;
  /** The cuts that are down now; without them only devices explain. */
  readonly cuts?: readonly CutDown[];
  /** Since when several circuits are down at once; undefined: they are not. */
  readonly coreSince?: Instant;
}

export interface Explanation {
  /** The direct cause: a parent device, or the holder of a cut. */
  readonly by: string;
  /** The topmost failed device, or the holder of a cut: the root cause that gathers. */
  readonly root: string;
  readonly why: string;
}

/** Down, or not seen while everything it is reached through is gone. */
function isGone(network: Network, id: string, seen: SeenOf, path: ReadonlySet<string>): boolean {
  const { state } = seen(id);
  if (state !== "unknown") return state === "down";
  const device = network.devices.get(id);
  if (device === undefined || path.has(id)) return false;
  const parents = parentsOf(network, device);
  const longer = new Set(path).add(id);
  return parents.length > 0 && parents.every((parent) => isGone(network, parent, seen, longer));
}

/** The topmost gone devices above this one; empty when it can still be reached. */
function rootsAbove(network: Network, device: Device, seen: SeenOf, path: ReadonlySet<string>): readonly string[] {
  const parents = parentsOf(network, device);
  if (parents.length === 0 || path.has(device.id)) return [];
  if (!parents.every((parent) => isGone(network, parent, seen, path))) return [];
  const longer = new Set(path).add(device.id);
  const roots = parents.flatMap((id) => {
    const parent = network.devices.get(id);
    const above = parent === undefined ? [] : rootsAbove(network, parent, seen, longer);
    return above.length > 0 ? above : [id];
  });
  return [...new Set(roots)].sort();
}

/** The last to fail; of those that failed at once, the first by name, in whatever order they were seen. */
function lastToFail(ids: readonly string[], seen: SeenOf): string | undefined {
  const since = (id: string) => seen(id).downSince ?? Number.NEGATIVE_INFINITY;
  const latest = Math.max(...ids.map(since));
  return ids.filter((id) => since(id) >= latest - AT_ONCE_MS || latest === Number.NEGATIVE_INFINITY).sort()[0];
}

interface Step {
  readonly id: string;
  readonly device?: Device;
  readonly since?: Instant;
}

/** One step up: over the parents to the topmost that is gone, else over the circuits of its site. */
function causeOf({ device, network, seen, cuts = [] }: ExplainInput): Step | undefined {
  const root = lastToFail(rootsAbove(network, device, seen, new Set()), seen);
  const parent = root === undefined ? undefined : network.devices.get(root);
  if (parent !== undefined) return { id: parent.id, device: parent };
  const mine = cuts.filter(({ cut }) => cut.sites.includes(device.site) && !cut.devices.includes(device.id));
  const outer = mine.find(({ cut }) => !mine.some((other) => isBehind(cut, other.cut)));
  if (outer === undefined) return undefined;
  if (!outer.cut.polled) return { id: outer.cut.holder, since: outer.since };
  const standing = lastToFail(outer.cut.devices, seen);
  const stands = standing === undefined ? undefined : network.devices.get(standing);
  return stands === undefined ? undefined : { id: stands.id, device: stands };
}

/** A device whose failure is a circuit's, and the circuit one of several that failed at once. */
function sharesFault(device: Device, { cuts = [], coreSince }: ExplainInput): boolean {
  return coreSince !== undefined && cuts.some(({ cut, since }) => cut.polled && cut.devices.includes(device.id) && since >= coreSince);
}

/** Undefined: the failure is the device's own, or it cannot be told. */
export function explain(input: ExplainInput): Explanation | undefined {
  const { device, network, seen, rule, coreSince } = input;
  if (!rule.suppressible) return undefined;
  const steps: Step[] = [];
  const path = new Set([device.id]);
  for (let at: Device | undefined = device; at !== undefined; at = steps.at(-1)?.device) {
    const next: Step | undefined = sharesFault(at, input) ? { id: CORE } : causeOf({ ...input, device: at });
    if (next === undefined || path.has(next.id)) break;
    path.add(next.id);
    steps.push(next);
  }
  const last = steps.at(-1);
  if (last === undefined) return undefined;
  const shared = last.since !== undefined && coreSince !== undefined && last.since >= coreSince;
  const root = shared ? CORE : last.id;
  const parents = parentsOf(network, device);
  const gone = parents.length > 0 && rootsAbove(network, device, seen, new Set()).length > 0;
  const by = gone ? (parents[0] ?? root) : (steps[0]?.id ?? root);
  return { by, root, why: whyOf(by, root) };
}

function whyOf(by: string, root: string): string {
  if (root === CORE) return "several circuits failed at once: what they share is down";
  if (root.startsWith("link:")) return `reached over ${root.slice("link:".length)}, which is down`;
  return by === root ? `reached through ${root}, which is down` : `reached through ${by}, behind ${root}, which is down`;
}

/** Everything above a device, nearest first: looked at before the device is called down. Only what can be looked at. */
export function parentsToLookAt(network: Network, device: Device): readonly string[] {
  const found = new Set<string>();
  let level: readonly string[] = parentsOf(network, device);
  while (level.length > 0) {
    const fresh = level.filter((id) => id !== device.id && !found.has(id));
    for (const id of fresh) found.add(id);
    level = fresh.flatMap((id) => {
      const parent = network.devices.get(id);
      return parent === undefined ? [] : parentsOf(network, parent);
    });
  }
  return [...found].filter((id) => (network.devices.get(id)?.checks.length ?? 0) > 0);
}
