/**
 * Acts that carry an incident on: hand it over, raise it, write down, say when it is looked at next; and the list of follow-ups.
 */
import type { Incident } from "../model/incident.ts";
import { FollowUpQuery, type FollowUpShape } from "./contract-work.ts";
import type { ApiDeps } from "./deps.ts";
import { diagnosisOperations } from "./diagnoses.ts";
import { type Operation, operation } from "./operation.ts";
import { HttpProblem } from "./problem.ts";
import { iso, present } from "./shape.ts";
import { openTaskViews } from "./views.ts";
import { answer } from "./writes.ts";

const unfinished = ["open", "taken", "restored"] as const;
const mostFollowUps = 1_000;

/** Open incidents by their next follow-up: what is overdue first, then by time; what nobody has in hand last. */
export async function followUps({ store, config }: ApiDeps): Promise<readonly FollowUpShape[]> {
  const open = await store.incidents({ states: unfinished, folded: false, limit: mostFollowUps });
  const order = (each: Incident) => (isOverdue(each) ? 0 : (followUpAt(each) ?? Number.MAX_SAFE_INTEGER));
  return [...open]
    .sort((a, b) => order(a) - order(b) || a.openedAt - b.openedAt)
    .map((each) => {
      const at = followUpAt(each);
      return {
        ...{ number: each.number, id: each.id, site: each.site, state: each.state, level: each.level, missed: each.followUpsMissed ?? 0 },
        waitingOn: openTaskViews(each, config()),
        ...present({
          holder: each.holder,
          at: at === undefined ? undefined : iso(at),
          overdueSince: isOverdue(each) && each.followUpDueAt !== undefined ? iso(each.followUpDueAt) : undefined,
          setBy: at === undefined ? undefined : each.followUpAt === undefined ? ("policy" as const) : ("person" as const),
        }),
      };
    });
}

function followUpAt({ wakeAt, wakeFor }: Incident): number | undefined {
  return wakeFor === "follow-up" ? wakeAt : undefined;
}

/** One came due, and nobody has done anything since. */
function isOverdue({ followUpsMissed = 0 }: Incident): boolean {
  return followUpsMissed > 0;
}

/** What a body names: a function or a person, and not both. */
function targetOf(body: { readonly function?: string | undefined; readonly person?: string | undefined }) {
  if (body.function !== undefined && body.person === undefined) return { function: body.function };
  if (body.person !== undefined && body.function === undefined) return { person: body.person };
  throw new HttpProblem(422, "invalid-body", "body: name exactly one of function and person. See /api/v1/openapi.json.");
}

export const workOperations: readonly Operation[] = [
  ...diagnosisOperations,
  operation({
    id: "assignIncident",
    method: "post",
    path: "/api/v1/incidents/{id}/assign",
    summary: "Offers it to a function or a person. It counts when they accept; until then the giver holds it and the giver's clock runs.",
    access: "write",
    may: "handle",
    body: "Assign",
    answer: "Incident",
    run: async ({ deps, params, caller, body }) =>
      answer(deps, await deps.work.assign(params.id ?? "", caller, targetOf(body), body.note), body.note),
  }),
  operation({
    id: "acceptIncident",
    method: "post",
    path: "/api/v1/incidents/{id}/accept",
    summary: "Accepts what was offered to the caller or to the caller's function: from here on it is theirs.",
    access: "write",
    may: "handle",
    body: "Note",
    answer: "Incident",
    run: async ({ deps, params, caller, body: { note } }) => answer(deps, await deps.work.accept(params.id ?? "", caller, note), note),
  }),
  operation({
    id: "declineIncident",
    method: "post",
    path: "/api/v1/incidents/{id}/decline",
    summary: "Declines what was offered: it stays with the giver, who hears. The giver takes an offer back by it.",
    access: "write",
    may: "handle",
    body: "NeededNote",
    answer: "Incident",
    run: async ({ deps, params, caller, body: { note } }) => answer(deps, await deps.work.decline(params.id ?? "", caller, note), note),
  }),
  operation({
    id: "escalateIncident",
    method: "post",
    path: "/api/v1/incidents/{id}/escalate",
    summary: "This level could not solve it: the next one hears at once. Who raises it holds it until somebody there accepts.",
    access: "write",
    may: "handle",
    body: "Escalate",
    answer: "Incident",
    run: async ({ deps, params, caller, body: { reason } }) =>
      answer(deps, await deps.work.escalate(params.id ?? "", caller, reason), reason),
  }),
  operation({
    id: "openTicket",
    method: "post",
    path: "/api/v1/incidents/{id}/tickets",
    summary:
      "A ticket in another system of the configuration: it is opened within seconds, and hears from then on how the incident goes on.",
    access: "write",
    may: "handle",
    body: "OpenTicket",
    answer: "Incident",
    run: async ({ deps, params, caller, body }) => answer(deps, await deps.work.ticket(params.id ?? "", caller, body), body.note),
  }),
  operation({
    id: "addNote",
    method: "post",
    path: "/api/v1/incidents/{id}/notes",
    summary: "A note on the timeline. It follows up an acknowledgement, and is a follow-up of what somebody holds.",
    access: "write",
    may: "handle",
    body: "NeededNote",
    answer: "Incident",
    run: async ({ deps, params, caller, body: { note } }) => answer(deps, await deps.work.note(params.id ?? "", caller, note), note),
  }),
  operation({
    id: "setFollowUp",
    method: "post",
    path: "/api/v1/incidents/{id}/follow-ups",
    summary: "Sets when it is looked at next, in place of the policy's clock. Overdue, it is reminded, then raised a level.",
    access: "write",
    may: "handle",
    body: "NextFollowUp",
    answer: "Incident",
    run: async ({ deps, params, caller, body: { at, note } }) =>
      answer(deps, await deps.work.followUp(params.id ?? "", caller, Date.parse(at), note), note),
  }),
  operation({
    id: "listFollowUps",
    method: "get",
    path: "/api/v1/follow-ups",
    summary: "Open incidents by their next follow-up, the overdue ones first, and whom each waits on.",
    access: "read",
    may: "read",
    query: FollowUpQuery,
    answer: "FollowUpList",
    run: async ({ deps, query }) => {
      const all = await followUps(deps);
      const wanted = query.overdue === undefined ? all : all.filter(({ missed }) => missed > 0 === (query.overdue === "true"));
      return { content: { items: wanted } };
    },
  }),
];
