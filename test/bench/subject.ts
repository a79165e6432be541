/**
 * The daemon under test, a process of its own (`vigie run`), and the simulated fleet that it looks at, in others.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { builtFile } from "../../probes/built.ts";
import { benchEnv } from "./network.ts";
import { type Usage, usage } from "./proc.ts";
import { sharesOf } from "./profile.ts";

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Started with the bench, and ended with it however it ends. */
const started = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of started) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

function keep<T extends ChildProcess>(child: T): T {
  started.add(child);
  child.once("exit", () => started.delete(child));
  return child;
}

export interface Subject {
  readonly pid: number;
  /** From the start of the process to its first answer that it is ready. */
  readonly readyMs: number;
  usage(): Usage;
  /** The whole of /metrics and how long it took. */
  scrape(): Promise<Scrape>;
  /** Profiles the main thread for so long. */
  profile(seconds: number): Promise<ReturnType<typeof sharesOf>>;
  stop(): Promise<void>;
}

export interface Scrape {
  readonly text: string;
  readonly tookMs: number;
}

/** Starts the daemon on a configuration and waits until it is ready. */
export async function startSubject(file: string, httpPort: number, options: { readonly readyWithinMs?: number } = {}): Promise<Subject> {
  const folder = join(file, "..");
  const profileFile = join(folder, "daemon.cpuprofile");
  const log = openSync(join(folder, "daemon.log"), "w");
  const began = performance.now();
  const args = ["--import", builtFile("test/bench/profile-hook.js"), builtFile("daemon/main.js"), "run", "--config", file];
  const env = { ...process.env, ...benchEnv, VIGIE_BENCH_PROFILE: profileFile };
  const child = keep(spawn(process.execPath, [...args, "--log", "json"], { env, stdio: ["ignore", log, log] }));
  const ended = once(child, "exit");
  const url = `http://127.0.0.1:${httpPort}`;
  const deadline = began + (options.readyWithinMs ?? 300_000);
  for (;;) {
    if (child.exitCode !== null)
      throw new Error(`the daemon ended with ${child.exitCode}: ${readFileSync(join(folder, "daemon.log"), "utf8").slice(-2_000)}`);
    if (performance.now() > deadline) throw new Error("the daemon did not get ready");
    if (await isReady(url)) break;
    await sleep(10);
  }
  const readyMs = performance.now() - began;
  const pid = child.pid ?? 0;
  return {
    pid,
    readyMs,
    usage: () => usage(pid),
    async scrape() {
      const from = performance.now();
      const text = await (await fetch(`${url}/metrics`)).text();
      return { text, tookMs: performance.now() - from };
    },
    async profile(seconds) {
      rmSync(profileFile, { force: true });
      child.kill("SIGUSR2");
      await sleep(seconds * 1_000);
      child.kill("SIGUSR2");
      while (!existsSync(profileFile)) await sleep(50);
      return sharesOf(JSON.parse(readFileSync(profileFile, "utf8")));
    },
    async stop() {
      child.kill("SIGTERM");
      const hard = setTimeout(() => child.kill("SIGKILL"), 60_000);
      await ended;
      clearTimeout(hard);
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(5_000) })).status === 200;
  } catch {
    // Not listening yet.
    return false;
  }
}

export interface FleetProcess {
  stop(): Promise<void>;
}

/** Starts a process of the simulator's fleet and waits until all its agents are bound. */
export async function startFleetProcess(options: Readonly<Record<string, number>>): Promise<FleetProcess> {
  const child = keep(
    spawn(process.execPath, [builtFile("probes/simulator/fleet.js"), JSON.stringify(options)], { stdio: ["pipe", "pipe", "inherit"] }),
  );
  const ended = once(child, "exit");
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) throw new Error("the fleet did not start");
  return {
    async stop() {
      child.stdin.end();
      const hard = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await ended;
      clearTimeout(hard);
    },
  };
}

export interface SimulatorProcess {
  readonly pid: number;
  /** Base of its REST interface. */
  readonly url: string;
  usage(): Usage;
  stop(): Promise<void>;
}

/** Starts the simulator on a spec file, with its REST interface, and waits until every socket is bound. */
export async function startSimulator(spec: string): Promise<SimulatorProcess> {
  const args = [builtFile("probes/simulator/main.js"), spec, "--rest", "127.0.0.1:0"];
  const child = keep(spawn(process.execPath, args, { env: { ...process.env, ...benchEnv }, stdio: ["pipe", "pipe", "inherit"] }));
  const ended = once(child, "exit");
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) throw new Error("the simulator did not start");
  const { rest, pid } = JSON.parse(first.value) as { rest: number; pid: number };
  return {
    pid,
    url: `http://127.0.0.1:${rest}`,
    usage: () => usage(pid),
    async stop() {
      child.stdin.end();
      const hard = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await ended;
      clearTimeout(hard);
    },
  };
}

/** The value of one series (name with its labels); undefined when it is not there. */
export function series(text: string, name: string): number | undefined {
  const at = text.indexOf(`\n${name} `);
  if (at < 0) return undefined;
  return Number(text.slice(at + name.length + 2, text.indexOf("\n", at + 1)));
}

/** A share of a histogram's observations between two scrapes: the bucket it lies in, divided evenly. */
export function histogramShare(before: string, after: string, name: string, share: number): number {
  const buckets = [...after.matchAll(new RegExp(`^${name}_bucket\\{le="([^"]+)"\\} (\\S+)$`, "gm"))].map((match) => ({
    le: match[1] === "+Inf" ? Number.POSITIVE_INFINITY : Number(match[1]),
    count: Number(match[2]) - (series(before, `${name}_bucket{le="${match[1]}"}`) ?? 0),
  }));
  const all = buckets.at(-1)?.count ?? 0;
  const wanted = all * share;
  let low = { le: 0, count: 0 };
  for (const bucket of buckets) {
    if (bucket.count >= wanted && bucket.count > low.count) {
      if (!Number.isFinite(bucket.le)) return low.le;
      return low.le + ((bucket.le - low.le) * (wanted - low.count)) / (bucket.count - low.count);
    }
    low = bucket;
  }
  return Number.NaN;
}
