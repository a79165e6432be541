/**
 * Maintenance and silences over REST: what is in force, coming and over; writing one, changing it, ending it, calling it off.
 */

import { muteName, spansOf, standingOf } from "../../rules/maintenance.ts";
import type { MaintainingOutcome, Planned } from "../maintaining.ts";
import { planOf } from "../maintenance-plan.ts";
import type { Ending, Maintenance, MaintenanceScope, MaintenanceWhen, Span } from "../model/maintenance.ts";
import { DAY, MINUTE } from "../model/time.ts";
import type { MaintenanceShape } from "./contract.ts";
import { MaintenanceQueryShape } from "./contract-maintenance.ts";
import type { ApiDeps } from "./deps.ts";
import { type Operation, operation } from "./operation.ts";
import { patientWarning } from "./patient-data.ts";
import { HttpProblem } from "./problem.ts";
import { iso, present } from "./shape.ts";

const shownNext = 5;
const mostLive = 1_000;

/** How many stand behind each, by `maintenance:<id>`. */
interface Behind {
  readonly alarms: ReadonlyMap<string, number>;
  readonly incidents: ReadonlyMap<string, number>;
}

function counted(names: Iterable<string | undefined>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

async function behindOf(deps: ApiDeps): Promise<Behind> {
  const [alarms, open] = await Promise.all([deps.alarms(), deps.store.incidents({ states: ["open", "taken", "restored"], limit: 10_000 })]);
  return {
    alarms: counted(alarms.filter(({ state }) => state === "active").map(({ suppressedBy }) => suppressedBy)),
    incidents: counted(open.map(({ muted }) => muted?.by)),
  };
}

/** Every one that may still be in force, then those that are over, the last written first. */
export async function maintenanceViews(deps: ApiDeps, limit: number): Promise<readonly MaintenanceShape[]> {
  const now = deps.clock.now();
  const [live, last, behind] = await Promise.all([
    deps.store.maintenances({ endAfter: now, limit: mostLive }),
    deps.store.maintenances({ limit }),
    behindOf(deps),
  ]);
  const all = new Map([...live, ...last].map((each) => [each.id, each]));
  return [...all.values()].map((each) => viewOf(each, now, behind));
}

function viewOf(maintenance: Maintenance, now: number, behind: Behind): MaintenanceShape {
  const { id, kind, reason, by, zone, scope, createdAt, beganAt, ended, cancelled, changed, replaces } = maintenance;
  const { phase, span } = standingOf(maintenance, now);
  const recurs = maintenance.when.kind === "recurring" && phase !== "over";
  const next = recurs ? spansOf(maintenance, now, now + 40 * DAY).filter(({ from }) => from > now) : [];
  const name = muteName(maintenance);
  return {
    ...{ id, kind, reason, by, function: maintenance.function, createdAt: iso(createdAt), zone, phase },
    scope: scopeView(scope),
    when: whenView(maintenance.when),
    next: next.slice(0, shownNext).map(spanView),
    ended: ended.map(endingView),
    alarmsBehind: behind.alarms.get(name) ?? 0,
    incidentsQuiet: behind.incidents.get(name) ?? 0,
    ...present({
      span: span === undefined ? undefined : spanView(span),
      beganAt: beganAt === undefined ? undefined : iso(beganAt),
      cancelled: cancelled === undefined ? undefined : endingView(cancelled),
      changed: changed === undefined ? undefined : changed.map(endingView),
      replaces,
    }),
  };
}

const spanView = ({ from, to }: Span) => ({ from: iso(from), to: iso(to) });
const endingView = ({ at, by, reason }: Ending) => ({ at: iso(at), by, ...present({ reason }) });

function scopeView({ sites, rooms, devices, links, symptoms, labels }: MaintenanceScope): MaintenanceShape["scope"] {
  const copy = (list: readonly string[] | undefined) => (list === undefined ? undefined : [...list]);
  const lists = { sites: copy(sites), rooms: copy(rooms), devices: copy(devices), links: copy(links), symptoms: copy(symptoms) };
  return present({ ...lists, labels: labels === undefined ? undefined : { ...labels } });
}

function whenView(when: MaintenanceWhen): MaintenanceShape["when"] {
  switch (when.kind) {
    case "once":
      return { kind: when.kind, from: iso(when.from), to: iso(when.to) };
    case "flexible":
      return { kind: when.kind, from: iso(when.from), to: iso(when.to), minutes: Math.round(when.lengthMs / MINUTE) };
    case "recurring":
      return { ...when };
  }
}

async function answer(deps: ApiDeps, outcome: MaintainingOutcome): Promise<{ readonly content: MaintenanceShape }> {
  if (!outcome.ok) throw new HttpProblem(outcome.status, `maintenance-${outcome.status}`, outcome.problem);
  return { content: viewOf(outcome.maintenance, deps.clock.now(), await behindOf(deps)) };
}

async function plannedView(deps: ApiDeps, { maintenance, warnings, sessions }: Planned) {
  const view = viewOf(maintenance, deps.clock.now(), await behindOf(deps));
  const hit = sessions.map(({ id, from, to, kind, rooms }) => ({ id, from: iso(from), to: iso(to), kind, rooms: [...rooms] }));
  const patient = patientWarning("The reason", [maintenance.reason], "call it off and write it again without");
  return { ...view, warnings: [...warnings, ...(patient === undefined ? [] : [patient])], sessions: hit };
}

export const maintenanceOperations: readonly Operation[] = [
  operation({
    id: "listMaintenance",
    method: "get",
    path: "/api/v1/maintenance",
    summary: "Maintenance and silences, the last written first: who, why, until when, and how many alarms stand behind each.",
    access: "read",
    may: "read",
    query: MaintenanceQueryShape,
    answer: "MaintenanceList",
    run: async ({ deps, query }) => {
      const items = await maintenanceViews(deps, query.limit);
      return { content: { items: items.filter(({ phase }) => (query.phase ?? phase) === phase) } };
    },
  }),
  operation({
    id: "getMaintenance",
    method: "get",
    path: "/api/v1/maintenance/{id}",
    summary: "One of them.",
    access: "read",
    may: "read",
    answer: "Maintenance",
    run: async ({ deps, params }) => {
      const found = await deps.store.maintenance(params.id ?? "");
      if (found === undefined)
        throw new HttpProblem(404, "no-such-maintenance", "No maintenance and no silence has this id; GET /api/v1/maintenance lists them.");
      return { content: viewOf(found, deps.clock.now(), await behindOf(deps)) };
    },
  }),
  operation({
    id: "addMaintenance",
    method: "post",
    path: "/api/v1/maintenance",
    summary: "Plans maintenance or a silence: once, recurring or flexible. Says which booked sessions it takes the rooms of. Audited.",
    access: "write",
    may: "plan",
    body: "MaintenanceBody",
    answer: "MaintenancePlanned",
    run: async ({ deps, body, caller }) => {
      const plan = planOf({ ...body, scope: present(body.scope) }, deps.config(), deps.clock.now());
      if ("problems" in plan) throw new HttpProblem(422, "invalid-plan", plan.problems.join("\n"));
      return { content: await plannedView(deps, await deps.maintaining.add(plan, caller)) };
    },
  }),
  operation({
    id: "changeMaintenance",
    method: "post",
    path: "/api/v1/maintenance/{id}/change",
    summary:
      "Changes it: what is left out stays. What it kept quiet so far stays as it was; changed while in force in more than its end or its reason, it goes on under another id (`replaces`). Audited.",
    access: "write",
    may: "plan",
    body: "MaintenanceChangeBody",
    answer: "MaintenancePlanned",
    run: async ({ deps, params, body, caller }) => {
      const { note, scope, ...rest } = body;
      const change = { ...rest, ...(scope === undefined ? {} : { scope: present(scope) }) };
      const outcome = await deps.maintaining.change(params.id ?? "", change, caller, note);
      if (!outcome.ok) throw new HttpProblem(outcome.status, `maintenance-${outcome.status}`, outcome.problem);
      return { content: await plannedView(deps, outcome) };
    },
  }),
  operation({
    id: "endMaintenance",
    method: "post",
    path: "/api/v1/maintenance/{id}/end",
    summary: "Ends what is in force now; what recurs comes again. What is still broken opens at once. Audited.",
    access: "write",
    may: "plan",
    body: "MaintenanceEndBody",
    answer: "Maintenance",
    run: async ({ deps, params, body, caller }) => answer(deps, await deps.maintaining.end(params.id ?? "", caller, body.reason)),
  }),
  operation({
    id: "cancelMaintenance",
    method: "post",
    path: "/api/v1/maintenance/{id}/cancel",
    summary: "Calls it off: it is never in force again. Audited.",
    access: "write",
    may: "plan",
    body: "MaintenanceEndBody",
    answer: "Maintenance",
    run: async ({ deps, params, body, caller }) => answer(deps, await deps.maintaining.cancel(params.id ?? "", caller, body.reason)),
  }),
];
