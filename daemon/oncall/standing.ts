/**
 * How every function is filled: who is on call, until when, who is next, and when nobody is.
 *
 * Pure over the configuration in force and a time.
 */
import { gapsIn, shiftsIn } from "../../rules/rotation.ts";
import type { Config } from "../model/config.ts";
import type { Span } from "../model/maintenance.ts";
import type { Duty } from "../model/on-call.ts";
import type { Instant } from "../model/time.ts";
import { keptFunctions, rosterOf, toldAt } from "./roster.ts";

export interface FunctionStanding {
  readonly function: string;
  readonly now: Duty;
  /** Who is told now; they differ when somebody on duty has no channel. */
  readonly told: readonly string[];
  readonly passedOver: readonly string[];
  /** Undefined: as far as is looked ahead. */
  readonly until?: Instant;
  readonly next?: Duty;
  /** When nobody fills it, within the horizon. */
  readonly gaps: readonly Span[];
  /** A rotation holds it: somebody is expected to be on call. */
  readonly kept: boolean;
}

/** Functions of the file, and what else the store fills (coordinators of rooms). */
export function standingFunctions(config: Config): readonly string[] {
  return [...new Set([...config.functions.keys(), ...keptFunctions(config)])];
}

export function standingOf(config: Config, id: string, at: Instant, horizonMs: number): FunctionStanding {
  const roster = rosterOf(config, id);
  const { duty: now, people: told, passedOver } = toldAt(config, id, at);
  const base = { function: id, now, told, passedOver, kept: watchedFunctions(config, at).includes(id) };
  const [first, second] = shiftsIn(roster, at, at + horizonMs);
  return {
    ...base,
    ...(second === undefined ? {} : { until: first?.to ?? at, next: second.duty }),
    gaps: gapsOf(config, id, at, horizonMs),
  };
}

/**
 * Functions whose holes matter: a rotation holds them, or held one that the policy tells. What the store never filled is the file's matter
 * (check-config); of a room whose rotation was ended nobody expects anything.
 */
export function watchedFunctions(config: Config, at: Instant): readonly string[] {
  const { policies, policy, duty, onCall } = config;
  const tracks = Object.values(policies.get(policy)?.tracks ?? {});
  const told = new Set([...duty.tell, ...tracks.flatMap(({ steps, lastResort }) => [...steps, lastResort].flatMap(({ tell }) => tell))]);
  const held = onCall.rotations.filter(({ to, function: of }) => to === undefined || to > at || told.has(of));
  return [...new Set(held.map((each) => each.function))].sort();
}

/** When nobody fills it in the horizon from `at` on. */
export function gapsOf(config: Config, id: string, at: Instant, horizonMs: number): readonly Span[] {
  return watchedFunctions(config, at).includes(id) ? gapsIn(rosterOf(config, id), at, at + horizonMs) : [];
}

/** Everybody who may be told for a function, by any layer. */
export function namedBy(config: Config, id: string): ReadonlySet<string> {
  const { rotations, overrides, base } = rosterOf(config, id);
  return new Set([...rotations, ...overrides].flatMap(({ people }) => people).concat(base));
}
