/**
 * What is reached through what, over REST: the tree in force, the circuits, and what was learned, for a person to accept or refuse.
 */

import { parentsOf, sitesBehind } from "../../rules/cuts.ts";
import { isByGateway } from "../../rules/learned.ts";
import { locateDevices, parentsToWrite } from "../config/locate.ts";
import type { Confirmed, StandingProposal } from "../confirming.ts";
import type { Device, Network } from "../model/network.ts";
import type { ParentProposalShape, TopologyShape } from "./contract-topology.ts";
import type { ApiDeps } from "./deps.ts";
import { type Operation, operation } from "./operation.ts";
import { linkRows } from "./page-facts.ts";
import { refusePatientData } from "./patient-data.ts";
import { HttpProblem } from "./problem.ts";
import { iso, upOf } from "./views.ts";

export async function proposalViews(deps: ApiDeps, all: readonly StandingProposal[]): Promise<readonly ParentProposalShape[]> {
  const { files, network } = deps.config();
  const places = await locateDevices(
    files,
    all.map(({ proposal }) => proposal.device),
  );
  return all.map(({ proposal, standing, contradicts }) => {
    const { id, device, parents, from, state, firstSeenAt, seenAt, decided } = proposal;
    return {
      ...{ id, device, deviceName: network.devices.get(device)?.name ?? device, parents: [...parents], state, standing },
      from: from.map((each) => (each.via === "traceroute" ? { via: each.via, hops: [...each.hops] } : { ...each })),
      ...{ firstSeenAt: iso(firstSeenAt), seenAt: iso(seenAt) },
      ...(contradicts === undefined ? {} : { contradicts: [...contradicts] }),
      ...(decided === undefined ? {} : { decided: { ...decided, at: iso(decided.at) } }),
      write: parentsToWrite(parents, places.get(device), files),
    };
  });
}

/** Of one site, parents before their children; a ring, or a parent of another site, stands at the top. */
function inOrder(network: Network, devices: readonly Device[]): readonly Device[] {
  const left = new Map(devices.map((device) => [device.id, device]));
  const sorted: Device[] = [];
  const place = (device: Device): void => {
    if (!left.delete(device.id)) return;
    sorted.push(device);
    for (const child of [...left.values()]) if (parentsOf(network, child).includes(device.id)) place(child);
  };
  for (const device of devices) if (!parentsOf(network, device).some((id) => left.has(id))) place(device);
  for (const device of [...left.values()]) place(device);
  return sorted;
}

export async function topologyView(deps: ApiDeps): Promise<TopologyShape> {
  const { network } = deps.config();
  const learned = new Set(
    (await deps.confirming.list()).filter(({ standing }) => standing === "in-force").map(({ proposal }) => proposal.device),
  );
  const sites = [...network.sites.values()].map(({ id, name, gateway }) => ({
    ...{ id, name },
    ...(gateway === undefined ? {} : { gateway }),
    devices: inOrder(
      network,
      [...network.devices.values()].filter(({ site }) => site === id),
    ).map((device) => {
      const parents = [...parentsOf(network, device)];
      const said = parents.length === 0 ? ("none" as const) : isByGateway(network, device) ? ("gateway" as const) : ("file" as const);
      const by = learned.has(device.id) ? ("proposal" as const) : said;
      return { id: device.id, name: device.name, kind: device.kind, up: upOf(deps.board.get(device.id)), parents, by };
    }),
  }));
  const links = (await linkRows(deps)).map((row) => ({ ...row, ends: [...row.ends], alone: [...sitesBehind(network, row.id)] }));
  return { sites, links, ...(network.canary === undefined ? {} : { canary: network.canary }) };
}

async function confirmed(deps: ApiDeps, outcome: Confirmed): Promise<ParentProposalShape> {
  if (!outcome.ok)
    throw new HttpProblem(outcome.status, outcome.status === 404 ? "no-such-proposal" : "not-to-be-decided", outcome.problem);
  const [view] = await proposalViews(deps, [outcome.proposal]);
  if (view === undefined) throw new Error("one proposal has one view");
  return view;
}

export const topologyOperations: readonly Operation[] = [
  operation({
    id: "getTopology",
    method: "get",
    path: "/api/v1/topology",
    summary: "What is reached through what, by site, and the circuits between the sites.",
    access: "read",
    may: "read",
    answer: "Topology",
    run: async ({ deps }) => ({ content: await topologyView(deps) }),
  }),
  operation({
    id: "listParentProposals",
    method: "get",
    path: "/api/v1/topology/proposals",
    summary:
      "What was learned of how devices are reached (LLDP, CDP, traceroute): to be accepted or refused by a person; decided ones too.",
    access: "read",
    may: "read",
    answer: "ParentProposalList",
    run: async ({ deps }) => ({ content: { items: await proposalViews(deps, await deps.confirming.list()) } }),
  }),
  operation({
    id: "acceptParentProposal",
    method: "post",
    path: "/api/v1/topology/proposals/{id}/accept",
    summary: "From now on the device is reached through these, as long as the file does not say anything new about it. Audited.",
    access: "write",
    may: "configure",
    body: "ConfirmBody",
    answer: "ParentProposal",
    run: async ({ deps, params, caller }) => ({
      content: await confirmed(deps, await deps.confirming.accept(params.id ?? "", caller.name)),
    }),
  }),
  operation({
    id: "refuseParentProposal",
    method: "post",
    path: "/api/v1/topology/proposals/{id}/refuse",
    summary: "It does not come back; an accepted one ends, and the file holds again. Audited.",
    access: "write",
    may: "configure",
    body: "RefuseBody",
    answer: "ParentProposal",
    run: async ({ deps, params, body, caller }) => {
      refusePatientData("The reason", [body.reason]);
      return { content: await confirmed(deps, await deps.confirming.refuse(params.id ?? "", caller.name, body.reason)) };
    },
  }),
];
