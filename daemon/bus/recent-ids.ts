/**
 * Ids seen lately, in two generations: an id is remembered for at least the window and at most three times as long.
 *
 * Remembered by its print, 53 bits, in flat tables: of 10,000 devices there are 60,000 to 120,000 ids, and as many strings cost the
 * collector more than they cost us. Two ids with the same print within the window are to be expected once in some years of 500 a second.
 */
export class RecentIds {
  readonly #windowMs: number;
  #turnedMs = Number.NEGATIVE_INFINITY;
  #young = new Prints();
  #old = new Prints();

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** False when the id was seen within the window. */
  add(id: string, nowMs: number): boolean {
    const ageMs = nowMs - this.#turnedMs;
    if (ageMs >= this.#windowMs) {
      this.#old = ageMs >= 2 * this.#windowMs ? new Prints() : this.#young;
      this.#young = new Prints();
      this.#turnedMs = nowMs;
    }
    const print = printOf(id);
    // Seen again: it stays remembered.
    return this.#young.add(print) && !this.#old.has(print);
  }
}

const roomAtFirst = 1_024;

/** A set of prints: open addressing, at most half full. 0 is an empty place. */
class Prints {
  #places = new Float64Array(roomAtFirst);
  #size = 0;

  has(print: number): boolean {
    return this.#places[this.#placeOf(print)] === print;
  }

  /** False when it is there already. */
  add(print: number): boolean {
    const place = this.#placeOf(print);
    if (this.#places[place] === print) return false;
    this.#places[place] = print;
    this.#size += 1;
    if (this.#size * 2 > this.#places.length) this.#grow();
    return true;
  }

  /** Where it is, or where it would go. */
  #placeOf(print: number): number {
    const places = this.#places;
    const last = places.length - 1;
    let place = print % places.length;
    while (places[place] !== 0 && places[place] !== print) place = (place + 1) & last;
    return place;
  }

  #grow(): void {
    const before = this.#places;
    this.#places = new Float64Array(before.length * 2);
    for (const print of before) if (print !== 0) this.#places[this.#placeOf(print)] = print;
  }
}

/** 1 to 2^53 - 1: two multiplicative hashes side by side, each mixed at the end (the finalizer of MurmurHash3, public domain). */
function printOf(id: string): number {
  let [one, other] = [0x811c9dc5, 0x9747b28c];
  for (let at = 0; at < id.length; at += 1) {
    const code = id.charCodeAt(at);
    one = Math.imul(one ^ code, 0x01000193);
    other = Math.imul(other + code, 0x9e3779b1);
    other ^= other >>> 13;
  }
  return (mixed(one) & 0x1fffff) * 2 ** 32 + mixed(other) || 1;
}

function mixed(hash: number): number {
  let mix = hash ^ (hash >>> 16);
  mix = Math.imul(mix, 0x85ebca6b);
  mix ^= mix >>> 13;
  mix = Math.imul(mix, 0xc2b2ae35);
  return (mix ^ (mix >>> 16)) >>> 0;
}
