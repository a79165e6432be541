/**
 * From what was seen to devices for the file: id, site, family, parents, gateways, each with the reason for it.
 *
 * Pure. Proposals, for a person to review: nothing here is put into force.
 */
import type { Family } from "../../daemon/model/family.ts";
import type { Discovery } from "./discover.ts";
import { isInfrastructure, type Recognised, recognised, type Sureness } from "./evidence.ts";
import { cleanName, uniqueName } from "./name.ts";
import { addressNumber, siteOf } from "./range.ts";
import type { Seen } from "./seen.ts";
import { type Node, type Place, places } from "./topology.ts";

/** What the configuration knows already. */
export interface Known {
  readonly families: ReadonlyMap<string, Family>;
  readonly sites: ReadonlyMap<string, { readonly id: string; readonly gateway?: string }>;
  readonly devices: ReadonlyMap<
    string,
    { readonly id: string; readonly name: string; readonly site: string; readonly kind: Family["kind"] }
  >;
  readonly subnets: Readonly<Record<string, readonly string[]>>;
  /** The credential that is proposed for web interfaces; it was sent to none of them. */
  readonly https?: string;
}

/** A look that waits for a person: who has compared the certificate on the device, or has named a login. */
export interface WebLook {
  readonly port: number;
  readonly credential?: string;
  /** Undefined: an authority vouches for the certificate. */
  readonly fingerprint?: string;
  /** It needs `legacy: { tls: true }`. */
  readonly old: boolean;
}

export interface Proposal {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  /** Undefined: no subnet of the configuration holds the address. */
  readonly site?: string;
  readonly family: string;
  readonly sureness: Sureness;
  readonly parents: readonly string[];
  readonly snmp?: string;
  readonly ssh?: string;
  /** Proposed, and not in force in the entry. */
  readonly https?: WebLook;
  /** Looks of the family that cannot be done yet, for want of a credential. */
  readonly without: readonly string[];
  /** Through which its site would be reached. */
  readonly gateway: boolean;
  /** What was seen, and why this is proposed; a line each, English. */
  readonly remarks: readonly string[];
}

interface Draft {
  readonly seen: Seen;
  readonly id: string;
  readonly name: string;
  readonly site: ReturnType<typeof siteOf>;
  readonly known: Recognised | undefined;
  readonly joins: boolean;
}

export function propose(discovery: Pick<Discovery, "seen">, known: Known): readonly Proposal[] {
  const taken = new Set(known.devices.keys());
  const fresh = discovery.seen.filter(({ configured }) => configured === undefined);
  const drafts = [...fresh].sort((a, b) => addressNumber(a.address) - addressNumber(b.address)).map((seen) => draft(seen, known, taken));
  const gateways = gatewaysOf(drafts, known);
  const around = places([...drafts.map((each) => nodeOf(each, gateways.has(each.id))), ...configuredNodes(discovery.seen, known)]);
  const sameName = namesakes(drafts);
  return drafts.map((each) => {
    const proposal = proposalOf(each, around.get(each.id), gateways.get(each.id), sameName.get(each.id));
    const https = webLookAt(each, known.https);
    return https === undefined ? proposal : { ...proposal, https };
  });
}

function draft(seen: Seen, known: Known, taken: Set<string>): Draft {
  const family = recognised(known.families, seen);
  const site = siteOf(seen.address, known.subnets) ?? onlySite(known);
  const name = seen.snmp?.sysName?.trim();
  const kind = family?.family.kind ?? "endpoint";
  const plain = cleanName(name ?? "") ?? `${site?.site ?? "unknown"}-${kind}-${seen.address.split(".").slice(2).join("-")}`;
  const id = uniqueName(plain, seen.address, taken);
  taken.add(id);
  return { seen, id, name: name === undefined || name === "" ? id : name, site, known: family, joins: isInfrastructure(family, seen) };
}

function onlySite({ sites }: Known): ReturnType<typeof siteOf> {
  const [only, ...more] = sites.keys();
  return only === undefined || more.length > 0 ? undefined : { site: only, subnet: "" };
}

/** Devices through which a site would be reached, with the reason: its only router, where the file names none. */
function gatewaysOf(drafts: readonly Draft[], known: Known): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const site of known.sites.values()) {
    const configured = [...known.devices.values()].filter((device) => device.site === site.id && device.kind === "router");
    const routers = drafts.filter((each) => each.site?.site === site.id && each.known?.family.kind === "router");
    const [only, ...more] = routers;
    if (site.gateway !== undefined || configured.length > 0 || only === undefined) continue;
    if (more.length === 0) found.set(only.id, `the only router of ${site.id}`);
  }
  return found;
}

function nodeOf({ seen, id, joins }: Draft, gateway: boolean): Node {
  const names = seen.snmp?.sysName === undefined ? [] : [seen.snmp.sysName];
  const chassis = seen.chassis === undefined ? {} : { chassis: seen.chassis };
  return { id, address: seen.address, names, joins, gateway, neighbours: seen.neighbours, ...chassis };
}

function configuredNodes(seen: readonly Seen[], known: Known): readonly Node[] {
  const gateways = new Set([...known.sites.values()].map(({ gateway }) => gateway));
  return seen.flatMap((each): readonly Node[] => {
    const device = known.devices.get(each.configured ?? "");
    if (device === undefined) return [];
    const names = [device.id, device.name, ...(each.snmp?.sysName === undefined ? [] : [each.snmp.sysName])];
    const joins = device.kind === "switch" || device.kind === "router";
    const chassis = each.chassis === undefined ? {} : { chassis: each.chassis };
    return [
      { id: device.id, address: each.address, names, joins, gateway: gateways.has(device.id), neighbours: each.neighbours, ...chassis },
    ];
  });
}

/** The first device that said the same name: a router answers on each of its addresses. */
function namesakes(drafts: readonly Draft[]): ReadonlyMap<string, Draft> {
  const first = new Map<string, Draft>();
  const found = new Map<string, Draft>();
  for (const each of drafts) {
    const { sysName, sysObjectId } = each.seen.snmp ?? {};
    if (sysName === undefined) continue;
    const key = `${sysName}\n${sysObjectId ?? ""}`;
    const before = first.get(key);
    if (before === undefined) first.set(key, each);
    else found.set(each.id, before);
  }
  return found;
}

const fallback = "ping-only";

function proposalOf(draft: Draft, place: Place | undefined, gateway: string | undefined, same: Draft | undefined): Proposal {
  const { seen, id, name, site, known } = draft;
  const looks = new Set(known?.family.checks.map(({ kind }) => kind) ?? []);
  const snmp = seen.snmp !== undefined && looks.has("snmp") ? { snmp: seen.snmp.credential } : {};
  const ssh = seen.login !== undefined && looks.has("ssh") ? { ssh: seen.login } : {};
  const have = { ...snmp, ...ssh };
  return {
    ...{ id, name, address: seen.address, family: known?.family.id ?? fallback, sureness: known?.sureness ?? "guess" },
    ...(site === undefined ? {} : { site: site.site }),
    ...have,
    parents: place?.parents ?? [],
    without: (["snmp", "ssh", "telnet", "https"] as const).filter((kind) => looks.has(kind) && !(kind in have)),
    gateway: gateway !== undefined,
    remarks: [...remarksOn(draft), ...remarksOnPlace(place, gateway), ...remarksOnNamesake(same)],
  };
}

function webLookAt({ seen: { web }, known }: Draft, credential: string | undefined): WebLook | undefined {
  if (web === undefined || known?.family.https === undefined) return undefined;
  const { port, fingerprint, isVouched, isOld } = web;
  return { port, old: isOld, ...(isVouched ? {} : { fingerprint }), ...(credential === undefined ? {} : { credential }) };
}

function remarksOn({ seen, site, known }: Draft): readonly string[] {
  const { snmp, identification, login, ports, refused, rttMs } = seen;
  const answers = rttMs === undefined ? "answers" : `answers ping in ${rttMs.toFixed(1)} ms`;
  return [
    `${answers}${snmp === undefined ? ", not SNMP" : ` and SNMP with ${snmp.credential}`}`,
    ...(refused.length === 0 ? [] : [`refused ${[...new Set(refused)].join(", ")}`]),
    ...(snmp?.sysDescr === undefined ? [] : [`sysDescr ${snmp.sysDescr}`]),
    ...(snmp?.sysObjectId === undefined ? [] : [`sysObjectID ${snmp.sysObjectId}`]),
    ...(identification === undefined
      ? []
      : [`SSH says ${softwareOf(identification)}${login === undefined ? "" : `; ${login} may log in`}`]),
    ...(ports.length === 0 ? [] : [`TCP ${ports.join(", ")} accept`]),
    ...remarksOnWeb(seen, known),
    known === undefined ? "family: a guess; nothing tells what it is" : `family: ${known.sureness}, ${known.by}`,
    site === undefined
      ? "site: no subnet of discovery.sites holds this address; write it"
      : `site: ${site.subnet === "" ? "the only one there is" : `by its subnet ${site.subnet}`}`,
  ];
}

function remarksOnWeb({ web }: Seen, known: Recognised | undefined): readonly string[] {
  if (web === undefined) return [];
  const { port, fingerprint, isVouched, isOld, subject, issuer, until } = web;
  const by = issuer === undefined || issuer === subject ? "" : `, issued by ${issuer}`;
  const words = `${subject === undefined ? "no name" : subject}${by}${until === undefined ? "" : `, until ${until}`}`;
  const trust = isVouched ? "an authority vouches for it" : "nobody vouches for it";
  const asked =
    known?.family.https !== undefined ? [] : ["which family its web interface is of nothing tells: write the family, if you know it"];
  return [
    `HTTPS answers on port ${port}${isOld ? " with TLS 1.0 or 1.1 only" : ""}; certificate: ${words}; ${trust}`,
    `its SHA-256 fingerprint ${fingerprint}`,
    ...asked,
  ];
}

/** Without the comment of RFC 4253 section 4.2, which is free text. */
function softwareOf(identification: string): string {
  return identification.split(" ")[0] ?? "";
}

const strangersAtMost = 8;

function remarksOnPlace(place: Place | undefined, gateway: string | undefined): readonly string[] {
  if (place === undefined) return [];
  const cables = place.cables.map(
    ({ to, via, port }) => `${via.toUpperCase()}: joined to ${to}${port === undefined ? "" : `, its port ${port}`}`,
  );
  const { strangers, undecided } = place;
  const more = strangers.length > strangersAtMost ? ` and ${strangers.length - strangersAtMost} more` : "";
  return [
    ...cables,
    ...(undecided.length === 0 ? [] : [`parents: which of these is nearer is not known: ${undecided.join(", ")}`]),
    ...(gateway === undefined ? [] : [`gateway: ${gateway}`]),
    ...(strangers.length === 0 ? [] : [`neighbours not found here: ${strangers.slice(0, strangersAtMost).join(", ")}${more}`]),
  ];
}

function remarksOnNamesake(same: Draft | undefined): readonly string[] {
  return same === undefined
    ? []
    : [`same name as ${same.id} (${same.seen.address}): if it is another address of that one, take this entry out`];
}
