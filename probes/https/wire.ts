/**
 * One device's HTTPS for the length of a look: requests one after the other over one connection, each answer bounded in size and time.
 *
 * Nothing is followed: a redirection is an answer like any other. Compressed answers are not asked for and not read.
 */
import { Agent, type ClientRequestArgs, type IncomingMessage, request } from "node:http";
import { isIPv6 } from "node:net";
import type { Duplex } from "node:stream";
import { done, down, failed, type Outcome, reasonOf, unknown } from "../shell/outcome.ts";
import { type Endpoint, failureOf, openTls } from "./trust.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST";
  /** With its leading slash. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** `name=value` of each cookie that was set. */
  readonly cookies: readonly string[];
  readonly body: string;
}

/** Octets of one answer; a status of 64 participants is a tenth of it. */
export const MAX_BODY_BYTES = 256 * 1024;

/** Connections on which a certificate was believed. */
class TrustingAgent extends Agent {
  readonly #at: Endpoint;
  readonly #signal: AbortSignal;

  constructor(at: Endpoint, signal: AbortSignal) {
    super({ keepAlive: true, maxSockets: 1, maxFreeSockets: 1 });
    this.#at = at;
    this.#signal = signal;
  }

  override createConnection(_options: ClientRequestArgs, made?: (error: Error | null, stream: Duplex) => void): Duplex {
    openTls(this.#at, this.#signal).then(
      (socket) => made?.(null, socket),
      (error: Error) => made?.(error, undefined as unknown as Duplex),
    );
    // The library waits for the callback when nothing is returned; its type does not say so.
    return undefined as unknown as Duplex;
  }
}

/** What a dialect asks with. */
export interface Sender {
  send(request: HttpRequest): Promise<Outcome<HttpAnswer>>;
}

export class Wire implements Sender {
  readonly #at: Endpoint;
  readonly #agent: Agent;
  readonly #signal: AbortSignal;

  /** @param signal ends every request of it. */
  constructor(at: Endpoint, signal: AbortSignal) {
    this.#at = at;
    this.#signal = signal;
    this.#agent = new TrustingAgent(at, signal);
  }

  async send(sent: HttpRequest): Promise<Outcome<HttpAnswer>> {
    const answer = await this.#once(sent);
    if (!answer.ok || answer.value.status < 300 || answer.value.status >= 400) return answer;
    return failed(
      unknown("https.redirect", `${this.#where} answers ${sent.path} with a redirection (${answer.value.status}); none is followed`),
    );
  }

  end(): void {
    this.#agent.destroy();
  }

  get #where(): string {
    return `${this.#at.host}:${this.#at.port}`;
  }

  #once({ method, path, headers, body }: HttpRequest): Promise<Outcome<HttpAnswer>> {
    const { host, port } = this.#at;
    return new Promise((resolve) => {
      if (this.#signal.aborted) return resolve(failed(reasonOf(this.#signal)));
      const sent = request({
        method,
        path,
        agent: this.#agent,
        host,
        port,
        setHost: false,
        headers: {
          Host: `${isIPv6(host) ? `[${host}]` : host}${port === 443 ? "" : `:${port}`}`,
          "Accept-Encoding": "identity",
          ...headers,
          ...(body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) }),
        },
      });
      const ended = (): void => void sent.destroy();
      const settle = (outcome: Outcome<HttpAnswer>): void => {
        this.#signal.removeEventListener("abort", ended);
        resolve(outcome);
      };
      this.#signal.addEventListener("abort", ended, { once: true });
      sent.on("error", (error) => settle(failed(this.#signal.aborted ? reasonOf(this.#signal) : failureOf(error, this.#at))));
      sent.on("response", (answer) => this.#read(answer, settle));
      sent.end(body);
    });
  }

  #read(answer: IncomingMessage, settle: (outcome: Outcome<HttpAnswer>) => void): void {
    const pieces: Buffer[] = [];
    let octets = 0;
    const refuse = (why: string): void => {
      settle(failed(down("https.protocol", `${this.#where} ${why}`)));
      answer.destroy();
    };
    const { "content-encoding": encoding = "identity", "set-cookie": cookies = [] } = answer.headers;
    if (encoding !== "identity") {
      refuse("sends a compressed answer that was not asked for");
      return;
    }
    answer.on("data", (piece: Buffer) => {
      octets += piece.length;
      if (octets > MAX_BODY_BYTES) refuse(`sends an answer of more than ${MAX_BODY_BYTES / 1024} KB`);
      else pieces.push(piece);
    });
    answer.on("error", () => undefined);
    answer.on("close", () => {
      if (answer.complete) {
        const body = Buffer.concat(pieces).toString("utf8");
        settle(done({ status: answer.statusCode ?? 0, cookies: cookies.map((each) => each.split(";")[0] ?? ""), body }));
      } else settle(failed(this.#signal.aborted ? reasonOf(this.#signal) : down("https.protocol", `${this.#where} broke its answer off`)));
    });
  }
}
