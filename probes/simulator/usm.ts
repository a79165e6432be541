/**
 * SNMPv3's user security (RFC 3414, 3826, 7860) from the agent's side, written apart from the client's library so that the two check each other.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { SnmpAuth, SnmpPriv } from "../../daemon/model/config.ts";
import { BerReader, BerWriter, tags } from "./ber.ts";
import { report } from "./pdu.ts";

export interface UsmUser {
  readonly name: string;
  readonly auth?: { readonly protocol: SnmpAuth; readonly key: string };
  readonly priv?: { readonly protocol: Exclude<SnmpPriv, "des">; readonly key: string };
}

const hashes: Readonly<Record<SnmpAuth, { readonly name: string; readonly octets: number }>> = {
  md5: { name: "md5", octets: 12 },
  sha: { name: "sha1", octets: 12 },
  sha224: { name: "sha224", octets: 16 },
  sha256: { name: "sha256", octets: 24 },
  sha384: { name: "sha384", octets: 32 },
  sha512: { name: "sha512", octets: 48 },
};

const stat = {
  unsupportedSecurityLevels: 1,
  notInTimeWindows: 2,
  unknownUserNames: 3,
  unknownEngineIds: 4,
  wrongDigests: 5,
  decryptionErrors: 6,
} as const;
const timeWindowSeconds = 150;

/** RFC 3414 A.2: a megabyte of the password hashed, then bound to the engine. */
function localise(hash: string, password: string | Buffer, engineId: Buffer): Buffer {
  const digest = createHash(hash).update(Buffer.alloc(1_048_576, password)).digest();
  return createHash(hash).update(digest).update(engineId).update(digest).digest();
}

function privacyKey(hash: string, priv: NonNullable<UsmUser["priv"]>, engineId: Buffer): Buffer {
  const first = localise(hash, priv.key, engineId);
  const wanted = priv.protocol === "aes" ? 16 : 32;
  let key = first;
  while (key.length < wanted) {
    const more = priv.protocol === "aes256r" ? localise(hash, key, engineId) : createHash(hash).update(key).digest();
    key = Buffer.concat([key, more]);
  }
  return key.subarray(0, wanted);
}

/** A request that passed, with what its answer needs. */
export interface Opened {
  readonly pdu: BerReader;
  readonly messageId: number;
}

/** One agent's engine: its id, its clock, its one user. */
export class UsmEngine {
  readonly #user: UsmUser;
  readonly #engineId: Buffer;
  readonly #boots: () => number;
  readonly #seconds: () => number;
  readonly #authKey: Buffer | undefined;
  readonly #privKey: Buffer | undefined;
  #reports = 0;

  constructor(options: {
    readonly user: UsmUser;
    readonly engineId: Buffer;
    readonly boots: () => number;
    readonly seconds: () => number;
  }) {
    this.#user = options.user;
    this.#engineId = options.engineId;
    this.#boots = options.boots;
    this.#seconds = options.seconds;
    const { auth, priv } = options.user;
    this.#authKey = auth === undefined ? undefined : localise(hashes[auth.protocol].name, auth.key, options.engineId);
    this.#privKey = auth === undefined || priv === undefined ? undefined : privacyKey(hashes[auth.protocol].name, priv, options.engineId);
  }

  /** The request inside a message, or the Report to send back. */
  open(message: BerReader): Opened | Buffer {
    const header = message.into();
    const messageId = header.integer();
    header.integer();
    const flags = header.octets()[0] ?? 0;
    const security = message.into().into();
    const engineId = security.octets();
    const boots = security.integer();
    const seconds = security.integer();
    const userName = security.octets().toString("utf8");
    const authParameters = security.octets();
    const salt = security.octets();
    if (!engineId.equals(this.#engineId)) return this.#complain(messageId, stat.unknownEngineIds, 0);
    if (userName !== this.#user.name) return this.#complain(messageId, stat.unknownUserNames, 0);
    const wanted = (this.#authKey === undefined ? 0 : 1) | (this.#privKey === undefined ? 0 : 2);
    if ((flags & 3) !== wanted) return this.#complain(messageId, stat.unsupportedSecurityLevels, 0);
    if ((flags & 1) !== 0) {
      if (!this.#genuine(message.bytes, authParameters)) return this.#complain(messageId, stat.wrongDigests, 0);
      const late = boots !== this.#boots() || Math.abs(seconds - this.#seconds()) > timeWindowSeconds;
      if (late) return this.#complain(messageId, stat.notInTimeWindows, 1);
    }
    const scoped = (flags & 2) === 0 ? message.into() : this.#decrypt(message.octets(), { boots, seconds, salt });
    if (scoped === undefined) return this.#complain(messageId, stat.decryptionErrors, 1);
    scoped.next();
    scoped.next();
    return { pdu: scoped, messageId };
  }

  /** A message of this engine's user around a PDU, at the user's full level. */
  seal(messageId: number, pdu: Buffer): Buffer {
    const level = (this.#authKey === undefined ? 0 : 1) | (this.#privKey === undefined ? 0 : 2);
    return this.#message(messageId, pdu, level, this.#user.name);
  }

  #complain(messageId: number, which: number, level: number): Buffer {
    this.#reports += 1;
    return this.#message(messageId, report(0, which, this.#reports), level, level === 0 ? "" : this.#user.name);
  }

  #genuine(bytes: Buffer, parameters: Buffer): boolean {
    if (parameters.length !== this.#macOctets()) return false;
    const blank = Buffer.from(bytes);
    blank.fill(0, parameters.byteOffset - bytes.byteOffset, parameters.byteOffset - bytes.byteOffset + parameters.length);
    return timingSafeEqual(this.#mac(blank), parameters);
  }

  #macOctets(): number {
    return this.#user.auth === undefined ? 0 : hashes[this.#user.auth.protocol].octets;
  }

  #mac(bytes: Buffer): Buffer {
    const hash = hashes[this.#user.auth?.protocol ?? "sha"];
    return createHmac(hash.name, this.#authKey ?? Buffer.alloc(0))
      .update(bytes)
      .digest()
      .subarray(0, hash.octets);
  }

  #cipher(): "aes-128-cfb" | "aes-256-cfb" {
    return this.#user.priv?.protocol === "aes" ? "aes-128-cfb" : "aes-256-cfb";
  }

  #decrypt(bytes: Buffer, at: { readonly boots: number; readonly seconds: number; readonly salt: Buffer }): BerReader | undefined {
    if (this.#privKey === undefined || at.salt.length !== 8) return undefined;
    const decipher = createDecipheriv(this.#cipher(), this.#privKey, initialVector(at.boots, at.seconds, at.salt));
    const plain = Buffer.concat([decipher.update(bytes), decipher.final()]);
    return plain[0] === tags.sequence ? new BerReader(plain).into() : undefined;
  }

  #message(messageId: number, pdu: Buffer, level: number, userName: string): Buffer {
    const boots = this.#boots();
    const seconds = this.#seconds();
    const writer = new BerWriter();
    writer.raw(pdu);
    writer.octets(tags.octets, "");
    writer.octets(tags.octets, this.#engineId);
    writer.close(tags.sequence, 0);
    const salt = (level & 2) === 0 ? Buffer.alloc(0) : randomBytes(8);
    if ((level & 2) !== 0 && this.#privKey !== undefined) {
      const cipher = createCipheriv(this.#cipher(), this.#privKey, initialVector(boots, seconds, salt));
      const sealed = Buffer.concat([cipher.update(writer.take()), cipher.final()]);
      writer.octets(tags.octets, sealed);
    }
    const inner = writer.size;
    writer.octets(tags.octets, salt);
    const macOctets = (level & 1) === 0 ? 0 : this.#macOctets();
    writer.raw(Buffer.alloc(macOctets));
    const macFromEnd = writer.size;
    writer.close(tags.octets, macFromEnd - macOctets);
    writer.octets(tags.octets, userName);
    writer.number(tags.integer, seconds);
    writer.number(tags.integer, boots);
    writer.octets(tags.octets, this.#engineId);
    writer.close(tags.sequence, inner);
    writer.close(tags.octets, inner);
    const body = writer.size;
    writer.number(tags.integer, 3);
    writer.octets(tags.octets, Buffer.from([level]));
    writer.number(tags.integer, 65_507);
    writer.number(tags.integer, messageId);
    writer.close(tags.sequence, body);
    writer.number(tags.integer, 3);
    writer.close(tags.sequence, 0);
    const message = writer.take();
    if (macOctets > 0) this.#mac(message).copy(message, message.length - macFromEnd);
    return message;
  }
}

function initialVector(boots: number, seconds: number, salt: Buffer): Buffer {
  const vector = Buffer.alloc(16);
  vector.writeUInt32BE(boots, 0);
  vector.writeUInt32BE(seconds, 4);
  salt.copy(vector, 8);
  return vector;
}
