/**
 * Reads BER element by element. What does not fit fails the cursor for good: every later read gives nothing, and the reader asks once, at the end.
 *
 * Pure. Lengths of up to four octets; the indefinite form, which SNMP forbids, is refused.
 */

const nothing = Buffer.alloc(1);

export class Cursor {
  readonly #bytes: Buffer;
  at = 0;
  /** Where what is being read ends. */
  end: number;
  failed = false;
  #from = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.end = bytes.length;
  }

  fail(): void {
    this.failed = true;
    this.at = this.end;
  }

  /** The tag of the next element; -1 at the end. */
  peek(): number {
    return this.at < this.end ? (this.#bytes[this.at] ?? -1) : -1;
  }

  /** Goes into the next element, which has this tag. */
  enter(tag: number): void {
    const to = this.#next(tag);
    this.at = this.#from;
    this.end = to;
  }

  /** Leaves the element that was entered: what is left of it is skipped, and what surrounds it ends there. */
  leave(end: number): void {
    if (this.failed) return;
    this.at = this.end;
    this.end = end;
  }

  /** A whole number of at most six octets; longer ones fail. An empty one is 0. */
  integer(tag = 0x02): number {
    const to = this.#next(tag);
    const size = to - this.#from;
    if (size > 6) this.fail();
    const value = this.failed || size === 0 ? 0 : this.#bytes.readIntBE(this.#from, size);
    if (!this.failed) this.at = to;
    return value;
  }

  /** The body of the next element, which has this tag; a view, no copy. */
  octets(tag: number): Buffer {
    const to = this.#next(tag);
    if (this.failed) return nothing;
    this.at = to;
    return this.#bytes.subarray(this.#from, to);
  }

  /** Steps over the next element when it is this one, byte for byte. */
  isNext(tag: number, body: Buffer): boolean {
    const from = this.at + 2;
    const to = from + body.length;
    if (to > this.end || body.length > 0x7f || this.#bytes[this.at] !== tag || this.#bytes[this.at + 1] !== body.length) return false;
    for (let index = 0; index < body.length; index += 1) if (this.#bytes[from + index] !== body[index]) return false;
    this.at = to;
    return true;
  }

  /** Finds where the body of the next element begins and ends; fails when it is another one or does not fit. */
  #next(tag: number): number {
    let length = this.#bytes[this.at + 1] ?? 0;
    let from = this.at + 2;
    if (length >= 0x80) {
      const count = length - 0x80;
      length = count === 0 || count > 4 || from + count > this.end ? this.end : this.#bytes.readUIntBE(from, count);
      from += count;
    }
    const to = from + length;
    if (this.failed || this.peek() !== tag || to > this.end) {
      this.fail();
      this.#from = this.end;
      return this.end;
    }
    this.#from = from;
    return to;
  }
}
