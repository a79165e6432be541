/**
 * A small simulated network, the real daemon that watches it, and a real Prometheus (and Alertmanager) that scrape and page:
 * with the shipped configurations, of which only addresses, intervals and receivers are changed.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parse, stringify } from "yaml";
import { type App, startApp } from "../../daemon/app.ts";
import { loadConfig } from "../../daemon/config/load.ts";
import { createLog } from "../../daemon/log.ts";
import { builtFile, projectRoot } from "../../probes/built.ts";
import { specFrom } from "../../probes/simulator/spec.ts";
import { freePort } from "../port.ts";

export const token = "a-token-of-the-test-0123456789";
const env = { W_COMMUNITY: "watched", W_SSH: "codec-password", W_TOKEN: token };
const shipped = join(projectRoot(), "dashboards", "prometheus");

export async function until<T>(what: string, look: () => Promise<T | undefined | false>, withinMs = 90_000): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`not within ${withinMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** A network of this process's own in 127.64.0.0/10. */
const net = `127.${64 + (process.pid % 60)}.${Math.floor(process.pid / 60) % 250}`;

function network(ports: { http: number; traps: number; snmp: number; ssh: number; heartbeat: string }): object {
  const looks = { icmp: { interval: "1s" }, snmp: { interval: "2s", timeout: "1s" } };
  const device = (last: number, site: string, family: string, more: object = {}) => ({
    ...{ name: `${family} ${last}`, site, address: `${net}.${last}`, family, snmp: "v2c", snmp_port: ports.snmp, checks: looks },
    ...more,
  });
  const codec = { ssh: "codec", ssh_port: ports.ssh, checks: { ...looks, ssh: { interval: "3s", timeout: "2s" } } };
  const levels = Object.fromEntries(
    [1, 2, 3].map((level) => [level, { taken_within: "5s", ...(level < 3 ? { escalate_after: "6s" } : {}) }]),
  );
  const track = { levels, last_resort: { after: "60s", repeat: "60s" }, acknowledgement_expires: "10m" };
  return {
    instance: { name: "Watched", number_prefix: "TST", timezone: "America/Toronto", state_dir: "state", service_hours: "always" },
    http: { listen: `127.0.0.1:${ports.http}` },
    traps: { listen: `127.0.0.1:${ports.traps}`, allow: ["127.0.0.0/8"], credentials: ["v2c"] },
    storage: { sqlite: "state/vigie.db" },
    credentials: {
      v2c: { snmp_community: { version: "2c", community: { env: "W_COMMUNITY" } } },
      codec: { ssh_password: { user: "vigie", password: { env: "W_SSH" } } },
    },
    sites: { centre: { name: "Centre", gateway: "core" }, mgh: { name: "Hôpital général", gateway: "mgh-router" } },
    rooms: { "mgh-a101": { site: "mgh", name: "Salle A-101", presence: "always" } },
    devices: {
      core: device(1, "centre", "cisco-ios-router"),
      "centre-ups": device(2, "centre", "ups-rfc1628"),
      "centre-switch": device(3, "centre", "cisco-ios-switch"),
      "centre-codec": device(4, "centre", "cisco-ce", codec),
      "mgh-router": device(5, "mgh", "cisco-ios-router", { parents: ["core"] }),
      "mgh-codec": device(6, "mgh", "cisco-ce", { ...codec, room: "mgh-a101" }),
    },
    canary: "core",
    channels: { sink: { sink: {} } },
    contacts: { desk: { name: "Desk", language: "fr", reach: [{ sink: "desk" }] } },
    functions: Object.fromEntries(
      ["desk", "event-coordinators", "it-technician", "chief-technician", "analyst", "coordinators"].map((id) => [
        id,
        { contacts: ["desk"] },
      ]),
    ),
    policies: {
      quick: { base: "default", minor: track, major: track, group_wait: { now: "1s", other: "1s" }, restore_after_looks: 2 },
    },
    policy: "quick",
    paging: { by: "direct", functions: ["it-technician"] },
    heartbeat: { url: ports.heartbeat, every: "10s" },
    tokens: { ops: { function: "it-technician", secret: { env: "W_TOKEN" } } },
  };
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
}

export class Watched {
  readonly folder = mkdtempSync(join(tmpdir(), "vigie-watched-"));
  /** What Alertmanager's webhook receiver got, alert by alert. */
  readonly pages: { readonly status: string; readonly labels: Readonly<Record<string, string>> }[] = [];
  #endings: (() => unknown)[] = [];
  #simulator: ChildProcess | undefined;
  #prometheus = "";
  #app: App | undefined;
  /** Added to what the daemon exposes. */
  extra: () => Promise<string> = async () => "";
  url = "";

  async start(): Promise<void> {
    const outside = await this.#outside();
    const http = await freePort();
    const ports = { http, traps: await freePort(), snmp: await freePort(), ssh: await freePort(), heartbeat: `${outside}/heartbeat` };
    const file = this.#write("vigie.yaml", stringify(network(ports)));
    const options = { env: { ...process.env, ...env }, demo: true };
    const loaded = await loadConfig(file, options);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems, undefined, 1));
    const spec = this.#write("network.json", JSON.stringify(specFrom(loaded.config)));
    this.#simulator = spawn(process.execPath, [builtFile("probes/simulator/main.js"), spec, "--host-keys", join(this.folder, "keys")], {
      env: options.env,
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#ends(this.#simulator);
    if (this.#simulator.stdout !== null) await once(createInterface({ input: this.#simulator.stdout }), "line");
    const app = await startApp({ file, ...options, log: createLog({ level: "error", plain: true }), version: "0.0.0" });
    this.#app = app;
    this.url = app.url;
    this.#endings.push(() => app.stop(false));
  }

  /** The daemon alone; Prometheus goes on. */
  async stopDaemon(): Promise<void> {
    await this.#app?.stop(false);
  }

  strike(device: string, fault: string): void {
    this.#simulator?.stdin?.write(`${JSON.stringify({ device, fault })}\n`);
  }

  /** The shipped prometheus.yml and rules, scraped every second; the shipped alertmanager.yml with a receiver of ours, if a program is given. */
  async scrape(prometheus: string, alertmanager: string | undefined): Promise<void> {
    const config = parse(readFileSync(join(shipped, "prometheus.yml"), "utf8")) as { scrape_configs: object[] };
    const paging = alertmanager === undefined ? [] : [await this.#alertmanager(alertmanager)];
    const sd = (name: string, targets: readonly string[]) => ({
      file_sd_configs: [{ files: [this.#write(name, stringify([{ targets }]))] }],
    });
    const rules = parse(readFileSync(join(shipped, "rules", "vigie.yml"), "utf8")) as { groups: { interval: string }[] };
    for (const group of rules.groups) group.interval = "1s";
    const [job] = config.scrape_configs;
    const extra = {
      ...{ job_name: "extra", scrape_interval: "1s", scrape_timeout: "1s" },
      static_configs: [{ targets: [await this.#extra()] }],
    };
    const file = this.#write(
      "prometheus.yml",
      stringify({
        ...config,
        global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
        rule_files: [this.#write("rules.yml", stringify(rules))],
        alerting: { alertmanagers: [sd("alertmanager-targets.yml", paging)] },
        scrape_configs: [{ ...job, ...sd("targets.yml", [new URL(this.url).host]) }, extra],
      }),
    );
    const listen = `127.0.0.1:${await freePort()}`;
    this.#prometheus = `http://${listen}`;
    const data = join(this.folder, "data");
    this.#run(prometheus, [`--config.file=${file}`, `--storage.tsdb.path=${data}`, `--web.listen-address=${listen}`, "--log.level=error"]);
    await until("Prometheus is ready", async () => (await fetch(`${this.#prometheus}/-/ready`).catch(() => undefined))?.ok);
  }

  /** A query of Prometheus' HTTP API; throws what Prometheus says against it. */
  async ask<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
    const answer = await fetch(`${this.#prometheus}/api/v1/${path}?${new URLSearchParams(query)}`);
    const body = (await answer.json()) as { status: string; data: T; error?: string };
    if (body.status !== "success") throw new Error(`${body.error}: ${query.query ?? path}`);
    return body.data;
  }

  async series(query: string): Promise<readonly Series[]> {
    return (await this.ask<{ result: readonly Series[] }>("query", { query })).result;
  }

  async get<T>(path: string): Promise<T> {
    return (await (await fetch(`${this.url}${path}`, { headers: { authorization: `Bearer ${token}` } })).json()) as T;
  }

  /** `key`: the same again is the same. */
  async post(path: string, body: object = {}, key?: string): Promise<number> {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const keyed = key === undefined ? headers : { ...headers, "idempotency-key": key };
    return (await fetch(`${this.url}${path}`, { method: "POST", headers: keyed, body: JSON.stringify(body) })).status;
  }

  async end(): Promise<void> {
    for (const ending of this.#endings.splice(0).reverse()) await ending();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #alertmanager(program: string): Promise<string> {
    const config = parse(readFileSync(join(shipped, "alertmanager.yml"), "utf8")) as { receivers: { name: string }[] };
    const receivers = [];
    for (const { name } of config.receivers)
      receivers.push({ name, webhook_configs: [{ url: `${await this.#outside()}/page/${name}`, send_resolved: false }] });
    const file = this.#write("alertmanager.yml", stringify({ ...config, receivers }));
    const listen = `127.0.0.1:${await freePort()}`;
    const data = join(this.folder, "alerts");
    this.#run(program, [
      `--config.file=${file}`,
      `--storage.path=${data}`,
      `--web.listen-address=${listen}`,
      "--cluster.listen-address=",
      "--log.level=error",
    ]);
    await until("Alertmanager is ready", async () => (await fetch(`http://${listen}/-/ready`).catch(() => undefined))?.ok);
    return listen;
  }

  #outsideUrl: string | undefined;
  /** The world: takes heartbeats and pages. */
  async #outside(): Promise<string> {
    this.#outsideUrl ??= await this.#serve(async (path, body) => {
      if (path.startsWith("/page/")) this.pages.push(...(JSON.parse(body) as { alerts: Watched["pages"] }).alerts);
      return "";
    });
    return this.#outsideUrl;
  }

  async #extra(): Promise<string> {
    return new URL(await this.#serve(() => this.extra())).host;
  }

  async #serve(answer: (path: string, body: string) => Promise<string>): Promise<string> {
    const server: Server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        const end = (status: number, text: string) => response.writeHead(status, { "Content-Type": "text/plain; version=0.0.4" }).end(text);
        answer(request.url ?? "", body).then(
          (text) => end(200, text),
          (error: unknown) => end(503, String(error)),
        );
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    this.#endings.push(() => server.close().closeAllConnections());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  #write(name: string, text: string): string {
    mkdirSync(this.folder, { recursive: true });
    const file = join(this.folder, name);
    writeFileSync(file, text);
    return file;
  }

  #run(program: string, args: readonly string[]): void {
    this.#ends(spawn(program, [...args], { cwd: this.folder, stdio: ["ignore", "ignore", "inherit"] }));
  }

  #ends(child: ChildProcess): void {
    this.#endings.push(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    });
  }
}
