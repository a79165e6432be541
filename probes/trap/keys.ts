/**
 * SNMPv3 keys for many engines at little cost, and the check of a message's digest before anything in it is decoded.
 *
 * net-snmp hashes 1 MiB per key and engine (0.8 to 3 ms), so that spoofed engine ids cost its receiver CPU and memory. The megabyte
 * does not depend on the engine (RFC 3414 appendix A.2): it is hashed once per key here, and what remains per engine is 80 bytes.
 * The results are laid into net-snmp's exported key cache, which is emptied past a bound.
 */
import { createHash } from "node:crypto";
import type { LibraryUser } from "./library.ts";
import { library } from "./library.ts";

const MEBIBYTE = 1 << 20;

export interface Keys {
  /** Puts the user's keys for this engine where net-snmp looks first. */
  localise(user: LibraryUser, engineId: Buffer): void;
  /** Is the digest in the message the one its user would have made? Reads only. */
  isAuthentic(message: Buffer, user: LibraryUser, engineId: Buffer, digest: Buffer): boolean;
}

function digestOf(algorithm: string, ...parts: Buffer[]): Buffer {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export function keysOf(maxKeys = 4_096): Keys {
  const { Authentication } = library;
  /** Hash of the stretched key, before an engine: one entry per configured key. */
  const stretched = new Map<string, Buffer>();
  let kept = 0;
  Authentication.authToKeyCache = {};

  function stretch(algorithm: string, key: string): Buffer {
    const name = `${algorithm}\n${key}`;
    const known = stretched.get(name);
    if (known !== undefined) return known;
    const made = digestOf(algorithm, Buffer.alloc(MEBIBYTE, key));
    stretched.set(name, made);
    return made;
  }

  function lay(protocol: number, key: string, engineId: Buffer): void {
    const cacheKey = Authentication.computeCacheKey(protocol, key, engineId);
    if (Authentication.authToKeyCache[cacheKey] !== undefined) return;
    if (kept >= maxKeys) {
      Authentication.authToKeyCache = {};
      kept = 0;
    }
    const algorithm = Authentication.algorithms[protocol]?.CRYPTO_ALGORITHM;
    if (algorithm === undefined) return;
    const base = stretch(algorithm, key);
    Authentication.authToKeyCache[cacheKey] = digestOf(algorithm, base, engineId, base);
    kept++;
  }

  function localise(user: LibraryUser, engineId: Buffer): void {
    if (user.authProtocol === undefined) return;
    if (user.authKey !== undefined) lay(user.authProtocol, user.authKey, engineId);
    if (user.privKey !== undefined) lay(user.authProtocol, user.privKey, engineId);
  }

  return {
    localise,
    isAuthentic(message, user, engineId, digest) {
      if (user.authProtocol === undefined || user.authKey === undefined) return false;
      localise(user, engineId);
      return Authentication.isAuthentic(message, user.authProtocol, user.authKey, engineId, digest);
    },
  };
}
