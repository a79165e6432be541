/**
 * The parts of net-snmp that the receiver stands on. The package has no types for its receiver; this is the one place that trusts its shape.
 */
import type { EventEmitter } from "node:events";
import { createRequire } from "node:module";

export interface LibraryVarbind {
  readonly oid: string;
  readonly type: number;
  readonly value: unknown;
}

/** A notification as net-snmp hands it over. v1 has `enterprise` … `upTime`, the others `id`. */
export interface LibraryPdu {
  readonly type: number;
  readonly id?: number;
  readonly enterprise?: string;
  readonly agentAddr?: string;
  readonly generic?: number;
  readonly specific?: number;
  readonly upTime?: number;
  readonly varbinds: readonly LibraryVarbind[];
}

export interface LibraryUser {
  readonly name: string;
  readonly level: number;
  readonly authProtocol?: number;
  readonly authKey?: string;
  readonly privProtocol?: number;
  readonly privKey?: string;
}

/** Stands where net-snmp expects a dgram socket. */
export interface SocketFace extends EventEmitter {
  bind(): void;
  close(): void;
  send(bytes: Buffer, offset: number, length: number, port: number, address: string): void;
}

export interface LibraryReceiver {
  getAuthorizer(): { addCommunity(community: string): void; addUser(user: LibraryUser): void };
  readonly engine: { engineBoots: number; engineTime: number };
}

interface Library {
  createReceiver(
    options: { dgramModule: { createSocket(): SocketFace }; engineID: string; port: number; disableAuthorization: boolean },
    callback: (error: { readonly code?: number } | null, notification?: { readonly pdu: LibraryPdu }) => void,
  ): LibraryReceiver;
  readonly ObjectType: Readonly<Record<string, number | string>>;
  readonly PduType: { readonly Trap: number; readonly TrapV2: number; readonly InformRequest: number };
  readonly SecurityLevel: Readonly<Record<"noAuthNoPriv" | "authNoPriv" | "authPriv", number>>;
  readonly AuthProtocols: Readonly<Record<string, number>>;
  readonly PrivProtocols: Readonly<Record<string, number>>;
  readonly RequestInvalidError: new (message: string) => Error;
  readonly ResponseInvalidCode: { readonly ECouldNotDecrypt: number; readonly EAuthFailure: number };
  readonly Authentication: {
    readonly algorithms: Readonly<Record<number, { readonly CRYPTO_ALGORITHM: string; readonly AUTHENTICATION_CODE_LENGTH: number }>>;
    authToKeyCache: Record<string, Buffer>;
    computeCacheKey(protocol: number, key: string, engineId: Buffer): string;
    isAuthentic(message: Buffer, protocol: number, key: string, engineId: Buffer, digest: Buffer): boolean;
    writeParameters(message: Buffer, protocol: number, key: string, engineId: Buffer, digest: Buffer): void;
  };
}

export const library = createRequire(import.meta.url)("net-snmp") as Library;
