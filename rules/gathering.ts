/**
 * Incidents that turn out to be one: joined by the rules, or merged, split and linked by people. What each act changes, and why.
 *
 * Pure. Who was told of an incident handles it, so the rules fold only what nobody has heard of; people may merge anything.
 */
import { type Incident, isFailing, type TimelineEntry } from "../daemon/model/incident.ts";
import type { IncidentLink, IncidentSplit } from "../daemon/model/joining.ts";
import type { Instant } from "../daemon/model/time.ts";
import type { Hours } from "./clock.ts";
import { begins, notice } from "./followup.ts";
import { type Decision, line, raised } from "./incident.ts";
import { isHigherSeverity, isHigherUrgency } from "./severity.ts";
import { stepOf } from "./timer.ts";

/** May the rules fold it into another? Nobody was told, nobody has touched it, and it was never told of before. */
export function isUntold(incident: Incident): boolean {
  return !incident.noticeSent && incident.acknowledgedAt === undefined && incident.state === "open" && incident.occurrences === 1;
}

/** Which of several failing incidents stays: one that people know of, then the one that was opened first. */
export function leaderOf(incidents: readonly Incident[]): Incident | undefined {
  return [...incidents].sort(
    (a, b) => Number(isUntold(a)) - Number(isUntold(b)) || a.openedAt - b.openedAt || a.firstBadAt - b.firstBadAt || (a.id < b.id ? -1 : 1),
  )[0];
}

/** The alarms that joined an incident at one time for one reason: one line, with all their names. */
export function joinedLine(incident: Incident, at: Instant, why: string, alarms: readonly string[]): TimelineEntry {
  const data = { count: alarms.length, alarms: alarms.slice(0, 200).join(", ") };
  return line(incident, at, "system", "alarms-joined", why, data);
}

export interface Widening {
  /** Rooms and sites that it had reached already, its own among them. */
  readonly before: readonly string[];
  /** Those of the alarms that are new in it. */
  readonly now: readonly string[];
  readonly at: Instant;
  readonly hours: Hours;
}

/**
 * It reaches a room or a site that it had not reached when it was taken: who holds it hears, and goes on. Undefined: nothing new, or
 * nobody holds it, or it is kept quiet.
 */
export function widenIncident(incident: Incident, { before, now, at, hours }: Widening): Decision | undefined {
  if (incident.state !== "taken" || incident.muted !== undefined) return undefined;
  const known = new Set([...before, ...(incident.reaches ?? [])]);
  const more = now.filter((place) => !known.has(place));
  if (more.length === 0) return undefined;
  const next = raised({ ...incident, reaches: [...(incident.reaches ?? []), ...more], occurrence: incident.occurrence + 1 });
  const entry = line(next, at, "system", "wider", "it reaches further than when it was taken", { places: more.join(", ") });
  const { steps } = incident.policy.tracks[incident.severity];
  const told = stepOf(incident, Math.min(incident.level, steps.length));
  return { incident: next, timeline: [entry], notices: [notice("wider", next, told.tell, begins(incident, hours, at))] };
}

/** Two incidents after a person has made them one. */
export interface Merged {
  readonly from: Incident;
  readonly into: Incident;
  readonly timeline: readonly TimelineEntry[];
}

export interface MergeInput {
  readonly from: Incident;
  readonly into: Incident;
  /** Has a message of it reached anybody? What was only on its way counts for nothing: it is dropped. */
  readonly told: { readonly from: boolean; readonly into: boolean };
  readonly by: string;
  readonly at: Instant;
  readonly note: string;
}

/** Why a person may not merge these two; undefined when they may. */
export function notMergeable(from: Incident, into: Incident): string | undefined {
  if (from.id === into.id) return `${from.number} cannot be merged into itself`;
  for (const each of [from, into]) {
    if (each.foldedInto !== undefined) return `${each.number} is part of ${each.foldedInto} already: name that one`;
    if (each.state === "closed") return `${each.number} is closed: link the two instead`;
  }
  if ((from.muted === undefined) !== (into.muted === undefined))
    return "one of the two is kept quiet by maintenance or a silence, and the other is not: link them instead, or wait until that ends";
  if (isFailing(from) && !isFailing(into)) return `${into.number} is ${into.state} and ${from.number} is not: merge it the other way round`;
  return undefined;
}

/**
 * `from` goes on as `into` and keeps its number. What is left is as severe and as urgent as the worse of the two, and goes up the ladder
 * of the one that is worse, else of the one that people were told of, else of the one that has climbed further: nobody is paged anew
 * for what they have heard of. Who holds one of them holds it.
 */
export function mergeIncidents({ from, into, told, by, at, note }: MergeInput): Merged {
  const { wakeAt: _w, wakeFor: _f, openTasks: _t, handOver: _h, ...rest } = from;
  const closed = { foldedInto: into.id, foldedBy: by, state: "closed", closedAt: at, disposition: "duplicate" } as const;
  const folded = raised({ ...rest, ...closed });
  const openTasks = [...(into.openTasks ?? []), ...(from.openTasks ?? [])];
  const news = into.news ?? from.news;
  const next = raised({
    ...withLadder(into, from, told, at),
    firstBadAt: Math.min(into.firstBadAt, from.firstBadAt),
    ...(openTasks.length === 0 ? {} : { openTasks }),
    ...(news === undefined ? {} : { news }),
  });
  const timeline = [
    line(folded, at, by, "merged", note, { into: into.number }),
    line(next, at, by, "took-in", note, { child: from.number }),
  ];
  return { from: folded, into: next, timeline };
}

function withLadder(into: Incident, from: Incident, told: MergeInput["told"], at: Instant): Incident {
  if (!isFailing(from)) return { ...into, ...hitBy(into, from) };
  const leads = isAhead(from, into, told);
  const lead = leads ? from : into;
  const worse = isHigherSeverity(from.severity, into.severity) ? from : into;
  const sooner = isHigherUrgency(from.urgency, into.urgency) ? from : into;
  const { acknowledgedAt: _a, acknowledgedBy: _b, holder: _h, takenAt: _t, wakeAt: _w, wakeFor: _f, ...own } = into;
  const {
    severitySettled: _s,
    toldAs: _o,
    still: _q,
    handOver: _i,
    followUpAt: _n,
    followUpsMissed: _m,
    followUpDueAt: _d1,
    ...rest
  } = own;
  const merged: Incident = {
    ...rest,
    severity: worse.severity,
    severityWhy: worse.severityWhy,
    urgency: sooner.urgency,
    urgencyWhy: sooner.urgencyWhy,
    general: from.general || into.general,
    level: lead.level,
    levelSince: lead.levelSince,
    noticeSent: lead.noticeSent,
    occurrence: Math.max(from.occurrence, into.occurrence),
    ...settledOf(lead),
    ...hitBy(into, from),
    ...handOf([lead, from, into].find(({ holder }) => holder !== undefined) ?? lead),
  };
  // Its message was on its way under the number that is gone: it is told under this one.
  const lost = leads && from.noticeSent && !told.from && merged.acknowledgedAt === undefined;
  return lost ? { ...merged, noticeSent: false, occurrence: merged.occurrence + 1, wakeAt: at, wakeFor: "notice" } : merged;
}

/** What goes with the ladder: whether its first call is over, what people were told, and when its clocks stood still. */
function settledOf({ severitySettled, toldAs, still }: Incident): Partial<Incident> {
  return {
    ...(severitySettled === undefined ? {} : { severitySettled }),
    ...(toldAs === undefined ? {} : { toldAs }),
    ...(still === undefined ? {} : { still }),
  };
}

/** A session that one of them has hit was hit. */
function hitBy(into: Incident, from: Incident): Partial<Incident> {
  const sessionHit = into.sessionHit ?? from.sessionHit;
  return sessionHit === undefined ? {} : { sessionHit };
}

/** The worse of the two, else the one that people were told of, else the one that has climbed further. */
function isAhead(from: Incident, into: Incident, told: MergeInput["told"]): boolean {
  // Kept quiet, both of them: no ladder is climbed, and the clock that stands still stays its own.
  if (into.muted !== undefined) return false;
  if (isHigherSeverity(from.severity, into.severity) || isHigherUrgency(from.urgency, into.urgency)) return true;
  if (from.severity !== into.severity || from.urgency !== into.urgency) return false;
  return told.from === told.into ? from.level > into.level : told.from;
}

/** In whose hands it is, and when that is looked at again. */
function handOf({
  acknowledgedAt,
  acknowledgedBy,
  holder,
  takenAt,
  wakeAt,
  wakeFor,
  state,
  handOver,
  followUpAt,
}: Incident): Partial<Incident> & Pick<Incident, "state"> {
  return {
    state,
    ...(acknowledgedAt === undefined ? {} : { acknowledgedAt }),
    ...(acknowledgedBy === undefined ? {} : { acknowledgedBy }),
    ...(holder === undefined ? {} : { holder }),
    ...(takenAt === undefined ? {} : { takenAt }),
    ...(wakeAt === undefined ? {} : { wakeAt }),
    ...(wakeFor === undefined ? {} : { wakeFor }),
    ...(handOver === undefined ? {} : { handOver }),
    ...(followUpAt === undefined ? {} : { followUpAt }),
  };
}

/** The lines of both incidents about a link between them. */
export function linkLines(event: "linked" | "unlinked", one: Incident, other: Incident, link: IncidentLink): readonly TimelineEntry[] {
  const { at, by, why, kind } = link;
  return [line(one, at, by, event, why, { to: other.number, kind }), line(other, at, by, event, why, { from: one.number, kind })];
}

/** Are two alarms on the two sides of something that a person split? */
export function apartBy(splits: readonly IncidentSplit[]): (one: string, other: string) => boolean {
  const sides = splits.map(({ left, stayed }) => [new Set(left), new Set(stayed)] as const);
  return (one, other) => sides.some(([left, stayed]) => (left.has(one) && stayed.has(other)) || (left.has(other) && stayed.has(one)));
}

/** A person who merges takes back what was split between the two. */
export function takenBack(splits: readonly IncidentSplit[], from: readonly string[], into: readonly string[]): readonly IncidentSplit[] {
  const crosses = (split: IncidentSplit) => {
    const apart = apartBy([split]);
    return from.some((one) => into.some((other) => apart(one, other)));
  };
  return splits.filter(crosses);
}
