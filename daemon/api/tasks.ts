/**
 * Partners and their tasks, and the numbers that other systems have for an incident.
 */
import { courtTime } from "../../rules/task.ts";
import type { Partner } from "../model/config.ts";
import type { PartnerTask, Reference } from "../model/work.ts";
import type { TaskResult } from "../roles/task-desk.ts";
import { partnerHours } from "../roles/task-terms.ts";
import { ReferenceQuery, TaskQueryParams, type TaskShape } from "./contract-tasks.ts";
import type { ApiDeps } from "./deps.ts";
import { type Operation, operation } from "./operation.ts";
import { HttpProblem } from "./problem.ts";
import { iso, present } from "./shape.ts";
import { answer } from "./writes.ts";

export function taskView({ config, clock }: Pick<ApiDeps, "config" | "clock">, task: PartnerTask): TaskShape {
  const { id, incident, partner, asked, by, state, broken, rung, promisedBy, endedAt, wakeAt } = task;
  return {
    ...{ id, incident, partner, asked, by, state, rung, promisesBroken: broken, at: iso(task.at) },
    partnerName: config().partners.get(partner)?.name ?? partner,
    inTheirCourt: courtTime(task, partnerHours(config(), partner), clock.now()),
    contacts: task.contacts.map(({ at, by: who, how, note, who: of }) => ({ at: iso(at), by: who, how, note, ...present({ who: of }) })),
    ...present({ ticket: task.ticket, spokenTo: task.spokenTo, answer: task.answer }),
    ...present({
      promisedBy: promisedBy === undefined ? undefined : iso(promisedBy),
      endedAt: endedAt === undefined ? undefined : iso(endedAt),
      nextLookAt: wakeAt === undefined ? undefined : iso(wakeAt),
      erased: task.erased === undefined ? undefined : { by: task.erased.by, at: iso(task.erased.at) },
    }),
  };
}

function taskAnswer(deps: ApiDeps, result: TaskResult) {
  if (!result.ok) throw new HttpProblem(result.status, `task-${result.status}`, result.problem);
  return { content: taskView(deps, result.task) };
}

async function partnerView(deps: ApiDeps, partner: Partner) {
  const tasks = await deps.store.tasks({ partner: partner.id, limit: 1_000 });
  const { id, name, contract } = partner;
  return {
    ...{ id, name, ...present({ contract }) },
    contacts: partner.contacts.map((each) => ({ id: each, name: deps.config().contacts.get(each)?.name ?? each })),
    openTasks: tasks.filter(({ state }) => state === "waiting" || state === "answered").length,
    promised: tasks.filter(({ promisedBy, broken }) => promisedBy !== undefined || broken > 0).length,
    broken: tasks.reduce((sum, { broken }) => sum + broken, 0),
  };
}

const referenceView = ({ at, ...rest }: Reference) => ({ ...rest, at: iso(at) });
const instantOf = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));

const partnerOperations: readonly Operation[] = [
  operation({
    id: "listPartners",
    method: "get",
    path: "/api/v1/partners",
    summary: "Partners: whom to ask there, what they have of ours, and what they promised and kept.",
    access: "read",
    may: "read",
    answer: "PartnerList",
    run: async ({ deps }) => ({
      content: { items: await Promise.all([...deps.config().partners.values()].map((each) => partnerView(deps, each))) },
    }),
  }),
  operation({
    id: "listTasks",
    method: "get",
    path: "/api/v1/tasks",
    summary: "Tasks of partners, the last opened first.",
    access: "read",
    may: "read",
    query: TaskQueryParams,
    answer: "PartnerTaskList",
    run: async ({ deps, query: { incident, partner, open, limit } }) => {
      const id = incident === undefined ? undefined : ((await deps.store.incident(incident))?.id ?? incident);
      const found = await deps.store.tasks({ limit, ...present({ incident: id, partner, open: open === "true" ? true : undefined }) });
      return { content: { items: found.map((task) => taskView(deps, task)) } };
    },
  }),
  operation({
    id: "getTask",
    method: "get",
    path: "/api/v1/tasks/{task}",
    summary: "One task of a partner, with each contact.",
    access: "read",
    may: "read",
    answer: "PartnerTask",
    run: async ({ deps, params }) => {
      const task = await deps.store.task(params.task ?? "");
      if (task === undefined) throw new HttpProblem(404, "no-such-task", "No task has this id; GET /api/v1/tasks lists them.");
      return { content: taskView(deps, task) };
    },
  }),
  operation({
    id: "openTask",
    method: "post",
    path: "/api/v1/incidents/{id}/tasks",
    summary:
      "Hands something to a partner: their first contact is written to. The incident is not resolved before it is done or withdrawn.",
    access: "write",
    may: "handle",
    body: "NewPartnerTask",
    answer: "PartnerTask",
    run: async ({ deps, params, caller, body }) =>
      taskAnswer(deps, await deps.tasks.open(params.id ?? "", caller, { ...body, promisedBy: instantOf(body.promisedBy) })),
  }),
  operation({
    id: "hearTask",
    method: "post",
    path: "/api/v1/tasks/{task}",
    summary: "What was heard of the partner: a contact, a promise, an answer, its end. Their time begins anew.",
    access: "write",
    may: "handle",
    body: "PartnerTaskWord",
    answer: "PartnerTask",
    run: async ({ deps, params, caller, body }) =>
      taskAnswer(deps, await deps.tasks.hear(params.task ?? "", caller, { ...body, promisedBy: instantOf(body.promisedBy) })),
  }),
  operation({
    id: "eraseTask",
    method: "post",
    path: "/api/v1/tasks/{task}/erase",
    summary:
      "Erases its texts and whom anybody spoke to, here and on the timeline; that there was a task stays. Audited; backups keep them.",
    access: "write",
    may: "erase",
    body: "Erase",
    answer: "PartnerTask",
    run: async ({ deps, params, caller }) => taskAnswer(deps, await deps.tasks.erase(params.task ?? "", caller)),
  }),
];

const referenceOperations: readonly Operation[] = [
  operation({
    id: "listReferences",
    method: "get",
    path: "/api/v1/references",
    summary: "Numbers that other systems have for incidents; by number, whichever the system.",
    access: "read",
    may: "read",
    query: ReferenceQuery,
    answer: "ReferenceList",
    run: async ({ deps, query }) => {
      const id = query.incident === undefined ? undefined : ((await deps.store.incident(query.incident))?.id ?? query.incident);
      const found = await deps.store.references(present({ incident: id, number: query.number }));
      return { content: { items: found.map(referenceView) } };
    },
  }),
  operation({
    id: "addReference",
    method: "post",
    path: "/api/v1/incidents/{id}/references",
    summary: "The number that another system has for it.",
    access: "write",
    may: "handle",
    body: "NewReference",
    answer: "Incident",
    run: async ({ deps, params, caller, body }) => answer(deps, await deps.work.refer(params.id ?? "", caller, body, true)),
  }),
  operation({
    id: "removeReference",
    method: "post",
    path: "/api/v1/incidents/{id}/references/remove",
    summary: "Takes such a number away; that it was there stays on the timeline.",
    access: "write",
    may: "handle",
    body: "NewReference",
    answer: "Incident",
    run: async ({ deps, params, caller, body }) => answer(deps, await deps.work.refer(params.id ?? "", caller, body, false)),
  }),
];

export const taskOperations: readonly Operation[] = [...partnerOperations, ...referenceOperations];
