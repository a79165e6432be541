/**
 * Actions: what was changed about an incident, and what is to be written into the configuration for it.
 */
import { basename } from "node:path";
import type { NewAction } from "../../rules/action.ts";
import { locateDevices } from "../config/locate.ts";
import type { WorkAction } from "../model/work.ts";
import type { ActionShape } from "./contract-actions.ts";
import type { ApiDeps } from "./deps.ts";
import { type Operation, operation } from "./operation.ts";
import { refusePatientData } from "./patient-data.ts";
import { HttpProblem } from "./problem.ts";
import { iso, present } from "./shape.ts";

export async function actionViews({ config }: Pick<ApiDeps, "config">, all: readonly WorkAction[]): Promise<ActionShape[]> {
  const { files, network } = config();
  const waiting = all.flatMap(({ state, device }) => (state === "waiting" && device !== undefined ? [device] : []));
  const places = await locateDevices(files, waiting);
  return all.map(({ at, appliedAt, quiet, ...action }) => {
    const { device = "", state, after } = action;
    const place = places.get(device);
    const file = basename(place?.file ?? files[0] ?? "vigie.yaml");
    const change = { file, path: `devices.${device}.address`, from: network.devices.get(device)?.address ?? "", to: after ?? "" };
    return {
      ...action,
      at: iso(at),
      ...present({
        appliedAt: appliedAt === undefined ? undefined : iso(appliedAt),
        quietUntil: quiet === undefined ? undefined : iso(quiet.until),
        silence: quiet?.silence,
        write: state === "waiting" ? { ...change, ...present({ line: place?.line }) } : undefined,
      }),
    };
  });
}

export const actionOperations: readonly Operation[] = [
  operation({
    id: "listActions",
    method: "get",
    path: "/api/v1/incidents/{id}/actions",
    summary: "What was changed about it, the first one first, and what the configuration does not have yet.",
    access: "read",
    may: "read",
    answer: "ActionList",
    run: async ({ deps, params }) => {
      const incident = await deps.store.incident(params.id ?? "");
      if (incident === undefined)
        throw new HttpProblem(404, "no-such-incident", "No incident has this id or number; GET /api/v1/incidents lists them.");
      return { content: { items: await actionViews(deps, await deps.store.workActions({ incident: incident.id })) } };
    },
  }),
  operation({
    id: "writeAction",
    method: "post",
    path: "/api/v1/incidents/{id}/actions",
    summary:
      "Writes down what was changed. An address change keeps its device quiet until the configuration in force has it, 24 h at most.",
    access: "write",
    may: "handle",
    body: "NewAction",
    answer: "Action",
    run: async ({ deps, params, caller, body }) => {
      refusePatientData("what", [body.what, body.before, body.after]);
      const result = await deps.done.write(params.id ?? "", caller, present(body) as NewAction);
      if (!result.ok) throw new HttpProblem(result.status, `action-${result.status}`, result.problem);
      const [view] = await actionViews(deps, [result.action]);
      return { content: view };
    },
  }),
];
