/**
 * Host keys: the fingerprint as people compare it, the pin as it is kept, and what may be negotiated.
 *
 * Pure but for the hash. The key's type is pinned too, so that a server that gains a newer type is not taken for another one.
 */
import { createHash } from "node:crypto";
import type { Algorithms, ServerHostKeyAlgorithm } from "ssh2";

export interface HostKey {
  /** As in the key blob: `ssh-ed25519`, `ssh-rsa`; undefined when only a fingerprint was accepted. */
  readonly type?: string;
  /** `SHA256:` and base64 without padding, as OpenSSH prints it. */
  readonly fingerprint: string;
}

export function readHostKey(blob: Buffer): HostKey {
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
  const type = length > 0 && length <= 64 && blob.length >= 4 + length ? blob.toString("latin1", 4, 4 + length) : "unknown";
  return {
    type: /^[a-z0-9@.-]+$/.test(type) ? type : "unknown",
    fingerprint: `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`,
  };
}

export function formatPin(key: HostKey): string {
  return key.type === undefined ? key.fingerprint : `${key.type} ${key.fingerprint}`;
}

/** Undefined when it is no pin; a pin that cannot be read must never pass for none: callers refuse. */
export function parsePin(text: string): HostKey | undefined {
  const match = /^(?:([a-z0-9@.-]+) )?(SHA256:[A-Za-z0-9+/]{43})$/.exec(text);
  if (match?.[2] === undefined) return undefined;
  return match[1] === undefined ? { fingerprint: match[2] } : { type: match[1], fingerprint: match[2] };
}

const HOST_KEYS: readonly ServerHostKeyAlgorithm[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
];
/** SHA-1 signatures and DSA: only by the device's opt-in. */
const LEGACY_HOST_KEYS: readonly ServerHostKeyAlgorithm[] = ["ssh-rsa", "ssh-dss"];

/** What may be negotiated; the pinned type first. `legacy` adds what old equipment needs. */
export function algorithms(pinned: HostKey | undefined, legacy: boolean): Algorithms {
  const all = legacy ? [...HOST_KEYS, ...LEGACY_HOST_KEYS] : [...HOST_KEYS];
  const first = pinned?.type;
  const isPinned = (name: string): boolean => name === first || (first === "ssh-rsa" && name.startsWith("rsa-sha2-"));
  const serverHostKey = [...all.filter(isPinned), ...all.filter((name) => !isPinned(name))];
  if (!legacy) return { serverHostKey, compress: ["none"] };
  return {
    serverHostKey,
    compress: ["none"],
    kex: {
      append: ["diffie-hellman-group-exchange-sha1", "diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1"],
      prepend: [],
      remove: [],
    },
    cipher: { append: ["aes256-cbc", "aes192-cbc", "aes128-cbc", "3des-cbc"], prepend: [], remove: [] },
    hmac: { append: ["hmac-sha1-96", "hmac-md5"], prepend: [], remove: [] },
  };
}
