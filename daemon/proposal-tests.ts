/**
 * The back-tests of proposals: each change tried on what was kept of the last 30 days, before anybody accepts it.
 *
 * They run one after another beside the daemon's work, in slices, and rest as long as they worked. What they found is kept in memory for a
 * day, by the configuration and the change: another false alarm may lead to another change, and that one is tried anew.
 */
import { type Change, changed } from "../rules/proposal.ts";
import { MaintenanceBook } from "./maintenance-book.ts";
import { planOf } from "./maintenance-plan.ts";
import type { Config } from "./model/config.ts";
import type { Rule } from "./model/rule.ts";
import { DAY, type Instant } from "./model/time.ts";
import type { Clock, Log, Store } from "./ports.ts";
import { silenceOf } from "./proposing.ts";
import { type Backtest, type BacktestInput, backtests, type Tried } from "./replay/backtest.ts";
import { booksOf } from "./replay/books.ts";

/** What a back-test of a proposal came to. */
export type ProposalTest =
  | { readonly state: "running"; readonly share: number }
  /** `replay` undefined: nothing was kept of the last 30 days. */
  | { readonly state: "finished"; readonly at: Instant; readonly replay: Backtest | undefined }
  | { readonly state: "failed"; readonly why: string };

export interface ProposalTestsDeps {
  readonly store: BacktestInput["store"] & Pick<Store, "sessions" | "maintenances">;
  readonly config: () => Config;
  readonly clock: Clock;
  readonly log: Log;
}

export const TESTED_MS = 30 * DAY;
/** What was found holds this long; then it is tried on the days that came. */
const keptMs = DAY;
const mostKept = 200;
/** Work this long, then let others. */
const sliceMs = 10;

interface Job {
  readonly config: Config;
  readonly rule: Rule;
  readonly changes: readonly { readonly key: string; readonly change: Change }[];
}

/** The configuration is another, or the daemon stops: what runs is about nothing. */
class Overtaken extends Error {
  override readonly name = "Overtaken";
}

export class ProposalTests {
  readonly #deps: ProposalTestsDeps;
  readonly #found = new Map<string, ProposalTest>();
  #jobs: Job[] = [];
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(deps: ProposalTestsDeps) {
    this.#deps = deps;
  }

  /** How far the test of each change is. What was not tried, or too long ago, is begun. */
  of(rule: Rule, changes: readonly Change[]): readonly ProposalTest[] {
    const config = this.#deps.config();
    const keyed = changes.map((change) => ({ key: JSON.stringify([config.hash, rule, change]), change }));
    const wanted = keyed.filter(({ key }) => !this.#isKnown(key));
    // What failed is told once.
    const failed = keyed.map(({ key }) => this.#found.get(key)).map((test) => (test?.state === "failed" ? test : undefined));
    if (wanted.length > 0 && !this.#stopped) {
      for (const { key } of wanted) this.#keep(key, { state: "running", share: 0 });
      this.#jobs.push({ config, rule, changes: wanted });
      this.#running ??= this.#run();
    }
    return failed.map((test, index) => test ?? this.#found.get(keyed[index]?.key ?? "") ?? { state: "running", share: 0 });
  }

  /** Until nothing runs. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Ends what runs. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** What failed is told once, and tried again. */
  #isKnown(key: string): boolean {
    const found = this.#found.get(key);
    if (found === undefined || found.state === "failed") return false;
    return found.state === "running" || Math.abs(this.#deps.clock.now() - found.at) < keptMs;
  }

  #keep(key: string, test: ProposalTest): void {
    this.#found.delete(key);
    this.#found.set(key, test);
    for (const [oldest, { state }] of this.#found) {
      if (this.#found.size <= mostKept) return;
      if (state !== "running") this.#found.delete(oldest);
    }
  }

  async #run(): Promise<void> {
    for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) await this.#one(job);
    this.#running = undefined;
  }

  async #one(job: Job): Promise<void> {
    const { clock, log } = this.#deps;
    try {
      const found = await this.#tried(job);
      const at = clock.now();
      for (const [index, { key }] of job.changes.entries()) {
        const replay = found?.[index];
        this.#keep(key, { state: "finished", at, replay: replay?.looks === 0 ? undefined : replay });
      }
    } catch (error) {
      for (const { key } of job.changes) this.#found.delete(key);
      if (error instanceof Overtaken) return;
      const name = error instanceof Error ? error.name : "unknown";
      log.warn({ rule: job.rule.id, error: name }, "the back-test of a proposal failed; it is tried again when it is asked for");
      for (const { key } of job.changes) this.#keep(key, { state: "failed", why: name });
    }
  }

  async #tried({ config, rule, changes }: Job): Promise<readonly Backtest[] | undefined> {
    const { store, clock } = this.#deps;
    // A clock that was set back has kept looks of hours that it shows again.
    const to = Math.max(clock.now(), ((await store.looksKept())?.to ?? 0) + 1);
    const from = clock.now() - TESTED_MS;
    return backtests({
      ...{ store, config, from, to, rulesA: config.rules },
      ...(await booksOf(store, config, clock, from)),
      tried: changes.map(({ change }) => triedOf(config, rule, change, { from, store, clock })),
      pause: this.#pauseOf(config),
      progress: (share) => {
        for (const { key } of changes) this.#found.set(key, { state: "running", share: Math.min(1, share) });
      },
    });
  }

  #pauseOf(config: Config): () => Promise<void> | undefined {
    const { clock, config: now } = this.#deps;
    let beganMs = clock.monotonicMs();
    return () => {
      if (this.#stopped || now().hash !== config.hash) throw new Overtaken();
      const workedMs = clock.monotonicMs() - beganMs;
      if (workedMs < sliceMs) return undefined;
      return new Promise<void>((resolve) => setTimeout(resolve, workedMs)).then(() => {
        beganMs = clock.monotonicMs();
      });
    };
  }
}

/** The change as a replay tries it. */
function triedOf(
  config: Config,
  rule: Rule,
  change: Change,
  { from, store, clock }: Pick<ProposalTestsDeps, "store" | "clock"> & { from: Instant },
): Tried {
  const { rules, network } = config;
  switch (change.kind) {
    case "presence": {
      const rooms = new Map(network.rooms);
      for (const id of change.rooms) {
        const room = rooms.get(id);
        if (room !== undefined) rooms.set(id, { ...room, presence: change.to });
      }
      return { rules, network: { ...network, rooms } };
    }
    case "window": {
      const plan = planOf(silenceOf(rule, change.window, from - DAY), config, from);
      if ("problems" in plan) throw new Error(`the proposed window is no plan: ${plan.problems.join("; ")}`);
      const book = new MaintenanceBook({ store, clock, config: () => config });
      book.take([{ ...plan, id: "proposed", by: "", function: "", createdAt: 0, ended: [] }]);
      return { rules, gates: [book.keeper] };
    }
    case "threshold":
    case "for":
    case "attempts": {
      const next = changed(rule, change);
      return { rules: next === undefined ? rules : rules.map((each) => (each.id === rule.id ? next : each)) };
    }
  }
}
