/**
 * Two courses of the same time, incident by incident: which are new, which are gone, which went otherwise.
 *
 * Pure. What was folded into another incident is none of its own: nobody was told of it.
 */
import type { Disposition, Incident, Severity, Urgency } from "../model/incident.ts";
import type { Instant } from "../model/time.ts";
import type { Course } from "./incidents.ts";

export interface ReplayedIncident {
  readonly rootCause: string;
  readonly device?: string;
  readonly site: string;
  readonly symptom: string;
  readonly part?: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly urgency: Urgency;
  /** The highest level reached, while nobody acted. */
  readonly level: number;
  /** First bad look. */
  readonly detectedAt: Instant;
  readonly openedAt: Instant;
  /** When people were first told, or would have been. */
  readonly noticeAt?: Instant;
  readonly restoredAt?: Instant;
  /** Root cause of the incident that it was folded into. */
  readonly foldedInto?: string;
  readonly occurrences: number;
  /** Where the daemon opened it: its number, and what people said it was. */
  readonly number?: string;
  readonly disposition?: Disposition;
}

export type ComparedField = "severity" | "urgency" | "level" | "detectedAt" | "openedAt" | "noticeAt" | "restoredAt" | "occurrences";

export interface ChangedIncident {
  readonly before: ReplayedIncident;
  readonly after: ReplayedIncident;
  readonly fields: readonly ComparedField[];
}

export interface Difference {
  readonly opened: readonly ReplayedIncident[];
  readonly gone: readonly ReplayedIncident[];
  readonly changed: readonly ChangedIncident[];
  readonly unchanged: number;
}

const allFields: readonly ComparedField[] = [
  ...(["severity", "urgency", "level", "detectedAt", "openedAt", "noticeAt", "restoredAt", "occurrences"] as const),
];
/** Against what was recorded: levels and notices depend on what people did, and occurrences on what they closed. */
export const recordedFields: readonly ComparedField[] = ["detectedAt", "openedAt", "restoredAt"];

/** `toleranceMs`: times that are this close are equal. */
export function compare(
  before: readonly ReplayedIncident[],
  after: readonly ReplayedIncident[],
  { fields = allFields, toleranceMs = 0 }: { readonly fields?: readonly ComparedField[]; readonly toleranceMs?: number } = {},
): Difference {
  const left = new Map<string, ReplayedIncident[]>();
  for (const each of after.filter(isOwn)) push(left, each.rootCause, each);
  const gone: ReplayedIncident[] = [];
  const changed: ChangedIncident[] = [];
  let unchanged = 0;
  for (const old of before.filter(isOwn)) {
    const candidates = left.get(old.rootCause) ?? [];
    const match = nearest(old, candidates);
    if (match === undefined) {
      gone.push(old);
      continue;
    }
    candidates.splice(candidates.indexOf(match), 1);
    const moved = fields.filter((field) => differs(old[field], match[field], toleranceMs));
    if (moved.length === 0) unchanged += 1;
    else changed.push({ before: old, after: match, fields: moved });
  }
  const opened = [...left.values()].flat().sort((a, b) => a.openedAt - b.openedAt);
  return { opened, gone, changed, unchanged };
}

function isOwn({ foldedInto }: ReplayedIncident): boolean {
  return foldedInto === undefined;
}

/** The one that began nearest, if the two were there at the same time. */
function nearest(one: ReplayedIncident, candidates: readonly ReplayedIncident[]): ReplayedIncident | undefined {
  let best: ReplayedIncident | undefined;
  for (const each of candidates) {
    if (each.detectedAt > endOf(one) || one.detectedAt > endOf(each)) continue;
    if (best === undefined || Math.abs(each.openedAt - one.openedAt) < Math.abs(best.openedAt - one.openedAt)) best = each;
  }
  return best;
}

/** Tells of an incident whether one of these was there at its time, its own or folded into another. */
export function overlapping(incidents: readonly ReplayedIncident[]): (one: ReplayedIncident) => boolean {
  const byRoot = new Map<string, ReplayedIncident[]>();
  for (const each of incidents) push(byRoot, each.rootCause, each);
  return (one) => nearest(one, byRoot.get(one.rootCause) ?? []) !== undefined;
}

/** By a clock that was set back it may have ended before it began: then it was there at its beginning. */
function endOf({ detectedAt, restoredAt }: ReplayedIncident): Instant {
  return restoredAt === undefined ? Number.POSITIVE_INFINITY : Math.max(restoredAt, detectedAt);
}

function differs(a: string | number | undefined, b: string | number | undefined, toleranceMs: number): boolean {
  if (typeof a === "number" && typeof b === "number") return Math.abs(a - b) > toleranceMs;
  return a !== b;
}

function push<T>(index: Map<string, T[]>, key: string, value: T): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [value]);
  else list.push(value);
}

/** Incidents of a replay that opened in this time, the earliest first. */
export function replayed(courses: Iterable<Course>, from: Instant, to: Instant): readonly ReplayedIncident[] {
  const all = [...courses];
  const roots = new Map(all.map(({ incident }) => [incident.id, incident.rootCause]));
  return all
    .filter(({ incident: { openedAt } }) => openedAt >= from && openedAt <= to)
    .map(({ incident, level, noticeAt }) => ({
      ...factsOf(incident, (id) => roots.get(id)),
      level,
      ...(noticeAt === undefined ? {} : { noticeAt }),
    }))
    .sort(byOpening);
}

/** Incidents as the daemon opened them. */
export function recorded(incidents: readonly Incident[]): readonly ReplayedIncident[] {
  const roots = new Map(incidents.map((incident) => [incident.id, incident.rootCause]));
  return incidents
    .map((incident) => {
      const { number, disposition } = incident;
      return { ...factsOf(incident, (id) => roots.get(id)), number, ...(disposition === undefined ? {} : { disposition }) };
    })
    .sort(byOpening);
}

/** The same incidents with the numbers and the dispositions of those that the daemon opened. */
export function named(incidents: readonly ReplayedIncident[], known: readonly ReplayedIncident[]): readonly ReplayedIncident[] {
  const byRoot = new Map<string, ReplayedIncident[]>();
  for (const each of known.filter(isOwn)) push(byRoot, each.rootCause, each);
  return incidents.map((incident) => {
    const match = nearest(incident, byRoot.get(incident.rootCause) ?? []);
    if (match === undefined) return incident;
    const { number, disposition } = match;
    return { ...incident, ...(number === undefined ? {} : { number }), ...(disposition === undefined ? {} : { disposition }) };
  });
}

function byOpening(a: ReplayedIncident, b: ReplayedIncident): number {
  return a.openedAt - b.openedAt || (a.rootCause < b.rootCause ? -1 : 1);
}

function factsOf(incident: Incident, rootOf: (id: string) => string | undefined): ReplayedIncident {
  const { rootCause, site, symptom, rule, severity, urgency, level, openedAt, occurrences, device, part, restoredAt, foldedInto } =
    incident;
  return {
    ...{ rootCause, site, symptom, rule, severity, urgency, level, openedAt, occurrences, detectedAt: incident.firstBadAt },
    ...(device === undefined ? {} : { device }),
    ...(part === undefined ? {} : { part }),
    ...(restoredAt === undefined ? {} : { restoredAt }),
    ...(foldedInto === undefined ? {} : { foldedInto: rootOf(foldedInto) ?? foldedInto }),
  };
}

/** For a script and for the API: instants in ISO 8601. */
export function incidentJson(incident: ReplayedIncident) {
  const { detectedAt, openedAt, noticeAt, restoredAt, ...rest } = incident;
  return {
    ...rest,
    detectedAt: new Date(detectedAt).toISOString(),
    openedAt: new Date(openedAt).toISOString(),
    ...(noticeAt === undefined ? {} : { noticeAt: new Date(noticeAt).toISOString() }),
    ...(restoredAt === undefined ? {} : { restoredAt: new Date(restoredAt).toISOString() }),
  };
}
