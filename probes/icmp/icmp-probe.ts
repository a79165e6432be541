/**
 * ICMP: does the host answer echo requests, how fast, how evenly.
 *
 * One look is 3 echo requests (by default), so that loss and jitter mean something. Measured: 10,000 hosts each 30 s are 1,000 packets a
 * second and 3.4 % of a core for fping and the kernel; with 1 packet 1.1 %. Not being able to look is `unknown`, never `down`.
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { bare, type Finding } from "../../daemon/model/observation.ts";
import { Ending } from "../ending.ts";
import type { Probe, Target } from "../probe.ts";
import { type Bounded, looksBySignal, nowhere, type UnderWay } from "../under-way.ts";
import { type Address, Resolver } from "./address.ts";
import { judgeEchoes } from "./echo.ts";
import { type Asker, type Echoes, type Engine, FpingEngine } from "./fping.ts";
import { patienceFor } from "./pacing.ts";
import { PingEngine } from "./ping.ts";

/** Holds packets back so that a site's ceiling is kept; resolves when they may be sent, or when the look ends. Undefined: they may go now. */
export type Pace = (site: string, packets: number, look: Ending) => Promise<void> | undefined;

export interface IcmpOptions {
  /** Path of fping; null: use the ping package; undefined: fping when it is found. */
  readonly fping?: string | null;
  /** Echo requests a look. Default 3. */
  readonly count?: number;
  /** Between two echo requests to a host, at most; less when the timeout is short. Default 250. */
  readonly periodMs?: number;
  readonly pace?: Pace;
  readonly resolver?: Resolver;
  /** The engine; tests give one. */
  readonly engine?: Engine;
}

export interface IcmpStats {
  readonly engine: "fping" | "ping";
  /** Processes that pinged, since start. */
  readonly runs: number;
  /** Hosts asked, since start. */
  readonly hosts: number;
  /** Runs that could not look. */
  readonly failures: number;
  /** Starts after a death. */
  readonly restarts: number;
  /** Processes now. */
  readonly processes: number;
}

/** Where fping is, or undefined. */
export function findFping(path: string = process.env.PATH ?? ""): string | undefined {
  const folders = [...path.split(delimiter), "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"];
  return folders
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, "fping"))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        // Not here: the next folder.
        return false;
      }
    });
}

/** Makes the ICMP probe. Starts nothing until the first look. */
export function createIcmpProbe(options: IcmpOptions = {}): Probe & { stats(): IcmpStats } {
  const count = options.count ?? 3;
  const fping = options.fping === undefined ? findFping() : (options.fping ?? undefined);
  const now = () => performance.now();
  const engine =
    options.engine ??
    (fping === undefined ? new PingEngine(count) : new FpingEngine({ fping, count, periodMs: options.periodMs ?? 250, now }));
  const means: Means = { engine, count, pace: options.pace, resolver: options.resolver ?? new Resolver() };
  const underWay = looksBySignal();

  return {
    kind: "icmp",
    look: (target, signal, lookOptions) =>
      signal.aborted
        ? Promise.resolve(calledOff())
        : new Promise((resolve) => new EchoLook(means, target, resolve, lookOptions?.trace === true, underWay(signal)).begin()),
    forget: () => undefined,
    stats: () => ({ engine: engine.name, ...engine.stats() }),
    stop: async () => engine.stop(),
  };
}

interface Means {
  readonly engine: Engine;
  readonly count: number;
  readonly pace: Pace | undefined;
  readonly resolver: Resolver;
}

/**
 * One look under way. Its deadline holds whatever the engine does: past it we could not look. Time in which the look is held is not
 * counted: whoever holds it says what is left.
 *
 * One object, and nothing of its own that waits: hundreds are under way at once and live for a second or two, long enough for the
 * collector to copy all that belongs to them.
 */
class EchoLook extends Ending implements Asker, Bounded {
  readonly #means: Means;
  readonly #target: Target;
  readonly #resolve: (finding: Finding) => void;
  readonly #trace: boolean;
  readonly #all: UnderWay;
  readonly #beganMs = performance.now();
  dueMs: number;
  place = nowhere;
  #ip = "";
  /** What there was to answer in, when the engine was asked. */
  #leftMs = 0;

  constructor(means: Means, target: Target, resolve: (finding: Finding) => void, trace: boolean, all: UnderWay) {
    super();
    this.#means = means;
    this.#target = target;
    this.#resolve = resolve;
    this.#trace = trace;
    this.#all = all;
    this.dueMs = this.#beganMs + target.check.timeoutMs + grace(target.check.timeoutMs);
  }

  begin(): void {
    this.#all.add(this);
    try {
      const { resolver, pace, count } = this.#means;
      const asked = resolver.resolve(this.#target.device.address);
      if (asked instanceof Promise) void this.#after(asked);
      else if (typeof asked !== "object") this.#nameless(asked);
      else {
        const wait = pace?.(this.#target.device.site, count, this);
        if (wait === undefined) this.#ask(asked, this.#target.check.timeoutMs);
        else void this.#after(asked, wait);
      }
    } catch (error) {
      this.#crashed(error);
    }
  }

  /** The engine holds the request beyond its timeout. */
  held(ms: number): void {
    this.dueMs = performance.now() + this.#leftMs + ms + grace(this.#target.check.timeoutMs);
  }

  told(echoes: Echoes): void {
    if (this.ended) return;
    try {
      this.#say(this.#judge(echoes));
    } catch (error) {
      this.#crashed(error);
    }
  }

  #judge(echoes: Echoes): Finding {
    const from = `${this.#means.engine.name} ${this.#ip}`;
    if (echoes.kind === "blind") return bare("unknown", echoes.code, echoes.detail, [`${from}: ${echoes.detail}`]);
    const { trips } = echoes;
    if (!this.#trace && trips.some((trip) => trip !== undefined)) return judgeEchoes(this.#ip, trips);
    return judgeEchoes(this.#ip, trips, [`${from}: ${trips.map((trip) => (trip === undefined ? "-" : `${trip} ms`)).join(" ")}`]);
  }

  /** A name that the name servers are asked for, a ceiling that holds back: the time for answers is what is left then. */
  async #after(asked: Address | Promise<Address | undefined>, waits?: Promise<void>): Promise<void> {
    try {
      const address = await asked;
      if (address === undefined) {
        this.#nameless(address);
        return;
      }
      await (waits ?? this.#means.pace?.(this.#target.device.site, this.#means.count, this));
      if (!this.ended) this.#ask(address, timeLeft(this.#target.check.timeoutMs, performance.now() - this.#beganMs));
    } catch (error) {
      this.#crashed(error);
    }
  }

  #ask({ ip, version }: Address, leftMs: number): void {
    this.#ip = ip;
    this.#leftMs = leftMs;
    const patienceMs = patienceFor(this.#target.check.intervalMs);
    this.#means.engine.ask({ ip, version, timeoutMs: leftMs, patienceMs }, this);
  }

  callOff(): void {
    this.#say(calledOff());
  }

  late(): void {
    const { engine } = this.#means;
    this.#say(bare("unknown", "icmp.engine", `${engine.name} did not answer within ${this.#target.check.timeoutMs} ms`));
  }

  #nameless(asked: "refused" | undefined): void {
    const why = `the name ${this.#target.device.address} does not resolve`;
    this.#say(bare("unknown", "icmp.name", asked === undefined ? why : "the address is neither an IP address nor a host name; correct it"));
  }

  #crashed(error: unknown): void {
    this.#say(bare("unknown", "probe.crash", error instanceof Error ? `${error.name} in the icmp probe` : "the icmp probe failed"));
  }

  /** The first word is the last one. */
  #say(finding: Finding): void {
    if (this.ended) return;
    this.#all.delete(this);
    this.end();
    this.#resolve(finding);
  }
}

function calledOff(): Finding {
  return bare("unknown", "icmp.engine", "the look was called off");
}

/** What is left of a timeout, in steps of 100 ms so that looks of one timeout share their runs; a short wait is not counted. */
function timeLeft(timeoutMs: number, spentMs: number): number {
  return spentMs < 50 ? timeoutMs : Math.max(100, Math.floor((timeoutMs - spentMs) / 100) * 100);
}

/** What a busy machine may need to say what it saw: a host that is down is not to be one that we could not look at. */
function grace(timeoutMs: number): number {
  return Math.min(500, timeoutMs / 2);
}
