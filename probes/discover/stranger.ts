/**
 * The questions to one address that answered a ping: its system group, its neighbours where it joins cables, its SSH greeting and the
 * H.323 and SIP ports where SNMP did not tell what it is, and the certificate of its web interface. Each packet and each connection is paid for before it leaves.
 */
import type { Family } from "../../daemon/model/family.ts";
import type { Address } from "../icmp/address.ts";
import { newBatch } from "../snmp/batch.ts";
import { Conversation, type Told } from "../snmp/conversation.ts";
import type { Session, SnmpCredential } from "../snmp/conversing.ts";
import { openSession, whyUnsupported } from "../snmp/session.ts";
import { isAbsent, numberOf, textOf, type Varbind } from "../snmp/value.ts";
import { Turnstile } from "../turnstile.ts";
import type { Asking } from "./asking.ts";
import { webInterfaceAt } from "./certificate.ts";
import { isInfrastructure, isServiceOf, recognised, services } from "./evidence.ts";
import { accepts, serviceGreeting, signallingPorts, sshIdentification } from "./greeting.ts";
import { type Neighbourhood, readNeighbours } from "./neighbours.ts";
import type { Seen, SystemGroup } from "./seen.ts";
import { lookInside } from "./shell.ts";

/** A configured device that joins cables: asked for its neighbours with its own credential. */
export interface Configured {
  readonly id: string;
  readonly credential?: SnmpCredential & { readonly id: string };
  readonly snmpPort: number;
}

/** Waiting for one answer over SNMP, in milliseconds: what a slow link and a slow agent need. */
const attemptMs = 1_500;
/** A far end that has accepted and says nothing. */
const greetingMs = 2_000;
/** MIB-II system group: sysDescr, sysObjectID, sysName, sysServices. sysContact and sysLocation are free text about people: never asked. */
const system = {
  descr: "1.3.6.1.2.1.1.1.0",
  objectId: "1.3.6.1.2.1.1.2.0",
  name: "1.3.6.1.2.1.1.5.0",
  services: "1.3.6.1.2.1.1.7.0",
} as const;

export const defaultPorts: readonly number[] = signallingPorts;

/** Asks a stranger all that is asked. */
export async function ask(address: Address, rttMs: number, asking: Asking): Promise<Seen> {
  const refused: string[] = [];
  const met = await meet(address, asking, refused);
  const known = met === undefined ? {} : { snmp: met.group };
  try {
    const first = recognised(asking.families, { ...known, ports: [] });
    const joins = isInfrastructure(first, known);
    const around = met !== undefined && joins ? await readNeighbours(met.talk, memory(), met.bulk) : none;
    const unsure = (first === undefined || first.sureness === "guess") && !joins;
    const service = unsure || first?.family.kind === "host" ? await serviceOf(address, asking) : undefined;
    const greeted =
      service === undefined ? await greet(address, { family: unsure ? undefined : first?.family, unsure }, asking, refused) : silent;
    const { chassis } = around;
    const now = unsure && service === undefined ? recognised(asking.families, { ...known, ...greeted }) : first;
    const isKnown = service !== undefined || joins || (now !== undefined && now.sureness !== "guess");
    const web = !isKnown || now?.family.https !== undefined ? await webInterfaceAt(address.ip, asking) : undefined;
    return {
      ...{ address: address.ip, rttMs, ...known, refused, ...greeted },
      ...(service === undefined ? {} : { service }),
      ...(web === undefined ? {} : { web }),
      ...(chassis === undefined ? {} : { chassis }),
      neighbours: [...around.neighbours, ...greeted.neighbours],
    };
  } finally {
    met?.session.close();
  }
}

const silent: Greeted = { ports: [], neighbours: [] };

/** A program that tells its name on a port of its own, on a host that SNMP knows only as a host, or on a stranger. */
async function serviceOf(address: Address, asking: Asking): Promise<string | undefined> {
  const pay = () => asking.pay(1);
  for (const { family, port } of services(asking.families)) {
    const known = (text: string) => isServiceOf(family, text);
    const said = await serviceGreeting({ host: address.ip, port, timeoutMs: greetingMs, pay }, known, asking.signal);
    if (said !== undefined) return said;
  }
  return undefined;
}

type Greeted = Pick<Seen, "identification" | "greeting" | "login" | "ports" | "neighbours">;

/** What it says to whoever connects: only where SNMP did not tell what it is, or where a login is configured and may tell more. */
async function greet(
  address: Address,
  { family, unsure }: { readonly family: Family | undefined; readonly unsure: boolean },
  asking: Asking,
  refused: string[],
): Promise<Greeted> {
  const host = { host: address.ip, timeoutMs: greetingMs, pay: () => asking.pay(1) };
  const wantsShell = asking.ssh !== undefined && (unsure || family?.shell !== undefined);
  if (!unsure && !wantsShell) return silent;
  const identification = await sshIdentification({ ...host, port: asking.sshPort }, asking.signal);
  const inside = wantsShell && identification !== undefined ? await lookInside(address, family, asking, refused) : undefined;
  const ports: number[] = [];
  for (const port of unsure && inside?.greeting === undefined ? asking.ports : [])
    if (await accepts({ ...host, port }, asking.signal)) ports.push(port);
  return { ...(identification === undefined ? {} : { identification }), ...inside?.seen, ports, neighbours: inside?.neighbours ?? [] };
}

/** Reads the neighbours of a configured device; nothing else is asked of it. */
export async function askConfigured(address: Address, configured: Configured, asking: Asking): Promise<Seen> {
  const { credential, id, snmpPort } = configured;
  const nothing = { address: address.ip, configured: id, refused: [], ports: [], neighbours: [] };
  if (credential === undefined) return nothing;
  const refused: string[] = [];
  const met = await meet(address, { ...asking, credentials: [credential], snmpPort }, refused);
  if (met === undefined) return { ...nothing, refused };
  try {
    const { chassis, neighbours } = await readNeighbours(met.talk, memory(), met.bulk);
    return { ...nothing, snmp: met.group, neighbours, ...(chassis === undefined ? {} : { chassis }) };
  } finally {
    met.session.close();
  }
}

const none: Neighbourhood = { neighbours: [] };
const memory = () => ({ batch: newBatch(), absent: new Map<string, number>() });

interface Met {
  readonly group: SystemGroup & { readonly credential: string };
  readonly talk: Conversation;
  readonly session: Session;
  readonly bulk: boolean;
}

/** The first credential that is answered; a second round only for silence, because a packet may be lost. */
async function meet(address: Address, asking: Asking, refused: string[]): Promise<Met | undefined> {
  for (const _round of [1, 2]) {
    for (const credential of asking.credentials) {
      if (asking.signal.aborted || whyUnsupported(credential) !== undefined || !asking.tries.may(address.ip, credential.id)) continue;
      const answer = await meetWith(address, credential, asking);
      if (answer === "refused") {
        asking.tries.refused(address.ip, credential.id);
        refused.push(credential.id);
      } else if (answer !== undefined) {
        asking.tries.accepted(credential.id);
        return answer;
      }
    }
  }
  return undefined;
}

async function meetWith(
  address: Address,
  credential: SnmpCredential & { readonly id: string },
  asking: Asking,
): Promise<Met | "refused" | undefined> {
  let session = openSession(asking.sockets, { ...address, port: asking.snmpPort }, credential);
  const talk = new Conversation({
    session: (fresh) => {
      if (fresh) {
        session.close();
        session = openSession(asking.sockets, { ...address, port: asking.snmpPort }, credential);
      }
      return session;
    },
    gate: new Turnstile(1),
    // Its sockets pay, for each packet as it leaves: SNMPv3 needs one, two or three for a question.
    pace: () => undefined,
    attemptMs,
    retries: 0,
  });
  const told = await talk.ask({ kind: "get", oids: Object.values(system) });
  const values = told.kind === "error" ? await oneByOne(talk) : valuesOf(told);
  if (values !== undefined && values.length > 0) {
    const group = { ...groupOf(values), credential: credential.id };
    return { group, talk, session, bulk: credential.kind !== "snmp-community" || credential.version !== "1" };
  }
  // An engine that answered the discovery and then fell silent did not like what came next: that is a refusal too.
  const answer = told.kind === "refused" || (told.kind === "silent" && talk.onlyDiscovered) ? "refused" : undefined;
  session.close();
  return answer;
}

/** SNMPv1 answers nothing of a question with one name it does not have. */
async function oneByOne(talk: Conversation): Promise<readonly Varbind[]> {
  const found: Varbind[] = [];
  for (const oid of Object.values(system)) found.push(...(valuesOf(await talk.ask({ kind: "get", oids: [oid] })) ?? []));
  return found;
}

function valuesOf(told: Told): readonly Varbind[] | undefined {
  return told.kind === "values" ? told.varbinds.filter((varbind) => !isAbsent(varbind)) : undefined;
}

const descrAtMost = 1_000;
const textAtMost = 200;

function groupOf(varbinds: readonly Varbind[]): SystemGroup {
  const by = new Map(varbinds.map((varbind) => [varbind.oid, varbind]));
  const text = (oid: string, most: number): string | undefined => {
    const varbind = by.get(oid);
    const read = varbind === undefined ? "" : (textOf(varbind) ?? "");
    return read === "" ? undefined : read.slice(0, most);
  };
  const services = by.get(system.services);
  const found = {
    sysDescr: text(system.descr, descrAtMost),
    sysObjectId: text(system.objectId, textAtMost),
    sysName: text(system.name, textAtMost),
    sysServices: services === undefined ? undefined : numberOf(services),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}
