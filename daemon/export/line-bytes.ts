/**
 * Lines of the Prometheus text format as bytes, gathered in one buffer that is used again and again.
 *
 * As strings, the pieces of 200,000 lines cost half a second to join, encode and collect.
 */

/** Taken when there is this much; the last line may make it a little more. */
const sliceBytes = 160 * 1024;

const zero = 48;
const point = 46;
/** Below it a whole number has at most 15 digits: as many as a double keeps, so that no shorter decimal reads as the same number. */
const exactBelow = 1e15;

export class LineBytes {
  /** The stock, and behind it the lines. */
  #buffer: Buffer;
  readonly #stock: number;
  #at: number;

  /** `stock`: bytes that come again and again, copied at hand. */
  constructor(stock: Uint8Array = new Uint8Array()) {
    this.#buffer = Buffer.allocUnsafeSlow(stock.length + sliceBytes + 4_096);
    this.#buffer.set(stock);
    this.#stock = stock.length;
    this.#at = stock.length;
  }

  /** Bytes gathered since they were last taken. */
  get length(): number {
    return this.#at - this.#stock;
  }

  get full(): boolean {
    return this.#at - this.#stock >= sliceBytes;
  }

  /** What was gathered, still there. */
  get gathered(): Uint8Array {
    return this.#buffer.subarray(this.#stock, this.#at);
  }

  /** A few bytes: one by one costs less than a call that copies. */
  copy(bytes: Uint8Array): void {
    this.#room(bytes.length);
    const buffer = this.#buffer;
    let at = this.#at;
    for (let index = 0; index < bytes.length; index += 1) {
      buffer[at] = bytes[index] ?? 0;
      at += 1;
    }
    this.#at = at;
  }

  /** Bytes `from` to `to` of the stock. */
  fromStock(from: number, to: number): void {
    this.#room(to - from);
    this.#buffer.copyWithin(this.#at, from, to);
    this.#at += to - from;
  }

  /** A text, in UTF-8. */
  text(text: string): void {
    // No UTF-16 unit becomes more than three bytes.
    this.#room(text.length * 3);
    const buffer = this.#buffer;
    let at = this.#at;
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit > 127) {
        this.#at += buffer.write(text, this.#at);
        return;
      }
      buffer[at] = unit;
      at += 1;
    }
    this.#at = at;
  }

  /** A sample's value as Prometheus reads it: but for the infinities what `String` makes of it, which takes longer. */
  value(value: number): void {
    if (value === Number.POSITIVE_INFINITY) this.text("+Inf");
    else if (value === Number.NEGATIVE_INFINITY) this.text("-Inf");
    else if (!this.#shortDecimal(value)) this.text(String(value));
  }

  /** What was gathered, and nothing is left. It is the buffer itself: the next piece that is written overwrites it. */
  take(): Buffer {
    const taken = this.#buffer.subarray(this.#stock, this.#at);
    this.#at = this.#stock;
    return taken;
  }

  /** False when nothing was written: below a millionth `String` has an exponent, and more decimals are for it too. */
  #shortDecimal(value: number): boolean {
    if (value !== 0 && !(value >= 1e-6)) return false;
    for (const places of decimals) if (this.#decimal(value, places)) return true;
    return false;
  }

  /** Writes a number that has so many decimals, or fewer; false when it has more. */
  #decimal(value: number, { places, scale }: Decimals): boolean {
    const scaled = Math.round(value * scale);
    if (scaled >= exactBelow || scaled / scale !== value) return false;
    const whole = Math.floor(scaled / scale);
    let part = scaled - whole * scale;
    this.#whole(whole, 1);
    if (part === 0) return true;
    let digits = places;
    for (; part % 10 === 0; digits -= 1) part /= 10;
    this.#room(1);
    this.#buffer[this.#at] = point;
    this.#at += 1;
    this.#whole(part, digits);
    return true;
  }

  /** A whole number, with noughts before it up to so many digits. */
  #whole(value: number, atLeast: number): void {
    let digits = atLeast;
    for (let limit = 10 ** atLeast; value >= limit; limit *= 10) digits += 1;
    this.#room(digits);
    let left = value;
    for (let at = this.#at + digits - 1; at >= this.#at; at -= 1) {
      const rest = Math.floor(left / 10);
      this.#buffer[at] = zero + left - rest * 10;
      left = rest;
    }
    this.#at += digits;
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow((this.#at + bytes) * 2);
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }
}

interface Decimals {
  readonly places: number;
  readonly scale: number;
}

/** Times in milliseconds, ratios in percent; round trips in microseconds. */
const decimals: readonly Decimals[] = [
  { places: 0, scale: 1 },
  { places: 3, scale: 1e3 },
  { places: 6, scale: 1e6 },
];
