/**
 * SNMPv1 and v2c messages as bytes, for what a poll needs: requests with names and no values, and the replies to them.
 *
 * Pure. Anything may be in a reply: what cannot be read is undefined, never an exception. The names of a list are encoded once for all devices,
 * and a reply that repeats them is not decoded again: the library took 100 µs more for a request of 12 names (v3 stays with it).
 */
import { Cursor } from "./ber.ts";
import type { Varbind } from "./value.ts";

/** Tags of requests, RFC 3416 section 3. */
const requestTags = { get: 0xa0, next: 0xa1, bulk: 0xa5 } as const;
const responseTag = 0xa2;

/** A list of names as it goes over the wire. */
export interface Names {
  readonly oids: readonly string[];
  /** The bodies of the names, in order. */
  readonly bodies: readonly Buffer[];
  /** The variable bindings of a request: each name with Null. */
  readonly bindings: Buffer;
}

const known = new WeakMap<readonly string[], Names>();

/** The same list (not an equal one) is encoded once. */
export function namesOf(oids: readonly string[]): Names {
  let names = known.get(oids);
  if (names === undefined) {
    const bodies = oids.map(encodeOid);
    names = { oids, bodies, bindings: element(0x30, ...bodies.map((body) => element(0x30, element(0x06, body), Buffer.from([5, 0])))) };
    known.set(oids, names);
  }
  return names;
}

export interface Request {
  /** 0 for SNMPv1, 1 for v2c. */
  readonly version: 0 | 1;
  readonly community: Buffer;
  readonly kind: keyof typeof requestTags;
  readonly id: number;
  readonly names: Names;
  /** Of a GETBULK. */
  readonly repetitions: number;
}

/** The whole datagram. `id` is below 2^31. */
export function encodeRequest({ version, community, kind, id, names, repetitions }: Request): Buffer {
  const most = kind === "bulk" ? Math.min(repetitions, 127) : 0;
  const head = Buffer.from([2, 4, 0, 0, 0, 0, 2, 1, 0, 2, 1, most]);
  head.writeInt32BE(id, 2);
  const pdu = element(requestTags[kind], head, names.bindings);
  return element(0x30, Buffer.from([2, 1, version]), element(4, community), pdu);
}

/** What stands before the values of a reply. */
export interface Header {
  readonly version: number;
  readonly community: Buffer;
  readonly id: number;
  readonly errorStatus: number;
  readonly errorIndex: number;
  /** At the variable bindings. */
  readonly rest: Cursor;
}

export function readHeader(bytes: Buffer): Header | undefined {
  const at = new Cursor(bytes);
  at.enter(0x30);
  const version = at.integer();
  const community = at.octets(4);
  at.enter(responseTag);
  const id = at.integer();
  const errorStatus = at.integer();
  const errorIndex = at.integer();
  at.enter(0x30);
  return at.failed ? undefined : { version, community, id, errorStatus, errorIndex, rest: at };
}

/** The values of a reply; names that were asked for are not decoded again. */
export function readBindings({ rest: at }: Header, asked: Names): readonly Varbind[] | undefined {
  const found: Varbind[] = [];
  const end = at.end;
  while (at.at < end && !at.failed) {
    at.enter(0x30);
    const oid = readName(at, asked, found.length);
    const type = at.peek();
    const value = readValue(at, type);
    found.push({ oid, type, value });
    at.leave(end);
  }
  return at.failed ? undefined : found;
}

function readName(at: Cursor, asked: Names, index: number): string {
  const expected = asked.bodies[index];
  if (expected !== undefined && at.isNext(0x06, expected)) return asked.oids[index] ?? "";
  return decodeOid(at, at.octets(0x06));
}

/** As the library hands them over: numbers, text for OIDs and addresses, bytes for the rest, null for what is not there. */
function readValue(at: Cursor, type: number): unknown {
  switch (type) {
    case 0x01:
      return (at.octets(type)[0] ?? 0) !== 0;
    case 0x02:
      return at.integer();
    case 0x41:
    case 0x42:
    case 0x43:
      // Some agents send 2^31 and above as a negative number.
      return at.integer(type) >>> 0;
    case 0x06: {
      const body = at.octets(type);
      return body.length === 0 ? "0.0" : decodeOid(at, body);
    }
    case 0x40: {
      const bytes = at.octets(type);
      if (bytes.length !== 4) at.fail();
      return bytes.join(".");
    }
    case 0x03:
    case 0x04:
    case 0x44:
    case 0x46:
      return at.octets(type);
    case 0x05:
    case 0x80:
    case 0x81:
    case 0x82:
      at.octets(type);
      return null;
    default:
      at.fail();
      return null;
  }
}

/** The largest arc, RFC 2578 section 3.5. */
const arcAtMost = 2 ** 32 - 1;

function decodeOid(at: Cursor, body: Buffer): string {
  let text = "";
  let arc = 0;
  for (const byte of body) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    // The first two arcs share a number: 40 times the first, which is at most 2, and the second.
    if (text === "") text = arc < 80 ? `${Math.floor(arc / 40)}.${arc % 40}` : `2.${arc - 80}`;
    else text += `.${arc}`;
    if (arc > arcAtMost) at.fail();
    arc = 0;
  }
  if (body.length === 0 || (body.at(-1) ?? 0) >= 0x80) at.fail();
  return text;
}

function encodeOid(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split(".").map(Number);
  const bytes: number[] = [];
  for (const arc of [first * 40 + second, ...others]) {
    const group = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) group.unshift((left % 128) | 0x80);
    bytes.push(...group);
  }
  return Buffer.from(bytes);
}

function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), ...parts], head.length + length);
}
