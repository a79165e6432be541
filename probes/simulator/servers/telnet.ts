/**
 * A simulated telnet server, or a status port that speaks plain lines: at an address of its own, with a login when there is one.
 *
 * Negotiates as real ones do: it offers to echo and to suppress go-ahead, and refuses everything else.
 */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { Manners } from "../device-state.ts";
import type { OpenSession } from "../shells/session.ts";
import { talk } from "./talk.ts";
import { Negotiation, offer } from "./telnet-codes.ts";

export interface TelnetOptions {
  readonly address: string;
  readonly port: number;
  /** Undefined: it asks for no user. */
  readonly user?: string;
  /** Undefined: whoever connects is in. */
  readonly password?: string;
  /** What comes before the password is asked for. */
  readonly banner?: string;
  /** A status port has no telnet in it. Default true. */
  readonly negotiates?: boolean;
  readonly answers: () => boolean;
  readonly manners: () => Manners;
  readonly shell: OpenSession;
}

const mostTries = 3;

export class TelnetServer {
  readonly #options: TelnetOptions;
  readonly #tcp: Server;
  readonly #sockets = new Set<Socket>();
  logins = 0;
  refused = 0;

  constructor(options: TelnetOptions) {
    this.#options = options;
    this.#tcp = createServer((socket) => this.#take(socket));
  }

  async start(): Promise<void> {
    this.#tcp.listen(this.#options.port, this.#options.address);
    await once(this.#tcp, "listening");
  }

  dropSessions(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.dropSessions();
    if (!this.#tcp.listening) return;
    const closed = once(this.#tcp, "close");
    this.#tcp.close();
    await closed;
  }

  #take(socket: Socket): void {
    const { answers, manners, negotiates = true, password } = this.#options;
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
    if (!answers()) {
      socket.pause();
      return;
    }
    // A status port knows no password: whoever its rules do not name is turned away.
    if (password === undefined && manners().refusesLogin) {
      socket.end("Access forbidden!\r\n");
      return;
    }
    const negotiation = negotiates ? new Negotiation((bytes) => socket.write(bytes)) : undefined;
    if (negotiates) socket.write(offer);
    let read = this.#login(socket, () => {
      read = talk(socket, { open: this.#options.shell, answers, manners });
    });
    socket.on("data", (bytes: Buffer) => {
      if (!answers()) return;
      const text = (negotiation === undefined ? bytes : negotiation.plain(bytes)).toString("utf8");
      if (text !== "") read(text);
    });
  }

  /** Asks for user and password, three times at most; calls `enter` at once when nothing is asked. */
  #login(socket: Socket, enter: () => void): (text: string) => void {
    const { user, password, banner = "" } = this.#options;
    if (password === undefined) {
      // After the caller has its function: entering replaces it.
      queueMicrotask(enter);
      return () => undefined;
    }
    let given: string | undefined;
    let pending = "";
    let tries = 0;
    const ask = (): void => void socket.write(user !== undefined && given === undefined ? "login: " : "Password: ");
    const judge = (line: string): void => {
      if (user !== undefined && given === undefined) {
        given = line;
        socket.write("\r\n");
        ask();
        return;
      }
      this.logins += 1;
      tries += 1;
      if ((user === undefined || given === user) && line === password && !this.#options.manners().refusesLogin) {
        socket.write("\r\n");
        enter();
        return;
      }
      this.refused += 1;
      given = undefined;
      socket.write("\r\nLogin incorrect\r\n");
      if (tries >= mostTries) socket.end();
      else ask();
    };
    socket.write(banner);
    ask();
    return (text) => {
      pending += text;
      const [line, ...rest] = pending.split(/\r\n|\r\0|\r|\n/);
      if (rest.length === 0) return;
      pending = rest.join("\n");
      judge(line ?? "");
    };
  }
}
