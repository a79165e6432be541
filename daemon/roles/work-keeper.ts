/**
 * Looks whether the configuration in force has what people wrote down: ends an address change and the silence that goes with it. Says once
 * of a running incident that its policy has left the configuration; the incident keeps it.
 */
import { endOfAction } from "../../rules/action.ts";
import { line } from "../../rules/incident.ts";
import type { Config } from "../model/config.ts";
import type { TimelineEntry } from "../model/incident.ts";
import type { WorkAction } from "../model/work.ts";
import type { Clock, Store, Tx } from "../ports.ts";
import { type Leases, leasedTurns } from "./lease.ts";
import type { Role } from "./supervisor.ts";

export interface WorkKeeperDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly config: () => Config;
  readonly leases: Leases;
  /** Reads what keeps quiet again. */
  readonly book: { refresh(): Promise<void> };
}

const everyMs = 5_000;

export class WorkKeeper implements Role {
  readonly name = "work";
  readonly beatWithinMs = 60_000;
  readonly #deps: WorkKeeperDeps;
  /** What was gone through with these policies in force. */
  #seen: Config["policies"] | undefined;

  constructor(deps: WorkKeeperDeps) {
    this.#deps = deps;
  }

  run(signal: AbortSignal, beat: () => void): Promise<void> {
    const { leases, clock } = this.#deps;
    return leasedTurns({ role: this.name, everyMs, leases, clock, turn: () => this.turn() }, signal, beat);
  }

  async turn(): Promise<void> {
    await this.#policies();
    const { store, leases, book } = this.#deps;
    const waiting = await store.workActions({ waiting: true });
    if (!waiting.some((each) => this.#endOf(each) !== undefined)) return;
    await store.transaction(leases.fence(this.name), async (tx) => {
      for (const action of await tx.workActions({ waiting: true })) await this.#end(tx, action);
    });
    await book.refresh();
  }

  /** After a start and after each reload: whose policy is gone, and has not been told so yet. */
  async #policies(): Promise<void> {
    const { store, clock, config, leases } = this.#deps;
    const { policies } = config();
    if (policies === this.#seen) return;
    const at = clock.now();
    const lines: TimelineEntry[] = [];
    for (const incident of await store.openIncidents()) {
      const { id } = incident.policy;
      if (policies.has(id) || (await store.timeline(incident.id)).some(({ event }) => event === "policy-removed")) continue;
      lines.push(line(incident, at, "system", "policy-removed", `${id} is no longer in the configuration; this incident keeps it`));
    }
    if (lines.length > 0) await store.transaction(leases.fence(this.name), (tx) => tx.appendTimeline(lines));
    this.#seen = policies;
  }

  #endOf(action: WorkAction) {
    return endOfAction(action, this.#deps.config().network, this.#deps.clock.now());
  }

  async #end(tx: Tx, action: WorkAction): Promise<void> {
    const at = this.#deps.clock.now();
    const end = this.#endOf(action);
    if (end === undefined) return;
    const applied = end.state === "done";
    await tx.saveAction({ ...action, state: end.state, ...(applied ? { appliedAt: at } : {}) });
    const silence = action.quiet === undefined ? undefined : await tx.maintenance(action.quiet.silence);
    if (silence !== undefined && action.quiet !== undefined && at < action.quiet.until) {
      const ending = { at, by: "system", reason: end.why };
      await tx.saveMaintenance({ ...silence, ended: [...silence.ended, ending] });
      await tx.audit([{ at, by: "system", action: "silence.ended", target: silence.id, data: { reason: end.why } }]);
    }
    const incident = await tx.incident(action.incident);
    const event = applied ? "action-applied" : "action-expired";
    if (incident !== undefined) await tx.appendTimeline([line(incident, at, "system", event, end.why, { action: action.id })]);
  }
}
