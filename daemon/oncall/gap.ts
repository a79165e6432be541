/**
 * A function that nobody fills is an incident of its own, opened before it happens: who hears of it, and in what words.
 *
 * Pure over the configuration in force.
 */
import { onTheWall } from "../../rules/clock.ts";
import { dutyAt } from "../../rules/rotation.ts";
import type { Config } from "../model/config.ts";
import type { Span } from "../model/maintenance.ts";
import type { Policy } from "../model/policy.ts";
import { HOUR, type Instant } from "../model/time.ts";
import { rosterOf } from "./roster.ts";

/** Holder of the alarm, and root cause of the incident: `on-call:<function>`. */
export const gapPrefix = "on-call:";
export const gapSymptom = "nobody-on-call";

/** The policy that a new incident starts with. A hole in who is on call is not for level 1: the chief technician hears (`on_call.tell`). */
export function policyFor({ policies, policy: inForce, duty }: Config, root: string): Policy | undefined {
  const policy = policies.get(inForce);
  if (policy === undefined || !root.startsWith(gapPrefix)) return policy;
  const { minor, major } = policy.tracks;
  const told = (track: Policy["tracks"]["minor"]) => ({
    ...track,
    steps: track.steps.map((step) => (step.level === 1 ? { ...step, tell: duty.tell } : step)),
  });
  return { ...policy, tracks: { minor: told(minor), major: told(major) } };
}

/** Is nobody on call now, or within the hour? Of an incident about anything else: no. */
export function nobodyNow(config: Config, root: string, at: Instant): boolean {
  if (!root.startsWith(gapPrefix)) return false;
  const roster = rosterOf(config, root.slice(gapPrefix.length));
  return [at, at + HOUR].some((time) => dutyAt(roster, time).people.length === 0);
}

/** In English; daemon/text/why-fr.ts has it in French. `horizon`: what ends there is not known to end. */
export function gapWhy(of: { readonly function: string; readonly gap: Span; readonly horizon: Instant; readonly zone: string }): string {
  const { gap, horizon, zone } = of;
  const shown = (at: Instant): string => {
    const { day, minute } = onTheWall(zone, at);
    return `${day} ${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
  };
  const from = `nobody is on call as ${of.function} from ${shown(gap.from)}`;
  return gap.to >= horizon ? `${from} on` : `${from} to ${shown(gap.to)}`;
}
