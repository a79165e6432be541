/**
 * Who is at the other end of a switch's cables: LLDP-MIB (IEEE 802.1AB) and CISCO-CDP-MIB. OIDs and meanings from the manuals.
 */
import type { Conversation } from "../snmp/conversation.ts";
import type { ReadMemory } from "../snmp/scalars.ts";
import { isAbsent, textOf, type Varbind } from "../snmp/value.ts";
import { type Column, emptyColumn, walk } from "../snmp/walk.ts";
import type { Neighbour } from "./seen.ts";

const lldpRemote = "1.0.8802.1.1.2.1.4.1.1";
/** lldpRemTable: chassis id subtype and id, port id, port description, system name. Index: time mark, local port, remote index. */
const lldp = {
  chassisSubtype: `${lldpRemote}.4`,
  chassis: `${lldpRemote}.5`,
  port: `${lldpRemote}.7`,
  name: `${lldpRemote}.9`,
  /** lldpRemManAddrIfSubtype: the address is in the index, after lldpRemTable's, as subtype, length, octets. */
  address: "1.0.8802.1.1.2.1.4.2.1.3",
  /** lldpLocPortId by local port. */
  localPort: "1.0.8802.1.1.2.1.3.7.1.3",
} as const;
/** lldpLocChassisId.0. */
const localChassis = "1.0.8802.1.1.2.1.3.2.0";

const cdpCache = "1.3.6.1.4.1.9.9.23.1.2.1.1";
/** cdpCacheTable. Index: interface, device. */
const cdp = { address: `${cdpCache}.4`, device: `${cdpCache}.6`, port: `${cdpCache}.7`, platform: `${cdpCache}.8` } as const;
/** ifName by interface, for CDP's local port. */
const ifName = "1.3.6.1.2.1.31.1.1.1.1";

/** A stack of 48-port switches has this many; what is beyond is no neighbour of a codec. */
const rowsAtMost = 512;

export interface Neighbourhood {
  readonly chassis?: string;
  readonly neighbours: readonly Neighbour[];
}

/** Walks both tables. An agent that has neither answers two questions. */
export async function readNeighbours(talk: Conversation, memory: ReadMemory, bulk: boolean): Promise<Neighbourhood> {
  const own = await talk.ask({ kind: "get", oids: [localChassis] });
  const chassis = own.kind === "values" && own.varbinds[0] !== undefined ? chassisText(own.varbinds[0]) : undefined;
  const heard = await columns(talk, memory, bulk, lldp.name, [lldp.chassis, lldp.chassisSubtype, lldp.port, lldp.address, lldp.localPort]);
  const cisco = await columns(talk, memory, bulk, cdp.device, [cdp.address, cdp.port, cdp.platform, ifName]);
  return { ...(chassis === undefined ? {} : { chassis }), neighbours: [...lldpNeighbours(heard), ...cdpNeighbours(cisco)] };
}

type Table = ReadonlyMap<string, Column>;

/** Walks `first`; the others only when it has rows: most agents have no such table, and every question counts. */
async function columns(talk: Conversation, memory: ReadMemory, bulk: boolean, first: string, others: readonly string[]): Promise<Table> {
  const table = new Map([[first, emptyColumn()]]);
  await walk(talk, memory, table, { bulk, rowsAtMost });
  if (table.get(first)?.values.size === 0) return table;
  const rest = new Map(others.map((oid) => [oid, emptyColumn()]));
  await walk(talk, memory, rest, { bulk, rowsAtMost });
  return new Map([...table, ...rest]);
}

function cell(table: Table, column: string, index: string): string | undefined {
  const found = table.get(column)?.values.get(index);
  if (found === undefined || isAbsent(found)) return undefined;
  const text = textOf(found)?.trim();
  return text === undefined || text === "" ? undefined : text.slice(0, 200);
}

/** Pure. */
export function lldpNeighbours(table: Table): readonly Neighbour[] {
  const addresses = lldpAddresses(table);
  return [...(table.get(lldp.name)?.values.keys() ?? [])].map((index) => {
    const localNumber = index.split(".")[1] ?? "";
    const chassis = table.get(lldp.chassis)?.values.get(index);
    return present({
      via: "lldp",
      localPort: cell(table, lldp.localPort, localNumber) ?? localNumber,
      name: cell(table, lldp.name, index),
      address: addresses.get(index),
      chassis: chassis === undefined ? undefined : chassisText(chassis),
      port: cell(table, lldp.port, index),
    });
  });
}

/** Index of a management address: time mark, local port, remote index, subtype (1 is IPv4), length, octets. */
function lldpAddresses(table: Table): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const index of table.get(lldp.address)?.values.keys() ?? []) {
    const [mark, port, remote, subtype, length, ...octets] = index.split(".");
    if (subtype === "1" && length === "4" && octets.length === 4) found.set(`${mark}.${port}.${remote}`, octets.join("."));
  }
  return found;
}

/** Pure. A device id may carry its domain, or a serial number in brackets (`switch.example.org(FOC1234X0YZ)`). */
export function cdpNeighbours(table: Table): readonly Neighbour[] {
  return [...(table.get(cdp.device)?.values.keys() ?? [])].map((index) => {
    const interfaceNumber = index.split(".")[0] ?? "";
    return present({
      via: "cdp",
      localPort: cell(table, ifName, interfaceNumber) ?? interfaceNumber,
      name: cell(table, cdp.device, index)?.replace(/\([^)]*\)$/, ""),
      address: ipOf(table.get(cdp.address)?.values.get(index)),
      port: cell(table, cdp.port, index),
      platform: cell(table, cdp.platform, index),
    });
  });
}

function ipOf(varbind: Varbind | undefined): string | undefined {
  return Buffer.isBuffer(varbind?.value) && varbind.value.length === 4 ? [...varbind.value].join(".") : undefined;
}

/** Six octets are a MAC address; anything else is text. */
function chassisText(varbind: Varbind): string | undefined {
  if (isAbsent(varbind)) return undefined;
  if (Buffer.isBuffer(varbind.value) && varbind.value.length === 6)
    return [...varbind.value].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
  return textOf(varbind)?.slice(0, 100);
}

function present(fields: { readonly [K in keyof Neighbour]: Neighbour[K] | undefined }): Neighbour {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as unknown as Neighbour;
}
