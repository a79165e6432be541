/**
 * Acts on the class of an incident: solved at the first call, another severity, another urgency. Each says who and why.
 */
import { type Operation, operation } from "./operation.ts";
import { answer } from "./writes.ts";

export const severityOperations: readonly Operation[] = [
  operation({
    id: "solveIncident",
    method: "post",
    path: "/api/v1/incidents/{id}/solve",
    summary: "Solved at the first call: resolved, minor unless a session was lost, no ticket; closes by itself. At level 1 only.",
    access: "write",
    may: "handle",
    body: "Solve",
    answer: "Incident",
    run: async ({ deps, params, caller, body: { note, sessionLost } }) =>
      answer(deps, await deps.actions.solve(params.id ?? "", caller.name, note, sessionLost), note),
  }),
  operation({
    id: "setSeverity",
    method: "post",
    path: "/api/v1/incidents/{id}/severity",
    summary: "A person says how it is handled, with a reason; the same severity again keeps it, and time raises it no more.",
    access: "write",
    may: "handle",
    body: "SetSeverity",
    answer: "Incident",
    run: async ({ deps, params, caller, body: { severity, reason } }) =>
      answer(deps, await deps.actions.severity(params.id ?? "", caller.name, severity, reason), reason),
  }),
  operation({
    id: "setUrgency",
    method: "post",
    path: "/api/v1/incidents/{id}/urgency",
    summary: "A person says when people are told, with a reason.",
    access: "write",
    may: "handle",
    body: "SetUrgency",
    answer: "Incident",
    run: async ({ deps, params, caller, body: { urgency, reason } }) =>
      answer(deps, await deps.actions.urgency(params.id ?? "", caller.name, urgency, reason), reason),
  }),
];
