/**
 * The fping engine: gathers hosts for a moment, then asks many with one fping. Hosts that were silent last time go in runs of their own,
 * so that the dead never delay the living.
 *
 * When fping dies the hosts of that run are `unknown`, and new lanes wait, longer each time (0.5 s doubling to 30 s).
 */
import type { RoundTrips } from "./echo.ts";
import { readFping, whyNoResult } from "./fping-output.ts";
import { Lane, type LaneResult } from "./lane.ts";
import { gatherFor, gatherLonger, hostsPerRun, planRun } from "./pacing.ts";

/** What an engine says about one host: its round trips, or why we could not look. */
export type Echoes =
  | { readonly kind: "trips"; readonly trips: RoundTrips }
  | { readonly kind: "blind"; readonly code: "icmp.no-permission" | "icmp.engine"; readonly detail: string };

/** One host to ask. */
export interface EchoRequest {
  readonly ip: string;
  readonly version: 4 | 6;
  readonly timeoutMs: number;
  /** How long it may be held, beyond its timeout, to be asked together with others where there are many. Default 0. */
  readonly patienceMs?: number;
}

/** Who asks; no promise, since there are hundreds a second. */
export interface Asker {
  /** Called at once where the request is held beyond its timeout, with the longest that this takes. */
  held(ms: number): void;
  /** Called once. */
  told(echoes: Echoes): void;
}

/** Who sends echo requests. */
export interface Engine {
  readonly name: "fping" | "ping";
  ask(request: EchoRequest, asker: Asker): void;
  stats(): {
    readonly runs: number;
    readonly hosts: number;
    readonly failures: number;
    readonly restarts: number;
    readonly processes: number;
  };
  stop(): void;
}

interface Waiting {
  readonly ip: string;
  readonly asker: Asker;
}

interface Batch {
  readonly version: 4 | 6;
  readonly timeoutMs: number;
  readonly waiting: Waiting[];
  /** How long it is held beyond the timeout. */
  readonly heldMs: number;
  timer: NodeJS.Timeout;
}

/** Lanes at most: runs that go at the same time. */
const lanesAtMost = 24;
/** Addresses remembered as silent; beyond it the memory starts over. */
const silentAtMost = 200_000;
/** Kinds of batch whose size is remembered; beyond it the memory starts over. */
const sizesAtMost = 1_000;

export interface FpingOptions {
  readonly fping: string;
  readonly count: number;
  readonly periodMs: number;
  /** Milliseconds that never jump. */
  readonly now: () => number;
}

export class FpingEngine implements Engine {
  readonly name = "fping";
  readonly #options: FpingOptions;
  readonly #batches = new Map<string, Batch>();
  readonly #lanes = new Set<Lane>();
  readonly #queue: Batch[] = [];
  readonly #silent = new Set<string>();
  /** Hosts of the last batch of each kind: where they come fast, the next one gathers longer. */
  readonly #sizes = new Map<string, number>();
  #failuresInARow = 0;
  #startAgainAt = 0;
  #runs = 0;
  #hosts = 0;
  #failures = 0;
  #restarts = 0;
  #stopped = false;

  constructor(options: FpingOptions) {
    this.#options = options;
  }

  ask(request: EchoRequest, asker: Asker): void {
    if (this.#stopped) {
      asker.told(blind("icmp.engine", "the probe was stopped"));
      return;
    }
    const { ip, version, timeoutMs, patienceMs = 0 } = request;
    const key = `${version} ${timeoutMs} ${patienceMs} ${this.#silent.has(ip)}`;
    let batch = this.#batches.get(key);
    if (batch === undefined) {
      const heldMs = gatherLonger(this.#sizes.get(key)) ? patienceMs : 0;
      const timer = setTimeout(() => this.#close(key), heldMs === 0 ? gatherFor(timeoutMs) : heldMs);
      batch = { version, timeoutMs, waiting: [], heldMs, timer };
      this.#batches.set(key, batch);
    }
    if (batch.heldMs > 0) asker.held(batch.heldMs);
    batch.waiting.push({ ip, asker });
    if (batch.waiting.length >= hostsPerRun(request.timeoutMs, this.#options.count)) this.#close(key);
  }

  stats(): ReturnType<Engine["stats"]> {
    return { runs: this.#runs, hosts: this.#hosts, failures: this.#failures, restarts: this.#restarts, processes: this.#lanes.size };
  }

  stop(): void {
    this.#stopped = true;
    for (const batch of [...this.#batches.values(), ...this.#queue]) {
      clearTimeout(batch.timer);
      settleAll(batch, blind("icmp.engine", "the probe was stopped"));
    }
    this.#batches.clear();
    this.#queue.length = 0;
    for (const lane of this.#lanes) lane.stop();
    this.#lanes.clear();
  }

  #close(key: string): void {
    const batch = this.#batches.get(key);
    if (batch === undefined) return;
    clearTimeout(batch.timer);
    this.#batches.delete(key);
    if (this.#sizes.size >= sizesAtMost) this.#sizes.clear();
    this.#sizes.set(key, batch.waiting.length);
    this.#start(batch);
  }

  #start(batch: Batch): void {
    let lane: Lane | "resting" | undefined;
    try {
      lane = this.#freeLane();
    } catch (error) {
      this.#died(
        batch,
        `there is no folder to pass files in (/dev/shm, or TMPDIR): ${error instanceof Error ? error.message : String(error)}`,
      );
      return;
    }
    if (lane === "resting") {
      this.#failures += 1;
      settleAll(batch, blind("icmp.engine", "fping died; the next start is held back"));
    } else if (lane === undefined) {
      this.#queue.push(batch);
    } else {
      this.#run(lane, batch);
    }
  }

  /** A lane that is idle, a new one, `undefined` when all are busy, `resting` while the backoff after a death lasts. */
  #freeLane(): Lane | "resting" | undefined {
    for (const lane of this.#lanes) if (lane.idle) return lane;
    if (this.#lanes.size >= lanesAtMost) return undefined;
    if (this.#options.now() < this.#startAgainAt) return "resting";
    if (this.#failuresInARow > 0) this.#restarts += 1;
    const lane = Lane.start(this.#options.fping);
    this.#lanes.add(lane);
    return lane;
  }

  #run(lane: Lane, batch: Batch): void {
    const { count, periodMs } = this.#options;
    const addresses = [...new Set(batch.waiting.map((one) => one.ip))];
    const plan = planRun({ timeoutMs: batch.timeoutMs, count, periodMs, hosts: addresses.length });
    this.#runs += 1;
    this.#hosts += addresses.length;
    const run = {
      version: batch.version,
      addresses,
      count,
      periodMs: plan.periodMs,
      answerMs: plan.answerMs,
      killAfterMs: batch.timeoutMs + 2_000,
    };
    void lane.run(run).then((result) => this.#ended(lane, batch, result));
  }

  #ended(lane: Lane, batch: Batch, result: LaneResult): void {
    if (lane.dead) this.#lanes.delete(lane);
    if (this.#stopped) {
      settleAll(batch, blind("icmp.engine", "the probe was stopped"));
      return;
    }
    if (result.kind === "died") this.#died(batch, result.why);
    else this.#done(batch, result.exitCode, result.lines);
    const next = this.#queue.shift();
    if (next !== undefined) this.#start(next);
  }

  #died(batch: Batch, why: string): void {
    this.#failures += 1;
    this.#failuresInARow += 1;
    this.#startAgainAt = this.#options.now() + Math.min(30_000, 250 * 2 ** Math.min(this.#failuresInARow, 10));
    settleAll(batch, blind("icmp.engine", `fping: ${why}`));
  }

  #done(batch: Batch, exitCode: number, lines: readonly string[]): void {
    const { trips, other } = readFping(lines);
    if (trips.size === 0) {
      this.#failures += 1;
      settleAll(batch, noResult(exitCode, other));
      return;
    }
    this.#failuresInARow = 0;
    for (const one of batch.waiting) {
      const found = trips.get(one.ip);
      if (found === undefined) one.asker.told(blind("icmp.engine", `fping said nothing about ${one.ip}`));
      else {
        this.#remember(one.ip, found);
        one.asker.told({ kind: "trips", trips: found });
      }
    }
  }

  #remember(ip: string, trips: RoundTrips): void {
    if (trips.some((trip) => trip !== undefined)) this.#silent.delete(ip);
    else {
      if (this.#silent.size >= silentAtMost) this.#silent.clear();
      this.#silent.add(ip);
    }
  }
}

/** We could not look, and why. */
export function blind(code: "icmp.no-permission" | "icmp.engine", detail: string): Echoes {
  return { kind: "blind", code, detail };
}

function noResult(exitCode: number, other: readonly string[]): Echoes {
  const said = other[0] ?? `no socket, exit code ${exitCode}`;
  return whyNoResult(exitCode, other) === "no-permission"
    ? blind("icmp.no-permission", `fping may not ping: ${said}; give it cap_net_raw (systemd: AmbientCapabilities)`)
    : blind("icmp.engine", `fping could not look: ${said}`);
}

function settleAll(batch: Batch, echoes: Echoes): void {
  for (const { asker } of batch.waiting) asker.told(echoes);
}
