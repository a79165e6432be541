/**
 * Proposals of how devices are reached: kept in the store, decided by a person, audited. An accepted one is laid over the file at once, and says
 * what to write there.
 *
 * A person may decide while a survey is taken in: each reads and writes in one transaction.
 */
import { contradicted, mergeProposals, newsIn, standingOf } from "../rules/learned.ts";
import type { Surveyed } from "./learning.ts";
import type { Config } from "./model/config.ts";
import type { ParentProposal, ProposalStanding } from "./model/learned.ts";
import type { Clock, Fence, Store, Tx } from "./ports.ts";
import type { KeptTx } from "./ports-kept.ts";

const prefix = "topology/";

export async function keptProposals(store: Pick<KeptTx, "keptAll">): Promise<readonly ParentProposal[]> {
  const all = await store.keptAll<ParentProposal>(prefix);
  return all.map(({ value }) => value).sort((a, b) => (a.id < b.id ? -1 : 1));
}

export interface ConfirmingDeps {
  /** As the file says. */
  readonly file: () => Config;
  /** With what is accepted in it. */
  readonly config: () => Config;
  readonly store: Store;
  readonly clock: Clock;
  /** What is in force in the store has changed. */
  readonly changed: () => Promise<void>;
}

/** A proposal and what it is worth today. */
export interface StandingProposal {
  readonly proposal: ParentProposal;
  readonly standing: ProposalStanding;
  /** The parents in the file that it says otherwise than. */
  readonly contradicts?: readonly string[];
}

export type Confirmed =
  | { readonly ok: true; readonly proposal: StandingProposal }
  | { readonly ok: false; readonly status: 404 | 409; readonly problem: string };

export class Confirming {
  readonly #deps: ConfirmingDeps;

  constructor(deps: ConfirmingDeps) {
    this.#deps = deps;
  }

  async list(): Promise<readonly StandingProposal[]> {
    return (await keptProposals(this.#deps.store)).map((proposal) => this.#stand(proposal));
  }

  /** Takes in what a survey learned. How many proposals are new. `fence`: of the role that surveyed. */
  take({ learned, looked }: Surveyed, fence?: Fence): Promise<number> {
    const { store, clock, config } = this.#deps;
    return store.transaction(fence, async (tx) => {
      const known = await keptProposals(tx);
      const { keep, drop } = mergeProposals(known, newsIn(config().network, learned), looked, clock.now());
      for (const proposal of keep) await tx.keep(`${prefix}${proposal.id}`, proposal);
      for (const id of drop) await tx.forget(`${prefix}${id}`);
      const ids = new Set(known.map(({ id }) => id));
      return keep.filter(({ id }) => !ids.has(id)).length;
    });
  }

  /** From now on the device is reached through these, as if the file said so. */
  accept(id: string, by: string): Promise<Confirmed> {
    const { file, clock } = this.#deps;
    return this.#decide(id, "accepted", (proposal, all) => {
      const decided = { at: clock.now(), by };
      const replaces = file().network.devices.get(proposal.device)?.parents ?? [];
      // Two words on one device would both claim to hold: the earlier one gives way.
      const earlier = all.filter(({ device, state }) => device === proposal.device && state === "accepted");
      const reason = `replaced by ${id}`;
      const giving = earlier.map((each): ParentProposal => ({ ...each, state: "refused", decided: { ...decided, reason } }));
      return [{ ...proposal, state: "accepted", replaces, decided }, ...giving];
    });
  }

  /** It does not come back. An accepted one ends, and the file holds again. */
  refuse(id: string, by: string, reason: string | undefined): Promise<Confirmed> {
    const decided = { at: this.#deps.clock.now(), by, ...(reason === undefined ? {} : { reason }) };
    return this.#decide(id, "refused", (proposal) => [{ ...proposal, state: "refused", decided }]);
  }

  /** `made`: what it becomes, then the others that change with it. */
  async #decide(
    id: string,
    state: "accepted" | "refused",
    made: (proposal: ParentProposal, all: readonly ParentProposal[]) => readonly [ParentProposal, ...ParentProposal[]],
  ): Promise<Confirmed> {
    const outcome = await this.#deps.store.transaction(undefined, async (tx): Promise<Confirmed> => {
      const all = await keptProposals(tx);
      const proposal = all.find((each) => each.id === id);
      const refused = this.#notDecidable(proposal, state);
      if (proposal === undefined || refused !== undefined) return refused ?? missing;
      const [decided, ...others] = made(proposal, all);
      await write(tx, [...others, decided], `topology.${state}`, decided);
      return { ok: true, proposal: this.#stand(decided) };
    });
    if (outcome.ok) await this.#deps.changed();
    return outcome;
  }

  #notDecidable(proposal: ParentProposal | undefined, state: "accepted" | "refused"): Extract<Confirmed, { ok: false }> | undefined {
    if (proposal === undefined) return missing;
    const standing = standingOf(proposal, this.#deps.file().network);
    if (proposal.state === state) return { ok: false, status: 409, problem: `The proposal was ${state} already; there is nothing to do.` };
    if (state === "refused" || standing === "proposed" || standing === "refused") return undefined;
    if (standing === "in-file") return { ok: false, status: 409, problem: "The file says so already; there is nothing to accept." };
    return { ok: false, status: 409, problem: "A device of it has left the configuration; refuse it, or put the device back." };
  }

  #stand(proposal: ParentProposal): StandingProposal {
    const file = this.#deps.file().network;
    const contradicts = contradicted(proposal, file);
    return { proposal, standing: standingOf(proposal, file), ...(contradicts === undefined ? {} : { contradicts }) };
  }
}

async function write(
  tx: Tx,
  proposals: readonly ParentProposal[],
  action: string,
  { id, device, parents, decided }: ParentProposal,
): Promise<void> {
  for (const each of proposals) await tx.keep(`${prefix}${each.id}`, each);
  const data = { id, parents, ...(decided?.reason === undefined ? {} : { reason: decided.reason }) };
  await tx.audit([{ at: decided?.at ?? 0, by: decided?.by ?? "", action, target: device, data }]);
}

const missing: Extract<Confirmed, { ok: false }> = {
  ok: false,
  status: 404,
  problem: "There is no such proposal; GET /api/v1/topology/proposals lists them.",
};
