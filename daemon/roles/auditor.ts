/**
 * A different code path that watches the escalation: every minute, over all open incidents.
 *
 * Open and unacknowledged must mean a future timer or a message in flight. What is not so is repaired, counted, and withholds
 * the dead-man's ping until the next clean round. So does a round that does not come: what nobody has looked at is not well.
 * One process audits; the others read what it found, so that none of them says that all is well while it is not.
 */
import { line, raised } from "../../rules/incident.ts";
import type { Incident } from "../model/incident.ts";
import { type Instant, MINUTE, SECOND } from "../model/time.ts";
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

/** What the last round found, kept for the other processes. */
const roundKey = "auditor.round";
interface Round {
  readonly at: Instant;
  readonly ok: boolean;
  readonly why: string;
}

/** A round that is older than this says nothing any more. */
const staleMs = 3 * MINUTE;
/** How soon one who waits for the lease takes over. */
const waitMs = 10 * SECOND;

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
  #last: Round | undefined;
  /** When the last round was seen, by a clock that does not jump. */
  #seenMs = 0;

  constructor(deps: AuditorDeps) {
    this.#deps = deps;
  }

  /** Is escalation healthy, as of the last round? */
  verdict(): { readonly ok: boolean; readonly why: string } {
    if (this.#last === undefined) return { ok: false, why: "the audit has not gone round yet" };
    const silentMs = this.#deps.clock.monotonicMs() - this.#seenMs;
    if (silentMs > staleMs) return { ok: false, why: `the audit has not gone round for ${Math.round(silentMs / 1000)} s` };
    return { ok: this.#last.ok, why: this.#last.why };
  }

  async run(signal: AbortSignal, beat: () => void): Promise<void> {
    const { leases, clock } = this.#deps;
    while (!signal.aborted) {
      const isOurs = leases.held(this.name);
      await (isOurs ? this.round() : this.#follow());
      beat();
      await clock.sleep(isOurs ? MINUTE : waitMs, signal);
    }
  }

  /** What the process that audits has found since. */
  async #follow(): Promise<void> {
    const { store, clock } = this.#deps;
    const round = await store.kept<Round>(roundKey);
    if (round === undefined || round.at === this.#last?.at) return;
    // Of the first that is seen only the wall clock tells how old it is.
    if (this.#last === undefined && Math.abs(clock.now() - round.at) > staleMs) return;
    this.#found(round);
  }

  #found(round: Round): void {
    this.#last = round;
    this.#seenMs = this.#deps.clock.monotonicMs();
  }

  async round(): Promise<number> {
    const { store, clock, leases } = this.#deps;
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
    const why =
      faults[0] === undefined
        ? "every open incident has a timer or a message in flight"
        : `${faults.length} incidents were without: ${faults[0].incident.number} ${faults[0].why}`;
    const round: Round = { at: now, ok: faults.length === 0, why };
    await store.transaction(leases.fence(this.name), (tx) => tx.keep(roundKey, round));
    this.#found(round);
    return faults.length;
  }

  async #repair(incident: Incident, why: string, now: Instant): Promise<void> {
    const { store, leases, log, stats } = this.#deps;
    // It has a timer, which the escalator does not heed: nothing that could be written here would help.
    if (incident.wakeAt !== undefined) return log.error({ incident: incident.number, why }, "auditor found an incident that is not woken");
    log.error({ incident: incident.number, why }, "auditor repairs an incident");
    stats.repaired();
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
