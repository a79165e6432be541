/**
 * Opens a session with one agent, and says which credentials cannot be used here.
 */
import { createCipheriv } from "node:crypto";
import type { Address } from "../icmp/address.ts";
import type { Session, SnmpCredential } from "./conversing.ts";
import { SharedSession } from "./library-session.ts";
import type { SharedSockets } from "./sockets.ts";

/** Opens a face to the agent; sends nothing. */
export function openSession(sockets: SharedSockets, to: Address & { readonly port: number }, credential: SnmpCredential): Session {
  return new SharedSession(sockets, { address: to.ip, port: to.port, version: to.version }, credential);
}

/**
 * Why this credential cannot be used here; undefined when it can. DES left OpenSSL's default provider; Node brings it back only when asked.
 */
export function whyUnsupported(credential: SnmpCredential): string | undefined {
  if (credential.kind !== "snmp-v3") return undefined;
  if (credential.priv !== undefined && credential.auth === undefined)
    return "privacy without authentication does not exist in SNMPv3; add auth";
  if (credential.priv?.protocol !== "des" || desWorks()) return undefined;
  return "DES is not in Node's OpenSSL; start with NODE_OPTIONS=--openssl-legacy-provider, or give the device AES";
}

function desWorks(): boolean {
  try {
    createCipheriv("des-cbc", Buffer.alloc(8), Buffer.alloc(8));
    return true;
  } catch {
    // OpenSSL without its legacy provider has no DES: that is the question asked.
    return false;
  }
}
