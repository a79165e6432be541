/**
 * One datagram in, one outcome out: a notification, replies of the protocol itself (discovery), or why it could not be read.
 *
 * net-snmp decodes; it answers an inform before it hands it over, so it is given a socket face that keeps what it sends. What it does not
 * check is checked before it: an empty user name must not carry a notification, digests come before decryption, and a message is not
 * believed twice.
 */
import { EventEmitter } from "node:events";
import type { SnmpAuth, SnmpPriv } from "../../daemon/model/config.ts";
import { type V2Form, v2Form } from "./form.ts";
import { readHeader, type V3Header } from "./header.ts";
import type { Keys } from "./keys.ts";
import { type LibraryPdu, type LibraryUser, library, type SocketFace } from "./library.ts";
import { notInTimeWindow, type OurEngine } from "./report.ts";
import { isInOurWindow, type Timeliness } from "./timeliness.ts";
import type { TrapRules, TrapUser, Undecodable } from "./trap.ts";

/** A datagram to send, when its time has come. */
export interface Reply {
  readonly bytes: Buffer;
  readonly port: number;
  readonly address: string;
}

export interface Datagram {
  readonly bytes: Buffer;
  readonly address: string;
  readonly port: number;
}

export type Outcome =
  | {
      readonly kind: "notification";
      readonly form: V2Form;
      readonly version: "1" | "2c" | "3";
      readonly inform: boolean;
      readonly requestId?: number;
      /** To send once the notification is committed. */
      readonly answers: readonly Reply[];
    }
  | { readonly kind: "replies"; readonly replies: readonly Reply[] }
  | { readonly kind: "undecodable"; readonly reason: Undecodable; readonly version?: "1" | "2c" | "3"; readonly replies: readonly Reply[] };

export interface DecoderOptions {
  readonly rules: Pick<TrapRules, "communities" | "users" | "redact">;
  readonly keys: Keys;
  readonly timeliness: Timeliness;
  readonly engineId: Buffer;
  /** Our boots and time, now. */
  readonly engineNow: () => { readonly boots: number; readonly time: number };
}

export type Decode = (datagram: Datagram, sha256: string) => Outcome;

const AUTHENTICATED = 1;
const ENCRYPTED = 2;
const REPORTABLE = 4;
const MIN_ENGINE_ID = 5;

/** A user as net-snmp wants it. */
export function libraryUser(user: TrapUser): LibraryUser {
  const { SecurityLevel, AuthProtocols, PrivProtocols } = library;
  const name = (protocol: SnmpAuth | SnmpPriv): string => protocol;
  if (user.auth === undefined) return { name: user.name, level: SecurityLevel.noAuthNoPriv };
  const auth = { authProtocol: AuthProtocols[name(user.auth.protocol)] ?? 0, authKey: user.auth.key };
  if (user.priv === undefined) return { name: user.name, level: SecurityLevel.authNoPriv, ...auth };
  const priv = { privProtocol: PrivProtocols[name(user.priv.protocol)] ?? 0, privKey: user.priv.key };
  return { name: user.name, level: SecurityLevel.authPriv, ...auth, ...priv };
}

interface Read {
  readonly pdu?: LibraryPdu;
  readonly failure?: Undecodable;
  readonly sent: readonly Reply[];
}

/** net-snmp's receiver behind a socket face: synchronous, one datagram at a time. */
function libraryReader(options: DecoderOptions, users: ReadonlyMap<string, LibraryUser>): (datagram: Datagram) => Read {
  let sent: Reply[] = [];
  let pdu: LibraryPdu | undefined;
  let failure: Undecodable | undefined;
  const face: SocketFace = Object.assign(new EventEmitter(), {
    bind() {},
    close() {},
    send(bytes: Buffer, offset: number, length: number, port: number, address: string) {
      sent.push({ bytes: bytes.subarray(offset, offset + length), port, address });
    },
  });
  const receiver = library.createReceiver(
    { dgramModule: { createSocket: () => face }, engineID: options.engineId.toString("hex"), port: 162, disableAuthorization: false },
    (error, notification) => {
      if (error === null) pdu = notification?.pdu;
      else failure ??= failureOf(error);
    },
  );
  for (const community of options.rules.communities) receiver.getAuthorizer().addCommunity(community);
  for (const user of users.values()) receiver.getAuthorizer().addUser(user);
  return ({ bytes, address, port }) => {
    sent = [];
    pdu = undefined;
    failure = undefined;
    const { boots, time } = options.engineNow();
    receiver.engine.engineBoots = boots;
    receiver.engine.engineTime = time;
    try {
      face.emit("message", bytes, { address, port, size: bytes.length });
    } catch {
      failure = "malformed"; // net-snmp throws past its own net when it cannot encode the answer to a strange inform
    }
    return { sent, ...(pdu === undefined ? {} : { pdu }), ...(failure === undefined ? {} : { failure }) };
  };
}

function failureOf(error: { readonly code?: number }): Undecodable {
  const { ECouldNotDecrypt, EAuthFailure } = library.ResponseInvalidCode;
  if (error instanceof library.RequestInvalidError) return "not-a-notification";
  if (error.code === ECouldNotDecrypt) return "decrypt-failed";
  return error.code === EAuthFailure ? "digest-wrong" : "malformed";
}

export function decoderOf(options: DecoderOptions): Decode {
  const users = new Map(options.rules.users.map((user) => [user.name, libraryUser(user)]));
  const communities = new Set(options.rules.communities);
  const read = libraryReader(options, users);
  const redact = options.rules.redact ?? [];

  function finish(datagram: Datagram, version: "1" | "2c" | "3"): Outcome {
    const { pdu, failure, sent } = read(datagram);
    if (pdu === undefined) {
      if (failure === undefined && sent.length > 0) return { kind: "replies", replies: sent };
      return { kind: "undecodable", reason: failure ?? "malformed", version, replies: sent };
    }
    const form = v2Form(pdu, redact);
    if (form === undefined) return { kind: "undecodable", reason: "malformed", version, replies: [] };
    const inform = pdu.type === library.PduType.InformRequest;
    return { kind: "notification", form, version, inform, answers: sent, ...(pdu.id === undefined ? {} : { requestId: pdu.id }) };
  }

  return (datagram, sha256) => {
    const header = readHeader(datagram.bytes);
    if (header === undefined) return { kind: "undecodable", reason: "malformed", replies: [] };
    if (header.version === "unknown") return { kind: "undecodable", reason: "version", replies: [] };
    if (header.version === "3") {
      const stopped = checkV3({ header, datagram, sha256, user: users.get(header.user), options });
      if (stopped !== undefined) return stopped === "discovery" ? discovery(finish(datagram, "3"), header, users) : stopped;
    } else if (!communities.has(header.community)) {
      return { kind: "undecodable", reason: "community-refused", version: header.version, replies: [] };
    }
    return finish(datagram, header.version);
  };
}

/** Without a digest net-snmp may answer who we are; a notification from nobody is not believed, nor answered. */
function discovery(outcome: Outcome, header: V3Header, users: ReadonlyMap<string, LibraryUser>): Outcome {
  const asksWhoWeAre = header.engineId.length === 0 && (header.flags & REPORTABLE) !== 0;
  if (outcome.kind === "replies" && (asksWhoWeAre || header.user === "")) return outcome;
  const reason = users.has(header.user) ? "security-level" : "user-unknown";
  return { kind: "undecodable", reason, version: "3", replies: outcome.kind === "replies" ? outcome.replies : [] };
}

interface V3Question {
  readonly header: V3Header;
  readonly datagram: Datagram;
  readonly sha256: string;
  readonly user: LibraryUser | undefined;
  readonly options: DecoderOptions;
}

/** Undefined: go on and decode. */
function checkV3({ header, datagram, sha256, user, options }: V3Question): Outcome | "discovery" | undefined {
  if (user === undefined) return "discovery";
  const authenticated = (header.flags & AUTHENTICATED) !== 0;
  if (!authenticated) return user.authProtocol === undefined ? undefined : "discovery";
  const refused = (reason: Undecodable): Outcome => ({ kind: "undecodable", reason, version: "3", replies: [] });
  const encrypted = (header.flags & ENCRYPTED) !== 0;
  if (user.authProtocol === undefined || encrypted !== (user.privProtocol !== undefined)) return refused("security-level");
  // RFC 3411 section 5: 5 to 32 octets. Nobody's engine has another id, and each would cost a hash.
  if (header.engineId.length < MIN_ENGINE_ID) return refused("malformed");
  if (!options.keys.isAuthentic(datagram.bytes, user, header.engineId, header.digest)) return refused("digest-wrong");
  const now = options.engineNow();
  if (!header.engineId.equals(options.engineId)) {
    const message = { engine: header.engineId.toString("hex"), boots: header.boots, time: header.time, fingerprint: sha256 };
    return options.timeliness.isNews(message) ? undefined : refused("replay");
  }
  if (isInOurWindow(header, now)) return undefined;
  const report = notInTimeWindow(header, user, { id: options.engineId, ...now } satisfies OurEngine, 1);
  const replies = report === undefined ? [] : [{ bytes: report, port: datagram.port, address: datagram.address }];
  // 0 and 0 is how a sender asks for our clock; anything else is old or played again.
  if (header.boots === 0 && header.time === 0) return { kind: "replies", replies };
  return { kind: "undecodable", reason: "replay", version: "3", replies };
}
