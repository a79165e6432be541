/**
 * Wakes tasks of partners whose time has come: no answer, or a promise that passed.
 *
 * Timers are columns, as those of incidents: after a restart what was due is still due.
 */
import { wakeTask } from "../../rules/task.ts";
import type { Config } from "../model/config.ts";
import type { PartnerTask } from "../model/work.ts";
import { type Clock, RaceLost, type Store, type Tx } from "../ports.ts";
import type { Leases } from "./lease.ts";
import { rowsFor } from "./recipients.ts";
import type { Role } from "./supervisor.ts";
import { taskTerms } from "./task-terms.ts";

export interface TaskKeeperDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly config: () => Config;
  readonly leases: Leases;
}

const everyMs = 5_000;
const batch = 100;

export class TaskKeeper implements Role {
  readonly name = "tasks";
  readonly beatWithinMs = 60_000;
  readonly #deps: TaskKeeperDeps;

  constructor(deps: TaskKeeperDeps) {
    this.#deps = deps;
  }

  async run(signal: AbortSignal, beat: () => void): Promise<void> {
    const { leases, clock } = this.#deps;
    while (!signal.aborted) {
      await leases.wait(this.name, signal, beat);
      if (signal.aborted) return;
      const moved = await this.turn();
      beat();
      if (moved < batch) await clock.sleep(everyMs, signal);
    }
  }

  /** One transaction with what is due now, at most 100 tasks. How many moved. */
  async turn(): Promise<number> {
    const { store, clock, leases } = this.#deps;
    const now = clock.now();
    try {
      return await store.transaction(leases.fence(this.name), async (tx) => {
        const due = await tx.dueTasks(now, batch);
        for (const task of due) await this.#wake(tx, task, now);
        return due.length;
      });
    } catch (error) {
      // A person has just heard of it: the next turn looks again.
      if (!(error instanceof RaceLost)) throw error;
      return 0;
    }
  }

  async #wake(tx: Tx, task: PartnerTask, now: number): Promise<void> {
    const { config } = this.#deps;
    const incident = await tx.incident(task.incident);
    const over = incident === undefined || incident.state === "closed";
    const decision = over ? undefined : wakeTask(task, incident, taskTerms(config(), task.partner, incident), now);
    if (incident === undefined || decision === undefined) {
      const { wakeAt: _w, ...rest } = task;
      await tx.saveTask({ ...rest, version: task.version + 1 });
      return;
    }
    await tx.saveTask(decision.task);
    await tx.appendTimeline(decision.timeline);
    await tx.addOutbox(decision.notices.flatMap((notice) => rowsFor(notice, incident, config(), now)));
  }
}
