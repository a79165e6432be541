/**
 * One telnet connection: TCP, negotiation, login, and then a stream for a dialect. Every way it can end is a value.
 *
 * The octets that came after the login are kept for the dialect: its greeting is among them.
 */
import { connect, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { Ends } from "../shell/ends.ts";
import type { Line, Stream } from "../shell/line.ts";
import { done, down, type Failure, failed, type Outcome, reasonOf, unknown } from "../shell/outcome.ts";
import { encodeTelnet, TelnetDecoder } from "./iac.ts";
import { TelnetLogin, type TelnetSecrets } from "./login.ts";

export interface TelnetRequest {
  readonly host: string;
  readonly port: number;
  readonly secrets: TelnetSecrets;
  /** Whether the text that came ends where the dialect may begin. */
  readonly ready: (text: string) => boolean;
  /** Why a device that closes before it is ready does so, as far as the dialect knows: a status port that refuses our address. */
  readonly closedEarly?: (where: string) => Failure;
  readonly keepaliveMs: number;
  /** One line of the trace. */
  readonly note: (line: string) => void;
}

/** Octets before the device is ready. A long banner has two thousand. */
const MAX_GREETING = 64 * 1024;

/** Logged in. It closes itself when the far end does, or on `end`. */
export class TelnetLine implements Line {
  readonly transport = "telnet";
  readonly #socket: Socket;
  readonly #decoder = new TelnetDecoder();
  readonly #ends = new Ends();
  #hear: (data: Buffer) => void = () => undefined;
  #held: Buffer[] = [];

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes: Buffer) => this.#take(bytes));
  }

  get ended(): Failure | undefined {
    return this.#ends.failure;
  }

  onEnd(watcher: (failure: Failure) => void): () => void {
    return this.#ends.onEnd(watcher);
  }

  end(failure: Failure): void {
    this.#ends.end(failure, () => this.#socket.destroy());
  }

  /** Who hears the data from now on. */
  listen(hear: (data: Buffer) => void): void {
    this.#hear = hear;
  }

  /** Keeps the data for the dialect, from these octets on. */
  hold(first: readonly Buffer[]): void {
    this.#held = [...first];
    this.#hear = (data) => this.#held.push(data);
  }

  send(text: string): void {
    this.#socket.write(encodeTelnet(Buffer.from(`${text}\r`)));
  }

  /** One a connection: telnet has no channels. */
  shell(): Promise<Outcome<Stream>> {
    if (this.ended !== undefined) return Promise.resolve(failed(this.ended));
    const socket = this.#socket;
    const stream = new Duplex({
      read: () => socket.resume(),
      write: (chunk: Buffer, _encoding, written) => {
        socket.write(encodeTelnet(chunk));
        // A peer that takes nothing is found by the deadline of the look, not by a write that never ends.
        written();
      },
    });
    for (const data of this.#held.splice(0)) stream.push(data);
    this.#hear = (data) => {
      if (!stream.push(data)) socket.pause();
    };
    this.onEnd(() => stream.destroy());
    return Promise.resolve(done(stream));
  }

  #take(bytes: Buffer): void {
    const { data, reply, broken } = this.#decoder.feed(bytes);
    if (broken !== undefined) {
      this.end(down("telnet.protocol", `the device ${broken}`));
      return;
    }
    if (reply.length > 0) this.#socket.write(reply);
    if (data.length > 0) this.#hear(data);
  }
}

/** Connects and logs in, once. At the end of the turn the socket is destroyed, whatever the far end does. */
export function openTelnet(request: TelnetRequest, signal: AbortSignal): Promise<Outcome<TelnetLine>> {
  const where = `${request.host}:${request.port}`;
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(failed(reasonOf(signal)));
      return;
    }
    const socket = connect({ host: request.host, port: request.port, noDelay: true });
    const line = new TelnetLine(socket);
    const login = new TelnetLogin(request.secrets, where, request.ready);
    let connected = false;
    // Until the device is ready, a close may be its answer to the login; afterwards it is the end of a session.
    let ready = false;
    const settle = (outcome: Outcome<TelnetLine>): void => {
      signal.removeEventListener("abort", expire);
      resolve(outcome);
    };
    line.onEnd((failure) => settle(failed(failure)));
    const expire = (): void => {
      const reason = reasonOf(signal);
      line.end(reason.code === "telnet.timeout" ? lateFailure(where, connected, login) : reason);
    };
    signal.addEventListener("abort", expire, { once: true });
    socket.on("connect", () => {
      connected = true;
      socket.setKeepAlive(true, request.keepaliveMs);
      request.note(`connected to ${where}`);
    });
    socket.on("error", (error: NodeJS.ErrnoException) => line.end(classify(error.code, where, ready ? undefined : login)));
    socket.on("close", () => {
      const early = ready ? undefined : login.presented ? login.refusal() : request.closedEarly?.(where);
      line.end(early ?? down("telnet.protocol", `${where} closed the connection`));
    });
    greet(line, login, request, () => {
      ready = true;
      settle(done(line));
    });
  });
}

/** Answers prompts until the device is ready. */
function greet(line: TelnetLine, login: TelnetLogin, request: TelnetRequest, ready: () => void): void {
  const decoder = new StringDecoder("utf8");
  let since: Buffer[] = [];
  let octets = 0;
  line.listen((data) => {
    octets += data.length;
    if (octets > MAX_GREETING) {
      line.end(down("telnet.protocol", `the device sent more than ${MAX_GREETING} octets before it was ready`));
      return;
    }
    since.push(data);
    const move = login.feed(decoder.write(data));
    switch (move.is) {
      case "wait":
        return;
      case "send":
        since = [];
        line.send(move.text);
        request.note(move.what === "user" ? `asked for a user: ${move.text}` : "asked for a password: given");
        return;
      case "fail":
        line.end(move.failure);
        return;
      case "ready":
        line.hold(since);
        request.note("ready");
        ready();
    }
  });
}

/** What the end of the time means, by how far it came. */
function lateFailure(where: string, connected: boolean, login: TelnetLogin): Failure {
  if (!connected) return down("telnet.timeout", `no TCP connection to ${where} in time`);
  if (login.presented) return down("telnet.timeout", `${where} did not finish the login in time`);
  if (login.unanswered)
    return unknown("telnet.prompt", `${where} waits with a prompt that is no login known here and none of this family; is the port right?`);
  return down("telnet.timeout", `${where} accepts connections but said nothing that could be answered in time`);
}

const UNREACHABLE: ReadonlySet<unknown> = new Set(["ETIMEDOUT", "EHOSTUNREACH", "EHOSTDOWN"]);
const NO_NAME: ReadonlySet<unknown> = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_FAIL"]);
const OURS: ReadonlySet<unknown> = new Set(["ENETUNREACH", "ENETDOWN", "EADDRNOTAVAIL", "EMFILE", "ENFILE", "EACCES", "EPERM", "EINVAL"]);

/** By code, never by the error's text. */
function classify(code: string | undefined, where: string, login: TelnetLogin | undefined): Failure {
  if (code === "ECONNREFUSED") return down("telnet.refused", `${where} refuses TCP connections`);
  if (UNREACHABLE.has(code)) return down("telnet.timeout", `${where} cannot be reached (${code})`);
  if (NO_NAME.has(code)) return unknown("telnet.name", `the name of ${where} does not resolve (${code})`);
  if (OURS.has(code)) return unknown("telnet.engine", `no connection can be made from here to ${where} (${code})`);
  if (login?.presented === true) return login.refusal();
  return down("telnet.protocol", `${where} broke off the connection`);
}
