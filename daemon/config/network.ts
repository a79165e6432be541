/**
 * Sites, rooms, devices and links: built from their entries, every reference checked.
 */
import type { z } from "zod";
import type { Credential, FunctionEntry, Partner, ServiceCalendar } from "../model/config.ts";
import type { Family } from "../model/family.ts";
import type { Device, Link, Network, Room, Site } from "../model/network.ts";
import { circles, given, type Loading } from "./context.ts";
import { type Trade, tradeOf } from "./credentials.ts";
import { SNMP_PORT, SSH_PORT, TELNET_PORT } from "./defaults.ts";
import { checksOf, checkTelnet, checkTls } from "./looks.ts";
import type { Path } from "./problems.ts";
import { checkReference, type Section, withIds } from "./reading.ts";
import { UNREAD } from "./scalars.ts";
import * as schema from "./schema.ts";

/** What the network refers to. */
export interface Known {
  readonly credentials: Section<Credential>;
  readonly calendars: Section<ServiceCalendar>;
  readonly families: ReadonlyMap<string, Family>;
  readonly functions: Section<FunctionEntry>;
  readonly contactIds: ReadonlySet<string>;
  readonly partners: Section<Partner>;
  readonly timezone: string;
  readonly serviceHours: string;
}

type RawDevice = z.output<typeof schema.device>;
type RawSite = z.output<typeof schema.site>;
type Ids = Readonly<Record<"sites" | "rooms" | "devices", ReadonlySet<string>>>;

export function readNetwork(loading: Loading, known: Known): Network {
  const { sections, findings } = loading;
  const rawSites = sections.section("sites", schema.site);
  const rawRooms = sections.section("rooms", schema.room);
  const rawDevices = sections.section("devices", schema.device);
  const rawLinks = sections.section("links", schema.link);
  const ids: Ids = { sites: rawSites.ids, rooms: rawRooms.ids, devices: rawDevices.ids };

  const sites = new Map([...rawSites.entries].map(([id, raw]) => [id, site(loading, known, ids, id, raw)]));
  const rooms = new Map([...rawRooms.entries].map(([id, raw]) => [id, room(loading, known, ids, id, raw)]));
  const devices = new Map<string, Device>();
  for (const [id, raw] of rawDevices.entries) {
    const made = device({ loading, known, ids, rooms, site: sites.get(raw.site) }, id, raw);
    if (made !== undefined) devices.set(id, made);
  }
  const links = new Map([...rawLinks.entries].map(([id, raw]) => [id, link(loading, known, ids, id, raw)]));
  const canary = sections.setting("canary", schema.canary);
  if (canary !== undefined) checkReference(findings, ["canary"], "device", canary, ids.devices);
  if (ids.devices.size === 0) findings.warn(["devices"], "there is no device to watch; add one under devices");
  checkParents(loading, devices);
  checkAddresses(loading, devices);
  checkAssets(loading, devices);
  return { sites, rooms, devices, links, ...given({ canary }) };
}

function site({ findings }: Loading, known: Known, ids: Ids, id: string, raw: RawSite): Site {
  const path: Path = ["sites", id];
  if (raw.gateway !== undefined) checkReference(findings, [...path, "gateway"], "device", raw.gateway, ids.devices);
  const serviceHours = raw.service_hours ?? known.serviceHours;
  if (raw.service_hours !== undefined) checkReference(findings, [...path, "service_hours"], "calendar", serviceHours, known.calendars.ids);
  const { name, timezone = known.timezone, gateway, labels = {} } = raw;
  return { id, name, timezone, serviceHours, labels, ...given({ gateway, nightWindow: raw.night_window }) };
}

function room({ findings }: Loading, known: Known, ids: Ids, id: string, raw: z.output<typeof schema.room>): Room {
  const path: Path = ["rooms", id];
  checkReference(findings, [...path, "site"], "site", raw.site, ids.sites);
  const { coordinator } = raw;
  if (coordinator !== undefined && !known.contactIds.has(coordinator)) {
    const ids = withIds(known.functions.ids, known.contactIds);
    checkReference(findings, [...path, "coordinator"], "function or contact", coordinator, ids);
  }
  const { schedule, presence = "always" } = raw;
  if (schedule !== undefined) checkReference(findings, [...path, "schedule"], "calendar", schedule, known.calendars.ids);
  if (schedule !== undefined && presence !== "scheduled")
    findings.warn([...path, "schedule"], `has no use where presence is ${presence}; write presence: scheduled, or take it out`);
  const optional = given({ localName: raw.local_name, phone: raw.phone, coordinator, schedule });
  return { id, site: raw.site, name: raw.name, presence, ...optional };
}

function link({ findings }: Loading, known: Known, ids: Ids, id: string, raw: z.output<typeof schema.link>): Link {
  const path: Path = ["links", id];
  const [from = "", to = ""] = raw.ends;
  if (raw.ends.length !== 2) {
    findings.problem([...path, "ends"], `has ${raw.ends.length} ends; write two sites`);
  } else if (from === to) findings.problem([...path, "ends"], `has "${from}" at both ends; write two different sites`);
  for (const [index, end] of raw.ends.entries()) checkReference(findings, [...path, "ends", index], "site", end, ids.sites);
  if (raw.owner !== undefined) checkReference(findings, [...path, "owner"], "partner", raw.owner, known.partners.ids);
  if (raw.device !== undefined) checkReference(findings, [...path, "device"], "device", raw.device, ids.devices);
  return { id, name: raw.name, ends: [from, to], ...given({ owner: raw.owner, circuit: raw.circuit, device: raw.device }) };
}

interface DeviceContext {
  readonly loading: Loading;
  readonly known: Known;
  readonly ids: Ids;
  readonly rooms: ReadonlyMap<string, Room>;
  readonly site: Site | undefined;
}

function device(context: DeviceContext, id: string, raw: RawDevice): Device | undefined {
  const { known, ids, loading } = context;
  const { findings } = loading;
  const path: Path = ["devices", id];
  checkReference(findings, [...path, "site"], "site", raw.site, ids.sites);
  checkRoom(context, path, raw);
  for (const [index, parent] of (raw.parents ?? []).entries()) {
    checkReference(findings, [...path, "parents", index], "device", parent, ids.devices);
  }
  if (raw.service_hours !== undefined) {
    checkReference(findings, [...path, "service_hours"], "calendar", raw.service_hours, known.calendars.ids);
  }
  checkSupplier(context, path, raw.supplier);
  const trades: readonly Trade[] = ["snmp", "ssh", "telnet", "https"];
  const credentialsFit = trades.map((trade) => credentialFits(context, path, trade, raw[trade])).every(Boolean);
  if (!checkReference(findings, [...path, "family"], "family", raw.family, loading.sections.ids(known.families.keys()))) return undefined;
  const family = known.families.get(raw.family);
  if (family === undefined) return undefined;
  if (raw.legacy?.ssh_algorithms === true) {
    findings.warn([...path, "legacy", "ssh_algorithms"], "is a weakness: old SSH algorithms; take it out when the device is renewed");
  }
  checkTelnet(findings, path, raw, family);
  checkTls(findings, path, raw, family);
  return {
    id,
    name: raw.name ?? id,
    site: raw.site,
    address: raw.address,
    family: family.id,
    kind: family.kind,
    parents: raw.parents ?? defaultParents(id, context.site),
    checks: checksOf({ findings, id, raw, family, credentialsFit }),
    credentials: given({ snmp: raw.snmp, ssh: raw.ssh, telnet: raw.telnet, https: raw.https }),
    snmpPort: raw.snmp_port ?? SNMP_PORT,
    sshPort: raw.ssh_port ?? SSH_PORT,
    telnetPort: raw.telnet_port ?? family.shell?.telnetPort ?? TELNET_PORT,
    serviceHours: raw.service_hours ?? context.site?.serviceHours ?? known.serviceHours,
    labels: raw.labels ?? {},
    commissioning: raw.commissioning ?? false,
    alwaysUrgent: raw.always_urgent ?? false,
    legacy: legacyOf(raw),
    ...given({ httpsPort: raw.https_port, tlsFingerprint: raw.tls_fingerprint }),
    ...given({ room: raw.room, supplier: raw.supplier, warrantyUntil: raw.warranty_until, nightWindow: raw.night_window }),
    ...(raw.asset === undefined ? {} : { asset: given({ ...raw.asset }) }),
  };
}

function legacyOf({ legacy }: RawDevice): Device["legacy"] {
  return {
    sshAlgorithms: legacy?.ssh_algorithms ?? false,
    telnet: legacy?.telnet ?? false,
    ...(legacy?.unverified_tls === true ? { unverifiedTls: true } : {}),
    ...(legacy?.tls === true ? { tls: true } : {}),
  };
}

/** A device that names no parent is reached through its site's gateway. */
function defaultParents(id: string, site: Site | undefined): readonly string[] {
  return site?.gateway === undefined || site.gateway === id ? [] : [site.gateway];
}

function checkRoom({ loading, ids, rooms }: DeviceContext, path: Path, raw: RawDevice): void {
  if (raw.room === undefined) return;
  if (!checkReference(loading.findings, [...path, "room"], "room", raw.room, ids.rooms)) return;
  const site = rooms.get(raw.room)?.site;
  if (site !== undefined && site !== raw.site) {
    loading.findings.problem([...path, "room"], `"${raw.room}" is at site "${site}" and the device at "${raw.site}"; make them one`);
  }
}

function checkSupplier({ loading, known }: DeviceContext, path: Path, supplier: string | undefined): void {
  if (supplier === undefined || known.partners.ids.has(supplier)) return;
  loading.findings.warn([...path, "supplier"], `"${supplier}" is not a partner, so nobody can be called; add it under partners`);
}

function credentialFits({ loading, known }: DeviceContext, path: Path, trade: Trade, id: string | undefined): boolean {
  if (id === undefined) return true;
  if (!checkReference(loading.findings, [...path, trade], "credential", id, known.credentials.ids)) return false;
  const credential = known.credentials.entries.get(id);
  if (credential === undefined || tradeOf(credential.kind) === trade) return true;
  loading.findings.problem([...path, trade], `credential "${id}" is for ${tradeOf(credential.kind)}; name one for ${trade}`);
  return false;
}

function checkParents({ findings }: Loading, devices: ReadonlyMap<string, Device>): void {
  for (const round of circles((id) => devices.get(id)?.parents ?? [], devices.keys())) {
    const path = ["devices", round[0] ?? "", "parents"];
    findings.problem(path, `goes in a circle: ${round.join(" → ")}; name what each is reached through, from Vigie outwards`);
  }
}

function checkAddresses({ findings }: Loading, devices: ReadonlyMap<string, Device>): void {
  const first = new Map<string, Device>();
  for (const device of devices.values()) {
    if (device.address === UNREAD) continue;
    const other = first.get(device.address);
    if (other === undefined) {
      first.set(device.address, device);
      continue;
    }
    const path = ["devices", device.id, "address"];
    if (other.snmpPort === device.snmpPort && other.sshPort === device.sshPort) {
      findings.problem(path, `"${device.address}" is also the address of "${other.id}"; give each device its own`);
    } else {
      findings.warn(path, `"${device.address}" is also the address of "${other.id}": their traps cannot be told apart; give each its own`);
    }
  }
}

/** One label on two devices is a mistake in the books; nothing else is wrong with them. */
function checkAssets({ findings }: Loading, devices: ReadonlyMap<string, Device>): void {
  for (const key of ["tag", "serial"] as const) {
    const first = new Map<string, string>();
    for (const { id, asset } of devices.values()) {
      const value = asset?.[key];
      if (value === undefined) continue;
      const other = first.get(value);
      if (other === undefined) first.set(value, id);
      else findings.warn(["devices", id, "asset", key], `"${value}" is also that of "${other}"; read it on the device, and correct one`);
    }
  }
}
