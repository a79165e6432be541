/**
 * A simulated web interface over real TLS: a certificate of its own making, at an address of its own, with the manners of the moment.
 */
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { Socket } from "node:net";
import type { SelfSigned } from "../certificate.ts";
import type { Manners } from "../device-state.ts";
import type { WebAnswer, WebInterface } from "../web/frame.ts";

export interface HttpsOptions {
  readonly address: string;
  readonly port: number;
  readonly certificate: () => SelfSigned;
  readonly answers: () => boolean;
  readonly manners: () => Manners;
  readonly web: WebInterface;
  /** Called for each request. */
  readonly asked: () => void;
}

const longestBody = 65_536;
const pieceOctets = 48;

export class HttpsServer {
  readonly #options: HttpsOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: HttpsOptions) {
    this.#options = options;
    this.#server = createServer({ ...options.certificate() }, (asked, answer) => {
      this.#take(asked, answer).catch(() => answer.destroy());
    });
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => this.#sockets.delete(socket));
      if (!options.answers()) socket.pause();
    });
    this.#server.on("tlsClientError", () => undefined);
  }

  async start(): Promise<void> {
    this.#server.listen(this.#options.port, this.#options.address);
    await once(this.#server, "listening");
  }

  /** The certificate in use from now on: another one was made. */
  changeCertificate(): void {
    this.#server.setSecureContext({ ...this.#options.certificate() });
    this.#hangUp();
  }

  dropSessions(): void {
    this.#options.web.forgetSessions();
    this.#hangUp();
  }

  #hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#hangUp();
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }

  async #take(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    let body = "";
    for await (const piece of asked) body = `${body}${String(piece)}`.slice(0, longestBody);
    const { answers, manners, web } = this.#options;
    if (!answers()) return;
    this.#options.asked();
    const { lateMs, slowMs, web: oddity } = manners();
    const { method = "", url: path = "", headers } = asked;
    const told = odd(oddity, path) ?? web.answer({ method, path, headers, body });
    if (lateMs !== undefined) await this.#pause(lateMs);
    answer.writeHead(told.status, { "Content-Type": told.type, ...told.headers });
    if (oddity === "cut") {
      answer.write(told.body.slice(0, Math.ceil(told.body.length / 2)));
      this.#hangUp();
      return;
    }
    if (slowMs !== undefined)
      for (let at = 0; at < told.body.length; at += pieceOctets) {
        answer.write(told.body.slice(at, at + pieceOctets));
        await this.#pause(slowMs);
      }
    answer.end(slowMs === undefined ? told.body : "");
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, ms);
      this.#timers.add(timer);
    });
  }
}

/** What a web server says when something is wrong with it, or stands before it. */
function odd(oddity: Manners["web"], path: string): WebAnswer | undefined {
  switch (oddity) {
    case "page":
      return { status: 200, type: "text/html", body: "<html><body>Please wait while the system starts</body></html>" };
    case "error":
      return { status: 503, type: "text/html", body: "<html><body>Service Unavailable</body></html>" };
    case "elsewhere":
      return { status: 302, type: "text/html", headers: { Location: `https://192.0.2.66${path}` }, body: "" };
    case "huge":
      return { status: 200, type: "application/json", body: `{"filler":"${"x".repeat(1024 * 1024)}"}` };
    case "bomb":
      return { status: 200, type: "text/xml", body: bomb };
    case "cut":
    case undefined:
      return undefined;
  }
}

/** A document whose entities would grow to a billion. */
const bomb = `<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">${[..."bcdefghij"]
  .map((name, at) => `<!ENTITY ${name} "${`&${"abcdefghij"[at]};`.repeat(10)}">`)
  .join("")}]><methodResponse><params><param><value><string>&j;</string></value></param></params></methodResponse>`;
