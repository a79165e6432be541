/**
 * The part of net-snmp that is used, with its types: the published ones are behind.
 *
 * Two methods of a session are replaced (they are looked up on the session at every request): the one that hands over a reply, to get its
 * error index, engine time and security level instead of a text, and the one that hears a USM report, to get its OID. What a community
 * session does besides is in plain-session.ts.
 */
import { createRequire } from "node:module";
import type { DatagramFace } from "./sockets.ts";
import type { Varbind } from "./value.ts";

export interface LibraryMessage {
  readonly version: number;
  readonly pdu: { readonly errorStatus: number; readonly errorIndex: number; readonly varbinds: readonly Varbind[] };
  readonly msgSecurityParameters?: { readonly msgAuthoritativeEngineBoots: number; readonly msgAuthoritativeEngineTime: number };
  hasAuthentication(): unknown;
  hasPrivacy(): unknown;
}

export interface LibraryRequest {
  responseCb(error: unknown, answer?: unknown): void;
}

/** A question under way; the library sends it, repeats it and gives it up. */
export interface LibraryPending extends LibraryRequest {
  /** What an answer must agree with. */
  readonly message: { readonly version: number; readonly community: string; toBuffer(): Buffer };
  readonly onResponse: LibrarySession["onSimpleGetResponse"];
  readonly port: number;
  readonly timeout: number;
  /** Counted down with every repeat. */
  retries: number;
  getId(): number;
}

/** Of a session of SNMPv1 or v2c, beyond what every session has. */
export interface LibraryCommunitySession extends LibrarySession {
  readonly version: number;
  readonly community: string;
  readonly port: number;
  /** Questions under way, by request id. */
  readonly reqs: Readonly<Record<string, LibraryPending>>;
  send(request: LibraryPending): void;
  unregisterRequest(id: number): LibraryPending | null;
  /** Hears every datagram; bound when the session is made. */
  onMsg(bytes: Buffer): void;
}

export interface LibrarySession {
  timeout: number;
  retries: number;
  /** Our own: its id stands in reports of SNMPv3, and nowhere else. */
  engine: object | undefined;
  /** Set once the engine was discovered. */
  readonly msgSecurityParameters?: object;
  onSimpleGetResponse: (request: LibraryRequest, message: LibraryMessage) => void;
  userSecurityModelError: (request: LibraryRequest, oid: string) => void;
  get(oids: readonly string[], done: (error: unknown, answer?: unknown) => void): void;
  getNext(oids: readonly string[], done: (error: unknown, answer?: unknown) => void): void;
  getBulk(oids: readonly string[], nonRepeaters: number, maxRepetitions: number, done: (error: unknown, answer?: unknown) => void): void;
  on(event: "error", heard: (error: unknown) => void): void;
  cancelRequests(error: Error): void;
  close(): void;
}

export interface LibraryUser {
  readonly name: string;
  readonly level: number;
  readonly authProtocol?: number;
  readonly authKey?: string;
  readonly privProtocol?: number;
  readonly privKey?: string;
}

export interface LibraryOptions {
  readonly port: number;
  readonly version: number;
  readonly transport: "udp4" | "udp6";
  readonly retries: number;
  readonly timeout: number;
  readonly context?: string;
  readonly idBitsSize: 32;
  readonly dgramModule: { createSocket(): DatagramFace };
}

interface Library {
  readonly Session: new (target: string, community: string, options: LibraryOptions) => LibraryCommunitySession;
  createV3Session(target: string, user: LibraryUser, options: LibraryOptions): LibrarySession;
  readonly Version1: number;
  readonly Version2c: number;
  readonly Version3: number;
  readonly SecurityLevel: { readonly noAuthNoPriv: number; readonly authNoPriv: number; readonly authPriv: number };
  readonly AuthProtocols: Readonly<Record<string, number>>;
  readonly PrivProtocols: Readonly<Record<string, number>>;
  readonly Authentication: { authToKeyCache: Record<string, unknown> };
  readonly RequestTimedOutError: new () => Error;
  readonly ResponseInvalidError: new () => Error & { readonly code: number };
  readonly ResponseInvalidCode: Readonly<Record<string, number>>;
}

export const snmp: Library = createRequire(import.meta.url)("net-snmp");
