/**
 * When what explained an alarm was over: only a look that began after that says whether the alarm is a trouble of its own.
 *
 * Pure.
 */
import { hiddenUntil } from "../../rules/hiding.ts";
import { CORE, parentsToLookAt } from "../../rules/suppress.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Device } from "../model/network.ts";
import type { Rule } from "../model/rule.ts";
import type { Instant } from "../model/time.ts";
import type { TurnWorld } from "./intent.ts";

export interface Ended {
  /** Undefined: it is not known to have been anything. */
  readonly at: Instant | undefined;
  /** Why the alarm stands for itself now. */
  readonly why: string;
}

/** Under what the end of a symptom is remembered that says for others what they say too. */
export function saidBy(device: string, symptom: string): string {
  return `${device}|${symptom}`;
}

/** `backAt`: when a device, a circuit or a symptom last came back. */
export function explanationEnded(
  alarm: Alarm,
  by: {
    readonly device: Device;
    readonly rule: Rule | undefined;
    readonly world: Pick<TurnWorld, "network" | "topology">;
    readonly backAt: (id: string) => Instant | undefined;
  },
): Ended {
  const { device, rule, world, backAt } = by;
  const way = lastBack([alarm.suppressedBy ?? "", ...wayTo(device, world)], backAt);
  const said = hiddenUntil(alarm, rule?.hiddenBy, (symptom) => backAt(saidBy(device.id, symptom)));
  if (said !== undefined && said.at > (way ?? Number.NEGATIVE_INFINITY))
    return { at: said.at, why: `still failing after ${said.by} ended` };
  return { at: way, why: `still failing after ${alarm.suppressedBy} came back` };
}

/** Everything through which it may be reached. */
function wayTo(device: Device, { network, topology }: Pick<TurnWorld, "network" | "topology">): readonly string[] {
  const cuts = topology.cutsBySite.get(device.site) ?? [];
  return [...parentsToLookAt(network, device), ...cuts.flatMap(({ holder, devices }) => [holder, ...devices]), CORE];
}

function lastBack(ids: readonly string[], backAt: (id: string) => Instant | undefined): Instant | undefined {
  const times = ids.flatMap((id) => backAt(id) ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}
