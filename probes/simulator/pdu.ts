/**
 * SNMP PDUs from the agent's side: what is asked, what is answered, and notifications.
 */
import { BerReader, BerWriter, encodeOid, tags, type Value } from "./ber.ts";
import type { ObjectTable } from "./object-table.ts";

export const pduTags = {
  get: 0xa0,
  getNext: 0xa1,
  response: 0xa2,
  set: 0xa3,
  trapV1: 0xa4,
  getBulk: 0xa5,
  trapV2: 0xa7,
  report: 0xa8,
} as const;

/** A request as it came in. For GETBULK `first` is non-repeaters and `second` max-repetitions. */
export interface Request {
  readonly tag: number;
  readonly id: number;
  readonly first: number;
  readonly second: number;
  readonly oids: readonly Buffer[];
}

interface Bound {
  readonly body: Buffer;
  /** Undefined with `missing` set: there is no such object, or the table ended. */
  readonly value?: Value;
  readonly missing?: number;
}

/** Rows of one answer stop here, as a small agent's would: a walk simply asks again. */
const mostBindings = 64;

export function readRequest(reader: BerReader): Request {
  const { tag, from, to } = reader.next();
  const inside = new BerReader(reader.bytes, from, to);
  const id = inside.integer();
  const first = inside.integer();
  const second = inside.integer();
  const list = inside.into();
  const oids: Buffer[] = [];
  while (!list.done) oids.push(list.into().octets());
  return { tag, id, first, second, oids };
}

/** The response PDU, encoded; undefined for what an agent does not answer. `version` 0 is SNMPv1, whose errors are coarser. */
export function answer<C>(request: Request, table: ObjectTable<C>, context: C, version: number): Buffer | undefined {
  if (request.tag === pduTags.set) return refuseToWrite(request, version);
  const bound = bind(request, table, context);
  if (bound === undefined) return undefined;
  const missing = version === 0 ? bound.findIndex((one) => one.missing !== undefined) : -1;
  if (missing >= 0)
    return encodePdu(
      { tag: pduTags.response, id: request.id, error: 2, index: missing + 1 },
      request.oids.map((body) => ({ body })),
    );
  return encodePdu({ tag: pduTags.response, id: request.id, error: 0, index: 0 }, bound);
}

/** A view without writing: notWritable (17), or noSuchName (2) in SNMPv1 (RFC 3584 section 4.4). */
function refuseToWrite({ id, oids }: Request, version: number): Buffer {
  const bound = oids.map((body) => ({ body }));
  return encodePdu({ tag: pduTags.response, id, error: version === 0 ? 2 : 17, index: 1 }, bound);
}

function bind<C>(request: Request, table: ObjectTable<C>, context: C): readonly Bound[] | undefined {
  const next = (body: Buffer): Bound => table.after(body, context) ?? { body, missing: tags.endOfMibView };
  switch (request.tag) {
    case pduTags.get:
      return request.oids.map((body) => {
        const value = table.get(body, context);
        return value === undefined ? { body, missing: tags.noSuchObject } : { body, value };
      });
    case pduTags.getNext:
      return request.oids.map(next);
    case pduTags.getBulk: {
      const bound = request.oids.slice(0, request.first).map(next);
      let row: readonly Bound[] = request.oids.slice(request.first).map((body) => ({ body }));
      for (let turn = 0; turn < request.second && row.length > 0 && bound.length < mostBindings; turn += 1) {
        row = row.map((one) => (one.missing === undefined ? next(one.body) : one));
        bound.push(...row);
        if (row.every((one) => one.missing !== undefined)) break;
      }
      return bound;
    }
    default:
      return undefined;
  }
}

function encodePdu(
  head: { readonly tag: number; readonly id: number; readonly error: number; readonly index: number },
  bound: readonly Bound[],
): Buffer {
  const writer = new BerWriter();
  writeBindings(writer, bound);
  writer.number(tags.integer, head.index);
  writer.number(tags.integer, head.error);
  writer.number(tags.integer, head.id);
  writer.close(head.tag, 0);
  return writer.take();
}

function writeBindings(writer: BerWriter, bound: readonly Bound[]): void {
  for (let index = bound.length - 1; index >= 0; index -= 1) {
    const one = bound[index];
    if (one === undefined) continue;
    const mark = writer.size;
    if (one.value !== undefined) writer.value(one.value);
    else writer.octets(one.missing ?? tags.null, "");
    writer.octets(tags.oid, one.body);
    writer.close(tags.sequence, mark);
  }
  writer.close(tags.sequence, 0);
}

export type Binding = readonly [oid: string, value: Value];

/** An SNMPv2 notification: sysUpTime and snmpTrapOID come first, as RFC 3416 asks. */
export function notification(id: number, upTimeTicks: number, trapOid: string, bindings: readonly Binding[]): Buffer {
  const all: readonly Binding[] = [
    ["1.3.6.1.2.1.1.3.0", { tag: tags.timeTicks, value: upTimeTicks }],
    ["1.3.6.1.6.3.1.1.4.1.0", { tag: tags.oid, value: trapOid }],
    ...bindings,
  ];
  return encodePdu(
    { tag: pduTags.trapV2, id, error: 0, index: 0 },
    all.map(([oid, value]) => ({ body: encodeOid(oid), value })),
  );
}

/** How an SNMPv2 notification is said in SNMPv1 (RFC 3584 section 3.2). */
export interface TrapV1 {
  readonly enterprise: string;
  readonly generic: number;
  readonly specific: number;
}

const genericTraps = "1.3.6.1.6.3.1.1.5";

/** `enterprise` is what the six generic traps are sent under: the sender's sysObjectID. */
export function asTrapV1(trapOid: string, enterprise: string): TrapV1 {
  const arcs = trapOid.split(".");
  const last = Number(arcs.at(-1));
  if (trapOid.startsWith(`${genericTraps}.`)) return { enterprise, generic: last - 1, specific: 0 };
  return { enterprise: arcs.slice(0, arcs.at(-2) === "0" ? -2 : -1).join("."), generic: 6, specific: last };
}

/** An SNMPv1 Trap-PDU: it names its sender's address itself. */
export function trapV1(trap: TrapV1, address: string, upTimeTicks: number, bindings: readonly Binding[]): Buffer {
  const writer = new BerWriter();
  writeBindings(
    writer,
    bindings.map(([oid, value]) => ({ body: encodeOid(oid), value })),
  );
  writer.number(tags.timeTicks, upTimeTicks);
  writer.number(tags.integer, trap.specific);
  writer.number(tags.integer, trap.generic);
  writer.octets(tags.ipAddress, Uint8Array.from(address.split(".").map(Number)));
  writer.octets(tags.oid, encodeOid(trap.enterprise));
  writer.close(pduTags.trapV1, 0);
  return writer.take();
}

/** A v3 Report that says one usmStats counter. */
export function report(id: number, usmStat: number, count: number): Buffer {
  return encodePdu({ tag: pduTags.report, id, error: 0, index: 0 }, [
    { body: encodeOid(`1.3.6.1.6.3.15.1.1.${usmStat}.0`), value: { tag: tags.counter32, value: count } },
  ]);
}

/** A v1 or v2c message around a PDU. */
export function communityMessage(version: number, community: Uint8Array | string, pdu: Buffer): Buffer {
  const writer = new BerWriter();
  writer.raw(pdu);
  writer.octets(tags.octets, community);
  writer.number(tags.integer, version);
  writer.close(tags.sequence, 0);
  return writer.take();
}
