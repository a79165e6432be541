/**
 * The GET of a community session, encoded once for all looks at a family, and the reply that answers it as it should.
 *
 * Pure. An agent is asked the same names at every look and names them in its answer: only the request id and the values differ. What is not
 * exactly such a reply is left to the library, which says what is wrong with it.
 */
import type { Varbind } from "./value.ts";

/** A request but for its id, whose four octets lie at `idAt`. */
export interface PlainGet {
  readonly oids: readonly string[];
  /** Each name with its tag and length, as an answer repeats it. */
  readonly names: readonly Buffer[];
  readonly bytes: Buffer;
  readonly idAt: number;
  /** Version and community, with their tags and lengths: an answer begins with the same. */
  readonly head: Buffer;
}

/** ASN.1 tags; RFC 3416 section 3. */
const tag = { integer: 2, octets: 4, nothing: 5, oid: 6, sequence: 0x30, opaque: 68, counter64: 70 } as const;
const [getRequest, getResponse] = [0xa0, 0xa2];
const dotted = /^(?:0|[1-9]\d{0,9})(?:\.(?:0|[1-9]\d{0,9}))+$/;
const noError = Buffer.from([tag.integer, 1, 0, tag.integer, 1, 0]);

/** Lists longer than this are the library's. */
const listBytes = 0xf000;

/** Undefined: a name that would not come back as it is written here, or too many of them. */
export function plainGet(version: number, community: string, oids: readonly string[]): PlainGet | undefined {
  const names: Buffer[] = [];
  for (const oid of oids) {
    const name = nameOf(oid);
    if (name === undefined) return undefined;
    names.push(name);
  }
  const head = Buffer.concat([Buffer.from([tag.integer, 1, version]), tagged(tag.octets, Buffer.from(community))]);
  const asked = names.map((name) => tagged(tag.sequence, Buffer.concat([name, Buffer.from([tag.nothing, 0])])));
  const list = tagged(tag.sequence, Buffer.concat(asked));
  if (list.length > listBytes || community.length > 255) return undefined;
  const id = Buffer.from([tag.integer, 4, 0, 0, 0, 0]);
  const bytes = tagged(tag.sequence, Buffer.concat([head, tagged(getRequest, Buffer.concat([id, noError, list]))]));
  return { oids, names, bytes, idAt: bytes.length - list.length - noError.length - 4, head };
}

/** Four octets long, and like the library's below 100 million. */
export const ids = { least: 0x0080_0000, below: 100_000_000 } as const;

/** The datagram. */
export function requestOf(get: PlainGet, id: number): Buffer {
  const bytes = Buffer.allocUnsafe(get.bytes.length);
  bytes.set(get.bytes);
  bytes.writeInt32BE(id, get.idAt);
  return bytes;
}

/** What the agent tells, in the order asked for. Undefined: anything but a whole and good answer to this request. */
export function readReply(bytes: Buffer, get: PlainGet, id: number): Varbind[] | undefined {
  const reply = new Reply(bytes);
  if (!reply.fills(tag.sequence) || !reply.repeats(get.head) || !reply.fills(getResponse)) return undefined;
  if (reply.whole() !== id || !reply.repeats(noError) || !reply.fills(tag.sequence)) return undefined;
  const varbinds: Varbind[] = [];
  for (let i = 0; i < get.names.length; i += 1) {
    const [name, oid] = [get.names[i], get.oids[i]];
    const end = reply.opens(tag.sequence);
    if (name === undefined || oid === undefined || end < 0 || !reply.repeats(name)) return undefined;
    const varbind = reply.value(oid);
    if (varbind === undefined || reply.at !== end) return undefined;
    varbinds.push(varbind);
  }
  return reply.at === bytes.length ? varbinds : undefined;
}

/** Reads forwards; false, -1 or undefined when what comes next is not what was asked for. */
class Reply {
  readonly #bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Goes into something and tells where it ends; -1: it is not there, or not whole. */
  opens(wanted: number): number {
    const bytes = this.#bytes;
    if (bytes[this.at] !== wanted) return -1;
    const first = bytes[this.at + 1] ?? 0xff;
    const more = first < 0x80 ? 0 : first - 0x80;
    if (more > 2 || this.at + 2 + more > bytes.length) return -1;
    const length = more === 0 ? first : bytes.readUIntBE(this.at + 2, more);
    const from = this.at + 2 + more;
    if (from + length > bytes.length) return -1;
    this.at = from;
    return from + length;
  }

  /** Goes into something that reaches to the end of the datagram. */
  fills(wanted: number): boolean {
    return this.opens(wanted) === this.#bytes.length;
  }

  /** These octets come next. */
  repeats(octets: Buffer): boolean {
    const { length } = octets;
    if (this.at + length > this.#bytes.length) return false;
    for (let i = 0; i < length; i += 1) if (this.#bytes[this.at + i] !== octets[i]) return false;
    this.at += length;
    return true;
  }

  whole(): number | undefined {
    const end = this.opens(tag.integer);
    return end < 0 ? undefined : this.#number(end);
  }

  /** Of the types that are read as they lie there; undefined for any other. */
  value(oid: string): Varbind | undefined {
    const type = this.#bytes[this.at] ?? 0;
    const end = this.opens(type);
    if (end < 0) return undefined;
    switch (type) {
      case tag.integer: {
        const value = this.#number(end);
        return value === undefined ? undefined : { oid, type, value };
      }
      case 65:
      case 66:
      case 67: {
        // A fifth octet is the nought before a number whose highest bit is set.
        if (end - this.at === 5 && this.#bytes[this.at] === 0) this.at += 1;
        const value = this.#number(end);
        return value === undefined ? undefined : { oid, type, value: value >>> 0 };
      }
      case tag.octets:
      case tag.opaque:
      case tag.counter64: {
        const value = this.#bytes.subarray(this.at, end);
        this.at = end;
        return { oid, type, value };
      }
      case 128:
      case 129:
      case 130:
        return end === this.at ? { oid, type, value: null } : undefined;
      default:
        return undefined;
    }
  }

  #number(end: number): number | undefined {
    const length = end - this.at;
    if (length < 1 || length > 4) return undefined;
    const value = this.#bytes.readIntBE(this.at, length);
    this.at = end;
    return value;
  }
}

function tagged(of: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([of, ...size]), content]);
}

function nameOf(oid: string): Buffer | undefined {
  if (!dotted.test(oid)) return undefined;
  const [first = 0, second = 0, ...arcs] = oid.split(".").map(Number);
  if (first > 2 || second > 39 || arcs.some((arc) => arc > 0xffff_ffff)) return undefined;
  return tagged(tag.oid, Buffer.from([first * 40 + second, ...arcs.flatMap(septets)]));
}

/** Base 128, the highest first; all but the last are marked. */
function septets(arc: number): number[] {
  const octets = [arc % 128];
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) octets.unshift((left % 128) | 0x80);
  return octets;
}
