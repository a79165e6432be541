/**
 * Chance with a seed, and bytes spoilt by it: the same seed spoils the same way, so that what was found can be found again.
 */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 ≤ whole number < below; Mulberry32. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  of<T>(list: readonly [T, ...(readonly T[])]): T {
    return list[this.below(list.length)] ?? list[0];
  }
}

/** Values that lie at edges. */
const edges = [0, 1, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x88, 0xff] as const;

/** A spoilt copy: cut short, made longer, bytes changed, taken out, doubled, or pieces of another put in. */
export function spoilt(chance: Chance, bytes: Buffer, other: Buffer): Buffer {
  let made: Buffer = Buffer.from(bytes);
  for (let times = 1 + chance.below(4); times > 0; times -= 1) made = once(chance, made, other);
  return made;
}

function once(chance: Chance, bytes: Buffer, other: Buffer): Buffer {
  const at = chance.below(bytes.length + 1);
  const to = Math.min(bytes.length, at + 1 + chance.below(16));
  switch (chance.below(8)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes, Buffer.from(Array.from({ length: chance.below(32) }, () => chance.below(256)))]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
    case 4: {
      const from = chance.below(other.length + 1);
      return Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + chance.below(32)), bytes.subarray(to)]);
    }
    case 5:
      return changed(bytes, at, chance.of(edges));
    case 6:
      return changed(bytes, at, (bytes[at] ?? 0) ^ (1 << chance.below(8)));
    default:
      return changed(bytes, at, chance.below(256));
  }
}

function changed(bytes: Buffer, at: number, value: number): Buffer {
  if (at < bytes.length) bytes[at] = value;
  return bytes;
}
