/**
 * A different code path that watches the escalation: every minute, over all open incidents.
 *
 * Open and unacknowledged must mean a future timer or a message in flight. What is not so is repaired, counted, and withholds
 * the dead-man's ping until the next clean round.
 */
import { line, raised } from "../../rules/incident.ts";
import type { Incident } from "../model/incident.ts";
import { type Instant, MINUTE } from "../model/time.ts";
import { type Clock, type Log, RaceLost, type Store } from "../ports.ts";
import type { Leases } from "./lease.ts";
import type { Role } from "./supervisor.ts";

export interface AuditorDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly leases: Leases;
  readonly stats: { repaired(): void };
}

/** A timer this far past means that the escalator does not work. */
const overdueMs = 2 * MINUTE;

/** What is wrong with an open incident, if anything is. */
export function fault(incident: Incident, messageInFlight: boolean, now: Instant): string | undefined {
  if (incident.foldedInto !== undefined || (incident.state !== "open" && incident.state !== "taken")) return undefined;
  if (incident.wakeAt === undefined) return messageInFlight ? undefined : "open without a timer or a message in flight";
  return incident.wakeAt < now - overdueMs ? "its timer is overdue" : undefined;
}

export class Auditor implements Role {
  readonly name = "auditor";
  readonly beatWithinMs = 3 * MINUTE;
  readonly #deps: AuditorDeps;
  #clean = true;
  #why = "not looked yet";

  constructor(deps: AuditorDeps) {
    this.#deps = deps;
  }

  /** Is escalation healthy, as of the last round? */
  verdict(): { readonly ok: boolean; readonly why: string } {
    return { ok: this.#clean, why: this.#why };
  }

  async run(signal: AbortSignal, beat: () => void): Promise<void> {
    while (!signal.aborted) {
      await this.#deps.leases.wait(this.name, signal, beat);
      if (signal.aborted) return;
      await this.round();
      beat();
      await this.#deps.clock.sleep(MINUTE, signal);
    }
  }

  async round(): Promise<number> {
    const { store, clock } = this.#deps;
    const now = clock.now();
    const faults: { incident: Incident; why: string }[] = [];
    for (const incident of await store.openIncidents()) {
      const suspect = fault(incident, false, now);
      if (suspect === undefined) continue;
      const inFlight = (await store.deliveries(incident.id)).some((each) => each.state === "pending" || each.state === "claimed");
      const why = fault(incident, inFlight, now);
      if (why !== undefined) faults.push({ incident, why });
    }
    for (const each of faults) await this.#repair(each.incident, each.why, now);
    this.#clean = faults.length === 0;
    this.#why =
      faults[0] === undefined
        ? "every open incident has a timer or a message in flight"
        : `${faults.length} incidents were without: ${faults[0].incident.number} ${faults[0].why}`;
    return faults.length;
  }

  async #repair(incident: Incident, why: string, now: Instant): Promise<void> {
    const { store, leases, log, stats } = this.#deps;
    stats.repaired();
    log.error({ incident: incident.number, why }, "auditor repairs an incident");
    if (incident.wakeAt !== undefined) return;
    const next = raised({ ...incident, wakeAt: now, wakeFor: incident.noticeSent ? "repeat" : "notice" });
    try {
      await store.transaction(leases.fence(this.name), async (tx) => {
        await tx.updateIncident(next);
        await tx.appendTimeline([line(next, now, "auditor", "repaired", why)]);
      });
    } catch (error) {
      // Somebody moved it meanwhile: the next round looks again.
      if (!(error instanceof RaceLost)) throw error;
    }
  }
}
