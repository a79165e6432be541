/**
 * `vigie topology`: what is reached through what, as the file and the accepted proposals say together, and what was learned and waits.
 *
 * Reads the database beside a running daemon; writes nothing. Accepting is done over the API, by a token: somebody answers for it.
 */
import { parentsOf, sitesBehind } from "../../rules/cuts.ts";
import { contradicted, standingOf, withLearned } from "../../rules/learned.ts";
import { systemClock } from "../clock.ts";
import { loadConfig } from "../config/load.ts";
import { locateDevices, parentsToWrite } from "../config/locate.ts";
import { formatProblem } from "../config/problems.ts";
import { keptProposals } from "../confirming.ts";
import type { Config } from "../model/config.ts";
import type { ParentProposal } from "../model/learned.ts";
import { openStore } from "../store/open.ts";
import { configAndJson } from "./config-and-json.ts";
import type { Io } from "./io.ts";
import { isStoreThere } from "./store-there.ts";

const help = `vigie topology [--config vigie.yaml] [--json]

Prints by site which device is reached through which, the circuits with the sites that nothing else leads to, and the proposals: what was
learned from neighbours (LLDP, CDP) and from the way of packets, where the configuration asks for that (topology: { neighbours: true,
traceroute: true }). Each proposal says what to write into which file, and whether the file says otherwise. Accepting and refusing is done
over the API: POST /api/v1/topology/proposals/<id>/accept, …/refuse.

Exit code: 0 printed, 1 the configuration or the database cannot be read, 2 wrong use.`;

export async function topology(argv: string[], io: Io): Promise<number> {
  const asked = configAndJson("topology", help, argv, io);
  if (typeof asked === "number") return asked;
  const loaded = await loadConfig(asked.file);
  if (!loaded.ok) {
    for (const problem of loaded.problems) io.err(formatProblem(problem));
    return 1;
  }
  const picture = await drawn(loaded.config, await proposalsOf(loaded.config));
  if (asked.json) io.out(JSON.stringify(picture));
  else for (const line of linesOf(picture)) io.out(line);
  return 0;
}

/** Before the daemon's first run there is no database, and nothing was learned. */
async function proposalsOf({ storage, instance }: Config): Promise<readonly ParentProposal[]> {
  if (!isStoreThere(storage)) return [];
  const store = await openStore({ storage, stateDir: instance.stateDir, clock: systemClock });
  try {
    return await keptProposals(store);
  } finally {
    await store.close();
  }
}

type Picture = Awaited<ReturnType<typeof drawn>>;

async function drawn(file: Config, proposals: readonly ParentProposal[]) {
  const network = withLearned(file.network, proposals);
  const places = await locateDevices(
    file.files,
    proposals.map(({ device }) => device),
  );
  const devices = [...network.devices.values()];
  return {
    sites: [...network.sites.values()].map(({ id, gateway }) => ({
      id,
      ...(gateway === undefined ? {} : { gateway }),
      devices: devices.filter(({ site }) => site === id).map((device) => ({ id: device.id, parents: parentsOf(network, device) })),
    })),
    links: [...network.links.values()].map(({ id, ends }) => ({ id, ends, alone: sitesBehind(network, id) })),
    proposals: proposals.map((proposal) => {
      const { id, device, parents, from } = proposal;
      const contradicts = contradicted(proposal, file.network);
      return {
        ...{ id, device, parents, from, standing: standingOf(proposal, file.network) },
        ...(contradicts === undefined ? {} : { contradicts }),
        write: parentsToWrite(parents, places.get(device), file.files),
      };
    }),
  };
}

function linesOf({ sites, links, proposals }: Picture): readonly string[] {
  const of = (each: Picture["sites"][number]) => [
    `${each.id}${each.gateway === undefined ? "" : ` (reached through ${each.gateway})`}`,
    ...each.devices.map(({ id, parents }) => `  ${id}${parents.length === 0 ? "" : ` < ${parents.join(", ")}`}`),
  ];
  const ways = links.map(
    ({ id, ends, alone }) => `  ${id}: ${ends.join(" – ")}${alone.length === 0 ? "" : `; the only way to ${alone.join(", ")}`}`,
  );
  return [
    ...sites.flatMap(of),
    ...(ways.length === 0 ? [] : ["circuits", ...ways]),
    ...(proposals.length === 0 ? ["no proposals"] : ["proposals", ...proposals.flatMap(proposalLines)]),
  ];
}

function proposalLines({ id, device, parents, from, standing, contradicts, write }: Picture["proposals"][number]): readonly string[] {
  const says = from.map((each) =>
    each.via === "traceroute"
      ? `traceroute ${each.hops.join(" ")}`
      : `${each.via} ${each.to}${each.port === undefined ? "" : ` ${each.port}`}`,
  );
  const other = contradicts === undefined ? "" : `; the file says ${contradicts.join(", ")}`;
  const where = write.line === undefined ? write.file : `${write.file}:${write.line}`;
  return [
    `  ${id} (${standing}): ${device} < ${parents.join(", ")}, by ${says.join("; ")}${other}`,
    `    write at ${where}: ${write.yaml}`,
  ];
}
