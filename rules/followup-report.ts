/**
 * The figures of a follow-up report: what was opened, closed, is open, waits on whom; what it cost; what was promised and kept.
 *
 * Pure. What each figure means is printed with it (text catalogue, `figure.*`).
 */

import { DateTime } from "luxon";
import type { Incident } from "../daemon/model/incident.ts";
import type { FollowUpFigures, OpenFacts, Period } from "../daemon/model/report.ts";
import { HOUR, type Instant } from "../daemon/model/time.ts";

/** A person acted on what woke them: within this. Ours. */
const ACTED_WITHIN_MS = 2 * HOUR;
const mostRows = 200;

/** One incident with what the period's report asks of it. */
export interface PeriodIncident {
  readonly incident: Incident;
  /** First acts of a person, taken together; undefined: nobody. */
  readonly takeMs?: number;
  readonly restoreMs?: number;
  /** Without service within the period. */
  readonly downMs: number;
  readonly sessions: readonly { readonly id: string; readonly clinicalMs: number; readonly fate: "lost" | "saved" | "unknown" }[];
  readonly waitingOn?: string;
  readonly promises: readonly { readonly by: Instant; readonly doneAt?: Instant }[];
  /** Messages sent about it outside the hours of service of its place, and acts of people. */
  readonly pagedOutside: readonly Instant[];
  readonly acts: readonly Instant[];
  /** When its timer would be due within the next hours of service that matter; from the caller, who knows the calendar. */
  readonly riskBefore: Instant;
  readonly reportOwed?: { readonly dueAt?: Instant };
}

/** The last whole period before `at`, or the one that holds it; in a zone, so that a day of 23 hours is a day. */
export function periodAt(
  period: Period,
  at: Instant,
  zone: string,
  which: "last" | "holding",
): { readonly from: Instant; readonly to: Instant } {
  const unit = { daily: "day", weekly: "week", monthly: "month" }[period] as "day" | "week" | "month";
  const start = DateTime.fromMillis(at, { zone }).startOf(unit);
  const from = which === "last" ? start.minus({ [unit]: 1 }).startOf(unit) : start;
  return {
    from: from.toMillis(),
    to: from
      .plus({ [unit]: 1 })
      .startOf(unit)
      .toMillis(),
  };
}

export function figuresOf(all: readonly PeriodIncident[], from: Instant, to: Instant): FollowUpFigures {
  const within = (at: Instant | undefined) => at !== undefined && at >= from && at < to;
  const opened = all.filter(({ incident }) => within(incident.openedAt));
  const closed = all.filter(({ incident }) => incident.state === "closed" && within(incident.closedAt));
  const open = all.filter(({ incident }) => incident.state !== "closed" || (incident.closedAt ?? to) >= to);
  const counted = opened.filter(({ incident }) => isFailure(incident));
  const paged = all.flatMap(({ pagedOutside, acts }) =>
    pagedOutside.filter(within).map((at) => acts.some((act) => act >= at && act - at <= ACTED_WITHIN_MS)),
  );
  const promises = all.flatMap((each) => each.promises).filter(({ by }) => within(by));
  const kept = promises.filter(({ by, doneAt }) => doneAt !== undefined && doneAt <= by).length;
  return {
    opened: opened.length,
    closed: closed.length,
    open: open.length,
    majors: opened.filter(({ incident }) => incident.severity === "major").length,
    falseAlarms: closed.filter(({ incident }) => incident.disposition === "false-alarm").length,
    healed: closed.filter(({ incident }) => incident.disposition === "healed").length,
    pagesOutside: paged.length,
    pagesOutsideActed: paged.filter(Boolean).length,
    sessions: sessionsOf(all),
    promises: {
      made: promises.length,
      kept,
      broken: promises.filter(({ by, doneAt }) => (doneAt ?? Number.POSITIVE_INFINITY) > by).length,
    },
    ...median(
      "medianTakeMs",
      opened.map(({ takeMs }) => takeMs),
    ),
    ...median(
      "medianRestoreMs",
      all.filter(({ incident }) => within(incident.restoredAt)).map(({ restoreMs }) => restoreMs),
    ),
    bySymptom: bySymptom(counted),
    bySite: bySite(
      all.filter(({ incident }) => isFailure(incident)),
      within,
    ),
    openList: open
      .map((each) => openFacts(each, to))
      .sort(byUrgency)
      .slice(0, mostRows),
    reportsOwed: all.flatMap(({ incident, reportOwed }) => (reportOwed === undefined ? [] : [{ number: incident.number, ...reportOwed }])),
  };
}

function isFailure({ disposition }: Incident): boolean {
  return disposition !== "false-alarm" && disposition !== "test" && disposition !== "duplicate";
}

/** A session that two incidents hit is one; the worse of what is said of it counts. */
function sessionsOf(all: readonly PeriodIncident[]): FollowUpFigures["sessions"] {
  const worst = { lost: 2, unknown: 1, saved: 0 } as const;
  const byId = new Map<string, { clinicalMs: number; fate: keyof typeof worst }>();
  for (const { id, clinicalMs, fate } of all.flatMap((each) => each.sessions)) {
    const before = byId.get(id);
    byId.set(id, {
      clinicalMs: Math.max(before?.clinicalMs ?? 0, clinicalMs),
      fate: before !== undefined && worst[before.fate] >= worst[fate] ? before.fate : fate,
    });
  }
  const found = [...byId.values()];
  return {
    hit: found.length,
    saved: found.filter(({ fate }) => fate === "saved").length,
    lost: found.filter(({ fate }) => fate === "lost").length,
    clinicalMinutes: Math.round(found.reduce((sum, { clinicalMs }) => sum + clinicalMs, 0) / 60_000),
  };
}

function median<K extends string>(name: K, values: readonly (number | undefined)[]): { readonly [key in K]?: number } {
  const known = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  const low = known[Math.floor((known.length - 1) / 2)];
  const high = known[Math.ceil((known.length - 1) / 2)];
  return low === undefined || high === undefined ? {} : ({ [name]: Math.round((low + high) / 2) } as { [key in K]?: number });
}

function bySymptom(all: readonly PeriodIncident[]): FollowUpFigures["bySymptom"] {
  const counts = new Map<string, { count: number; majors: number }>();
  for (const { incident } of all) {
    const before = counts.get(incident.symptom) ?? { count: 0, majors: 0 };
    counts.set(incident.symptom, { count: before.count + 1, majors: before.majors + (incident.severity === "major" ? 1 : 0) });
  }
  return [...counts]
    .map(([symptom, each]) => ({ symptom, ...each }))
    .sort((a, b) => b.count - a.count || a.symptom.localeCompare(b.symptom))
    .slice(0, mostRows);
}

function bySite(all: readonly PeriodIncident[], within: (at: Instant | undefined) => boolean): FollowUpFigures["bySite"] {
  const counts = new Map<string, { count: number; majors: number; downMs: number }>();
  for (const { incident, downMs } of all) {
    const before = counts.get(incident.site) ?? { count: 0, majors: 0, downMs: 0 };
    const isNew = within(incident.openedAt) ? 1 : 0;
    const majors = before.majors + (isNew === 1 && incident.severity === "major" ? 1 : 0);
    counts.set(incident.site, { count: before.count + isNew, majors, downMs: before.downMs + downMs });
  }
  return [...counts]
    .map(([site, each]) => ({ site, ...each }))
    .sort((a, b) => b.count - a.count || a.site.localeCompare(b.site))
    .slice(0, mostRows);
}

function openFacts({ incident, waitingOn, riskBefore }: PeriodIncident, to: Instant): OpenFacts {
  const { id, number, site, symptom, severity, level, state, openedAt, room, device, wakeAt } = incident;
  return {
    ...{ id, number, site, symptom, severity, level, state, openedAt },
    ...(room === undefined ? {} : { room }),
    ...(device === undefined ? {} : { device }),
    ...(waitingOn === undefined ? {} : { waitingOn }),
    overdue: wakeAt !== undefined && wakeAt < to,
    atRisk: wakeAt !== undefined && wakeAt >= to && wakeAt < riskBefore,
    ...(wakeAt === undefined ? {} : { nextAt: wakeAt }),
  };
}

/** Majors first, then what is overdue, then the oldest. */
function byUrgency(a: OpenFacts, b: OpenFacts): number {
  const rank = ({ severity, overdue }: OpenFacts) => (severity === "major" ? 0 : 2) + (overdue ? 0 : 1);
  return rank(a) - rank(b) || a.openedAt - b.openedAt;
}
