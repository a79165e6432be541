/**
 * What rules read of an observation: which samples and readings, and where the limits lie.
 *
 * Pure. Values on the same side of every limit are the same to every rule.
 */
import type { Condition, Rule } from "../daemon/model/rule.ts";
import { listedReading } from "./registration.ts";

/** What the comparison of registrations, the states of a device and its restarts read besides the rules. */
const besides = [
  listedReading,
  ...["sip_registration", "h323_registration", "webex_status", "gatekeeper_address", "sip_proxy_address"],
  ...["system_state", "standby", "last_shutdown_reason"],
] as const;

export interface RuleReads {
  /** Sample name → its limits, ascending; undefined where any change of the value may matter. */
  readonly samples: ReadonlyMap<string, readonly number[] | undefined>;
  readonly readings: ReadonlySet<string>;
}

export function readsOf(rules: readonly Rule[]): RuleReads {
  const limits = new Map<string, Set<number> | undefined>([["calls", new Set([0])]]);
  const readings = new Set<string>(besides);
  for (const rule of rules) collect(rule.when, limits, readings);
  const samples = new Map<string, readonly number[] | undefined>();
  for (const [name, all] of limits) samples.set(name, all === undefined ? undefined : [...all].sort((a, b) => a - b));
  return { samples, readings };
}

function collect(condition: Condition, limits: Map<string, Set<number> | undefined>, readings: Set<string>): void {
  switch (condition.on) {
    case "look":
    case "code":
    case "fault":
      return;
    case "reading":
      readings.add(condition.name);
      return;
    case "absent":
      // Only that it came: the value stands on no side of anything.
      if (condition.what === "reading") readings.add(condition.name);
      if (condition.what === "sample" && !limits.has(condition.name)) limits.set(condition.name, new Set());
      return;
    case "sample": {
      if (condition.perMs !== undefined) {
        limits.set(condition.name, undefined);
        return;
      }
      const known = limits.has(condition.name) ? limits.get(condition.name) : new Set<number>();
      for (const limit of [condition.above, condition.below, condition.clear]) if (limit !== undefined) known?.add(limit);
      limits.set(condition.name, known);
      return;
    }
    case "all":
    case "any":
      for (const one of condition.of) collect(one, limits, readings);
  }
}

/** Where a value lies among ascending limits: even between two of them, odd on one. Equal places are equal truths. NaN: -1. */
export function placeOf(value: number, limits: readonly number[]): number {
  if (Number.isNaN(value)) return -1;
  let place = 0;
  for (const limit of limits) {
    if (value < limit) return place;
    if (value === limit) return place + 1;
    place += 2;
  }
  return place;
}
