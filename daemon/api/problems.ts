/**
 * Problems over REST: what keeps coming back and is to be cured, and closing one.
 */
import type { Problem } from "../model/problem.ts";
import type { ProblemQuery } from "../ports-problems.ts";
import { closeProblem } from "../problems.ts";
import type { RecurringProblemShape } from "./contract.ts";
import { ProblemQueryShape } from "./contract-problems.ts";
import type { ApiDeps } from "./deps.ts";
import { type Operation, operation } from "./operation.ts";
import { refusePatientData } from "./patient-data.ts";
import { HttpProblem } from "./problem.ts";
import { iso, present } from "./shape.ts";

const shownIncidents = 20;

export async function problemViews(deps: ApiDeps, query: ProblemQuery): Promise<readonly RecurringProblemShape[]> {
  const found = await deps.store.problems(query);
  return Promise.all(found.map((each) => problemView(deps, each)));
}

async function problemView({ store, config }: ApiDeps, problem: Problem): Promise<RecurringProblemShape> {
  const { id, fingerprint, site, device, symptom, part, standing, why, openedAt, incidents, closed } = problem;
  const { sites, devices } = config().network;
  const numbers = await Promise.all(incidents.slice(-shownIncidents).map(async (each) => (await store.incident(each))?.number ?? each));
  return {
    ...{ id, fingerprint, site, siteName: sites.get(site)?.name ?? site, symptom, standing, why },
    ...present({ device, deviceName: device === undefined ? undefined : (devices.get(device)?.name ?? device), part }),
    openedAt: iso(openedAt),
    incidents: numbers,
    incidentCount: incidents.length,
    ...present({ closed: closed === undefined ? undefined : { ...closed, at: iso(closed.at) } }),
  };
}

/** The id of the problem that an incident belongs to. */
export async function problemOf(
  { store }: ApiDeps,
  incident: { readonly id: string; readonly fingerprint: string },
): Promise<string | undefined> {
  const all = await store.problems({ fingerprint: incident.fingerprint, limit: 20 });
  return all.find(({ incidents }) => incidents.includes(incident.id))?.id;
}

export const problemOperations: readonly Operation[] = [
  operation({
    id: "listProblems",
    method: "get",
    path: "/api/v1/problems",
    summary: "Problems: failures that came back often enough to look for what lies behind them; the last opened first.",
    access: "read",
    may: "read",
    query: ProblemQueryShape,
    answer: "RecurringProblemList",
    run: async ({ deps, query }) => {
      const { state, limit } = query;
      return { content: { items: await problemViews(deps, { limit, ...(state === undefined ? {} : { state }) }) } };
    },
  }),
  operation({
    id: "getProblem",
    method: "get",
    path: "/api/v1/problems/{id}",
    summary: "One problem with its incidents.",
    access: "read",
    may: "read",
    answer: "RecurringProblem",
    run: async ({ deps, params }) => {
      const problem = await deps.store.problem(params.id ?? "");
      if (problem === undefined) throw new HttpProblem(404, "no-such-problem", "No problem has this id; GET /api/v1/problems lists them.");
      return { content: await problemView(deps, problem) };
    },
  }),
  operation({
    id: "closeProblem",
    method: "post",
    path: "/api/v1/problems/{id}/close",
    summary: "What became of it: what cured it, or why it is none. What comes back as often again is a new one. Audited.",
    access: "write",
    may: "decide",
    body: "NeededNote",
    answer: "RecurringProblem",
    run: async ({ deps, params, caller, body }) => {
      refusePatientData("The note", [body.note]);
      const result = await closeProblem(deps, params.id ?? "", { by: caller.name, note: body.note });
      if (!result.ok) throw new HttpProblem(result.status, result.status === 404 ? "no-such-problem" : "closed", `${result.problem}.`);
      return { content: await problemView(deps, result.problem) };
    },
  }),
];
