/**
 * What is learned of how devices are reached: who surveys, and who keeps the proposals that come of it.
 *
 * Part of the composition root (app.ts).
 */
import { findFping } from "../probes/icmp/icmp-probe.ts";
import type { BoardView } from "./board.ts";
import { Confirming, type ConfirmingDeps } from "./confirming.ts";
import { survey } from "./learning.ts";
import type { Looking } from "./looking.ts";
import type { Metrics } from "./metrics.ts";
import type { Log } from "./ports.ts";
import { Learner } from "./roles/learner.ts";
import type { Leases } from "./roles/lease.ts";

export interface LearnedParts extends ConfirmingDeps {
  readonly board: BoardView;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly leases: Leases;
  readonly looking: Pick<Looking, "pace" | "resting">;
}

export function makeLearned(parts: LearnedParts): { readonly confirming: Confirming; readonly learner: Learner } {
  const { board, clock, config, log, looking, metrics, leases, store } = parts;
  const confirming = new Confirming(parts);
  metrics.onScrape(async () => {
    metrics.topologyProposals.set((await confirming.list()).filter(({ standing }) => standing === "proposed").length);
  });
  const learner = new Learner({
    ...{ store, clock, log, leases, config },
    survey: async (signal) => {
      const { pace, resting } = looking;
      const surveyed = await survey({ config: config(), board, clock, pace, resting, fping: findFping() }, signal);
      return confirming.take(surveyed, leases.fence("reporter"));
    },
  });
  return { confirming, learner };
}
