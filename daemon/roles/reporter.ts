/**
 * Calendar jobs: the nightly backup, the retention, and what keeps coming back. node-cron says when, in the instance's zone.
 */

import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { schedule } from "node-cron";
import type { Config } from "../model/config.ts";
import { DAY } from "../model/time.ts";
import type { Clock, Log, Store } from "../ports.ts";
import type { ProblemFinder } from "../problems.ts";
import type { Leases } from "./lease.ts";
import type { Role } from "./supervisor.ts";

export interface ReporterDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly leases: Leases;
  readonly config: () => Config;
  /** Without it nothing is looked for. */
  readonly problems?: Pick<ProblemFinder, "find">;
  readonly stats?: { job(name: string, result: "done" | "failed"): void };
}

const keptBackups = 7;

export class Reporter implements Role {
  readonly name = "reporter";
  readonly beatWithinMs = 120_000;
  readonly #deps: ReporterDeps;

  constructor(deps: ReporterDeps) {
    this.#deps = deps;
  }

  async run(signal: AbortSignal, beat: () => void): Promise<void> {
    const { config, clock } = this.#deps;
    const timezone = config().instance.timezone;
    const jobs = [
      schedule("15 2 * * *", () => this.#job("backup", () => this.backup()), { timezone }),
      schedule("45 * * * *", () => this.#job("retention", () => this.prune()), { timezone }),
      schedule("*/5 * * * *", () => this.#job("problems", () => this.problems()), { timezone }),
    ];
    try {
      while (!signal.aborted) {
        beat();
        await clock.sleep(30_000, signal);
      }
    } finally {
      for (const job of jobs) await job.destroy();
    }
  }

  /** Only where the lease is held; an error is logged and counted as a failed job, the calendar goes on. */
  async #job(name: string, work: () => Promise<unknown>): Promise<void> {
    const { leases, log, stats } = this.#deps;
    if (!leases.held(this.name)) return;
    try {
      await work();
      stats?.job(name, "done");
      // What is done every few minutes says so only when it found something.
      if (name !== "problems") log.info({ job: name }, "calendar job done");
    } catch (error) {
      stats?.job(name, "failed");
      log.error({ job: name, error: error instanceof Error ? error.name : "unknown" }, "calendar job failed");
    }
  }

  /** A dated copy under the state folder; the seven newest are kept. */
  async backup(): Promise<void> {
    const { store, clock, config } = this.#deps;
    const folder = join(config().instance.stateDir, "backups");
    await mkdir(folder, { recursive: true });
    const stamp = new Date(clock.now()).toISOString().replace(/[:.]/g, "-");
    await store.backup(join(folder, `nightly-${stamp}.${store.kind === "sqlite" ? "db" : "dump"}`));
    // A checksum lies beside each copy: they stay and go together.
    const copies = (await readdir(folder)).filter((name) => /^nightly-.*\.(db|dump)$/.test(name)).sort();
    for (const name of copies.slice(0, -keptBackups)) {
      await rm(join(folder, name));
      await rm(join(folder, `${name}.sha256`), { force: true });
    }
  }

  /** What came back often enough gets its problem. */
  async problems(): Promise<void> {
    const { problems, leases, log } = this.#deps;
    if (problems === undefined) return;
    const { opened, joined } = await problems.find(leases.fence(this.name));
    for (const { id, standing } of opened) log.info({ problem: id, standing }, "problem found");
    if (joined > 0) log.info({ incidents: joined }, "incidents given to problems");
  }

  async prune(): Promise<void> {
    const { store, clock, config } = this.#deps;
    const now = clock.now();
    const { samplesDays, trapsDays, incidentsDays, sessionsDays, looksDays, callersDays } = config().retention;
    await store.prune({
      samplesBefore: now - samplesDays * DAY,
      trapsBefore: now - trapsDays * DAY,
      inboxBefore: now - trapsDays * DAY,
      incidentsBefore: now - incidentsDays * DAY,
      sessionsBefore: now - sessionsDays * DAY,
      looksBefore: now - looksDays * DAY,
      callersBefore: now - callersDays * DAY,
    });
  }
}
