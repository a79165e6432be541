/**
 * One session with one agent: a question in, an answer out, whatever the far end does. Outcomes are values.
 *
 * A reply that is less protected than its question is refused: the library takes an unsigned one for a signed request.
 */
import { createCipheriv } from "node:crypto";
import type { Credential } from "../../daemon/model/config.ts";
import type { Address } from "../icmp/address.ts";
import { type LibraryMessage, type LibraryOptions, type LibrarySession, type LibraryUser, snmp } from "./net-snmp.ts";
import type { SharedSockets } from "./sockets.ts";
import type { Varbind } from "./value.ts";

export type SnmpCredential = Extract<Credential, { kind: "snmp-community" | "snmp-v3" }>;

/** The agent's own clock, as told in the header of an SNMPv3 message. */
export interface EngineClock {
  readonly boots: number;
  readonly time: number;
}

/** What became of a question. `refused` names the usmStats counter. */
export type Answer =
  | { readonly kind: "values"; readonly varbinds: readonly Varbind[]; readonly engine?: EngineClock }
  | { readonly kind: "error"; readonly status: number; readonly index: number }
  | { readonly kind: "silent" }
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "nonsense"; readonly why: string }
  | { readonly kind: "unsupported"; readonly why: string }
  | { readonly kind: "blocked"; readonly why: string };

/** A question. `bulk`: so many repetitions of each name. */
export interface Question {
  readonly kind: "get" | "next" | "bulk";
  readonly oids: readonly string[];
  readonly repetitions?: number;
  readonly attemptMs: number;
  readonly retries: number;
}

/** usmStats, RFC 3414 section 5. */
const usmStats: Readonly<Record<string, string>> = {
  "1": "unsupported security level",
  "2": "not in time window",
  "3": "unknown user name",
  "4": "unknown engine id",
  "5": "wrong digest (authentication key or protocol)",
  "6": "decryption error (privacy key or protocol)",
};

/** Localized keys the library keeps; its cache has no bound of its own. */
const keysAtMost = 250_000;
/** error-status of RFC 3416. */
const authorizationError = 16;

class UsmRefusal {
  readonly why: string;
  constructor(oid: string) {
    this.why = usmStats[oid.split(".").at(-2) ?? ""] ?? `report ${oid}`;
  }
}

export class Session {
  readonly #session: LibrarySession;
  readonly #level: number;
  readonly #waiting = new Set<(answer: Answer) => void>();
  #malformed = 0;
  #answered = 0;

  private constructor(make: (thrown: () => void) => LibrarySession, level: number) {
    this.#level = level;
    this.#session = make(() => this.#fail({ kind: "nonsense", why: "a malformed reply" }));
    this.#session.on("error", () => {
      this.#malformed += 1;
    });
    this.#session.onSimpleGetResponse = (request, message) => request.responseCb(null, this.#read(message));
    this.#session.userSecurityModelError = (request, oid) => request.responseCb(new UsmRefusal(oid));
  }

  /** Opens a face to the agent; sends nothing. */
  static open(sockets: SharedSockets, peer: Address & { readonly port: number }, credential: SnmpCredential): Session {
    const level = levelOf(credential);
    return new Session((thrown) => {
      const face = sockets.face({ address: peer.ip, port: peer.port, version: peer.version }, thrown);
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
        return snmp.createV3Session(peer.ip, userOf(credential), options(snmp.Version3, credential.context));
      const version = credential.version === "1" ? snmp.Version1 : snmp.Version2c;
      return snmp.createSession(peer.ip, credential.community.reveal(), options(version));
    }, level);
  }

  /** True once the agent answered a question on this session. */
  get proven(): boolean {
    return this.#answered > 0;
  }

  /** SNMPv3: the engine was discovered, and no question was ever answered on this session. */
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
        this.#waiting.delete(end);
        if (answer.kind === "values" || answer.kind === "error") this.#answered += 1;
        const nonsense = answer.kind === "silent" && this.#malformed > malformedBefore;
        resolve(nonsense ? { kind: "nonsense", why: "only malformed replies" } : answer);
      };
      this.#waiting.add(end);
      const done = (error: unknown, answer?: unknown) =>
        end(error === null || error === undefined ? (answer as Answer) : this.#outcome(error));
      session.timeout = question.attemptMs;
      session.retries = question.retries;
      try {
        if (question.kind === "get") session.get(question.oids, done);
        else if (question.kind === "next") session.getNext(question.oids, done);
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
    for (const end of [...this.#waiting]) end(answer);
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

function levelOf(credential: SnmpCredential): number {
  const { SecurityLevel } = snmp;
  if (credential.kind === "snmp-community" || credential.auth === undefined) return SecurityLevel.noAuthNoPriv;
  return credential.priv === undefined ? SecurityLevel.authNoPriv : SecurityLevel.authPriv;
}

function userOf(credential: Extract<SnmpCredential, { kind: "snmp-v3" }>): LibraryUser {
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
