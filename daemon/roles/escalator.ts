/**
 * Wakes incidents whose time has come, keeps quiet those that maintenance or a silence covers, and judges the open ones again every
 * minute: a session has come near, a first call is over.
 *
 * Timers are columns: after a restart what was due is still due.
 */
import type { Decision } from "../../rules/incident.ts";
import { rejudge } from "../../rules/settle.ts";
import { judgeSeverity } from "../../rules/severity.ts";
import type { MaintenanceBook, Mutes } from "../maintenance-book.ts";
import type { Config } from "../model/config.ts";
import type { Incident } from "../model/incident.ts";
import { type Instant, MINUTE } from "../model/time.ts";
import { type Clock, type Log, RaceLost, type Store, type Tx } from "../ports.ts";
import { heldForCallers } from "./callers.ts";
import { ClassFacts, type SessionBook } from "./class-facts.ts";
import { type Leases, leasedTurns } from "./lease.ts";
import { PassedSites } from "./passed-sites.ts";
import { rowsFor } from "./recipients.ts";
import type { Role } from "./supervisor.ts";
import { type Round, Sweep } from "./sweep.ts";
import { Timekeeper, wallKey } from "./timekeeper.ts";
import { moveIncidentTimers } from "./timers-moved.ts";

export interface EscalatorDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly leases: Leases;
  readonly config: () => Config;
  /** Told after each commit, with the incidents that moved. */
  readonly changed: (incidents: readonly Incident[]) => void;
  /** Told after each commit how late each step was that it took. */
  readonly late?: (ms: number) => void;
  /** Told after each commit of judging again, with the incidents whose class or clock moved. */
  readonly judged?: (incidents: readonly Incident[]) => void;
  /** Which session an incident hits; without it none is known. */
  readonly bookings?: SessionBook;
  /** What keeps incidents quiet; without it nothing does. */
  readonly mutes?: Mutes & Pick<MaintenanceBook, "refresh">;
}

const everyMs = 500;
const batch = 100;
const judgeEveryMs = MINUTE;

/** How late the step is that is due; none when what moved was not due. */
function latenessOf({ wakeAt }: Incident, now: Instant): readonly number[] {
  return wakeAt === undefined || wakeAt > now ? [] : [now - wakeAt];
}

function timekeeper(deps: EscalatorDeps): Timekeeper {
  const { store, clock } = deps;
  return new Timekeeper({ store, clock, key: wallKey, move: (ms, at, fence) => moveIncidentTimers(deps, ms, at, fence) });
}

export class Escalator implements Role {
  readonly name = "escalator";
  readonly beatWithinMs = 30_000;
  readonly #deps: EscalatorDeps;
  #timekeeper: Timekeeper;
  readonly #facts: ClassFacts;
  #sweep: Sweep;
  #passed = new PassedSites();
  #judgedAtMs = Number.NEGATIVE_INFINITY;

  constructor(deps: EscalatorDeps) {
    this.#deps = deps;
    this.#timekeeper = timekeeper(deps);
    this.#facts = new ClassFacts(deps.config, deps.bookings);
    this.#sweep = new Sweep(deps.store, deps.mutes);
  }

  run(signal: AbortSignal, beat: () => void): Promise<void> {
    const { leases, clock } = this.#deps;
    const rest = async (moved: number) => (moved < batch ? clock.sleep(everyMs, signal) : undefined);
    // Somebody else has gone through the mutes and the jumps of the clock meanwhile: what is remembered of them is old.
    const load = () => this.#begin();
    return leasedTurns({ role: this.name, everyMs, leases, clock, load, turn: () => this.turn(), rest }, signal, beat);
  }

  #begin(): void {
    this.#timekeeper = timekeeper(this.#deps);
    this.#sweep = new Sweep(this.#deps.store, this.#deps.mutes);
  }

  /** Every minute what is open is judged again; then one transaction with everything due now, at most 100 incidents. How many moved. */
  async turn(): Promise<number> {
    const { store, clock, leases, changed, log } = this.#deps;
    try {
      const jumped = (await this.#timekeeper.check(leases.fence(this.name))) !== 0;
      const now = clock.now();
      const round = await this.#sweep.round(now, jumped);
      const judged = await this.#judgeAgain(now);
      const lateMs: number[] = [];
      // Nearly always nothing is due: to ask costs a fourth of a transaction.
      const isQuiet = !round.all && !(await store.isIncidentDue(now));
      const fence = leases.fence(this.name);
      const move = async (tx: Tx): Promise<readonly Incident[]> => {
        const done: Incident[] = [];
        for (const each of await this.#moving(tx, round)) {
          const { id } = each;
          const incident = round.all ? await tx.incident(id) : each;
          if (incident === undefined) continue;
          const alarms = this.#sweep.concerns(incident, round) ? await tx.alarmsOf(id) : [];
          const terms = this.#facts.terms(incident, this.#facts.session(incident, now), now);
          const decision = (await heldForCallers(incident, tx, terms, now)) ?? this.#sweep.decide(incident, alarms, terms, round);
          if (decision === undefined) continue;
          await this.#write(tx, decision, now);
          if (incident.muted !== undefined && decision.incident.muted === undefined) await tx.hastenOutbox(id, now);
          lateMs.push(...latenessOf(incident, now));
          done.push(decision.incident);
        }
        await this.#sweep.keep(tx, round);
        return done;
      };
      const moved = isQuiet ? [] : await store.transaction(fence, move);
      for (const ms of lateMs) this.#deps.late?.(ms);
      this.#sweep.done(round);
      this.#passed.add(moved, now);
      if (moved.length > 0) changed(moved);
      return moved.length + judged;
    } catch (error) {
      if (!(error instanceof RaceLost)) throw error;
      log.debug({}, "escalation lost a race; deciding again");
      return 0;
    }
  }

  async #moving(tx: Tx, round: Round): Promise<readonly Incident[]> {
    const { now } = round;
    if (!round.all) return tx.dueIncidents(now, batch, this.#passed.sites(now));
    const isDue = ({ wakeAt }: Incident) => wakeAt !== undefined && wakeAt <= now;
    return (await this.#deps.store.openIncidents()).filter((each) => isDue(each) || this.#sweep.concerns(each, round));
  }

  /** Who would rise is found without a transaction, and judged once more inside it. */
  async #judgeAgain(now: Instant): Promise<number> {
    const { store, clock, leases, judged } = this.#deps;
    const atMs = clock.monotonicMs();
    if (atMs - this.#judgedAtMs < judgeEveryMs) return 0;
    const moving = (await store.openIncidents()).filter((incident) => this.#judge(incident, now) !== undefined);
    const moved: Incident[] = [];
    for (let from = 0; from < moving.length; from += batch) {
      await store.transaction(leases.fence(this.name), async (tx) => {
        for (const { id } of moving.slice(from, from + batch)) {
          const incident = await tx.incident(id);
          const decision = incident === undefined ? undefined : this.#judge(incident, now);
          if (decision === undefined) continue;
          await this.#write(tx, decision, now);
          moved.push(decision.incident);
        }
      });
    }
    this.#judgedAtMs = atMs;
    if (moved.length > 0) judged?.(moved);
    return moved.length;
  }

  #judge(incident: Incident, at: Instant): Decision | undefined {
    if (incident.foldedInto !== undefined) return undefined;
    const facts = this.#facts.of(incident, at);
    const { session } = facts;
    return rejudge(incident, { verdict: judgeSeverity(facts), terms: this.#facts.terms(incident, session, at), session, at });
  }

  async #write(tx: Tx, decision: Decision, now: Instant): Promise<void> {
    const { incident } = decision;
    await tx.updateIncident(incident);
    await tx.appendTimeline(decision.timeline);
    if (decision.dropPending !== undefined) await tx.dropPending(incident.id, decision.dropPending, now);
    for (const notice of decision.notices) {
      const rows = rowsFor(notice, incident, this.#deps.config(), now);
      await tx.addOutbox(rows.map((row) => (notice.lateMs === undefined ? row : { ...row, lateMs: notice.lateMs })));
    }
  }
}
