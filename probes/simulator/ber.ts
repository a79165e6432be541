/**
 * The little of BER that SNMP needs. The writer fills its buffer from the end, so that every length is known when it is written.
 */

export const tags = {
  integer: 0x02,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  ipAddress: 0x40,
  counter32: 0x41,
  gauge32: 0x42,
  timeTicks: 0x43,
  opaque: 0x44,
  counter64: 0x46,
  noSuchObject: 0x80,
  endOfMibView: 0x82,
} as const;

/** One value as it goes over the wire. Numbers for integers and counters, text or bytes for the rest; an OID as dotted text. */
export type Value =
  | { readonly tag: 0x02 | 0x41 | 0x42 | 0x43; readonly value: number }
  | { readonly tag: 0x46; readonly value: bigint }
  | { readonly tag: 0x04; readonly value: string | Uint8Array }
  | { readonly tag: 0x40 | 0x44; readonly value: Uint8Array }
  | { readonly tag: 0x05; readonly value: null }
  | { readonly tag: 0x06; readonly value: string };

export const integer = (value: number): Value => ({ tag: 0x02, value });
export const gauge = (value: number): Value => ({ tag: 0x42, value: value >>> 0 });
export const counter32 = (value: number): Value => ({ tag: 0x41, value: value % 2 ** 32 });
export const counter64 = (value: number): Value => ({ tag: 0x46, value: BigInt(Math.floor(value)) });
export const ticks = (value: number): Value => ({ tag: 0x43, value: value % 2 ** 32 });
export const text = (value: string): Value => ({ tag: 0x04, value });
export const oidValue = (value: string): Value => ({ tag: 0x06, value });

/** The body of an encoded OID. */
export function encodeOid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const group = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) group.unshift((left % 128) | 0x80);
    bytes.push(...group);
  }
  return Buffer.from(bytes);
}

/** The arcs of an encoded OID; the first two stay together in one number, which orders the same. */
export function decodeArcs(body: Uint8Array): readonly number[] {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of body) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  return arcs;
}

export class BerReader {
  readonly bytes: Buffer;
  #at: number;
  readonly #end: number;

  constructor(bytes: Buffer, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  /** The next element; throws when it does not fit. */
  next(): { readonly tag: number; readonly from: number; readonly to: number } {
    const tag = this.bytes[this.#at] ?? 0;
    let length = this.bytes[this.#at + 1] ?? 0;
    let from = this.#at + 2;
    if (length > 0x80) {
      const count = length - 0x80;
      length = this.bytes.readUIntBE(from, Math.min(count, 4));
      from += count;
    }
    const to = from + length;
    if (to > this.#end) throw new RangeError("truncated");
    this.#at = to;
    return { tag, from, to };
  }

  /** Opens the next element, whatever its tag, and reads inside it. */
  into(): BerReader {
    const { from, to } = this.next();
    return new BerReader(this.bytes, from, to);
  }

  integer(): number {
    const { from, to } = this.next();
    return to - from > 6 ? 0 : this.bytes.readIntBE(from, Math.max(1, to - from));
  }

  octets(): Buffer {
    const { from, to } = this.next();
    return this.bytes.subarray(from, to);
  }
}

export class BerWriter {
  #bytes = Buffer.allocUnsafe(2_048);
  #at = 2_048;

  /** Octets written so far: the mark to close a sequence with. */
  get size(): number {
    return this.#bytes.length - this.#at;
  }

  #room(count: number): void {
    if (this.#at >= count) return;
    const larger = Buffer.allocUnsafe(this.#bytes.length * 2 + count);
    const size = this.size;
    this.#bytes.copy(larger, larger.length - size, this.#at);
    this.#at = larger.length - size;
    this.#bytes = larger;
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#at -= bytes.length;
    this.#bytes.set(bytes, this.#at);
  }

  #byte(value: number): void {
    this.#at -= 1;
    this.#bytes[this.#at] = value;
  }

  /** Puts tag and length before everything written since `mark`. */
  close(tag: number, mark: number): void {
    this.#room(6);
    const length = this.size - mark;
    if (length < 0x80) this.#byte(length);
    else {
      let left = length;
      let count = 0;
      for (; left > 0; left >>>= 8) {
        this.#byte(left & 0xff);
        count += 1;
      }
      this.#byte(0x80 | count);
    }
    this.#byte(tag);
  }

  number(tag: number, value: number): void {
    const mark = this.size;
    this.#room(12);
    let left = value;
    do {
      const low = ((left % 256) + 256) % 256;
      this.#byte(low);
      left = (left - low) / 256;
    } while (left !== 0 && left !== -1);
    const top = this.#bytes[this.#at] ?? 0;
    if (left === 0 && top >= 0x80) this.#byte(0);
    if (left === -1 && top < 0x80) this.#byte(0xff);
    this.close(tag, mark);
  }

  octets(tag: number, value: string | Uint8Array): void {
    const mark = this.size;
    this.raw(typeof value === "string" ? Buffer.from(value, "utf8") : value);
    this.close(tag, mark);
  }

  value(value: Value): void {
    switch (value.tag) {
      case 0x02:
      case 0x41:
      case 0x42:
      case 0x43:
        this.number(value.tag, value.value);
        return;
      case 0x46: {
        const bytes = Buffer.alloc(9);
        bytes.writeBigUInt64BE(value.value, 1);
        let start = 0;
        while (start < 8 && bytes[start] === 0 && (bytes[start + 1] ?? 0) < 0x80) start += 1;
        this.octets(value.tag, bytes.subarray(start));
        return;
      }
      case 0x05:
        this.octets(value.tag, "");
        return;
      case 0x04:
      case 0x40:
      case 0x44:
        this.octets(value.tag, value.value);
        return;
      case 0x06:
        this.octets(value.tag, encodeOid(value.value));
        return;
    }
  }

  /** A copy of what was written; the writer starts over. */
  take(): Buffer {
    const made = Buffer.from(this.#bytes.subarray(this.#at));
    this.#at = this.#bytes.length;
    return made;
  }
}
