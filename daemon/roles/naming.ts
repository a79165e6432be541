/**
 * What an incident is called by: the first of the alarms that are one trouble in it, so that the order in which looks arrive makes no
 * difference to what people read. Once anybody was told of it, its name stays.
 */
import { isUntold } from "../../rules/gathering.ts";
import { line, raised } from "../../rules/incident.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Config } from "../model/config.ts";
import type { Incident } from "../model/incident.ts";
import { circuitNames, type Device } from "../model/network.ts";
import type { Rule } from "../model/rule.ts";
import { DAY, type Instant } from "../model/time.ts";
import { rootCauseOf } from "./explain.ts";
import type { IncidentWrites } from "./incident-writes.ts";
import type { Overlay } from "./memory.ts";

export interface NamingDeps {
  readonly tx: Pick<IncidentWrites, "incident" | "openByRootCause" | "latestByFingerprint" | "updateIncident" | "appendTimeline">;
  readonly config: Config;
  readonly overlay: Pick<Overlay, "ofIncident">;
}

interface Candidate {
  readonly alarm: Alarm;
  readonly device: Device;
  readonly rule: Rule;
  readonly onset: Instant;
}

/** An incident that alarms of other causes have joined, called by the first of them; undefined: it is already, or its name stays. */
export async function nameByFirst(id: string, at: Instant, { tx, config, overlay }: NamingDeps): Promise<Incident | undefined> {
  const incident = await tx.incident(id);
  if (incident === undefined || incident.foldedInto !== undefined || !isUntold(incident)) return undefined;
  const all = [...overlay.ofIncident(id)].flatMap((alarm) => candidate(alarm, config)).sort(byOnset);
  const [first] = all;
  // Called by what is none of them: by a person's call, a circuit, a credential.
  if (first === undefined || !all.some(({ alarm }) => alarm.key === incident.fingerprint)) return undefined;
  const { alarm, device, rule, onset } = first;
  const root = rootCauseOf(alarm, rule);
  if (root === incident.rootCause || (await tx.openByRootCause(root)) !== undefined) return undefined;
  const before = await tx.latestByFingerprint(alarm.key, at - 90 * DAY);
  const { part: _p, room: _r, recurrenceOf: _o, ...kept } = incident;
  const named = raised({
    ...kept,
    ...{ rootCause: root, fingerprint: alarm.key, rule: rule.id, symptom: alarm.symptom },
    ...{ site: device.site, device: device.id, firstBadAt: onset },
    ...(alarm.part === undefined ? {} : { part: alarm.part }),
    ...(device.room === undefined ? {} : { room: device.room }),
    ...(before === undefined || before.id === id ? {} : { recurrenceOf: before.id }),
  });
  await tx.updateIncident(named);
  const why = "it is called by what failed first";
  await tx.appendTimeline([line(named, at, "system", "renamed", why, { alarm: alarm.key, before: incident.fingerprint })]);
  return named;
}

function candidate(alarm: Alarm, config: Config): readonly Candidate[] {
  const device = config.network.devices.get(alarm.device);
  const rule = config.rules.find(({ id }) => id === alarm.rule);
  if (alarm.state !== "active" || alarm.suppressedBy !== undefined || device === undefined || rule === undefined) return [];
  return rule.opensRequest ? [] : [{ alarm, device, rule, onset: alarm.firstBadAt ?? alarm.since }];
}

function byOnset(one: Candidate, other: Candidate): number {
  return one.onset - other.onset || (one.alarm.key < other.alarm.key ? -1 : 1);
}

/** Which circuit or credential it is, for whoever reads of it: it has no device to name. */
export function wideName(holder: string, config: Config): string | undefined {
  const [kind, id] = [holder.slice(0, holder.indexOf(":")), holder.slice(holder.indexOf(":") + 1)];
  if (kind === "link") return circuitNames(config.network, holder);
  return kind === "credential" || kind === "on-call" ? id : undefined;
}
