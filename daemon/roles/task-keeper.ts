/**
 * Wakes tasks of partners whose time has come: no answer, or a promise that passed.
 *
 * Timers are columns, as those of incidents: after a restart what was due is still due.
 */
import { moveTask, wakeTask } from "../../rules/task.ts";
import type { Config } from "../model/config.ts";
import type { Instant } from "../model/time.ts";
import type { PartnerTask } from "../model/work.ts";
import { type Clock, type Fence, RaceLost, type Store, type Tx } from "../ports.ts";
import { type Leases, leasedTurns } from "./lease.ts";
import { rowsFor } from "./recipients.ts";
import type { Role } from "./supervisor.ts";
import { taskTerms } from "./task-terms.ts";
import { Timekeeper } from "./timekeeper.ts";

export interface TaskKeeperDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly config: () => Config;
  readonly leases: Leases;
}

const everyMs = 5_000;
const batch = 100;
/** More are not open at once. */
const allOpen = 10_000;

export class TaskKeeper implements Role {
  readonly name = "tasks";
  readonly beatWithinMs = 60_000;
  readonly #deps: TaskKeeperDeps;

  #timekeeper: Timekeeper;

  constructor(deps: TaskKeeperDeps) {
    this.#deps = deps;
    this.#timekeeper = this.#clockAnew();
  }

  #clockAnew(): Timekeeper {
    const { store, clock } = this.#deps;
    return new Timekeeper({ store, clock, key: "clock.wall.tasks", move: (...jump) => this.#move(...jump) });
  }

  run(signal: AbortSignal, beat: () => void): Promise<void> {
    const { leases, clock } = this.#deps;
    // Somebody else has gone through the jumps of the clock meanwhile.
    const load = () => {
      this.#timekeeper = this.#clockAnew();
    };
    const rest = async (moved: number) => (moved < batch ? clock.sleep(everyMs, signal) : undefined);
    return leasedTurns({ role: this.name, everyMs, leases, clock, load, turn: () => this.turn(), rest }, signal, beat);
  }

  /** One transaction with what is due now, at most 100 tasks. How many moved. */
  async turn(): Promise<number> {
    const { store, clock, leases } = this.#deps;
    try {
      await this.#timekeeper.check(leases.fence(this.name));
      const now = clock.now();
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

  /** The wall clock has jumped. */
  async #move(ms: number, at: Instant, fence: Fence): Promise<void> {
    const { store, config } = this.#deps;
    const open = await store.tasks({ open: true, limit: allOpen });
    await store.transaction(fence, async (tx) => {
      for (const { id } of open) {
        const task = await tx.task(id);
        const incident = task && (await tx.incident(task.incident));
        const moved = task && incident && moveTask(task, incident, taskTerms(config(), task.partner, incident), { ms, at });
        if (moved === undefined) continue;
        await tx.saveTask(moved.task);
        await tx.appendTimeline(moved.timeline);
      }
    });
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
