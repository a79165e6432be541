/**
 * Bytes written and read one after the other: varints, floats and integers packed by bits.
 */

/** Grows as it is written. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(512);
  #at = 0;

  #room(size: number): void {
    if (this.#at + size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + size));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#at] = value;
    this.#at += 1;
  }

  /** Not negative, below 2^53; seven bits a byte, the lowest first. */
  varint(value: number): void {
    let left = value;
    while (left >= 0x80) {
      this.byte((left % 0x80) | 0x80);
      left = Math.floor(left / 0x80);
    }
    this.byte(left);
  }

  /** Small numbers of either sign stay short. */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  double(value: number): void {
    this.#room(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  float(value: number): void {
    this.#room(4);
    this.#at = this.#bytes.writeFloatLE(value, this.#at);
  }

  /** Its length, then its bytes. */
  text(value: string): void {
    this.block(Buffer.from(value, "utf8"));
  }

  block(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  get length(): number {
    return this.#at;
  }

  /** Each value in `width` bits (≤ 24). */
  bits(values: readonly number[], width: number): void {
    let pending = 0;
    let have = 0;
    for (const value of values) {
      pending |= value << have;
      have += width;
      for (; have >= 8; have -= 8) {
        this.byte(pending & 0xff);
        pending >>>= 8;
      }
    }
    if (have > 0) this.byte(pending);
  }

  done(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#at));
  }
}

/** Reads what ByteWriter wrote, in the same order. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get more(): boolean {
    return this.#at < this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw new RangeError(`the bytes end at ${this.#bytes.length}, and more were announced`);
    this.#at += 1;
    return value;
  }

  varint(): number {
    const first = this.byte();
    // Nearly every number is a small one.
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let scale = 0x80; ; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  signed(): number {
    const value = this.varint();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  double(): number {
    this.#at += 8;
    return this.#bytes.readDoubleLE(this.#at - 8);
  }

  float(): number {
    this.#at += 4;
    return this.#bytes.readFloatLE(this.#at - 4);
  }

  text(): string {
    return this.block().toString("utf8");
  }

  /** A view, not a copy. */
  block(): Buffer {
    const length = this.varint();
    const from = this.#at;
    this.#at += length;
    return this.#bytes.subarray(from, this.#at);
  }

  bits(count: number, width: number): number[] {
    const values: number[] = [];
    let pending = 0;
    let have = 0;
    for (let index = 0; index < count; index += 1) {
      for (; have < width; have += 8) pending |= this.byte() << have;
      values.push(pending & ((1 << width) - 1));
      pending >>>= width;
      have -= width;
    }
    return values;
  }
}
