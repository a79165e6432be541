/**
 * What an incident is about, and who is asked beside it: what it is reached through, its site's gateway, a neighbour, the core, its gatekeepers.
 */
import { homeOf } from "../../rules/cuts.ts";
import { parentsOf } from "../../rules/suppress.ts";
import type { DiagnosisFact } from "../model/diagnosis.ts";
import type { Incident } from "../model/incident.ts";
import type { Device, Network } from "../model/network.ts";

export interface Subject {
  readonly about: string;
  /** Undefined: it is about no device that can be asked. */
  readonly device?: Device;
  readonly site: string;
  /** Where we look from, as far as the topology tells. */
  readonly home?: string;
  readonly parent?: Device;
  readonly gateway?: Device;
  /** Another device of the site, one that is no gateway or parent, and answered last. */
  readonly neighbour?: Device;
  readonly core?: Device;
}

const prefixes: readonly (readonly [prefix: string, about: string])[] = [
  ["link:*", "core"],
  ["link:", "circuit"],
  ["credential:", "credential"],
  ["session:", "session"],
  ["calendar:", "calendar"],
  ["on-call:", "on-call"],
  ["room:", "request"],
  ["blind", "other"],
];

function aboutOf({ device, rootCause }: Incident, network: Network): string {
  if (device !== undefined && network.devices.has(device)) return "device";
  return prefixes.find(([prefix]) => rootCause.startsWith(prefix))?.[1] ?? "site";
}

/** `answered`: did it answer when last looked at? A neighbour that did tells more than one that is off. */
export function subjectOf(incident: Incident, network: Network, answered: (device: string) => boolean): Subject {
  const device = deviceOf(incident, network);
  const site = device?.site ?? siteOf(incident, network);
  const parent = device === undefined ? undefined : network.devices.get(parentsOf(network, device)[0] ?? "");
  const gateway = network.devices.get(network.sites.get(site)?.gateway ?? "");
  const core = network.devices.get(network.canary ?? "");
  const taken = new Set([device, parent, gateway, core].map((each) => each?.id));
  const others = [...network.devices.values()].filter((each) => each.site === site && !taken.has(each.id) && !each.commissioning);
  const neighbour = others.find(({ id }) => answered(id)) ?? others[0];
  const home = homeOf(network);
  const found = { device, home, parent: parent?.id === gateway?.id ? undefined : parent, gateway, neighbour, core };
  return { about: aboutOf(incident, network), site, ...(dropUndefined(found) as Omit<Subject, "about" | "site">) };
}

/** Of a call for help the codec of its room; of a circuit the router that stands for it. */
function deviceOf({ device, room, rootCause }: Incident, network: Network): Device | undefined {
  const own = network.devices.get(device ?? "");
  if (own !== undefined) return own;
  if (rootCause.startsWith("room:") || rootCause.startsWith("session:"))
    return [...network.devices.values()].find(
      (each) => each.room === room && room !== undefined && (each.kind === "codec" || each.kind === "endpoint"),
    );
  const link = rootCause.startsWith("link:") ? network.links.get(rootCause.slice("link:".length)) : undefined;
  return network.devices.get(link?.device ?? "");
}

/** The end of a circuit that is not ours. */
function siteOf({ site, rootCause }: Incident, network: Network): string {
  const link = rootCause.startsWith("link:") ? network.links.get(rootCause.slice("link:".length)) : undefined;
  const home = homeOf(network);
  return link?.ends.find((end) => end !== home && network.sites.has(end)) ?? site;
}

function dropUndefined<T extends object>(of: T): Partial<T> {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Makes facts of one moment and source. */
export function factMaker(at: number, from: DiagnosisFact["from"]) {
  return (
    name: string,
    value: string,
    more: { readonly of?: string | undefined; readonly detail?: string | undefined } = {},
  ): DiagnosisFact => ({
    ...{ name, value, at, from },
    ...(more.of === undefined ? {} : { of: more.of }),
    ...(more.detail === undefined ? {} : { detail: more.detail.slice(0, 500) }),
  });
}
