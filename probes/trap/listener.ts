/**
 * Traps and informs for the main thread: starts the receiver's worker, offers what it heard, tells it what was committed.
 *
 * An inform is answered only after `onBatch` has resolved for it. A dead worker is started again and counted; what was under way then is
 * still committed, and senders of informs ask again.
 */
import { Worker } from "node:worker_threads";
import { builtFile } from "../built.ts";
import { allowList } from "./allow.ts";
import { bufferAdvice } from "./kernel.ts";
import { threadMs } from "./thread-clock.ts";
import { type HeardEngine, nextEngineBoots } from "./timeliness.ts";
import type { DecodedTrap, FromReceiver, ReceiverOptions, ToReceiver, TrapCounts, TrapOptions, TrapRules, TrapStats } from "./trap.ts";
import { addCounts, endedOf, NO_COUNTS } from "./trap.ts";

const BUFFER_BYTES = 4 << 20;
/** Senders' engines whose clock is kept; those heard longest ago are forgotten. */
const MAX_ENGINES = 5_000;
const WATCH_MS = 2_000;
/** Watches in a row without a word from the worker before it is taken for hung. It speaks every second. */
const MAX_SILENT = 5;
const FIRST_RESTART_MS = 100;
const MAX_RESTART_MS = 5_000;
const STOP_MS = 2_000;
const MAX_PAUSE_MS = 5_000;

/** Resolves once the traps are committed. Rejects: they are offered again, a bounded number of times unless the refusal is one that passes. */
export type OnBatch = (traps: readonly DecodedTrap[]) => Promise<void>;

export interface TrapListener {
  readonly port: number;
  /** New rules on the same socket. Throws, changing nothing, when an allow entry is no address or CIDR. */
  update(rules: TrapRules): void;
  /** Commits what was heard, for at most two seconds, and closes the socket. Idempotent. */
  stop(): Promise<void>;
  /** As the worker last said, at most a second ago. */
  stats(): TrapStats;
  /** What clocks the senders' engines showed, as the worker last said; the same list while nothing moved. */
  heardEngines(): readonly HeardEngine[];
  /** Asked of the worker now. */
  freshStats(): Promise<TrapStats>;
}

/** Listens. Rejects when the address cannot be had, or the options are wrong. */
export async function startTrapListener(options: TrapOptions, onBatch: OnBatch): Promise<TrapListener> {
  allowList([...options.allow, ...options.relays]);
  if (!/^([0-9a-f]{2}){5,32}$/i.test(options.engineId)) throw new Error("traps.engineId: must be 5 to 32 octets in hex");
  const listener = new Listener(options, onBatch);
  await listener.start();
  return listener;
}

class Listener implements TrapListener {
  readonly #options: TrapOptions;
  readonly #onBatch: OnBatch;
  readonly #file: string;
  #workerOptions: ReceiverOptions;
  #worker: Worker | undefined;
  #before: TrapCounts = NO_COUNTS;
  #current: TrapCounts = NO_COUNTS;
  #pending = 0;
  /** Traps of batches whose worker died while they were on offer: their end is counted here. */
  #orphans = 0;
  /** Traps of the batch on offer now: a worker offers one at a time. */
  #offered = 0;
  #grantedBytes = 0;
  #limited: TrapStats["limitedSources"] = [];
  #restarts = 0;
  #restartMs = FIRST_RESTART_MS;
  #restartTimer: NodeJS.Timeout | undefined;
  #silent = 0;
  #watch: NodeJS.Timeout | undefined;
  #stopped: Promise<void> | undefined;
  #asked = 0;
  #engines: readonly HeardEngine[];
  readonly #answers = new Map<number, () => void>();
  readonly #abort = new AbortController();

  constructor(options: TrapOptions, onBatch: OnBatch) {
    const { onDrop, receiverFile, maxOffers, passes, retryMs, ...rest } = options;
    this.#options = options;
    this.#onBatch = onBatch;
    this.#engines = options.heardEngines ?? [];
    this.#file = receiverFile ?? builtFile("probes/trap/receiver.js");
    this.#workerOptions = {
      ...rest,
      bufferBytes: options.bufferBytes ?? BUFFER_BYTES,
      engineBoots: options.engineBoots ?? nextEngineBoots(undefined, Date.now()),
      bootedMs: threadMs(),
      maxBatch: options.maxBatch ?? 500,
      gatherMs: options.gatherMs ?? 20,
      maxQueue: options.maxQueue ?? 50_000,
    };
  }

  get port(): number {
    return this.#workerOptions.port;
  }

  async start(): Promise<void> {
    await this.#startWorker();
    this.#watch = setInterval(() => this.#checkAlive(), WATCH_MS);
    this.#watch.unref();
  }

  update(rules: TrapRules): void {
    allowList([...rules.allow, ...rules.relays]);
    const { host, port, bufferBytes, engineId, engineBoots, bootedMs, maxBatch, gatherMs, maxQueue } = this.#workerOptions;
    const fixed = { host, port, bufferBytes, engineId, engineBoots, bootedMs, maxBatch, gatherMs, maxQueue };
    this.#workerOptions = { ...pickRules(rules), ...fixed };
    this.#tell({ kind: "rules", rules: pickRules(rules) });
  }

  stats(): TrapStats {
    const advice = bufferAdvice(this.#workerOptions.bufferBytes, this.#grantedBytes);
    return {
      ...addCounts(this.#before, this.#current),
      pending: this.#pending + this.#orphans,
      lostWithWorker: this.#before.received - endedOf(this.#before) - this.#orphans,
      workerRestarts: this.#restarts,
      bufferAskedBytes: this.#workerOptions.bufferBytes,
      bufferGrantedBytes: this.#grantedBytes,
      ...(advice === undefined ? {} : { bufferAdvice: advice }),
      limitedSources: this.#limited,
    };
  }

  heardEngines(): readonly HeardEngine[] {
    return this.#engines;
  }

  async freshStats(): Promise<TrapStats> {
    if (this.#worker !== undefined && this.#stopped === undefined) {
      const asked = ++this.#asked;
      await new Promise<void>((resolve) => {
        this.#answers.set(asked, resolve);
        this.#tell({ kind: "count", asked });
      });
    }
    return this.stats();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stopWorker();
    return this.#stopped;
  }

  async #stopWorker(): Promise<void> {
    clearInterval(this.#watch);
    clearTimeout(this.#restartTimer);
    const worker = this.#worker;
    if (worker !== undefined) {
      let timer: NodeJS.Timeout | undefined;
      const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, STOP_MS);
      });
      this.#tell({ kind: "stop" });
      await Promise.race([ended, late]);
      clearTimeout(timer);
      await worker.terminate();
    }
    this.#abort.abort();
    this.#releaseAnswers();
  }

  /** Resolves when the socket is bound. */
  #startWorker(): Promise<void> {
    const worker = new Worker(this.#file, { workerData: { ...this.#workerOptions, heardEngines: this.#engines } });
    this.#worker = worker;
    this.#silent = 0;
    return new Promise<void>((resolve, reject) => {
      let isBound = false;
      let why = new Error(`the trap receiver ended before it listened on ${this.#workerOptions.host}:${this.#workerOptions.port}`);
      worker.on("message", (message: FromReceiver) => {
        this.#silent = 0;
        if (message.kind === "bind-failed") {
          why = new Error(bindAdvice(this.#workerOptions, message.code));
          void worker.terminate();
        } else if (message.kind === "bound") {
          isBound = true;
          this.#restartMs = FIRST_RESTART_MS;
          this.#workerOptions = { ...this.#workerOptions, port: message.port };
          this.#grantedBytes = message.grantedBytes;
          resolve();
        } else this.#hear(message, worker);
      });
      worker.on("error", (error: Error) => {
        why = error;
      });
      worker.on("exit", () => {
        if (this.#worker === worker) this.#ended(isBound);
        reject(why);
      });
    });
  }

  #hear(message: Extract<FromReceiver, { kind: "batch" | "tick" }>, worker: Worker): void {
    this.#current = message.counts;
    if (message.kind === "batch") {
      void this.#offer(message.traps, message.id, worker);
      return;
    }
    this.#pending = message.pending;
    if (message.engines.length > 0) this.#engines = newest([...this.#engines, ...message.engines]);
    this.#limited = message.limited;
    for (const drop of message.drops) this.#options.onDrop?.(drop);
    if (message.asked !== undefined) {
      this.#answers.get(message.asked)?.();
      this.#answers.delete(message.asked);
    }
  }

  /** Offers a batch until it is committed or given up, and tells its worker. Owns its promise: never rejects. */
  async #offer(traps: readonly DecodedTrap[], id: number, worker: Worker): Promise<void> {
    this.#offered = traps.length;
    const committed = await this.#commit(traps);
    if (!committed) {
      const sources = [...new Set(traps.map((trap) => trap.source))];
      const reason = "commit" as const;
      this.#options.onDrop?.({ reason, count: traps.length, ...(sources.length > 100 ? {} : { sources }) });
    }
    if (this.#worker === worker) {
      this.#offered = 0;
      this.#tell({ kind: "settled", id, committed });
    } else {
      this.#orphans -= traps.length;
      const end = committed ? { committed: traps.length } : { uncommitted: traps.length };
      this.#before = addCounts(this.#before, { ...NO_COUNTS, ...end });
    }
  }

  async #commit(traps: readonly DecodedTrap[]): Promise<boolean> {
    const { maxOffers = 6, passes } = this.#options;
    let pauseMs = this.#options.retryMs ?? 200;
    let refusals = 0;
    while (true) {
      try {
        await this.#onBatch(traps);
        return true;
      } catch (refusal) {
        // Why is the caller's to log: it knows its store. Here it only means "not committed".
        if (passes?.(refusal) !== true) refusals += 1;
        if (refusals >= maxOffers || this.#abort.signal.aborted) return false;
      }
      await pause(pauseMs, this.#abort.signal);
      pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2);
    }
  }

  #ended(wasBound: boolean): void {
    this.#worker = undefined;
    this.#before = addCounts(this.#before, this.#current);
    this.#current = NO_COUNTS;
    this.#pending = 0;
    this.#orphans += this.#offered;
    this.#offered = 0;
    this.#releaseAnswers();
    const neverRan = this.#watch === undefined;
    if (this.#stopped !== undefined || neverRan) return;
    this.#restarts++;
    if (wasBound) this.#options.onDrop?.({ reason: "restart", count: 1 });
    this.#restartTimer = setTimeout(() => {
      this.#startWorker().catch(() => {}); // its end is handled here again, with a longer pause
    }, this.#restartMs);
    this.#restartMs = Math.min(MAX_RESTART_MS, this.#restartMs * 2);
  }

  #checkAlive(): void {
    this.#silent++;
    if (this.#silent > MAX_SILENT) void this.#worker?.terminate();
  }

  #tell(message: ToReceiver): void {
    this.#worker?.postMessage(message);
  }

  #releaseAnswers(): void {
    for (const resolve of this.#answers.values()) resolve();
    this.#answers.clear();
  }
}

/** The last word of each engine, the ones heard last at the end; bounded. */
function newest(engines: readonly HeardEngine[]): readonly HeardEngine[] {
  const last = new Map<string, HeardEngine>();
  for (const heard of engines) {
    last.delete(heard.engine);
    last.set(heard.engine, heard);
  }
  return [...last.values()].slice(-MAX_ENGINES);
}

/** Only what may cross to the worker: the caller's object may hold more. */
function pickRules(rules: TrapRules): TrapRules {
  const { allow, relays, perSourcePerSecond, burst, communities, users, dedupMs, parts, redact } = rules;
  return {
    ...{ allow, relays, perSourcePerSecond, burst, communities, users },
    ...(dedupMs === undefined ? {} : { dedupMs }),
    ...(parts === undefined ? {} : { parts }),
    ...(redact === undefined ? {} : { redact }),
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}

function bindAdvice({ host, port }: { readonly host: string; readonly port: number }, code: string): string {
  const what = `traps.listen: ${host}:${port} cannot be had (${code})`;
  if (code === "EACCES") return `${what}; ports below 1024 need CAP_NET_BIND_SERVICE`;
  if (code === "EADDRINUSE") return `${what}; another program (snmptrapd?) listens there`;
  return what;
}
