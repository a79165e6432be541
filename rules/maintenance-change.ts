/**
 * A plan that is changed. What it kept quiet so far stays as it was: figures of last week are told by it.
 *
 * Pure. Not begun yet, it is written over. While it is in force its end and its reason are moved; anything else calls it off now, and another
 * one goes on in its place.
 */
import type { Maintenance } from "../daemon/model/maintenance.ts";
import type { Instant } from "../daemon/model/time.ts";
import { spansOf, standingOf } from "./maintenance.ts";

/** What somebody writes of one. */
export type PlanParts = Pick<Maintenance, "kind" | "scope" | "when" | "zone" | "reason">;

export interface ChangeInput {
  readonly before: Maintenance;
  readonly plan: PlanParts;
  readonly at: Instant;
  readonly by: string;
  readonly function: string;
  /** Why it is changed. */
  readonly note?: string;
  /** Of the one that goes on in its place, should that be needed. */
  readonly id: string;
}

/** What is to be kept, the one that holds from now on last. A string: why it cannot be. */
export function changeMaintenance(input: ChangeInput): readonly [...Maintenance[], Maintenance] | string {
  const { before, plan, at, by, note, id } = input;
  if (standingOf(before, at).phase === "over") return `${before.id} is over; plan another one`;
  const ending = { at, by, ...(note === undefined || note === "" ? {} : { reason: note }) };
  const changed = [...(before.changed ?? []), ending];
  if (!hasBegun(before, at)) return [{ ...before, ...plan, changed, notBefore: at }];
  if (onlyItsEnd(before, plan, at)) return [{ ...before, ...plan, changed }];
  const over: Maintenance = { ...before, cancelled: { ...ending, reason: `goes on as ${id}` } };
  return [over, { ...plan, id, by, function: input.function, createdAt: at, ended: [], changed: [ending], replaces: before.id }];
}

function hasBegun(before: Maintenance, at: Instant): boolean {
  return before.beganAt !== undefined || before.ended.length > 0 || spansOf(before, before.createdAt - 1, at + 1).length > 0;
}

/** The same work at the same places; at most it ends at another time, which is to come. */
function onlyItsEnd(before: Maintenance, plan: PlanParts, at: Instant): boolean {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const [old, now] = [before.when, plan.when];
  if (before.kind !== plan.kind || before.zone !== plan.zone || !same(sorted(before.scope), sorted(plan.scope))) return false;
  if (same(old, now)) return true;
  if (old.kind === "once" && now.kind === "once") return old.from === now.from && now.to > at;
  const flexible = old.kind === "flexible" && now.kind === "flexible" && old.from === now.from && old.to === now.to;
  return flexible && (before.beganAt ?? at) + now.lengthMs > at;
}

function sorted(scope: Maintenance["scope"]): unknown {
  return Object.entries(scope)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
