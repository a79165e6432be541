/**
 * A simulated device's SSH server: real SSH on an address of its own, one shell a session. What it needs beyond its socket is made at the first connection.
 *
 * Silent means what it means on a hung codec: connections are taken by the kernel and nothing more is ever said on them.
 */
import { once } from "node:events";
import { createServer, type Socket, type Server as TcpServer } from "node:net";
import { StringDecoder } from "node:string_decoder";
import ssh2, { type Algorithms, type AuthContext, type Connection, type ServerChannel } from "ssh2";
import type { Manners } from "../device-state.ts";
import type { OpenSession } from "../shells/session.ts";
import { talk } from "./talk.ts";

export interface SshOptions {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Private key in a format that ssh2 reads; asked for at the first connection, and again after `changeHostKey`. */
  readonly hostKey: () => string;
  /** What it says it is, in the identification line. */
  readonly ident: string;
  /** Only what equipment of 2008 offers: SHA-1 key exchange, CBC ciphers, ssh-rsa. */
  readonly legacy?: boolean;
  readonly answers: () => boolean;
  readonly manners: () => Manners;
  readonly shell: OpenSession;
  /** One command without a shell: what is printed, and the exit status. Undefined: this device has only the shell. */
  readonly exec?: (command: string) => { readonly text: string; readonly status: number };
}

const oldAlgorithms: Algorithms = {
  kex: ["diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1"],
  cipher: ["aes128-cbc", "3des-cbc"],
  hmac: ["hmac-sha1"],
  serverHostKey: ["ssh-rsa"],
};

export class SshServer {
  readonly #options: SshOptions;
  readonly #tcp: TcpServer;
  readonly #sockets = new Set<Socket>();
  #ssh: ssh2.Server | undefined;
  /** Logins tried and refused since the start. */
  logins = 0;
  refused = 0;

  constructor(options: SshOptions) {
    this.#options = options;
    this.#tcp = createServer((socket) => this.#take(socket));
  }

  async start(): Promise<void> {
    this.#tcp.listen(this.#options.port, this.#options.address);
    await once(this.#tcp, "listening");
  }

  /** Drops every session: what a reboot, or waking from a hang, does. */
  dropSessions(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** The next connection sees another key. */
  changeHostKey(): void {
    this.#ssh = undefined;
    this.dropSessions();
  }

  async stop(): Promise<void> {
    this.dropSessions();
    if (!this.#tcp.listening) return;
    const closed = once(this.#tcp, "close");
    this.#tcp.close();
    await closed;
  }

  #take(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
    if (this.#options.answers()) this.#server().injectSocket(socket);
    else socket.pause();
  }

  #server(): ssh2.Server {
    const { hostKey, ident, legacy } = this.#options;
    this.#ssh ??= new ssh2.Server({ hostKeys: [hostKey()], ident, ...(legacy === true ? { algorithms: oldAlgorithms } : {}) }, (client) =>
      this.#client(client),
    );
    return this.#ssh;
  }

  #client(client: Connection): void {
    client.on("error", () => undefined);
    client.on("authentication", (context) => this.#authenticate(context));
    client.on("session", (accept) => {
      const session = accept();
      let pty = false;
      session.on("pty", (take) => {
        pty = true;
        take?.();
      });
      session.on("shell", (take) => this.#serve(take(), pty));
      session.on("exec", (take, reject, info) => {
        const run = this.#options.exec;
        if (run === undefined || !this.#options.answers()) return void reject();
        const channel = take();
        const { text, status } = run(info.command);
        channel.write(text);
        channel.exit(status);
        channel.end();
      });
    });
  }

  #authenticate(context: AuthContext): void {
    const { user, password } = this.#options;
    if (!this.#options.answers()) return;
    if (context.method === "password") {
      this.#judge(context, context.username === user && context.password === password);
    } else if (context.method === "keyboard-interactive") {
      context.prompt([{ prompt: "Password: ", echo: false }], (answers) =>
        this.#judge(context, context.username === user && answers[0] === password),
      );
    } else {
      context.reject(["password", "keyboard-interactive"]);
    }
  }

  #judge(context: AuthContext, right: boolean): void {
    this.logins += 1;
    if (right && !this.#options.manners().refusesLogin) {
      context.accept();
      return;
    }
    this.refused += 1;
    context.reject(["password", "keyboard-interactive"]);
  }

  #serve(channel: ServerChannel, pty: boolean): void {
    const { answers, manners, shell } = this.#options;
    const end = (): void => {
      channel.exit(0);
      channel.end();
    };
    const take = talk(channel, { open: shell, answers, manners, pty, end });
    const decoder = new StringDecoder("utf8");
    channel.on("data", (bytes: Buffer) => take(decoder.write(bytes)));
  }
}
