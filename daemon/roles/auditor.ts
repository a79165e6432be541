/**
 * A different code path that watches the escalation: every minute, over all open incidents and all that partners are asked.
 *
 * Open and unacknowledged must mean a future timer or a message in flight; a task in a partner's court, a future timer. What is not so is
 * repaired, counted, and withholds the dead-man's ping until the next clean round. So does a round that does not come: what nobody has looked at is not well.
 * One process audits; the others read what it found, so that none of them says that all is well while it is not.
 */
import { line, raised } from "../../rules/incident.ts";
import type { Incident } from "../model/incident.ts";
import { type Instant, MINUTE, SECOND } from "../model/time.ts";
import type { PartnerTask } from "../model/work.ts";
import { type Clock, type Log, RaceLost, type Store } from "../ports.ts";
import type { Leases } from "./lease.ts";
import type { Role } from "./supervisor.ts";
import { isTicket } from "./ticket-rows.ts";

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

/** What is wrong with a task of a partner, if anything is. */
export function taskFault({ state, wakeAt }: PartnerTask, now: Instant): string | undefined {
  if (state !== "waiting") return undefined;
  if (wakeAt === undefined) return "a partner has it and nobody will look";
  return wakeAt < now - overdueMs ? "its partner's time is over and nothing has happened" : undefined;
}

/** More are not open at once. */
const allTasks = 10_000;

interface Fault {
  readonly incident: Incident;
  /** Of this task, else of the incident itself. */
  readonly task?: PartnerTask;
  readonly why: string;
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
    const open = await store.openIncidents();
    const faults = [...(await this.#faults(open, now)), ...(await this.#taskFaults(open, now))];
    for (const each of faults) await this.#repair(each, now);
    const [first] = faults;
    const why =
      first === undefined
        ? "every open incident has a timer or a message in flight"
        : `${faults.length} were without: ${first.task?.id ?? first.incident.number} ${first.why}`;
    const round: Round = { at: now, ok: faults.length === 0, why };
    await store.transaction(leases.fence(this.name), (tx) => tx.keep(roundKey, round));
    this.#found(round);
    return faults.length;
  }

  async #faults(open: readonly Incident[], now: Instant): Promise<readonly Fault[]> {
    const faults: Fault[] = [];
    for (const incident of open) {
      const suspect = fault(incident, false, now);
      if (suspect === undefined) continue;
      const deliveries = await this.#deps.store.deliveries(incident.id);
      const inFlight = deliveries.some((each) => !isTicket(each) && (each.state === "pending" || each.state === "claimed"));
      const why = fault(incident, inFlight, now);
      if (why !== undefined) faults.push({ incident, why });
    }
    return faults;
  }

  async #taskFaults(open: readonly Incident[], now: Instant): Promise<readonly Fault[]> {
    const incidents = new Map(open.map((each) => [each.id, each]));
    return (await this.#deps.store.tasks({ open: true, limit: allTasks })).flatMap((task) => {
      const incident = incidents.get(task.incident);
      const why = taskFault(task, now);
      return incident === undefined || why === undefined ? [] : [{ incident, task, why }];
    });
  }

  async #repair({ incident, task, why }: Fault, now: Instant): Promise<void> {
    const { store, leases, log, stats } = this.#deps;
    const named = { incident: incident.number, ...(task === undefined ? {} : { task: task.id }), why };
    // It has a timer, which is not heeded: nothing that could be written here would help.
    if ((task ?? incident).wakeAt !== undefined) return log.error(named, "auditor found something that is not woken");
    log.error(named, "auditor repairs a timer");
    stats.repaired();
    const next = raised({ ...incident, wakeAt: now, wakeFor: incident.noticeSent ? "repeat" : "notice" });
    const data = task === undefined ? undefined : { task: task.id };
    try {
      await store.transaction(leases.fence(this.name), async (tx) => {
        if (task === undefined) await tx.updateIncident(next);
        else await tx.saveTask({ ...task, wakeAt: now, version: task.version + 1 });
        await tx.appendTimeline([line(task === undefined ? next : incident, now, "auditor", "repaired", why, data)]);
      });
    } catch (error) {
      // Somebody moved it meanwhile: the next round looks again.
      if (!(error instanceof RaceLost)) throw error;
    }
  }
}
