/**
 * What a reload would change, by path; and whether it takes so much away that a person must say yes.
 *
 * Pure. Secrets are compared by value and shown by path only.
 */
import type { Config } from "../model/config.ts";
import { MOST_DEVICES_LEAVING } from "./defaults.ts";

export interface ConfigDiff {
  /** Entries and settings that are new, changed, gone: `devices.mgh-codec-1`, `devices.mgh-codec-1.address`. Sorted. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  readonly removedSites: readonly string[];
  readonly removedDevices: readonly string[];
  /** The sentence to show when a site or over 5 % of the devices would go; undefined when nobody needs to be asked. */
  readonly needsYes: string | undefined;
  /** Of the paths above, those that a reload takes in and that hold from the next start only. */
  readonly needsRestart: readonly string[];
}

/** Sections compared entry by entry: a new device is one line, not twenty. */
const SECTIONS = [
  "credentials",
  "families",
  "policies",
  "calendars",
  "contacts",
  "functions",
  "partners",
  "channels",
  "permissions",
] as const;
const NETWORK = ["sites", "rooms", "devices", "links"] as const;
const SETTINGS = [
  "demo",
  "instance",
  "http",
  "traps",
  "storage",
  "policy",
  "paging",
  "pagedFunctions",
  "ceilings",
  "correlation",
  "storms",
  "discovery",
  "topology",
  "heartbeat",
  "reports",
  "retention",
  "recurrence",
  "influx",
  "audit",
  "watch",
] as const;

/** Sockets, databases and outlets are opened once; calendar jobs are set in the zone of the start. */
const atStart =
  /^(?:http\.(?:host|port)|traps(?:\.(?:host|port|bufferBytes))?|(?:storage|influx|heartbeat)(?:\..*)?|instance\.(?:stateDir|timezone)|ceilings\.snmpPerDevice|watch)$/;

export function diffConfig(before: Config, after: Config): ConfigDiff {
  const added: string[] = [];
  const removed: string[] = [];
  const changed: string[] = [];
  const compare = (name: string, old: ReadonlyMap<string, unknown>, now: ReadonlyMap<string, unknown>): void => {
    for (const id of now.keys()) if (!old.has(id)) added.push(`${name}.${id}`);
    for (const [id, entry] of old) {
      if (now.has(id)) leaves(`${name}.${id}`, entry, now.get(id), changed);
      else removed.push(`${name}.${id}`);
    }
  };
  for (const section of SECTIONS) compare(section, before[section], after[section]);
  for (const section of NETWORK) compare(section, before.network[section], after.network[section]);
  compare("tickets", before.tickets ?? new Map(), after.tickets ?? new Map());
  compare("rules", byKey(before.rules, "id"), byKey(after.rules, "id"));
  compare("tokens", byKey(before.tokens, "name"), byKey(after.tokens, "name"));
  compare("sessions.calendars", written(before), written(after));
  leaves("sessions.specialties", before.sessions.specialties, after.sessions.specialties, changed);
  for (const setting of SETTINGS) {
    const [old, now] = [before[setting], after[setting]];
    if (old === undefined && now !== undefined) added.push(setting);
    else if (old !== undefined && now === undefined) removed.push(setting);
    else leaves(setting, old, now, changed);
  }
  leaves("canary", before.network.canary, after.network.canary, changed);
  const removedSites = [...before.network.sites.keys()].filter((id) => !after.network.sites.has(id));
  const removedDevices = [...before.network.devices.keys()].filter((id) => !after.network.devices.has(id));
  return {
    added: added.sort(),
    removed: removed.sort(),
    changed: changed.sort(),
    removedSites,
    removedDevices,
    needsRestart: [...added, ...removed, ...changed].filter((path) => atStart.test(path)).sort(),
    needsYes: question(removedSites, removedDevices.length, before.network.devices.size),
  };
}

/** Ids of devices that are looked at otherwise now, or gone: their own entry changed, or their family. */
export function changedDevices(before: Config, after: Config): readonly string[] {
  const differs = (old: unknown, now: unknown): boolean => JSON.stringify(old) !== JSON.stringify(now);
  // A family that changed is asked otherwise: sessions, feedback and counters begin anew.
  const families = new Set(
    [...before.families.values()].filter((family) => differs(family, after.families.get(family.id))).map(({ id }) => id),
  );
  return [...before.network.devices.values()]
    .filter((device) => families.has(device.family) || differs(device, after.network.devices.get(device.id)))
    .map(({ id }) => id);
}

function question(sites: readonly string[], devices: number, of: number): string | undefined {
  if (sites.length === 0 && devices <= of * MOST_DEVICES_LEAVING) return undefined;
  const named = sites.length > 5 ? `${sites.slice(0, 5).join(", ")} and ${sites.length - 5} more` : sites.join(", ");
  const parts = [
    ...(sites.length === 0 ? [] : [`${sites.length === 1 ? "site" : "sites"} ${named}`]),
    ...(devices === 0 ? [] : [`${devices} of ${of} devices (${((100 * devices) / of).toFixed(1)} %)`]),
  ];
  return `this takes away ${parts.join(" and ")}; their open incidents stay open. Say yes to go on`;
}

/** Calendars as text: the words that lead to rooms are compared and not shown, for they may name a person. */
function written({ sessions }: Config): ReadonlyMap<string, string> {
  // What a secret says comes before what it prints as.
  function text(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
    const raw = this[key];
    if (typeof raw === "object" && raw !== null && isSecret(raw)) return raw.reveal();
    return value instanceof Map ? [...value] : value;
  }
  return new Map([...sessions.calendars].map(([id, calendar]) => [id, JSON.stringify(calendar, text)]));
}

function byKey<K extends string, T extends Readonly<Record<K, string>>>(list: readonly T[], key: K): ReadonlyMap<string, T> {
  return new Map(list.map((entry) => [entry[key], entry]));
}

function isSecret(value: object): value is { reveal(): string; ref: string } {
  return "reveal" in value && typeof value.reveal === "function";
}

/** Paths below `path` at which two values differ. A list is compared as a whole. */
function leaves(path: string, old: unknown, now: unknown, changed: string[]): void {
  if (Object.is(old, now)) return;
  if (typeof old !== "object" || typeof now !== "object" || old === null || now === null) {
    changed.push(path);
  } else if (isSecret(old) || isSecret(now)) {
    const same = isSecret(old) && isSecret(now) && old.ref === now.ref && old.reveal() === now.reveal();
    if (!same) changed.push(path);
  } else if (Array.isArray(old) || Array.isArray(now)) {
    if (JSON.stringify(old) !== JSON.stringify(now)) changed.push(path);
  } else {
    const [a, b] = [old as Record<string, unknown>, now as Record<string, unknown>];
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) leaves(`${path}.${key}`, a[key], b[key], changed);
  }
}
