/**
 * What a turn decides with, made from a configuration: the same for the daemon and for a replay.
 */
import { createRuleIndex } from "../../rules/applies.ts";
import { topologyOf } from "../../rules/cuts.ts";
import type { Board } from "../board.ts";
import type { Bookings } from "../bookings.ts";
import type { Config } from "../model/config.ts";
import type { Instant } from "../model/time.ts";
import { Correlator, type CorrelatorDeps } from "./correlator.ts";
import { placeOf, stateGate } from "./gates.ts";
import type { GateKeeper, TurnWorld } from "./intent.ts";
import type { Standing } from "./standing.ts";

export interface WorldParts {
  readonly config: Config;
  readonly board: Board;
  readonly standing: Pick<Standing, "matches">;
  readonly gates: readonly GateKeeper[];
  /** Without it no session is near any room. */
  readonly bookings: Pick<Bookings, "bookedAround" | "hits"> | undefined;
  /** Is this incident failing now? */
  readonly isFailing: (incident: string) => boolean;
  /** Has a person said that these two are not one trouble? */
  readonly apart: CorrelatorDeps["apart"];
  /** When the evaluator began to look. */
  readonly startedAt: Instant;
  readonly holdUntil: Instant;
}

export function worldOf({ config, board, standing, gates, bookings, isFailing, apart, startedAt, holdUntil }: WorldParts): TurnWorld {
  const place = placeOf(config, bookings);
  return {
    network: config.network,
    topology: topologyOf(config.network),
    startedAt,
    rules: config.rules,
    ruleById: new Map(config.rules.map((rule) => [rule.id, rule])),
    rulesOf: createRuleIndex(config.rules),
    board,
    restoreAfterLooks: config.policies.get(config.policy)?.restoreAfterLooks ?? 2,
    matches: (question) => standing.matches(config.network, question),
    // What is excused is not out of service: asked before what is only muted.
    gates: [stateGate, place.gate, ...gates],
    nightOf: place.nightOf,
    correlator: new Correlator({ config, board, isFailing, apart, hits: (device, session) => bookings?.hits(device, session) ?? false }),
    holdUntil,
  };
}
