/**
 * Discoveries of a running daemon: one at a time, audited before the first packet and at the end, under the daemon's own ceilings too.
 *
 * The last few results are kept in memory, for the person who asked; what came of it in the file is the configuration's history.
 */
import { randomUUID } from "node:crypto";
import type { Progress } from "../probes/discover/discover.ts";
import type { Range } from "../probes/discover/range.ts";
import { askedRanges, type Discovered, runDiscovery } from "./discovering.ts";
import type { Config } from "./model/config.ts";
import type { Instant } from "./model/time.ts";
import type { Clock, Log, Store } from "./ports.ts";

export interface DiscoveryRecord {
  readonly id: string;
  readonly by: string;
  readonly ranges: readonly string[];
  readonly startedAt: Instant;
  endedAt?: Instant;
  state: "running" | "done" | "stopped" | "failed";
  progress: Progress;
  result?: Discovered;
}

export type Started =
  | { readonly ok: true; readonly record: DiscoveryRecord }
  /** 409: another one is under way; 422: a network that is not listed. */
  | { readonly ok: false; readonly status: 409 | 422; readonly problem: string };

export interface DiscoveriesDeps {
  readonly config: () => Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly pace: (probes: number, signal: AbortSignal) => Promise<void>;
  /** Credentials that the login guard lets rest everywhere: not tried on strangers either. */
  readonly resting: () => readonly string[];
  /** The lock against other processes; throws when it is taken. */
  readonly hold: () => Promise<{ release(): Promise<void> }>;
}

const recordsKept = 5;

export class Discoveries {
  readonly #deps: DiscoveriesDeps;
  readonly #records = new Map<string, DiscoveryRecord>();
  #running: { readonly id: string; readonly ending: AbortController; readonly over: Promise<void> } | undefined;
  #starting = false;

  constructor(deps: DiscoveriesDeps) {
    this.#deps = deps;
  }

  /** The newest first. */
  list(): readonly DiscoveryRecord[] {
    return [...this.#records.values()].reverse();
  }

  get(id: string): DiscoveryRecord | undefined {
    return this.#records.get(id);
  }

  async start(texts: readonly string[], by: string): Promise<Started> {
    const config = this.#deps.config();
    const asked = askedRanges(config, texts);
    if ("problems" in asked) return { ok: false, status: 422, problem: asked.problems.join("\n") };
    if (this.#running !== undefined || this.#starting)
      return { ok: false, status: 409, problem: "Another discovery is under way; wait for its end, or stop it." };
    this.#starting = true;
    try {
      return await this.#begin(config, asked.ranges, by);
    } finally {
      this.#starting = false;
    }
  }

  /** False when it does not run. What it saw until then is its result. */
  async end(id: string): Promise<boolean> {
    const running = this.#running;
    if (running?.id !== id) return false;
    running.ending.abort();
    await running.over;
    return true;
  }

  /** Idempotent; waits until nothing is sent any more. */
  async stop(): Promise<void> {
    this.#running?.ending.abort();
    await this.#running?.over;
  }

  async #begin(config: Config, ranges: readonly Range[], by: string): Promise<Started> {
    const held = await this.#deps.hold().catch((error: unknown) => {
      if (error instanceof Error && error.name === "StateHeld") return undefined;
      throw error;
    });
    if (held === undefined)
      return { ok: false, status: 409, problem: "Another discovery is under way from the command line; wait for its end." };
    const record: DiscoveryRecord = {
      id: randomUUID(),
      by,
      ranges: ranges.map(({ text }) => text),
      startedAt: this.#deps.clock.now(),
      state: "running",
      progress: { addresses: 0, pinged: 0, answered: 0, asked: 0, probes: 0 },
    };
    try {
      await this.#audit(record, "discovery.started");
    } catch (error) {
      await held.release();
      throw error;
    }
    this.#remember(record);
    const ending = new AbortController();
    const over = this.#run(config, ranges, record, ending.signal).finally(async () => {
      this.#running = undefined;
      await held.release();
    });
    this.#running = { id: record.id, ending, over };
    return { ok: true, record };
  }

  /** Never rejects: what went wrong is its state. */
  async #run(config: Config, ranges: readonly Range[], record: DiscoveryRecord, signal: AbortSignal): Promise<void> {
    const { clock, pace, log } = this.#deps;
    const progress = (now: Progress) => {
      record.progress = now;
    };
    let state: DiscoveryRecord["state"] = "failed";
    try {
      record.result = await runDiscovery({ config, ranges, clock, pace, progress, without: this.#deps.resting() }, signal);
      record.progress = record.result.discovery;
      state = record.result.discovery.complete ? "done" : "stopped";
    } catch (error) {
      log.error({ discovery: record.id, error: error instanceof Error ? error.name : "unknown" }, "discovery failed");
    }
    record.endedAt = clock.now();
    // In the audit first: who sees the end finds it there.
    await this.#audit({ ...record, state }, "discovery.ended").catch((error: unknown) =>
      log.error(
        { discovery: record.id, error: error instanceof Error ? error.name : "unknown" },
        "the end of a discovery is not in the audit",
      ),
    );
    record.state = state;
  }

  #remember(record: DiscoveryRecord): void {
    this.#records.set(record.id, record);
    const oldest = this.#records.keys().next().value;
    if (this.#records.size > recordsKept && oldest !== undefined) this.#records.delete(oldest);
  }

  async #audit({ id, by, ranges, state, progress, result }: DiscoveryRecord, action: string): Promise<void> {
    const ended = action === "discovery.ended" ? { state, ...plain(progress), proposed: result?.proposals.length ?? 0 } : {};
    const entry = { at: this.#deps.clock.now(), by, action, target: ranges.join(" "), data: { id, ...ended } };
    await this.#deps.store.transaction(undefined, (tx) => tx.audit([entry]));
  }
}

function plain({ addresses, pinged, answered, probes }: Progress) {
  return { addresses, pinged, answered, probes };
}
