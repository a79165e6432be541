/**
 * Alarms that wait: held until their parents were looked at, or raised again while the daemon was away. The same for the
 * evaluator and for a replay.
 */
import { whyRaised } from "../../rules/lifecycle.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Incident } from "../model/incident.ts";
import type { Network } from "../model/network.ts";
import type { Rule } from "../model/rule.ts";
import { type Instant, MINUTE } from "../model/time.ts";
import type { AlarmMemory } from "./memory.ts";

/** Why an alarm that was held opens its incident after all. */
export function whyHeld(alarm: Alarm, rule: Rule | undefined, holdUntil: Instant): string {
  return alarm.since > holdUntil && rule !== undefined ? whyRaised(alarm, rule) : "held at the start until its parents were looked at";
}

/** Alarms whose incident says whether they wait. */
export function mayWait({ state, incident, suppressedBy }: Alarm): boolean {
  return state === "active" && incident !== undefined && suppressedBy === undefined;
}

/** Was it raised again after its last incident had ended, and not judged since? */
export function waits(alarm: Alarm, incident: Incident | undefined): boolean {
  const endedAt = incident?.restoredAt ?? incident?.closedAt;
  return mayWait(alarm) && endedAt !== undefined && alarm.since > endedAt;
}

/** Alarms active without incident or explanation: held at the start, or left so by a device that was in commissioning. */
export function heldNow(memory: AlarmMemory, waiting: ReadonlySet<string>, holdUntil: Instant, now: Instant): ReadonlySet<string> {
  return now > holdUntil + MINUTE ? waiting : new Set([...memory.unexplained(), ...waiting]);
}

const credentialHolder = "credential:";

export function isCredential(holder: string): boolean {
  return holder.startsWith(credentialHolder);
}

/** A credential that nothing but devices in commissioning uses: it pages nobody until one of them is accepted. */
export function onlyNewUse(network: Network, holder: string): boolean {
  if (!isCredential(holder)) return false;
  const id = holder.slice(credentialHolder.length);
  const users = [...network.devices.values()].filter(({ credentials }) => Object.values(credentials).includes(id));
  return users.length > 0 && users.every(({ commissioning }) => commissioning);
}
