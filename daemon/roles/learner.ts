/**
 * Surveys how devices are reached, once in `topology.every`, where the configuration asks for it; what it learns are proposals.
 *
 * When it last did is kept in the store: a restart surveys no hospital twice.
 */
import type { Config } from "../model/config.ts";
import type { Instant } from "../model/time.ts";
import type { Clock, Log, Store } from "../ports.ts";
import type { Leases } from "./lease.ts";
import type { Role } from "./supervisor.ts";

export interface LearnerDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly leases: Leases;
  readonly config: () => Config;
  /** One survey; how many proposals are new. */
  readonly survey: (signal: AbortSignal) => Promise<number>;
}

const key = "topology-surveyed";
const askMs = 60_000;

export class Learner implements Role {
  readonly name = "learner";
  readonly beatWithinMs = 4 * 60_000;
  readonly #deps: LearnerDeps;

  constructor(deps: LearnerDeps) {
    this.#deps = deps;
  }

  async run(signal: AbortSignal, beat: () => void): Promise<void> {
    const { clock } = this.#deps;
    while (!signal.aborted) {
      beat();
      // What was just started has other things to look at.
      await clock.sleep(askMs, signal);
      if (!signal.aborted) await this.#withBeats(this.turn(signal), beat, signal);
    }
  }

  /** Surveys if one is due. The reporter's lease: surveys are a calendar's work, and one process does it. */
  async turn(signal: AbortSignal): Promise<void> {
    const { store, clock, leases, config, survey, log } = this.#deps;
    const { topology } = config();
    if (topology === undefined || !leases.held("reporter")) return;
    const last = await store.kept<Instant>(key);
    const now = clock.now();
    if (last !== undefined && last <= now && now - last < topology.everyMs) return;
    await store.transaction(leases.fence("reporter"), (tx) => tx.keep(key, now));
    try {
      const fresh = await survey(signal);
      log.info({ proposals: fresh }, "the network was surveyed");
    } catch (error) {
      log.error({ error: error instanceof Error ? error.name : "unknown" }, "the survey failed; the next one is due as usual");
    }
  }

  async #withBeats(work: Promise<void>, beat: () => void, signal: AbortSignal): Promise<void> {
    let over = false;
    const done = work.finally(() => {
      over = true;
    });
    while (!over) {
      beat();
      await Promise.race([done, this.#deps.clock.sleep(askMs, signal)]);
      if (signal.aborted) break;
    }
    await done;
  }
}
