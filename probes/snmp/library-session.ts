/**
 * A session with one agent through the library, in any version of SNMP.
 *
 * A reply that is less protected than its question is refused: the library takes an unsigned one for a signed request.
 */
import { type Answer, authorizationError, type Question, type Session, type SnmpCredential, type SnmpUser } from "./conversing.ts";
import { type LibraryMessage, type LibraryOptions, type LibrarySession, type LibraryUser, snmp } from "./net-snmp.ts";
import { PlainSession } from "./plain-session.ts";
import type { DatagramFace, Faces, Peer } from "./sockets.ts";

/** usmStats, RFC 3414 section 5. */
const usmStats: Readonly<Record<string, string>> = {
  "1": "unsupported security level",
  "2": "not in time window",
  "3": "unknown user name",
  "4": "unknown engine id",
  "5": "wrong digest (authentication key or protocol)",
  "6": "decryption error (privacy key or protocol)",
};

const dotted = /^\d[\d.]*$/;

/** Localized keys the library keeps; its cache has no bound of its own. */
const keysAtMost = 250_000;

class UsmRefusal {
  readonly why: string;
  constructor(oid: string) {
    this.why = usmStats[oid.split(".").at(-2) ?? ""] ?? `report ${oid}`;
  }
}

export class SharedSession implements Session {
  readonly #session: LibrarySession;
  readonly #level: number;
  /** Undefined while nothing is asked: nearly always. */
  #waiting: Set<(answer: Answer) => void> | undefined;
  #malformed = 0;
  #answered = 0;

  /** Opens a face to the agent; sends nothing. */
  constructor(sockets: Faces, peer: Peer, credential: SnmpCredential) {
    this.#level = levelOf(credential);
    const face = sockets.face(peer, () => this.#fail({ kind: "nonsense", why: "a malformed reply" }));
    this.#session = openLibrarySession(peer, credential, face);
    this.#session.on("error", () => {
      this.#malformed += 1;
    });
    this.#session.onSimpleGetResponse = (request, message) => request.responseCb(null, this.#read(message));
    this.#session.userSecurityModelError = (request, oid) => request.responseCb(new UsmRefusal(oid));
  }

  get proven(): boolean {
    return this.#answered > 0;
  }

  get onlyDiscovered(): boolean {
    return this.#answered === 0 && this.#discovered;
  }

  get #discovered(): boolean {
    return this.#session.msgSecurityParameters !== undefined;
  }

  ask(question: Question): Promise<Answer> {
    const malformedBefore = this.#malformed;
    const session = this.#session;
    return new Promise((resolve) => {
      const end = (answer: Answer) => {
        this.#ended(end);
        if (answer.kind === "values" || answer.kind === "error") this.#answered += 1;
        const nonsense = answer.kind === "silent" && this.#malformed > malformedBefore;
        resolve(nonsense ? { kind: "nonsense", why: "only malformed replies" } : answer);
      };
      this.#waiting ??= new Set();
      this.#waiting.add(end);
      const done = (error: unknown, answer?: unknown) =>
        end(error === null || error === undefined ? (answer as Answer) : this.#outcome(error));
      session.timeout = question.attemptMs;
      session.retries = question.retries;
      try {
        if (question.kind === "get") {
          if (!(session instanceof PlainSession) || !session.getPlainly(question.oids, done)) session.get(question.oids, done);
        } else if (question.kind === "next") session.getNext(question.oids, done);
        else session.getBulk(question.oids, 0, question.repetitions ?? 10, done);
      } catch (error) {
        end(this.#outcome(error));
      }
    });
  }

  close(): void {
    this.#fail({ kind: "silent" });
    this.#session.close();
  }

  #fail(answer: Answer): void {
    for (const end of [...(this.#waiting ?? [])]) end(answer);
  }

  #ended(end: (answer: Answer) => void): void {
    this.#waiting?.delete(end);
    if (this.#waiting?.size === 0) this.#waiting = undefined;
  }

  #read(message: LibraryMessage): Answer {
    const { pdu } = message;
    const { SecurityLevel } = snmp;
    if (this.#level >= SecurityLevel.authNoPriv && !message.hasAuthentication())
      return { kind: "nonsense", why: "an unsigned reply to a signed request" };
    if (this.#level >= SecurityLevel.authPriv && !message.hasPrivacy())
      return { kind: "nonsense", why: "a reply in clear to an encrypted request" };
    // RFC 3415 section 3.2: the user has no access at all; an object outside its view is absent, and no error.
    if (pdu.errorStatus === authorizationError) return { kind: "refused", why: "authorizationError" };
    if (pdu.errorStatus > 0) return { kind: "error", status: pdu.errorStatus, index: pdu.errorIndex };
    // The library reads a name that is cut short as "0.NaN".
    if (!pdu.varbinds.every(({ oid }) => dotted.test(oid))) return { kind: "nonsense", why: "a name that is no OID" };
    const clock = message.msgSecurityParameters;
    if (clock === undefined) return { kind: "values", varbinds: pdu.varbinds };
    return {
      kind: "values",
      varbinds: pdu.varbinds,
      engine: { boots: clock.msgAuthoritativeEngineBoots, time: clock.msgAuthoritativeEngineTime },
    };
  }

  #outcome(error: unknown): Answer {
    if (error instanceof UsmRefusal) return { kind: "refused", why: error.why };
    if (error instanceof snmp.RequestTimedOutError) return { kind: "silent" };
    if (error instanceof snmp.ResponseInvalidError) return invalid(error.code);
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code.startsWith("ERR_OSSL") || code === "ERR_CRYPTO_UNKNOWN_CIPHER") return { kind: "unsupported", why: code };
    if (/^E[A-Z]+$/.test(code)) return { kind: "blocked", why: code };
    return { kind: "nonsense", why: error instanceof Error ? error.name : "an error of the library" };
  }
}

function invalid(code: number): Answer {
  const { ResponseInvalidCode } = snmp;
  if (code === ResponseInvalidCode.EAuthFailure) return { kind: "refused", why: "a reply signed with another key" };
  if (code === ResponseInvalidCode.ECouldNotDecrypt) return { kind: "refused", why: "a reply that our privacy key does not open" };
  const name = Object.keys(ResponseInvalidCode).find((key) => ResponseInvalidCode[key] === code);
  return { kind: "nonsense", why: name ?? `code ${code}` };
}

/** Empties the library's key cache when it outgrew its bound: a forged engine id would fill it. Costs a pass over it: call it now and then. */
export function boundKeyCache(): void {
  if (Object.keys(snmp.Authentication.authToKeyCache).length > keysAtMost) snmp.Authentication.authToKeyCache = {};
}

function openLibrarySession(peer: Peer, credential: SnmpCredential, face: DatagramFace): LibrarySession {
  const options = (version: number, context?: string): LibraryOptions => ({
    port: peer.port,
    version,
    transport: peer.version === 4 ? "udp4" : "udp6",
    retries: 0,
    timeout: 1_000,
    idBitsSize: 32,
    ...(context === undefined ? {} : { context }),
    dgramModule: { createSocket: () => face },
  });
  if (credential.kind === "snmp-v3")
    return snmp.createV3Session(peer.address, userOf(credential), options(snmp.Version3, credential.context));
  const version = credential.version === "1" ? snmp.Version1 : snmp.Version2c;
  const session = new PlainSession(peer.address, credential.community.reveal(), options(version));
  // It has an engine of its own only where it answers reports of SNMPv3; a session each would keep a random id of 300 bytes.
  session.engine = undefined;
  return session;
}

function levelOf(credential: SnmpCredential): number {
  const { SecurityLevel } = snmp;
  if (credential.kind === "snmp-community" || credential.auth === undefined) return SecurityLevel.noAuthNoPriv;
  return credential.priv === undefined ? SecurityLevel.authNoPriv : SecurityLevel.authPriv;
}

function userOf(credential: SnmpUser): LibraryUser {
  const { auth, priv, user } = credential;
  const level = levelOf(credential);
  const { AuthProtocols, PrivProtocols } = snmp;
  return {
    name: user,
    level,
    ...(auth === undefined ? {} : { authProtocol: AuthProtocols[auth.protocol] ?? 0, authKey: auth.key.reveal() }),
    ...(priv === undefined || auth === undefined ? {} : { privProtocol: PrivProtocols[priv.protocol] ?? 0, privKey: priv.key.reveal() }),
  };
}
