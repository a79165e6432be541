/**
 * The writing operations: acts on incidents, a changed host key, reload. Each is done in the name of the token's owner.
 */

import { ReloadQuery } from "./contract.ts";
import type { ActionResult, ApiDeps } from "./deps.ts";
import { type Call, type Operation, operation } from "./operation.ts";
import { patientWarning } from "./patient-data.ts";
import { HttpProblem } from "./problem.ts";
import { deviceOf, incidentDetail } from "./reads.ts";
import { incidentView, iso } from "./views.ts";

export function answer(deps: ApiDeps, result: ActionResult, note?: string): { readonly content: unknown } {
  if (!result.ok) throw new HttpProblem(result.status, `act-${result.status}`, result.problem);
  const warning = patientWarning("The note", [note], "have the note erased");
  return {
    content: { ...incidentView(result.incident, deps.config().network), ...(warning === undefined ? {} : { warnings: [warning] }) },
  };
}

function idOf(call: Call): string {
  return call.params.id ?? "";
}

/** An act whose note may be left out. */
function act(name: "acknowledge" | "release", summary: string): Operation {
  return operation({
    id: `${name}Incident`,
    method: "post",
    path: `/api/v1/incidents/{id}/${name}`,
    summary,
    access: "write",
    may: "handle",
    body: "Note",
    answer: "Incident",
    run: async (call) => answer(call.deps, await call.deps.actions[name](idOf(call), call.caller.name, call.body.note), call.body.note),
  });
}

/** An act that has to say what was done. */
function actWithNote(name: "restore" | "resolve", summary: string): Operation {
  return operation({
    id: `${name}Incident`,
    method: "post",
    path: `/api/v1/incidents/{id}/${name}`,
    summary,
    access: "write",
    may: "handle",
    body: "NeededNote",
    answer: "Incident",
    run: async (call) => answer(call.deps, await call.deps.actions[name](idOf(call), call.caller.name, call.body.note), call.body.note),
  });
}

export const writes: readonly Operation[] = [
  act("acknowledge", "Somebody has seen it. It expires if nobody follows it up."),
  operation({
    id: "takeIncident",
    method: "post",
    path: "/api/v1/incidents/{id}/take",
    summary: "Somebody holds it from now on; the follow-up is the clock.",
    access: "write",
    may: "handle",
    body: "Take",
    answer: "Incident",
    run: async (call) => {
      const { note, insteadOf } = call.body;
      return answer(call.deps, await call.deps.actions.take(idOf(call), call.caller.name, note, insteadOf), note);
    },
  }),
  act("release", "The holder gives it back; its ladder goes on."),
  actWithNote("restore", "Service is back, by a workaround or by the caller's word."),
  actWithNote("resolve", "The cause is dealt with."),
  operation({
    id: "closeIncident",
    method: "post",
    path: "/api/v1/incidents/{id}/close",
    summary: "Passes the gate: what it was in the end, and a note.",
    access: "write",
    may: "handle",
    body: "Close",
    answer: "Incident",
    run: async (call) => {
      const { disposition, note } = call.body;
      return answer(call.deps, await call.deps.actions.close(idOf(call), call.caller.name, disposition, note), note);
    },
  }),
  operation({
    id: "eraseText",
    method: "post",
    path: "/api/v1/incidents/{id}/timeline/{seq}/erase",
    summary:
      "Erases the text of one line of the timeline; that there was one stays, and its chain of hashes holds. Audited; backups keep it.",
    access: "write",
    may: "erase",
    body: "Erase",
    answer: "IncidentDetail",
    run: async ({ deps, params, caller }) => {
      const { id } = await incidentDetail(deps, params.id);
      const seq = Number(params.seq);
      if (!/^\d{1,9}$/.test(params.seq ?? ""))
        throw new HttpProblem(404, "no-such-line", "a line has a whole number: write the `seq` that the incident's timeline says.");
      if (!(await deps.store.redact(id, seq, caller.name, deps.clock.now())))
        throw new HttpProblem(
          409,
          "nothing-to-erase",
          `path.seq: found "${seq}"; this incident has no line of that number, or its text is erased already. GET /api/v1/incidents/${id} lists its lines.`,
        );
      return { content: await incidentDetail(deps, id) };
    },
  }),
  operation({
    id: "acceptHostKey",
    method: "post",
    path: "/api/v1/devices/{id}/host-key",
    summary: "Pins the SSH key that the device shows now. Audited.",
    access: "write",
    may: "configure",
    body: "HostKey",
    answer: "HostKeyAccepted",
    run: async ({ deps, params, caller }) => {
      const device = deviceOf(deps, params.id);
      const accepted = await deps.acceptHostKey(device.id, caller.name);
      if (accepted === undefined) {
        throw new HttpProblem(409, "no-key-waiting", "This device shows no other key than the pinned one; there is nothing to accept.");
      }
      const entry = { at: deps.clock.now(), by: caller.name, action: "host-key.accepted", target: device.id, data: { ...accepted } };
      await deps.store.transaction(undefined, (tx) => tx.audit([entry]));
      return { content: { device: device.id, fingerprint: accepted.fingerprint } };
    },
  }),
  operation({
    id: "reload",
    method: "post",
    path: "/-/reload",
    summary: "Reads the configuration again. `yes=true` where the guard asks for an explicit yes.",
    access: "write",
    may: "configure",
    query: ReloadQuery,
    answer: "ReloadAnswer",
    run: async ({ deps, query, caller }) => {
      const result = await deps.reload(query.yes === "true", caller.name);
      if (result.ok) {
        return { content: { at: iso(result.at), changes: [...result.changes], needsRestart: [...(result.needsRestart ?? [])] } };
      }
      const remedy =
        result.reason === "guarded" ? "If that is meant, send it again with ?yes=true." : "The configuration in force is the one before.";
      throw new HttpProblem(result.reason === "guarded" ? 409 : 422, `reload-${result.reason}`, `${result.problems.join("\n")}\n${remedy}`);
    },
  }),
];
