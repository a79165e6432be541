/**
 * The head of an SNMP message, read before anything is decoded: version, community, or the v3 security parameters.
 *
 * RFC 1901, RFC 3412 section 6, RFC 3414 section 2.4. Bounds are checked at every step; a datagram that does not fit is undefined.
 */

export interface CommunityHeader {
  readonly version: "1" | "2c";
  readonly community: string;
}

export interface V3Header {
  readonly version: "3";
  readonly messageId: number;
  /** Bit 0: authenticated, bit 1: encrypted, bit 2: a report is wanted. */
  readonly flags: number;
  readonly engineId: Buffer;
  readonly boots: number;
  readonly time: number;
  readonly user: string;
  /** Lies inside the datagram. */
  readonly digest: Buffer;
}

export type Header = CommunityHeader | V3Header | { readonly version: "unknown" };

interface Field {
  readonly tag: number;
  readonly from: number;
  readonly to: number;
}

/** The field at `at`, which must end by `limit`. */
function field(bytes: Buffer, at: number, limit: number): Field | undefined {
  if (at + 2 > limit) return undefined;
  const tag = bytes[at] ?? 0;
  let length = bytes[at + 1] ?? 0;
  let from = at + 2;
  if (length >= 0x80) {
    const octets = length & 0x7f;
    if (octets === 0 || octets > 4 || from + octets > limit) return undefined;
    length = bytes.readUIntBE(from, octets);
    from += octets;
  }
  return from + length > limit ? undefined : { tag, from, to: from + length };
}

/** `count` fields with the tags given, one after the other. */
function fields(bytes: Buffer, inside: Field, tags: readonly number[]): Field[] | undefined {
  const found: Field[] = [];
  let at = inside.from;
  for (const tag of tags) {
    const next = field(bytes, at, inside.to);
    if (next === undefined || next.tag !== tag) return undefined;
    found.push(next);
    at = next.to;
  }
  return found;
}

function integer(bytes: Buffer, at: Field): number | undefined {
  const length = at.to - at.from;
  return length < 1 || length > 5 ? undefined : bytes.readIntBE(at.from, length);
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OCTETS = 0x04;

/** Undefined: not an SNMP message. */
export function readHeader(bytes: Buffer): Header | undefined {
  const message = field(bytes, 0, bytes.length);
  if (message === undefined || message.tag !== SEQUENCE) return undefined;
  const version = field(bytes, message.from, message.to);
  if (version === undefined || version.tag !== INTEGER) return undefined;
  const rest = { tag: SEQUENCE, from: version.to, to: message.to };
  const number = integer(bytes, version);
  if (number === 0 || number === 1) {
    const community = field(bytes, rest.from, rest.to);
    if (community === undefined || community.tag !== OCTETS) return undefined;
    return { version: number === 0 ? "1" : "2c", community: bytes.toString("utf8", community.from, community.to) };
  }
  return number === 3 ? readV3(bytes, rest) : { version: "unknown" };
}

function readV3(bytes: Buffer, rest: Field): V3Header | undefined {
  const [global, security] = fields(bytes, rest, [SEQUENCE, OCTETS]) ?? [];
  if (global === undefined || security === undefined) return undefined;
  const [messageId, , flags] = fields(bytes, global, [INTEGER, INTEGER, OCTETS, INTEGER]) ?? [];
  const inner = field(bytes, security.from, security.to);
  if (messageId === undefined || flags === undefined || inner === undefined || inner.tag !== SEQUENCE) return undefined;
  const [engine, boots, time, user, digest] = fields(bytes, inner, [OCTETS, INTEGER, INTEGER, OCTETS, OCTETS, OCTETS]) ?? [];
  if (engine === undefined || boots === undefined || time === undefined || user === undefined || digest === undefined) return undefined;
  const numbers = [integer(bytes, messageId), integer(bytes, boots), integer(bytes, time)];
  const [messageNumber, bootsNumber, timeNumber] = numbers;
  if (messageNumber === undefined || bootsNumber === undefined || timeNumber === undefined) return undefined;
  if (engine.to - engine.from > 32 || flags.to - flags.from !== 1) return undefined;
  return {
    version: "3",
    messageId: messageNumber,
    flags: bytes[flags.from] ?? 0,
    engineId: bytes.subarray(engine.from, engine.to),
    boots: bootsNumber,
    time: timeNumber,
    user: bytes.toString("utf8", user.from, user.to),
    digest: bytes.subarray(digest.from, digest.to),
  };
}
