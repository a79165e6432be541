/**
 * Acts on which failures are one trouble: merge, split, link, unlink. Each is done in the name of the token's owner.
 */
import { type Operation, operation } from "./operation.ts";
import { answer } from "./writes.ts";

export const joiningOperations: readonly Operation[] = [
  operation({
    id: "mergeIncident",
    method: "post",
    path: "/api/v1/incidents/{id}/merge",
    summary:
      "This incident goes on as another. It keeps its number and says where it went; the answer is the other one. Undone by a split.",
    access: "write",
    may: "handle",
    body: "MergeIncident",
    answer: "Incident",
    run: async ({ deps, params, caller, body: { into, note, version } }) =>
      answer(deps, await deps.joining.merge(params.id ?? "", into, { by: caller.name, note, version }), note),
  }),
  operation({
    id: "splitIncident",
    method: "post",
    path: "/api/v1/incidents/{id}/split",
    summary:
      "These alarms are another trouble: they get an incident with a number of its own, which is the answer, and no rule joins them again.",
    access: "write",
    may: "handle",
    body: "SplitIncident",
    answer: "Incident",
    run: async ({ deps, params, caller, body: { alarms, note, version } }) =>
      answer(deps, await deps.joining.split(params.id ?? "", alarms, { by: caller.name, note, version }), note),
  }),
  operation({
    id: "linkIncident",
    method: "post",
    path: "/api/v1/incidents/{id}/link",
    summary: "This incident has to do with another, and stays its own.",
    access: "write",
    may: "handle",
    body: "LinkIncident",
    answer: "Incident",
    run: async ({ deps, params, caller, body: { to, kind, note } }) =>
      answer(deps, await deps.joining.link(params.id ?? "", to, kind, { by: caller.name, note }), note),
  }),
  operation({
    id: "unlinkIncident",
    method: "post",
    path: "/api/v1/incidents/{id}/unlink",
    summary: "Takes a link between two incidents away, whichever end is named first.",
    access: "write",
    may: "handle",
    body: "UnlinkIncident",
    answer: "Incident",
    run: async ({ deps, params, caller, body: { to, note } }) =>
      answer(deps, await deps.joining.unlink(params.id ?? "", to, { by: caller.name, note }), note),
  }),
];
