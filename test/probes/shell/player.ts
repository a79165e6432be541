/**
 * What the command-line tests share: devices with a prompt, played over SSH (ssh2's server class) or over a plain socket with telnet
 * in it, and targets for both.
 */
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import ssh2 from "ssh2";
import type { Credential } from "../../../daemon/model/config.ts";
import type { Family, ShellAsk, ShellDialect } from "../../../daemon/model/family.ts";
import type { Device } from "../../../daemon/model/network.ts";
import type { Target } from "../../../probes/probe.ts";
import { ed25519, password, secret } from "../ssh/peer.ts";

/** A device with a prompt. */
export interface Play {
  readonly greeting: string;
  readonly prompt: string;
  /** Ends of lines; a Poly with a terminal sends `\r\r\n`. */
  readonly eol?: string;
  readonly echo?: boolean;
  /** Lines of the answer joined by \n; undefined is silence, without a prompt. */
  readonly answer: (command: string, stream: Duplex) => string | undefined;
}

export interface Played {
  readonly port: number;
  /** Commands it got, with when, in monotonic ms. */
  readonly commands: { readonly command: string; readonly atMs: number }[];
  readonly passwords: string[];
  connections: number;
  /** Drops all connections: with a reset, or so that the far end hears nothing. */
  cut(): void;
  stop(): Promise<void>;
}

export function play(stream: Duplex, script: Play, seen: Played): void {
  const eol = script.eol ?? "\r\n";
  const say = (text: string) => stream.write(text.replaceAll("\n", eol));
  stream.on("error", () => undefined);
  say(script.greeting + script.prompt);
  let pending = "";
  stream.on("data", (bytes: Buffer) => {
    pending += bytes.toString("latin1");
    const lines = pending.replace(/\u00ff[\u00fb-\u00fe][\s\S]/g, "").split(/\r\n|\r|\n/);
    pending = lines.pop() ?? "";
    for (const command of lines) {
      seen.commands.push({ command, atMs: performance.now() });
      if (script.echo !== false) say(`${command}\n`);
      const said = script.answer(command, stream);
      if (said !== undefined) say(`${said}\n${script.prompt}`);
    }
  });
}

/** Where it listens; default: loopback, any port. */
interface At {
  readonly host?: string;
  readonly port?: number;
}

async function serve(take: (socket: Socket, seen: Played) => void, at: At = {}): Promise<Played> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    seen.connections += 1;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    take(socket, seen);
  });
  const seen: Played = {
    port: 0,
    commands: [],
    passwords: [],
    connections: 0,
    cut: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await new Promise<void>((resolve) => server.listen(at.port ?? 0, at.host ?? "127.0.0.1", resolve));
  return Object.assign(seen, { port: (server.address() as AddressInfo).port });
}

/** A telnet server that does whatever is wanted with the socket. */
export function raw(take: (socket: Socket, seen: Played) => void): Promise<Played> {
  return serve(take);
}

export interface TelnetLogin {
  readonly userPrompt?: string;
  readonly passwordPrompt: string;
  readonly password: string;
  /** Said after a wrong password; the connection stays. */
  readonly refusal?: string;
}

const IAC_WILL_ECHO = Buffer.from([255, 251, 1]);

export function overTelnet(script: Play, login?: TelnetLogin, at?: At): Promise<Played> {
  return serve((socket, seen) => {
    socket.write(IAC_WILL_ECHO);
    if (login === undefined) play(socket, script, seen);
    else askLogin(socket, script, login, seen);
  }, at);
}

function askLogin(socket: Socket, script: Play, login: TelnetLogin, seen: Played): void {
  let asked: "user" | "password" = login.userPrompt === undefined ? "password" : "user";
  socket.write(login.userPrompt ?? login.passwordPrompt);
  const hear = (bytes: Buffer): void => {
    const text = bytes.toString("latin1").replace(/\u00ff[\u00fb-\u00fe][\s\S]/g, "");
    if (!text.includes("\r")) return;
    if (asked === "user") {
      asked = "password";
      socket.write(login.passwordPrompt);
      return;
    }
    const given = text.split("\r")[0] ?? "";
    seen.passwords.push(given);
    if (given !== login.password) {
      socket.write(login.refusal ?? `\r\nLogin incorrect\r\n${login.userPrompt ?? login.passwordPrompt}`);
      return;
    }
    socket.off("data", hear);
    play(socket, script, seen);
  };
  socket.on("data", hear);
}

export function overSsh(script: Play, at?: At): Promise<Played> {
  const hostKey = ed25519();
  const servers = new WeakMap<Played, ssh2.Server>();
  return serve((socket, seen) => {
    let ssh = servers.get(seen);
    if (ssh === undefined) {
      ssh = new ssh2.Server({ hostKeys: [hostKey] }, (connection) => {
        connection.on("error", () => undefined);
        connection.on("authentication", (context) => (context.method === "password" ? context.accept() : context.reject(["password"])));
        connection.on("session", (accept) => {
          const session = accept();
          session.on("pty", (take) => take?.());
          session.on("shell", (take) => play(take(), script, seen));
        });
      });
      servers.set(seen, ssh);
    }
    ssh.injectSocket(socket);
  }, at);
}

export const telnetPassword = (value: string, user?: string): Credential => ({
  id: "clear",
  kind: "telnet-password",
  password: secret(value),
  ...(user === undefined ? {} : { user }),
});

export interface Aim {
  readonly kind: "ssh" | "telnet";
  readonly port: number;
  readonly dialect: ShellDialect;
  readonly asks: readonly ShellAsk[];
  readonly inCall?: readonly ShellAsk[];
  readonly timeoutMs?: number;
  readonly credential?: Credential | undefined;
  readonly id?: string;
  readonly address?: string;
}

export function aimAt(aim: Aim): Target {
  const id = aim.id ?? "hdx-1";
  const check = { id: `${id}/${aim.kind}`, device: id, kind: aim.kind, intervalMs: 60_000, timeoutMs: aim.timeoutMs ?? 5_000 };
  const device: Device = {
    id,
    name: id,
    site: "mgh",
    address: aim.address ?? "127.0.0.1",
    family: "played",
    kind: "codec",
    parents: [],
    checks: [check],
    credentials: {},
    snmpPort: 161,
    sshPort: aim.port,
    telnetPort: aim.port,
    serviceHours: "always",
    labels: {},
    commissioning: false,
    alwaysUrgent: false,
    legacy: { sshAlgorithms: false, telnet: aim.kind === "telnet" },
  };
  const family: Family = {
    id: "played",
    kind: "codec",
    name: { fr: "Joué", en: "Played" },
    certainty: "manual",
    recognise: { sysObjectId: [], sysDescr: [], banner: [] },
    checks: [],
    snmp: { scalars: [], columns: [] },
    shell: {
      dialect: aim.dialect,
      asks: aim.asks,
      ...(aim.inCall === undefined ? {} : { inCall: { asks: aim.inCall, intervalMs: 20_000 } }),
    },
    traps: [],
  };
  const credential = aim.credential ?? (aim.kind === "ssh" ? password("right") : undefined);
  return { check, device, family, ...(credential === undefined ? {} : { credential }) };
}
