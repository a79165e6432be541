/**
 * Wakes incidents whose time has come. Timers are columns: after a restart what was due is still due.
 */
import { wakeIncident } from "../../rules/escalation.ts";
import type { Config } from "../model/config.ts";
import type { Incident } from "../model/incident.ts";
import { type Clock, type Log, RaceLost, type Store } from "../ports.ts";
import { hoursOf } from "./commit.ts";
import type { Leases } from "./lease.ts";
import { rowsFor } from "./recipients.ts";
import type { Role } from "./supervisor.ts";
import { Timekeeper } from "./timekeeper.ts";

export interface EscalatorDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly leases: Leases;
  readonly config: () => Config;
  /** Told after each commit, with the incidents that moved. */
  readonly changed: (incidents: readonly Incident[]) => void;
}

const everyMs = 500;
const batch = 100;

export class Escalator implements Role {
  readonly name = "escalator";
  readonly beatWithinMs = 30_000;
  readonly #deps: EscalatorDeps;
  readonly #timekeeper: Timekeeper;

  constructor(deps: EscalatorDeps) {
    this.#deps = deps;
    this.#timekeeper = new Timekeeper(deps);
  }

  async run(signal: AbortSignal, beat: () => void): Promise<void> {
    while (!signal.aborted) {
      await this.#deps.leases.wait(this.name, signal, beat);
      if (signal.aborted) return;
      const moved = await this.turn();
      beat();
      if (moved < batch) await this.#deps.clock.sleep(everyMs, signal);
    }
  }

  /** One transaction: everything due now, at most 100 incidents. How many moved. */
  async turn(): Promise<number> {
    const { store, clock, leases, config, changed, log } = this.#deps;
    try {
      await this.#timekeeper.check(leases.fence(this.name));
      const now = clock.now();
      const moved = await store.transaction(leases.fence(this.name), async (tx) => {
        const done: Incident[] = [];
        for (const incident of await tx.dueIncidents(now, batch)) {
          const decision = wakeIncident(incident, hoursOf(config(), incident.site, incident.device), now);
          if (decision === undefined) continue;
          await tx.updateIncident(decision.incident);
          await tx.appendTimeline(decision.timeline);
          if (decision.dropPending !== undefined) await tx.dropPending(incident.id, decision.dropPending, now);
          for (const notice of decision.notices) {
            const rows = rowsFor(notice, decision.incident, config(), now);
            await tx.addOutbox(rows.map((row) => (notice.lateMs === undefined ? row : { ...row, lateMs: notice.lateMs })));
          }
          done.push(decision.incident);
        }
        return done;
      });
      if (moved.length > 0) changed(moved);
      return moved.length;
    } catch (error) {
      if (!(error instanceof RaceLost)) throw error;
      log.debug({}, "escalation lost a race; deciding again");
      return 0;
    }
  }
}
