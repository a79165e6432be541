/**
 * Discovery over REST: start one, look how far it is, take its result, end it early.
 */
import type { DiscoveryRecord } from "../discoveries.ts";
import type { ApiDeps } from "./deps.ts";
import { type Operation, operation } from "./operation.ts";
import { HttpProblem } from "./problem.ts";
import { iso } from "./views.ts";

function summary({ id, state, by, ranges, startedAt, endedAt, progress, result }: DiscoveryRecord) {
  const { addresses, pinged, answered, asked, probes } = progress;
  return {
    ...{ id, state, by, ranges, startedAt: iso(startedAt), addresses, pinged, answered, asked, probes },
    ...(endedAt === undefined ? {} : { endedAt: iso(endedAt) }),
    skipped: result?.discovery.skipped ?? [],
    resting: result?.discovery.resting ?? [],
  };
}

function whole(record: DiscoveryRecord) {
  const { result } = record;
  return { ...summary(record), devices: result?.proposals ?? [], ...(result === undefined ? {} : { yaml: result.yaml }) };
}

function recordOf(deps: ApiDeps, id: string | undefined): DiscoveryRecord {
  const record = deps.discoveries.get(id ?? "");
  if (record !== undefined) return record;
  throw new HttpProblem(404, "no-such-discovery", "No discovery since the start has this id; GET /api/v1/discoveries lists the last ones.");
}

export const discoveryOperations: readonly Operation[] = [
  operation({
    id: "startDiscovery",
    method: "post",
    path: "/api/v1/discoveries",
    summary: "Looks what answers in networks that discovery.ranges lists, and proposes devices. One at a time. Audited. Changes nothing.",
    access: "write",
    may: "configure",
    body: "DiscoveryBody",
    answer: "Discovery",
    run: async ({ deps, body, caller }) => {
      const started = await deps.discoveries.start(body.ranges, caller.name);
      if (started.ok) return { content: whole(started.record) };
      throw new HttpProblem(
        started.status,
        started.status === 409 ? "discovery-running" : "not-listed",
        started.status === 409 ? started.problem : `ranges: ${started.problem}`,
      );
    },
  }),
  operation({
    id: "listDiscoveries",
    method: "get",
    path: "/api/v1/discoveries",
    summary: "The last discoveries since the start, newest first.",
    access: "read",
    may: "read",
    answer: "DiscoveryList",
    run: async ({ deps }) => ({ content: { items: deps.discoveries.list().map(summary) } }),
  }),
  operation({
    id: "getDiscovery",
    method: "get",
    path: "/api/v1/discoveries/{id}",
    summary: "How far it is; once it has ended, the devices it proposes, with reasons, and as YAML to review.",
    access: "read",
    may: "read",
    answer: "Discovery",
    run: async ({ deps, params }) => ({ content: whole(recordOf(deps, params.id)) }),
  }),
  operation({
    id: "stopDiscovery",
    method: "post",
    path: "/api/v1/discoveries/{id}/stop",
    summary: "Ends it early; what it saw until then is its result.",
    access: "write",
    may: "configure",
    answer: "Discovery",
    run: async ({ deps, params }) => {
      const record = recordOf(deps, params.id);
      if (await deps.discoveries.end(record.id)) return { content: whole(record) };
      throw new HttpProblem(409, "discovery-over", "This discovery has ended already; its result is under GET.");
    },
  }),
];
