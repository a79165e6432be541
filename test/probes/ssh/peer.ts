/**
 * What the SSH tests share: targets, a memory, and a codec played by the ssh2 server class, which can also misbehave.
 */
import { type AddressInfo, createServer, type Socket } from "node:net";
import ssh2, { type AuthContext, type Connection, type ServerChannel } from "ssh2";
import type { Credential, Secret } from "../../../daemon/model/config.ts";
import type { Family, ShellAsk } from "../../../daemon/model/family.ts";
import type { Device } from "../../../daemon/model/network.ts";
import type { ProbeMemory, Target } from "../../../probes/probe.ts";

export const secret = (value: string, ref = "env:TEST"): Secret => ({
  ref,
  reveal: () => value,
  toJSON: () => "***",
  toString: () => "***",
});

export const password = (value: string, user = "vigie"): Credential => ({
  id: "codec",
  kind: "ssh-password",
  user,
  password: secret(value),
});

/** ssh2 1.17 makes an ed25519 key now and then that it cannot read itself: make another. */
export function ed25519(): string {
  for (;;) {
    const made = ssh2.utils.generateKeyPairSync("ed25519").private;
    if (!(ssh2.utils.parseKey(made) instanceof Error)) return made;
  }
}

export const codecAsks: readonly ShellAsk[] = [
  {
    command: "xStatus SystemUnit",
    values: [
      { path: "SystemUnit.Uptime", name: "uptime_seconds", as: "gauge" },
      { path: "SystemUnit.Software.Version", name: "software_version", as: "text" },
    ],
  },
  {
    command: "xStatus SIP Registration",
    values: [
      {
        path: "SIP.Registration[].Status",
        name: "sip_registration",
        as: "state",
        part: "registration",
        states: { Registered: "registered" },
      },
    ],
  },
];

export interface Aim {
  readonly port: number;
  readonly address?: string;
  readonly id?: string;
  readonly asks?: readonly ShellAsk[];
  readonly dialect?: "xapi" | "terminal" | "exec";
  /** Feedback expressions and what is asked in a call. */
  readonly listens?: Pick<NonNullable<Family["shell"]>, "feedback" | "inCall">;
  readonly timeoutMs?: number;
  readonly credential?: Credential;
  readonly legacy?: boolean;
}

export function target(aim: Aim): Target {
  const id = aim.id ?? "codec-1";
  const check = { id: `${id}/ssh`, device: id, kind: "ssh" as const, intervalMs: 30_000, timeoutMs: aim.timeoutMs ?? 5_000 };
  const device: Device = {
    id,
    name: id,
    site: "mgh",
    address: aim.address ?? "127.0.0.1",
    family: "cisco-ce",
    kind: "codec",
    parents: [],
    checks: [check],
    credentials: { ssh: "codec" },
    snmpPort: 161,
    sshPort: aim.port,
    serviceHours: "always",
    labels: {},
    commissioning: false,
    alwaysUrgent: false,
    legacy: { sshAlgorithms: aim.legacy ?? false },
  };
  const family: Family = {
    id: "cisco-ce",
    kind: "codec",
    name: { fr: "Codec", en: "Codec" },
    certainty: "recording",
    recognise: { sysObjectId: [], sysDescr: [], banner: [] },
    checks: [],
    snmp: { scalars: [], columns: [] },
    shell: { dialect: aim.dialect ?? "xapi", asks: aim.asks ?? codecAsks, ...aim.listens },
    traps: [],
  };
  return { check, device, family, credential: aim.credential ?? password("right") };
}

export function memory(): ProbeMemory & { readonly facts: Map<string, string> } {
  const facts = new Map<string, string>();
  return {
    facts,
    get: (key) => Promise.resolve(facts.get(key)),
    set: (key, value) => {
      facts.set(key, value);
      return Promise.resolve();
    },
  };
}

export interface CodecScript {
  readonly hostKey?: string;
  readonly algorithms?: ssh2.ServerConfig["algorithms"];
  readonly banner?: string;
  /** Instead of the password check. */
  readonly auth?: (context: AuthContext, connection: Connection) => void;
  /** Instead of the greeting. */
  readonly greeting?: string | undefined;
  /** What answers a command; undefined is silence. */
  readonly answer?: (command: string, id: string, channel: ServerChannel) => string | undefined;
  /** Instead of everything after the shell request. */
  readonly shell?: (channel: ServerChannel) => void;
  readonly exec?: (command: string, channel: ServerChannel) => void;
  readonly host?: string;
  /** Default: any that is free. */
  readonly tcpPort?: number;
}

export interface Codec {
  readonly port: number;
  /** Passwords it was offered. */
  readonly offered: string[];
  /** Authentication requests other than `none`. */
  attempts: number;
  connections: number;
  /** Empty requests by which a client finds out whether we are there. */
  keepalives: number;
  commands: string[];
  /** Drops all connections without a word. */
  cut(): void;
  stop(): Promise<void>;
}

export const welcome = "Welcome to room\r\nCisco Codec Release ce8.1.0\r\n*r Login successful\r\n\r\nOK\r\n\r\n";

/** Answers as a CE codec does. */
export function ceAnswer(command: string, id: string): string {
  const bodies: Record<string, unknown> = {
    "xStatus SystemUnit": { Status: { SystemUnit: { Uptime: { Value: "29038" }, Software: { Version: { Value: "ce11.19.1.6" } } } } },
    "xStatus SIP Registration": { Status: { SIP: { Registration: [{ id: "1", Status: { Value: "Registered" } }] } } },
  };
  return `${JSON.stringify({ ...(bodies[command] as object), ResultId: id })}\r\n`;
}

export async function codec(script: CodecScript = {}): Promise<Codec> {
  const sockets = new Set<Socket>();
  const seen: Codec = {
    port: 0,
    offered: [],
    attempts: 0,
    connections: 0,
    keepalives: 0,
    commands: [],
    cut: () => undefined,
    stop: async () => undefined,
  };
  const ssh = new ssh2.Server(
    {
      hostKeys: [script.hostKey ?? ed25519()],
      debug: (line: string) => {
        if (line.includes("GLOBAL_REQUEST (keepalive@openssh.com)")) seen.keepalives += 1;
      },
      ...(script.algorithms === undefined ? {} : { algorithms: script.algorithms }),
      ...(script.banner === undefined ? {} : { banner: script.banner }),
    },
    (connection) => {
      connection.on("error", () => undefined);
      connection.on("authentication", (context) => {
        if (context.method !== "none") seen.attempts += 1;
        if (context.method === "password") seen.offered.push(context.password);
        if (script.auth !== undefined) script.auth(context, connection);
        else if (context.method === "password" && context.password === "right") context.accept();
        else context.reject(["password", "keyboard-interactive"]);
      });
      connection.on("session", (accept) => {
        const session = accept();
        session.on("shell", (take) => serve(take(), script, seen));
        session.on("exec", (take, _refuse, { command }) => {
          seen.commands.push(command);
          script.exec?.(command, take());
        });
      });
    },
  );
  const tcp = createServer((socket) => {
    seen.connections += 1;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    ssh.injectSocket(socket);
  });
  await new Promise<void>((resolve) => tcp.listen(script.tcpPort ?? 0, script.host ?? "127.0.0.1", resolve));
  return Object.assign(seen, {
    port: (tcp.address() as AddressInfo).port,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => tcp.close(resolve));
    },
  });
}

function serve(channel: ServerChannel, script: CodecScript, seen: Codec): void {
  channel.on("error", () => undefined);
  if (script.shell !== undefined) {
    script.shell(channel);
    return;
  }
  channel.write(script.greeting ?? welcome);
  let pending = "";
  channel.on("data", (bytes: Buffer) => {
    pending += bytes.toString();
    const lines = pending.split("\n");
    pending = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "echo off") channel.write("OK\r\n");
      if (!line.includes("resultId")) continue;
      const [command = "", id = ""] = line.split(' | resultId="').map((part) => part.replace(/"$/, ""));
      seen.commands.push(command);
      const said = (script.answer ?? ceAnswer)(command, id, channel);
      if (said !== undefined) channel.write(said);
    }
  });
}

/** Polls until it holds. */
export async function eventually(holds: () => boolean, what: string): Promise<void> {
  const until = performance.now() + 30_000;
  while (!holds()) {
    if (performance.now() > until) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
