/**
 * The rig of the end-to-end tests: the built daemon as a child process, and the real servers around it.
 *
 * Every rig has a loopback network of its own (127.x.y.0/24, from the test's process id), a temporary folder, and ends what it
 * started, by the process it started.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "vitest";
import type { AlarmShape, DeliveryShape, DeviceDetailShape, IncidentShape, LookShape, TimelineShape } from "../../daemon/api/contract.ts";
import { needs } from "../needs.ts";

export const token = "e2e-token-of-sixteen-and-more";
const program = join(import.meta.dirname, "..", "..", "dist", "daemon", "main.js");

export type Detail = IncidentShape & { readonly timeline: readonly TimelineShape[]; readonly deliveries: readonly DeliveryShape[] };
export type { AlarmShape, LookShape };

/** Polls until `look` gives something; the failure says what was waited for. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 60_000,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export interface Daemon {
  readonly url: string;
  readonly pid: number;
  /** Standard error so far: the log. */
  log(): string;
  logged(text: string): readonly Readonly<Record<string, unknown>>[];
  /** GET as the token's owner; the body, parsed. */
  get<T>(path: string): Promise<T>;
  text(path: string): Promise<string>;
  post(path: string, body?: object): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }>;
  incidents(query?: string): Promise<readonly IncidentShape[]>;
  incident(id: string): Promise<Detail>;
  alarms(): Promise<readonly AlarmShape[]>;
  device(id: string): Promise<DeviceDetailShape>;
  look(device: string, kind: string): Promise<LookShape | undefined>;
  /** The value of a metric's first series that has these labels. */
  metric(name: string, labels?: string): Promise<number | undefined>;
  signal(name: NodeJS.Signals): void;
  /** SIGKILL, and its end awaited. */
  kill(): Promise<void>;
  /** SIGTERM, and its end awaited; the exit code. */
  stop(): Promise<number | null>;
}

export interface Posted {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly seen: readonly Posted[];
  answer: (posted: Posted) => number | Promise<number>;
}

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly messageId: string;
  readonly text: string;
}

export interface MailServer {
  readonly host: string;
  readonly port: number;
  mails(): readonly Mail[];
  stop(): Promise<unknown>;
}

export type Config = Record<string, unknown>;

export class Rig {
  readonly folder = mkdtempSync(join(tmpdir(), "vigie-e2e-"));
  readonly net: string;
  readonly env: Record<string, string> = { T: token };
  readonly #endings: (() => unknown)[] = [];
  #daemons = 0;

  constructor() {
    const number = process.pid * 3 + Math.floor(Math.random() * 3);
    this.net = `127.${128 + (number % 120)}.${Math.floor(number / 120) % 250}`;
  }

  address(n: number): string {
    return `${this.net}.${n}`;
  }

  /** Done at the end, last first. */
  later(ending: () => unknown): void {
    this.#endings.push(ending);
  }

  async end(): Promise<void> {
    for (const ending of this.#endings.splice(0).reverse()) await ending();
    rmSync(this.folder, { recursive: true, force: true });
  }

  file(name: string, text: string, mode = 0o600): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode });
    return path;
  }

  /** JSON is YAML. What a test does not say is here: one site, short clocks, one desk with mail and web hook as channels allow. */
  config(parts: Config, name = "vigie.yaml"): string {
    const whole: Config = {
      instance: {
        name: "E2E",
        language: "fr",
        timezone: "America/Toronto",
        number_prefix: "VIG",
        state_dir: "state",
        service_hours: "always",
      },
      http: { listen: `${this.address(1)}:8080`, metrics_allow: ["127.0.0.0/8"] },
      storage: { sqlite: "state/vigie.db" },
      sites: { mgh: { name: "Hôpital général" } },
      tokens: { ops: { function: "it-technician", secret: { env: "T" } } },
      // Levels last seconds here: a storm of a minute would be longer than all of them.
      storms: { window: "0s" },
      policies: { short: shortPolicy() },
      policy: "short",
      ...parts,
    };
    return this.file(name, JSON.stringify(whole, null, 1));
  }

  async daemon(config: string, env: Record<string, string> = {}, more: readonly string[] = []): Promise<Daemon> {
    this.#daemons += 1;
    const child = spawn(process.execPath, [program, "run", "--config", config, "--log", "json", ...more], {
      cwd: this.folder,
      env: { ...process.env, ...this.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said = { out: "", err: "" };
    child.stdout?.on("data", (chunk) => (said.out += chunk));
    child.stderr?.on("data", (chunk) => (said.err += chunk));
    const daemon = daemonOn(child, said);
    this.later(() => daemon.kill());
    await until(
      "the daemon is up",
      () => {
        if (child.exitCode !== null) throw new Error(`the daemon ended with ${child.exitCode}:\n${said.err}`);
        return wholeLines(said.out).some((line) => line.includes("watches")) && daemon.url !== "";
      },
      120_000,
    );
    return daemon;
  }

  /** A program that runs until the rig ends, its output in `said`. */
  run(command: string, args: readonly string[], options: { env?: Record<string, string>; cwd?: string } = {}) {
    const child = spawn(command, [...args], {
      cwd: options.cwd ?? this.folder,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said = { out: "", err: "" };
    child.stdout?.on("data", (chunk) => (said.out += chunk));
    child.stderr?.on("data", (chunk) => (said.err += chunk));
    const stop = () => ended(child, "SIGTERM");
    this.later(stop);
    return { child, said, stop };
  }

  /** aiosmtpd, which is no sibling of the client. */
  async mailServer(context: TestContext, host = this.address(2), port = 2525): Promise<MailServer> {
    this.file("vigie_handler.py", mailHandler);
    const { said, stop, child } = this.run(needs("aiosmtpd", context), ["-n", "-l", `${host}:${port}`, "-c", "vigie_handler.Handler"], {
      env: { PYTHONPATH: this.folder },
    });
    await until("the SMTP server listens", () => child.exitCode === null && listens(host, port));
    return {
      host,
      port,
      stop,
      mails: () => wholeLines(said.out).map((line) => JSON.parse(line) as Mail),
    };
  }

  /** An HTTP server that remembers what came. */
  async receiver(answer: Receiver["answer"] = () => 204): Promise<Receiver> {
    const seen: Posted[] = [];
    const receiver: { url: string; seen: Posted[]; answer: Receiver["answer"] } = { url: "", seen, answer };
    const server: Server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += chunk));
      request.on("end", () => {
        const posted = { at: Date.now(), method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
        seen.push(posted);
        void Promise.resolve(receiver.answer(posted)).then((status) => response.writeHead(status).end());
      });
    });
    const host = this.address(3);
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    receiver.url = `http://${host}:${(server.address() as { port: number }).port}`;
    this.later(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
    return receiver;
  }
}

/** Seconds instead of hours; the last resort is the technicians'. */
export function shortPolicy(more: Config = {}): Config {
  const track = {
    levels: {
      "1": { tell: ["desk"], taken_within: "60s", escalate_after: "60s" },
      "2": { tell: ["analyst"], taken_within: "60s", escalate_after: "60s" },
      "3": { tell: ["analyst"], taken_within: "60s" },
    },
    allocators: ["it-technician"],
    last_resort: { tell: ["it-technician"], after: "60s", repeat: "60s" },
    acknowledgement_expires: "10m",
    follow_up: "10m",
  };
  return {
    base: "default",
    minor: track,
    major: track,
    group_wait: { now: "1s", other: "1s" },
    // What is over is told at once: levels last seconds here.
    restored_wait: "0s",
    restore_after_looks: 2,
    reopen_within: "5m",
    auto_close_after: "1h",
    ...more,
  };
}

/** Three functions, each a contact with the same ways to reach it. */
export function people(reach: (who: string) => readonly Record<string, string>[]): Config {
  const who = ["desk", "analyst", "it-technician", "chief-technician"];
  return {
    contacts: Object.fromEntries(who.map((id) => [id, { name: id, language: id === "desk" ? "fr" : "en", reach: reach(id) }])),
    functions: Object.fromEntries(who.map((id) => [id, { contacts: [id] }])),
  };
}

const mailHandler = `
import email, email.policy, json
class Handler:
    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        print(json.dumps({"to": envelope.rcpt_tos[0], "subject": str(mail["Subject"]), "messageId": str(mail["Message-ID"]), "text": mail.get_content()}), flush=True)
        return "250 2.0.0 taken"
`;

export async function listens(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  const open = await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
  });
  socket.destroy();
  return open;
}

/** What was written so far may end in the middle of a line. */
function wholeLines(text: string): readonly string[] {
  return text.split("\n").slice(0, -1).filter(Boolean);
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  const hard = setTimeout(() => child.kill("SIGKILL"), 20_000);
  await exit;
  clearTimeout(hard);
  return child.exitCode;
}

function daemonOn(child: ChildProcess, said: { readonly out: string; readonly err: string }): Daemon {
  const url = () => /(http:\/\/\S+)/.exec(said.out)?.[1]?.replace(/\/$/, "") ?? "";
  // A connection each: one that was kept may be closed by the daemon just as the next question is written to it.
  const authorization = { Authorization: `Bearer ${token}`, Connection: "close" };
  const text = async (path: string) => {
    const answer = await fetch(url() + path, { headers: authorization });
    const body = await answer.text();
    if (!answer.ok && !path.startsWith("/-/")) throw new Error(`GET ${path}: ${answer.status} ${body}`);
    return body;
  };
  const get = async <T>(path: string) => JSON.parse(await text(path)) as T;
  return {
    get url() {
      return url();
    },
    pid: child.pid ?? 0,
    log: () => said.err,
    logged: (wanted) =>
      wholeLines(said.err)
        .filter((line) => line.startsWith("{") && line.endsWith("}"))
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter((line) => line.msg === wanted),
    get,
    text,
    async post(path, body) {
      const answer = await fetch(url() + path, {
        method: "POST",
        headers: { ...authorization, "Content-Type": "application/json" },
        body: JSON.stringify(body ?? {}),
      });
      const content = await answer.text();
      return { status: answer.status, body: (content.startsWith("{") ? JSON.parse(content) : {}) as Record<string, unknown> };
    },
    incidents: async (query = "") => (await get<{ items: readonly IncidentShape[] }>(`/api/v1/incidents?limit=100${query}`)).items,
    incident: (id) => get<Detail>(`/api/v1/incidents/${id}`),
    alarms: async () => (await get<{ items: readonly AlarmShape[] }>("/api/v1/alarms")).items,
    device: (id) => get<DeviceDetailShape>(`/api/v1/devices/${id}`),
    look: async (device, kind) => (await get<DeviceDetailShape>(`/api/v1/devices/${device}`)).looks.find((each) => each.kind === kind),
    async metric(name, labels = "") {
      const line = (await text("/metrics"))
        .split("\n")
        .find((each) => (each.startsWith(`${name} `) || each.startsWith(`${name}{`)) && each.includes(labels));
      return line === undefined ? undefined : Number(line.split(" ").at(-1));
    },
    signal: (name) => void child.kill(name),
    kill: async () => void (await ended(child, "SIGKILL")),
    stop: () => ended(child, "SIGTERM"),
  };
}

/** The events of a timeline, in order. */
/** What befell it; where in between its diagnosis ended depends on how fast its devices answered. */
export function events(incident: Detail): readonly string[] {
  return incident.timeline.map((entry) => entry.event).filter((event) => !event.startsWith("diagnos"));
}

export function sh(command: string, args: readonly string[]): string {
  return execFileSync(command, [...args], { encoding: "utf8", stdio: "pipe", timeout: 60_000 });
}

export function read(path: string): string {
  return readFileSync(path, "latin1");
}

/**
 * A switch that is heard: a linkDown of a port that no look knows raises at once, and nothing clears it.
 * An inform: when this returns, the daemon has acknowledged it, and so must never lose it.
 */
export function linkDown(context: TestContext, rig: Rig, from: string, port: string, to = rig.address(1)): void {
  sendLinkDown(needs("snmpinform", context), from, port, to);
}

/** The same as a trap: nobody hears whether it arrived, and it is not sent again. */
export function linkDownOnce(context: TestContext, rig: Rig, from: string, port: string): void {
  sendLinkDown(needs("snmptrap", context), from, port, rig.address(1), "78");
}

function sendLinkDown(program: string, from: string, port: string, to: string, index = "77"): void {
  const row = "1.3.6.1.2.1.2.2.1";
  sh(program, [
    ...[
      "-v2c",
      "-c",
      "e2e-community",
      "-r",
      "3",
      "-t",
      "4",
      `--clientaddr=${from}`,
      "-m",
      "",
      `udp:${to}:16200`,
      "",
      "1.3.6.1.6.3.1.1.5.3",
    ],
    ...[`${row}.1.${index}`, "i", index, `${row}.2.${index}`, "s", port, `${row}.7.${index}`, "i", "1", `${row}.8.${index}`, "i", "2"],
  ]);
}

/** What `linkDown` needs in the configuration. */
export function heardSwitch(rig: Rig, address = rig.address(20), more: Config = {}): Config {
  rig.env.COMMUNITY = "e2e-community";
  return {
    credentials: { v2: { snmp_community: { version: "2c", community: { env: "COMMUNITY" } } } },
    traps: { listen: `${rig.address(1)}:16200`, allow: ["127.0.0.0/8"], credentials: ["v2"] },
    devices: {
      switch: { name: "Commutateur", site: "mgh", address, family: "generic-switch", checks: { icmp: { interval: "2s" }, snmp: false } },
      ...more,
    },
  };
}
