/**
 * One SSH connection: TCP, host key, login, and then channels. Every way it can end is a value.
 *
 * The host key is judged before any secret is sent. No agent is ever asked.
 */
import { connect, type Socket } from "node:net";
import { Client, type ClientChannel, type ConnectConfig } from "ssh2";
import type { Line } from "../shell/line.ts";
import { done, down, type Failure, failed, type Outcome, reasonOf, unknown, within } from "../shell/outcome.ts";
import { algorithms, formatPin, type HostKey, readHostKey } from "./host-key.ts";
import { type Login, type Presenter, presenter } from "./login.ts";

export interface ConnectRequest {
  readonly host: string;
  readonly port: number;
  readonly login: Login;
  readonly pinned?: HostKey;
  readonly legacy: boolean;
  readonly keepaliveMs: number;
  /** A key that is not the pinned one. */
  readonly offered: (key: HostKey) => void;
  /** One line of the trace. */
  readonly note: (line: string) => void;
}

/** Wide enough for the longest row that a device prints (LifeSize call statistics): a terminal that wraps breaks a row in two. */
const TERMINAL = { term: "dumb", cols: 1_000, rows: 24 };

/** Logged in. It closes itself when the far end does, or on `end`. */
export class SshConnection implements Line {
  readonly transport = "ssh";
  readonly hostKey: HostKey;
  readonly #client: Client;
  readonly #socket: Socket;
  #ended: Failure | undefined;
  readonly #watchers = new Set<(failure: Failure) => void>();

  constructor(client: Client, socket: Socket, hostKey: HostKey) {
    this.#client = client;
    this.#socket = socket;
    this.hostKey = hostKey;
  }

  /** Why it is over; undefined while it lives. */
  get ended(): Failure | undefined {
    return this.#ended;
  }

  /** Calls back once when it is over, at once when it is already; the result takes the callback away. */
  onEnd(watcher: (failure: Failure) => void): () => void {
    if (this.#ended !== undefined) watcher(this.#ended);
    else this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Ends it, without waiting for the far end. The first reason stays. */
  end(failure: Failure): void {
    if (this.#ended !== undefined) return;
    this.#ended = failure;
    this.#socket.destroy();
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const watcher of watchers) watcher(failure);
  }

  /** xAPI is spoken without a terminal; command lines with a prompt get one that never wraps. */
  shell(signal: AbortSignal, terminal?: "terminal"): Promise<Outcome<ClientChannel>> {
    return this.#channel(signal, (opened) => this.#client.shell(terminal === undefined ? false : TERMINAL, opened));
  }

  exec(command: string, signal: AbortSignal): Promise<Outcome<ClientChannel>> {
    return this.#channel(signal, (opened) => this.#client.exec(command, opened));
  }

  #channel(
    signal: AbortSignal,
    open: (opened: (error: Error | undefined, channel: ClientChannel) => void) => void,
  ): Promise<Outcome<ClientChannel>> {
    return within(signal, (settle) => {
      const forget = this.onEnd((failure) => settle(failed(failure)));
      if (this.#ended !== undefined) return;
      try {
        open((error, channel) => {
          forget();
          if (error === undefined || error === null) settle(done(channel));
          else settle(failed(this.#ended ?? down("ssh.protocol", "the login was accepted, but no channel was opened")));
        });
      } catch {
        // The library throws "Not connected" when the socket went between two lines of ours.
        this.end(down("ssh.protocol", "the connection was lost"));
      }
    });
  }
}

type Stage = "connect" | "greeting" | "key exchange" | "login";

/** Connects and logs in, once. At the end of the turn the socket is destroyed, whatever the far end does. */
export function openConnection(request: ConnectRequest, signal: AbortSignal): Promise<Outcome<SshConnection>> {
  const where = `${request.host}:${request.port}`;
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(failed(reasonOf(signal)));
      return;
    }
    const client = new Client();
    // Our own socket: the library's destroy() leaves one alone that is half closed.
    const socket = connect({ host: request.host, port: request.port, noDelay: true });
    let stage: Stage = "connect";
    let hostKey: HostKey | undefined;
    let connection: SshConnection | undefined;
    let settled = false;
    const finish = (failure: Failure): void => {
      if (connection !== undefined) connection.end(failure);
      if (settled) return;
      settled = true;
      signal.removeEventListener("abort", expire);
      socket.destroy();
      resolve(failed(failure));
    };
    const expire = (): void => {
      const reason = reasonOf(signal);
      finish(reason.code === "ssh.timeout" ? down("ssh.timeout", lateDetail(stage, where)) : reason);
    };
    const login = presenter(request.login, where, finish);
    signal.addEventListener("abort", expire, { once: true });
    client.on("connect", () => {
      stage = "greeting";
      request.note(`connected to ${where}`);
    });
    client.on("banner", (text) => request.note(`a login banner of ${text.length} characters`));
    client.on("handshake", () => {
      stage = "login";
      request.note(`host key ${hostKey === undefined ? "?" : formatPin(hostKey)}`);
    });
    client.on("change password", () => finish(unknown("ssh.auth-refused", `${where} demands a new password for ${request.login.user}`)));
    client.on("error", (error) => finish(classify(error, { stage, where, login, keySeen: hostKey !== undefined, legacy: request.legacy })));
    client.on("close", () =>
      finish(stage === "connect" ? lost(where) : down("ssh.protocol", `${where} closed the connection during ${stage}`)),
    );
    client.on("end", () => finish(lost(where)));
    client.on("ready", () => {
      if (settled || hostKey === undefined) return;
      settled = true;
      signal.removeEventListener("abort", expire);
      connection = new SshConnection(client, socket, hostKey);
      request.note(`logged in as ${request.login.user}`);
      resolve(done(connection));
    });
    const verify = (blob: Buffer): boolean => {
      stage = "key exchange";
      const offered = readHostKey(blob);
      hostKey ??= offered;
      const expected = request.pinned ?? hostKey;
      if (expected.fingerprint === offered.fingerprint) return true;
      request.offered(offered);
      const detail = `the host key of ${where} changed: pinned ${formatPin(expected)}, now ${formatPin(offered)}; nothing was sent`;
      finish(unknown("ssh.host-key-changed", detail));
      return false;
    };
    start({ client, socket, login, verify, finish }, request);
  });
}

interface Attempt {
  readonly client: Client;
  readonly socket: Socket;
  readonly login: Presenter;
  readonly verify: (blob: Buffer) => boolean;
  readonly finish: (failure: Failure) => void;
}

function start({ client, socket, login, verify, finish }: Attempt, request: ConnectRequest): void {
  const config: ConnectConfig = {
    sock: socket,
    username: request.login.user,
    readyTimeout: 0,
    keepaliveInterval: request.keepaliveMs,
    keepaliveCountMax: 2,
    algorithms: algorithms(request.pinned, request.legacy),
    hostVerifier: verify,
    authHandler: (offered, _partial, next) => {
      const method = login.next(offered);
      if (method === false) finish(login.refusal());
      else next(method);
    },
  };
  try {
    client.connect(config);
  } catch {
    // What the library refuses before it connects is our configuration (an algorithm that OpenSSL lacks).
    finish(unknown("ssh.engine", "the SSH library refused these settings"));
  }
}

const lost = (where: string): Failure => down("ssh.protocol", `${where} closed the connection`);

function lateDetail(stage: Stage, where: string): string {
  switch (stage) {
    case "connect":
      return `no TCP connection to ${where} in time`;
    case "greeting":
      return `${where} accepts connections but sent no SSH greeting in time`;
    case "key exchange":
    case "login":
      return `${where} did not finish the ${stage} in time`;
  }
}

/** Errors of the system that say something about the far end, or (the other two) about us. */
const UNREACHABLE: ReadonlySet<unknown> = new Set(["ETIMEDOUT", "EHOSTUNREACH", "EHOSTDOWN"]);
const NO_NAME: ReadonlySet<unknown> = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_FAIL"]);
const OURS: ReadonlySet<unknown> = new Set(["ENETUNREACH", "ENETDOWN", "EADDRNOTAVAIL", "EMFILE", "ENFILE", "EACCES", "EPERM", "EINVAL"]);

interface Attempted {
  readonly stage: Stage;
  readonly where: string;
  readonly login: Presenter;
  /** The host showed a key. */
  readonly keySeen: boolean;
  readonly legacy: boolean;
}

/** By code and level, never by the error's text. */
function classify(error: Error & { level?: string; code?: unknown }, at: Attempted): Failure {
  const { stage, where, login } = at;
  const { code, level } = error;
  if (code === "ECONNREFUSED") return down("ssh.refused", `${where} refuses TCP connections`);
  if (UNREACHABLE.has(code)) return down("ssh.timeout", `${where} cannot be reached (${code})`);
  if (NO_NAME.has(code)) return unknown("ssh.name", `the name of ${where} does not resolve (${code})`);
  if (OURS.has(code)) return unknown("ssh.engine", `no connection can be made from here to ${where} (${code})`);
  // A DISCONNECT message (a number) after the secret: "too many authentication failures", however it is worded.
  if (stage === "login" && login.presented() && typeof code === "number") return login.refusal();
  if (level === "client-authentication") return login.refusal();
  if (level === "client-timeout") return down("ssh.timeout", `${where} answers no keepalive`);
  // Both sides speak, and the host never came to show a key: they have no algorithm in common.
  if (level === "handshake" && !at.keySeen) return noCommonAlgorithm(where, at.legacy);
  return down("ssh.protocol", `${where} broke off during ${stage === "connect" ? "connecting" : stage}`);
}

function noCommonAlgorithm(where: string, legacy: boolean): Failure {
  const remedy = legacy
    ? "even with the old ones that legacy.ssh_algorithms allows; renew the device, or look at it by other means"
    : "update it, or allow the old ones for this device alone with legacy: { ssh_algorithms: true }, which is listed as a weakness";
  return unknown("ssh.algorithms", `${where} offers no SSH algorithm that is accepted; ${remedy}`);
}
