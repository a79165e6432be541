/**
 * Whose failure explains this one? Parents, circuits, and our own sight.
 *
 * Pure. A device is explained only when all its parents are gone (redundant parents: any one is enough to reach it).
 */
import type { Device, Network } from "../daemon/model/network.ts";
import type { Rule } from "../daemon/model/rule.ts";
import type { BlindJudgement, LinkJudgement, StateOf } from "./links.ts";

export { type BlindJudgement, type DeviceUp, judgeBlind, judgeLinks, type LinkJudgement, type StateOf } from "./links.ts";

export interface ExplainInput {
  readonly device: Device;
  readonly network: Network;
  readonly state: StateOf;
  readonly symptom: string;
  readonly rule: Rule;
  /** From judgeLinks; without it only devices explain. */
  readonly links?: readonly LinkJudgement[];
  /** From judgeBlind. */
  readonly blind?: BlindJudgement;
}

export interface Explanation {
  /** The direct cause: a parent device, a link, or `blind`. */
  readonly by: string;
  /** The topmost failed device or link, or `blind`: the root cause that gathers. */
  readonly root: string;
  readonly why: string;
}

/** Parents as configured; a device without any is reached through its site's gateway. */
export function parentsOf(network: Network, device: Device): readonly string[] {
  const known = device.parents.filter((id) => id !== device.id && network.devices.has(id));
  if (known.length > 0) return known;
  const gateway = network.sites.get(device.site)?.gateway;
  return gateway !== undefined && gateway !== device.id && network.devices.has(gateway) ? [gateway] : [];
}

/** Down, or not seen while everything it is reached through is gone. */
function isGone(network: Network, id: string, state: StateOf, path: ReadonlySet<string>): boolean {
  const now = state(id);
  if (now !== "unknown") return now === "down";
  const device = network.devices.get(id);
  if (device === undefined || path.has(id)) return false;
  const parents = parentsOf(network, device);
  const longer = new Set(path).add(id);
  return parents.length > 0 && parents.every((parent) => isGone(network, parent, state, longer));
}

/** The topmost gone devices above this one; empty when it can still be reached. */
function rootsAbove(network: Network, device: Device, state: StateOf, path: ReadonlySet<string>): readonly string[] {
  const parents = parentsOf(network, device);
  if (parents.length === 0 || path.has(device.id)) return [];
  if (!parents.every((parent) => isGone(network, parent, state, path))) return [];
  const longer = new Set(path).add(device.id);
  const roots = parents.flatMap((id) => {
    const parent = network.devices.get(id);
    const above = parent === undefined ? [] : rootsAbove(network, parent, state, longer);
    return above.length > 0 ? above : [id];
  });
  return [...new Set(roots)].sort();
}

/** Undefined: the failure is the device's own, or it cannot be told. */
export function explain(input: ExplainInput): Explanation | undefined {
  const { device, network, state, rule, links = [], blind } = input;
  if (!rule.suppressible) return undefined;
  if (blind?.blind === true && blind.device !== device.id) return { by: "blind", root: "blind", why: blind.why };
  const [root] = rootsAbove(network, device, state, new Set());
  const top = root === undefined ? device : (network.devices.get(root) ?? device);
  const link = links.find((one) => one.down === true && one.sites.includes(top.site) && standsFor(network, one.link) !== top.id);
  const by = parentsOf(network, device)[0];
  if (link !== undefined) return { by: root === undefined ? link.link : (by ?? link.link), root: link.link, why: link.why };
  if (root === undefined || by === undefined) return undefined;
  return { by, root, why: by === root ? `reached through ${root}, which is down` : `reached through ${by}, behind ${root}, which is down` };
}

function standsFor(network: Network, link: string): string | undefined {
  return network.links.get(link)?.device;
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

/** All devices below, at any depth, over any of their parents. */
export function descendants(network: Network, deviceId: string): ReadonlySet<string> {
  const children = new Map<string, string[]>();
  for (const device of network.devices.values()) {
    for (const parent of parentsOf(network, device)) {
      const list = children.get(parent);
      if (list === undefined) children.set(parent, [device.id]);
      else list.push(device.id);
    }
  }
  const found = new Set<string>();
  const open = [deviceId];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const child of children.get(id) ?? []) {
      if (child === deviceId || found.has(child)) continue;
      found.add(child);
      open.push(child);
    }
  }
  return found;
}

/** What a symptom hides on its own device: it is told once, by the symptom that explains it. */
const HIDES: Readonly<Record<string, ReadonlySet<string> | "polled">> = {
  unreachable: "polled",
  "login-refused": new Set(["unobserved"]),
  "host-key-changed": new Set(["unobserved"]),
};

/** Told by the device itself, or a cause rather than a consequence: an unreachable device does not hide them. */
const NOT_HIDDEN = new Set([
  "unreachable",
  "on-battery",
  "battery-low",
  "reboot",
  "auth-failure",
  "user-assistance",
  "blind-poller",
  "link-down",
]);

/** The active symptom of the same device that already says this; undefined when none does. */
export function maskedBy(symptom: string, activeSymptoms: Iterable<string>): string | undefined {
  for (const active of activeSymptoms) {
    const hides = Object.hasOwn(HIDES, active) ? HIDES[active] : undefined;
    if (hides === "polled" ? !NOT_HIDDEN.has(symptom) : hides?.has(symptom) === true) return active;
  }
  return undefined;
}
