/**
 * What people do to maintenance and silences: write one, change it, end it, call it off. Each act is one transaction, audited.
 *
 * Patients come first: who plans work is told which booked sessions it takes the rooms of.
 */
import { randomBytes } from "node:crypto";
import { fitsScope, scopeWarnings, spansOf, standingOf, subjectOf } from "../rules/maintenance.ts";
import { changeMaintenance } from "../rules/maintenance-change.ts";
import { isHit } from "../rules/sessions.ts";
import type { BookedSessions } from "./bookings.ts";
import type { MaintenanceBook } from "./maintenance-book.ts";
import { changedPlan, type PlanChange } from "./maintenance-plan.ts";
import type { Config } from "./model/config.ts";
import type { Ending, Maintenance } from "./model/maintenance.ts";
import type { Session } from "./model/session.ts";
import { DAY, type Instant } from "./model/time.ts";
import type { Clock, Store } from "./ports.ts";

export interface MaintainingDeps {
  readonly config: () => Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly book: Pick<MaintenanceBook, "refresh">;
  readonly bookings: Pick<BookedSessions, "all" | "hit">;
  /** The book has changed. */
  readonly changed: () => void;
}

/** What somebody plans; who and when is added here. */
export type Plan = Pick<Maintenance, "kind" | "scope" | "when" | "zone" | "reason">;

export interface Planner {
  readonly name: string;
  readonly function: string;
}

export interface Planned {
  readonly maintenance: Maintenance;
  /** What the writer should know: it fits nothing, it is over already. */
  readonly warnings: readonly string[];
  /** Booked sessions whose rooms it takes. */
  readonly sessions: readonly Session[];
}

export type Changed =
  | (Planned & { readonly ok: true })
  | { readonly ok: false; readonly status: 404 | 409 | 422; readonly problem: string };

export type MaintainingOutcome =
  | { readonly ok: true; readonly maintenance: Maintenance }
  | { readonly ok: false; readonly status: 404 | 409; readonly problem: string };

/** Sessions are looked for so far ahead. */
const sessionsAheadMs = 90 * DAY;
const mostSessions = 200;

/** Long enough that no two are alike: another one with the same id would take its place. */
function newId(): string {
  return `m${randomBytes(8).toString("hex")}`;
}

function missing(id: string) {
  return { ok: false, status: 404, problem: `No maintenance and no silence is ${id}; GET /api/v1/maintenance lists them.` } as const;
}

export class Maintaining {
  readonly #deps: MaintainingDeps;

  constructor(deps: MaintainingDeps) {
    this.#deps = deps;
  }

  async add(plan: Plan, planner: Planner): Promise<Planned> {
    const { store, clock } = this.#deps;
    const at = clock.now();
    const id = newId();
    const maintenance: Maintenance = { ...plan, id, by: planner.name, function: planner.function, createdAt: at, ended: [] };
    const { kind, scope, when, zone, reason } = plan;
    await store.transaction(undefined, async (tx) => {
      await tx.saveMaintenance(maintenance);
      await tx.audit([{ at, by: planner.name, action: `${kind}.added`, target: id, data: { scope, when, zone, reason } }]);
    });
    await this.#changed();
    return this.#planned(maintenance, at);
  }

  /** What is left out stays. What it kept quiet so far stays too: it may go on under another id. */
  async change(id: string, change: PlanChange, planner: Planner, note?: string): Promise<Changed> {
    const { store, clock, config } = this.#deps;
    const at = clock.now();
    const outcome = await store.transaction(undefined, async (tx) => {
      const before = await tx.maintenance(id);
      if (before === undefined) return missing(id);
      const plan = changedPlan(before, change, config(), at);
      if ("problems" in plan) return { ok: false, status: 422, problem: plan.problems.join("\n") } as const;
      const about = note === undefined ? {} : { note };
      const made = changeMaintenance({ before, plan, at, by: planner.name, function: planner.function, id: newId(), ...about });
      if (typeof made === "string") return { ok: false, status: 409, problem: made } as const;
      for (const each of made) await tx.saveMaintenance(each);
      const now = made[made.length - 1] as Maintenance;
      const parts = ({ kind, scope, when, zone, reason }: Plan) => ({ kind, scope, when, zone, reason });
      const data = { before: parts(before), after: parts(now), ...about, ...(now.id === id ? {} : { goesOnAs: now.id }) };
      await tx.audit([{ at, by: planner.name, action: `${before.kind}.changed`, target: id, data }]);
      return { ok: true, maintenance: now } as const;
    });
    if (!outcome.ok) return outcome;
    await this.#changed();
    return { ok: true, ...this.#planned(outcome.maintenance, at) };
  }

  #planned(maintenance: Maintenance, at: Instant): Planned {
    return { maintenance, warnings: this.warnings(maintenance, at), sessions: this.sessions(maintenance, at) };
  }

  /** Ends what is in force; what recurs comes again. */
  end(id: string, planner: Planner, reason?: string): Promise<MaintainingOutcome> {
    return this.#act(id, planner, "ended", reason, (maintenance, ending) =>
      standingOf(maintenance, ending.at).phase === "now"
        ? { ...maintenance, ended: [...maintenance.ended, ending] }
        : `${id} is not in force; call it off instead`,
    );
  }

  /** Never in force again. */
  cancel(id: string, planner: Planner, reason?: string): Promise<MaintainingOutcome> {
    return this.#act(id, planner, "cancelled", reason, (maintenance, ending) =>
      standingOf(maintenance, ending.at).phase === "over"
        ? `${id} is over; there is nothing to call off`
        : { ...maintenance, cancelled: ending },
    );
  }

  warnings(maintenance: Maintenance, at: Instant): readonly string[] {
    const { network, rules } = this.#deps.config();
    const over = standingOf(maintenance, at).phase === "over" ? ["it is over already, or never comes: it keeps nothing quiet"] : [];
    return [...over, ...scopeWarnings(maintenance.scope, network, new Set(rules.map(({ symptom }) => symptom)))];
  }

  /** Sessions whose rooms planned work takes, the earliest first. A silence, or work on one symptom only, takes none. */
  sessions(maintenance: Maintenance, at: Instant): readonly Session[] {
    const { config, bookings } = this.#deps;
    const { kind, scope, when } = maintenance;
    if (kind !== "maintenance" || scope.symptoms !== undefined) return [];
    const { network } = config();
    const until = at + sessionsAheadMs;
    const flexible = when.kind === "flexible" && maintenance.beganAt === undefined;
    const spans = flexible ? [{ from: when.from, to: when.to + when.lengthMs }] : spansOf(maintenance, at, until);
    const reach = { outOfService: true, opensRequest: false };
    const devices = [...network.devices.keys()].filter((id) => fitsScope(scope, subjectOf(network, { device: id, symptom: "" }, reach)));
    const hits = devices.map((device) => bookings.hit({ device }));
    const hit = { rooms: new Set(hits.flatMap(({ rooms }) => [...rooms])), devices: new Set(hits.flatMap((each) => [...each.devices])) };
    const within = ({ from, to }: Session) => spans.some((span) => span.from < to && from < span.to);
    const found = bookings.all().filter((session) => session.to > at && session.from < until && within(session) && isHit(session, hit));
    return [...found].sort((a, b) => a.from - b.from).slice(0, mostSessions);
  }

  async #act(
    id: string,
    planner: Planner,
    what: "ended" | "cancelled",
    reason: string | undefined,
    change: (maintenance: Maintenance, ending: Ending) => Maintenance | string,
  ): Promise<MaintainingOutcome> {
    const { store, clock } = this.#deps;
    const at = clock.now();
    const ending = { at, by: planner.name, ...(reason === undefined || reason === "" ? {} : { reason }) };
    const outcome = await store.transaction(undefined, async (tx): Promise<MaintainingOutcome> => {
      const found = await tx.maintenance(id);
      if (found === undefined) return missing(id);
      const changed = change(found, ending);
      if (typeof changed === "string") return { ok: false, status: 409, problem: changed };
      await tx.saveMaintenance(changed);
      await tx.audit([{ at, by: planner.name, action: `${found.kind}.${what}`, target: id, data: reason === undefined ? {} : { reason } }]);
      return { ok: true, maintenance: changed };
    });
    if (outcome.ok) await this.#changed();
    return outcome;
  }

  async #changed(): Promise<void> {
    await this.#deps.book.refresh();
    this.#deps.changed();
  }
}
