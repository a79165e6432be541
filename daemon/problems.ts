/**
 * Finds what keeps coming back and gives it a problem, once; each of its incidents says so. A person closes it.
 *
 * Every few minutes, by counting what the store holds: no incident waits for it, none becomes more serious by it.
 */
import { line } from "../rules/incident.ts";
import { factOf } from "../rules/inventory.ts";
import { countsAsOccurrence, type Fleet, findProblems, gatherProblem } from "../rules/problem.ts";
import type { BoardView } from "./board.ts";
import type { Config } from "./model/config.ts";
import type { Incident } from "./model/incident.ts";
import type { Problem } from "./model/problem.ts";
import { type Clock, type Fence, RaceLost, type Store } from "./ports.ts";

export interface ProblemFinderDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly config: () => Config;
  readonly board: Pick<BoardView, "inventory">;
}

/** Newest incidents of one cause that are looked through. */
const mostIncidents = 500;
const mostOpen = 10_000;

export class ProblemFinder {
  readonly #deps: ProblemFinderDeps;

  constructor(deps: ProblemFinderDeps) {
    this.#deps = deps;
  }

  /** Counts, opens, gathers. What was opened, and how many incidents were given to what was open already. */
  async find(fence?: Fence): Promise<{ readonly opened: readonly Problem[]; readonly joined: number }> {
    const { store, clock, config } = this.#deps;
    const at = clock.now();
    const { suggestAt, withinMs } = config().recurrence;
    const counts = await store.failureCounts(at - withinMs, at);
    const found = new Map(findProblems(counts, this.#fleet(), { suggestAt, withinMs }).map((each) => [each.fingerprint, each]));
    const open = new Map((await store.problems({ state: "open", limit: mostOpen })).map((each) => [each.fingerprint, each]));
    const opened: Problem[] = [];
    let joined = 0;
    for (const { fingerprint } of counts) {
      const known = open.get(fingerprint);
      if (known === undefined && !found.has(fingerprint)) continue;
      const incidents = await this.#incidents(fingerprint, at - withinMs);
      const closedAt = (await store.problems({ state: "closed", fingerprint, limit: 1 }))[0]?.closed?.at;
      const gathered = gatherProblem({ open: known, found: found.get(fingerprint), incidents, closedAt, suggestAt, at });
      if (gathered === undefined || !(await this.#write(gathered, fence))) continue;
      if (known === undefined) opened.push(gathered.problem);
      else joined += gathered.joined.length;
    }
    return { opened, joined };
  }

  async #incidents(fingerprint: string, since: number): Promise<readonly Incident[]> {
    const all = await this.#deps.store.incidents({ fingerprints: [fingerprint], folded: false, since, limit: mostIncidents });
    return all.filter((incident) => countsAsOccurrence(incident, since)).sort((a, b) => a.openedAt - b.openedAt);
  }

  async #write({ problem, joined }: { problem: Problem; joined: readonly Incident[] }, fence: Fence | undefined): Promise<boolean> {
    const at = this.#deps.clock.now();
    try {
      await this.#deps.store.transaction(fence, async (tx) => {
        // Closed by a person meanwhile: what was decided no longer holds.
        if ((await tx.problem(problem.id))?.closed !== undefined) throw new RaceLost(`${problem.id} was closed`);
        await tx.saveProblem(problem);
        await tx.appendTimeline(
          joined.map((incident) => line(incident, at, "system", "problem-found", problem.why, { problem: problem.id })),
        );
      });
      return true;
    } catch (error) {
      if (!(error instanceof RaceLost)) throw error;
      return false;
    }
  }

  /** Models as the devices themselves tell them, else their families. */
  #fleet(): Fleet {
    const { config, board } = this.#deps;
    const models = new Map<string, string>();
    const sizes = new Map<string, number>();
    for (const device of config().network.devices.values()) {
      const model = factOf(board.inventory(device.id), "model") ?? device.family;
      models.set(device.id, model);
      sizes.set(model, (sizes.get(model) ?? 0) + 1);
    }
    return { modelOf: (device) => models.get(device), sizeOf: (model) => sizes.get(model) ?? 0 };
  }
}

export type ProblemClosed =
  | { readonly ok: true; readonly problem: Problem }
  | { readonly ok: false; readonly status: 404 | 409; readonly problem: string };

/** A person says what became of it: dealt with, or none after all. Audited. */
export async function closeProblem(
  { store, clock }: Pick<ProblemFinderDeps, "store" | "clock">,
  id: string,
  { by, note }: { readonly by: string; readonly note: string },
): Promise<ProblemClosed> {
  const at = clock.now();
  return store.transaction(undefined, async (tx) => {
    const problem = await tx.problem(id);
    if (problem === undefined) return { ok: false, status: 404, problem: `there is no problem ${id}; GET /api/v1/problems lists them` };
    if (problem.closed !== undefined)
      return { ok: false, status: 409, problem: `${id} was closed by ${problem.closed.by}; what comes back as often again is a new one` };
    const closed = { ...problem, closed: { at, by, note } };
    await tx.saveProblem(closed);
    await tx.audit([{ at, by, action: "problem.closed", target: id, data: { note } }]);
    return { ok: true, problem: closed };
  });
}
