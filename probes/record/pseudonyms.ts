/**
 * Names, addresses and numbers replaced by others of the same shape: the same input gives the same pseudonym within one recording.
 *
 * Keyed by random bytes that are thrown away with it: nobody can try names against a recording, and two recordings do not match.
 */
import { createHmac } from "node:crypto";

/** Addresses that say nothing about anybody: unspecified, loopback, broadcast and netmasks. */
const plainAddress = /^(?:0\.0\.0\.0|127\.0\.0\.1|255\.\d+\.\d+\.\d+)$/;

export class Pseudonyms {
  readonly #key: Buffer;
  readonly #given = new Map<string, string>();
  readonly #taken = new Set<string>();

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** How many different values were replaced. */
  get size(): number {
    return this.#given.size;
  }

  /** In 198.18.0.0/15, the network for measurements (RFC 2544): nobody's. */
  address(ip: string): string {
    if (plainAddress.test(ip)) return ip;
    return this.#other("address", ip, (bytes) => `198.${18 + ((bytes[0] ?? 0) & 1)}.${bytes[1]}.${1 + ((bytes[2] ?? 0) % 254)}`);
  }

  /** Six octets, locally administered. All zeroes and all ones stay. */
  mac(octets: Buffer): Buffer {
    const text = octets.toString("hex");
    if (/^(?:0+|f+)$/.test(text)) return octets;
    return Buffer.from(
      this.#other("mac", text, (bytes) => `02${bytes.subarray(0, 5).toString("hex")}`),
      "hex",
    );
  }

  /** As many octets, of no meaning. */
  octets(bytes: Buffer): Buffer {
    const made = this.#other("octets", bytes.toString("hex"), (stream) => stream.subarray(0, Math.min(bytes.length, 32)).toString("hex"));
    return Buffer.concat([Buffer.from(made, "hex"), Buffer.alloc(Math.max(0, bytes.length - 32))]);
  }

  /** Letters become letters, digits digits, everything else stays: `FTT1234ABCD` keeps its shape. Case does not make another name. */
  word(word: string): string {
    const made = this.#other("word", word.toLowerCase(), (bytes) => shaped(word.toLowerCase(), bytes));
    return [...made].map((letter, at) => (/\p{Lu}/u.test([...word][at] ?? "") ? letter.toUpperCase() : letter)).join("");
  }

  #other(kind: string, value: string, make: (bytes: Buffer) => string): string {
    const known = this.#given.get(`${kind} ${value}`);
    if (known !== undefined) return known;
    // Another one while it is taken, or is the value itself; a word of one letter has not many.
    for (let turn = 0; ; turn += 1) {
      const bytes = createHmac("sha256", this.#key).update(`${kind}\0${value}\0${turn}`).digest();
      const made = make(bytes);
      if (turn < 50 && (made === value || this.#taken.has(`${kind} ${made}`))) continue;
      this.#given.set(`${kind} ${value}`, made);
      this.#taken.add(`${kind} ${made}`);
      return made;
    }
  }
}

function shaped(word: string, bytes: Buffer): string {
  let at = 0;
  const next = () => bytes[at++ % bytes.length] ?? 0;
  return [...word]
    .map((letter) => {
      if (/\p{N}/u.test(letter)) return String(next() % 10);
      return /\p{L}/u.test(letter) ? String.fromCharCode(97 + (next() % 26)) : letter;
    })
    .join("");
}
