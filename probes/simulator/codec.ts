/**
 * A simulated codec's SSH server: real SSH on an address of its own, one xAPI shell a session.
 *
 * Silent means what it means on a hung codec: connections are taken by the kernel and nothing more is ever said on them.
 */
import { once } from "node:events";
import { createServer, type Socket, type Server as TcpServer } from "node:net";
import ssh2, { type AuthContext, type Connection, type ServerChannel } from "ssh2";

export interface Shell {
  greeting(): string;
  line(raw: string): string | undefined;
}

export interface CodecOptions {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Private key in a format that ssh2 reads. */
  readonly hostKey: string;
  readonly answers: () => boolean;
  readonly shell: () => Shell;
}

/** A line longer than this is no command. */
const longestLine = 16_384;

export class CodecServer {
  readonly #options: CodecOptions;
  readonly #ssh: ssh2.Server;
  readonly #tcp: TcpServer;
  readonly #sockets = new Set<Socket>();
  /** Logins tried and refused since the start. */
  logins = 0;
  refused = 0;

  constructor(options: CodecOptions) {
    this.#options = options;
    this.#ssh = new ssh2.Server({ hostKeys: [options.hostKey], ident: "tandberg" }, (client) => this.#client(client));
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

  async stop(): Promise<void> {
    this.dropSessions();
    if (!this.#tcp.listening) return;
    const closed = once(this.#tcp, "close");
    this.#tcp.close();
    await closed;
  }

  #take(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
    if (this.#options.answers()) this.#ssh.injectSocket(socket);
    else socket.pause();
  }

  #client(client: Connection): void {
    client.on("error", () => undefined);
    client.on("authentication", (context) => this.#authenticate(context));
    client.on("session", (accept) => {
      const session = accept();
      session.on("pty", (take) => take?.());
      session.on("shell", (take) => this.#serve(take()));
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
    if (right) {
      context.accept();
      return;
    }
    this.refused += 1;
    context.reject(["password", "keyboard-interactive"]);
  }

  #serve(channel: ServerChannel): void {
    const shell = this.#options.shell();
    let pending = "";
    channel.on("error", () => undefined);
    channel.write(shell.greeting());
    channel.on("data", (bytes: Buffer) => {
      if (!this.#options.answers()) return;
      pending += bytes.toString("utf8");
      if (pending.length > longestLine) pending = "";
      const typed = pending.split(/\r?\n|\r/);
      pending = typed.pop() ?? "";
      for (const line of typed) {
        const said = shell.line(line);
        if (said === undefined) {
          channel.exit(0);
          channel.end();
          return;
        }
        if (said !== "") channel.write(said);
      }
    });
  }
}
