/**
 * What a split makes of an incident: a new one with the alarms that leave, and what stays. Decided from what is handed over.
 */
import { line, openIncident, raised } from "../../rules/incident.ts";
import { judgeSeverity } from "../../rules/severity.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Config } from "../model/config.ts";
import { type Incident, isFailing, type TimelineEntry } from "../model/incident.ts";
import type { IncidentLink, IncidentSplit } from "../model/joining.ts";
import type { Instant } from "../model/time.ts";
import { ClassFacts, type SessionBook } from "./class-facts.ts";
import { blindRoot, rootCauseOf } from "./explain.ts";

export interface SplitInput {
  readonly incident: Incident;
  /** All that it gathers now. */
  readonly alarms: readonly Alarm[];
  /** Those that are to leave. */
  readonly keys: readonly string[];
  readonly config: Config;
  readonly person: { readonly by: string; readonly note: string };
  readonly at: Instant;
  /** Of the new incident; undefined: only asked whether it may be. */
  readonly number?: string;
  readonly bookings?: SessionBook;
}

export interface SplitOff {
  readonly made: Incident;
  readonly left: Incident;
  readonly timeline: readonly TimelineEntry[];
  readonly split: IncidentSplit;
  readonly link: IncidentLink;
}

export interface SplitRefused {
  readonly refused: string;
  readonly status: 409 | 422;
}

export function isRefused(result: SplitOff | SplitRefused): result is SplitRefused {
  return "refused" in result;
}

export function splitOff(input: SplitInput): SplitOff | SplitRefused {
  const { incident, alarms, person, at, number = incident.number } = input;
  const keys = new Set(input.keys);
  const leaving = alarms.filter(({ key }) => keys.has(key));
  const staying = alarms.filter(({ key }) => !keys.has(key));
  const refused = whyNot(input, leaving, staying);
  if (refused !== undefined) return refused;
  const face = [...leaving].filter(({ state }) => state === "active").sort((a, b) => onsetOf(a) - onsetOf(b))[0];
  if (face === undefined) return { status: 409, refused: "none of these alarms fails any more; there is nothing to handle apart" };
  const { incident: made, timeline } = newIncident(input, face, leaving, number);
  const left = raised(incident);
  const { by, note } = person;
  const data = { count: leaving.length, alarms: leaving.map(({ key }) => key).join(", "), to: made.number };
  return {
    made,
    left,
    timeline: [line(left, at, by, "split", note, data), ...timeline.map((entry) => ({ ...entry, by }))],
    split: { id: made.id, from: incident.id, left: leaving.map(({ key }) => key), stayed: staying.map(({ key }) => key), by, at },
    link: { from: made.id, to: incident.id, kind: "related", by, at, why: note },
  };
}

function whyNot({ incident, keys, config }: SplitInput, leaving: readonly Alarm[], staying: readonly Alarm[]): SplitRefused | undefined {
  const say = (status: 409 | 422, refused: string): SplitRefused => ({ status, refused });
  if (incident.foldedInto !== undefined) return say(409, `${incident.number} is part of ${incident.foldedInto}: act on that one`);
  if (!isFailing(incident)) return say(409, `${incident.number} is ${incident.state}; only what fails is split`);
  const strange = keys.find((key) => !leaving.some((alarm) => alarm.key === key));
  if (strange !== undefined)
    return say(422, `alarms: ${incident.number} has no alarm "${strange}"; write keys that GET /api/v1/incidents/${incident.number} lists`);
  if (staying.length === 0) return say(422, `nothing would be left of ${incident.number}; leave one alarm in it`);
  // What opened it is known by its key too: the rule that told its root cause may have left the configuration.
  const own = leaving.find((alarm) => rootOf(alarm, config) === incident.rootCause || alarm.key === incident.fingerprint);
  if (own !== undefined) return say(422, `"${own.key}" is what ${incident.number} is about: split the others off it instead`);
  const roots = new Set(leaving.map((alarm) => rootOf(alarm, config)));
  const torn = staying.find((alarm) => roots.has(rootOf(alarm, config)));
  if (torn !== undefined) return say(422, `"${torn.key}" has the same cause as one of these; name it too, or neither`);
  return undefined;
}

function newIncident(input: SplitInput, face: Alarm, leaving: readonly Alarm[], number: string) {
  const { incident, config, person, at, bookings } = input;
  const { network } = config;
  const device = network.devices.get(face.device);
  const room = network.rooms.get(device?.room ?? roomOf(face) ?? "");
  const several = new Set(leaving.filter(({ state }) => state === "active").map((alarm) => alarm.device)).size > 1;
  const facts = {
    rootCause: rootOf(face, config),
    site: device?.site ?? room?.site ?? incident.site,
    symptom: face.symptom,
    rule: face.rule,
    firstBadAt: onsetOf(face),
    ...(isDevice(face) ? { device: face.device } : {}),
  };
  const general = several || (!isDevice(face) && roomOf(face) === undefined);
  const { raisedBy: _, ...severity } = judgeSeverity(new ClassFacts(() => config, bookings).of({ ...facts, general }, at));
  return openIncident({
    ...facts,
    ...severity,
    number,
    ...(room === undefined ? {} : { room: room.id }),
    ...(face.part === undefined ? {} : { part: face.part }),
    fingerprint: face.key,
    at,
    policy: incident.policy,
    why: person.note,
  });
}

/** As the turn and the desk say it when they open one: what fails as a whole is its own cause, each call of a room is one. */
function rootOf(alarm: Alarm, config: Config): string {
  if (!isDevice(alarm) && roomOf(alarm) === undefined) return alarm.device;
  return rootCauseOf(
    alarm,
    config.rules.find(({ id }) => id === alarm.rule),
  );
}

/** One of the configuration, or that was: circuits, credentials, sessions, our own sight are told by their names. */
function isDevice({ device }: Alarm): boolean {
  return device !== blindRoot && !device.includes(":");
}

function roomOf({ device }: Alarm): string | undefined {
  return device.startsWith("room:") ? device.slice("room:".length) : undefined;
}

function onsetOf({ firstBadAt, since }: Alarm): Instant {
  return firstBadAt ?? since;
}
