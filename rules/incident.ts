/**
 * Life of an incident: open -> taken -> restored -> resolved -> closed. What each act changes, and why.
 *
 * Pure: an incident and an act in, a new incident with its timeline lines and notices out. Escalation by time is in escalation.ts.
 */
import type { Alarm } from "../daemon/model/alarm.ts";
import {
  type Disposition,
  type Incident,
  isFailing,
  type NoticeKind,
  type Severity,
  type SeveritySettled,
  type TimelineEntry,
  type Urgency,
  type Verdict,
} from "../daemon/model/incident.ts";
import type { Clock, Policy } from "../daemon/model/policy.ts";
import { DAY, type Instant } from "../daemon/model/time.ts";
import { deadline, type Hours } from "./clock.ts";

/** Somebody is to be told; the daemon turns functions into people and channels. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly level: number;
  readonly occurrence: number;
  readonly tell: readonly string[];
  readonly notBefore: Instant;
  /** How late it is, when the daemon was down while it was due. */
  readonly lateMs?: number;
  /** Contacts that hear besides, by id: one person, a partner's. */
  readonly contacts?: readonly string[];
  /** What it is about beside the incident; part of the key of each message. */
  readonly about?: string;
}

/** What follows from an act. `dropPending`: messages not yet claimed no longer matter, with the reason. */
export interface Decision {
  readonly incident: Incident;
  readonly timeline: readonly TimelineEntry[];
  readonly notices: readonly Notice[];
  readonly dropPending?: string;
}

export interface Opening {
  readonly number: string;
  readonly rootCause: string;
  readonly site: string;
  readonly device?: string;
  readonly room?: string;
  readonly symptom: string;
  readonly part?: string;
  readonly rule: string;
  readonly fingerprint: string;
  readonly severity: Severity;
  readonly severityWhy: string;
  readonly urgency: Urgency;
  readonly urgencyWhy: string;
  readonly general: boolean;
  readonly sessionHit?: string;
  readonly verdict?: Verdict;
  readonly firstBadAt: Instant;
  readonly at: Instant;
  readonly policy: Policy;
  readonly recurrenceOf?: string;
  readonly why: string;
}

/** A new incident. Its notice waits for the group wait, so that a parent's failure can still fold it. */
export function openIncident(opening: Opening): Decision {
  const { number, at, why, policy, ...facts } = opening;
  const wait = opening.urgency === "now" ? policy.groupWaitMs.now : policy.groupWaitMs.other;
  const incident: Incident = {
    ...facts,
    id: number,
    number,
    policy,
    level: 1,
    occurrence: 1,
    state: "open",
    openedAt: at,
    levelSince: at,
    noticeSent: false,
    wakeAt: at + wait,
    wakeFor: "notice",
    occurrences: 1,
    version: 1,
  };
  const data = {
    severity: opening.severity,
    severityWhy: opening.severityWhy,
    urgency: opening.urgency,
    urgencyWhy: opening.urgencyWhy,
    ...(opening.verdict === undefined ? {} : { verdict: opening.verdict }),
  };
  return { incident, timeline: [line(incident, at, "system", "opened", why, data)], notices: [] };
}

/** The same trouble again within the window: the same incident, one more occurrence. */
export function reopenIncident(incident: Incident, alarm: Alarm, at: Instant, why: string): Decision {
  const { restoredAt: _r, resolvedAt: _s, closedAt: _c, disposition: _d, acknowledgedAt: _a, acknowledgedBy: _b, ...kept } = incident;
  const rest = provisionalAgain(kept, at);
  const wait = incident.urgency === "now" ? incident.policy.groupWaitMs.now : incident.policy.groupWaitMs.other;
  const held = holdsIt(incident);
  const next = raised({
    ...rest,
    state: held ? "taken" : "open",
    occurrences: incident.occurrences + 1,
    // A held incident keeps its level: its holder hears of it and the follow-up is the clock.
    level: held ? incident.level : 1,
    levelSince: at,
    occurrence: incident.occurrence + 1,
    noticeSent: false,
    wakeAt: at + wait,
    wakeFor: "notice",
  });
  return {
    incident: next,
    timeline: [line(next, at, "system", "reopened", why, { alarm: alarm.key, occurrences: next.occurrences })],
    notices: [],
  };
}

/** What was solved at the first call and came back was not: its first call begins anew. What a person or time has settled stays so. */
function provisionalAgain<T extends Pick<Incident, "severitySettled">>(incident: T, at: Instant): T {
  const { severitySettled, ...rest } = incident;
  if (severitySettled?.how === "time" || severitySettled?.how === "person") return incident;
  return { ...(rest as T), firstCallSince: at };
}

/** Settles what is still provisional; nothing where it is settled already. */
export function settled(incident: Incident, at: Instant, by: string, how: SeveritySettled["how"]): Pick<Incident, "severitySettled"> {
  return incident.severitySettled === undefined ? { severitySettled: { at, by, how } } : {};
}

/** A person asks for help again while their request is open: one more occurrence, and no second incident. */
export function askAgain(incident: Incident, at: Instant, why: string): Decision {
  const next = raised({ ...incident, occurrences: incident.occurrences + 1 });
  return { incident: next, timeline: [line(next, at, "system", "asked-again", why, { occurrences: next.occurrences })], notices: [] };
}

/** It turned out to be part of another: keeps its number, nobody was told, no life of its own any more. */
export function foldIncident(incident: Incident, into: Incident, at: Instant, why: string): Decision {
  const { wakeAt: _w, wakeFor: _f, ...rest } = incident;
  const next = raised({ ...rest, foldedInto: into.id, state: "closed", closedAt: at, disposition: "duplicate" });
  return {
    incident: next,
    timeline: [
      line(next, at, "system", "folded", why, { into: into.number }),
      line(into, at, "system", "child-folded", why, { child: incident.number }),
    ],
    notices: [],
    dropPending: "folded",
  };
}

/**
 * Reopened, not yet told, and it turned out that another's failure explains this episode: it is as restored as it was before.
 * It cannot be folded: people were told of its earlier episodes.
 */
export function setAside(incident: Incident, into: Incident, at: Instant, hours: Hours, why: string): Decision {
  const next = raised({
    ...incident,
    state: "restored",
    restoredAt: at,
    occurrences: incident.occurrences - 1,
    ...restoredTimer(incident, hours, at),
  });
  return {
    incident: next,
    timeline: [line(next, at, "system", "set-aside", why, { into: into.number })],
    notices: [],
    dropPending: "explained by another incident",
  };
}

/** A restored minor that nobody took and that hit no session: into the daily report, without anybody. */
export function closesByItself(incident: Incident): boolean {
  const { severity, holder, sessionHit, news } = incident;
  const owesNews = news !== undefined && news.last !== true;
  return severity === "minor" && holder === undefined && sessionHit === undefined && !owesNews && notOver(incident) === undefined;
}

/** The timer of an incident whose service is back. */
export function restoredTimer(incident: Incident, hours: Hours, at: Instant): Pick<Incident, "wakeAt" | "wakeFor"> {
  // What a partner still works on does not close by itself; a follow-up that a person has set stays.
  if (incident.followUpAt !== undefined && incident.followUpAt > at) return { wakeAt: incident.followUpAt, wakeFor: "follow-up" };
  return closesByItself(incident)
    ? { wakeAt: at + incident.policy.autoCloseAfterMs, wakeFor: "auto-close" }
    : { wakeAt: dueAfter(incident, hours, restoredClock(incident), at), wakeFor: "follow-up" };
}

/** Service is back: K good looks, or the caller says so. Pages stop; one notice, to those who had heard of the trouble. */
export function restoreIncident(incident: Incident, at: Instant, hours: Hours, why: string): Decision | undefined {
  if (incident.state !== "open" && incident.state !== "taken") return undefined;
  const back = calmOffer({ ...incident, state: "restored", restoredAt: at });
  const next = raised({ ...back, ...restoredTimer(back, hours, at) });
  const wait = incident.policy.restoredWaitMs ?? 0;
  return {
    incident: next,
    timeline: [line(next, at, "system", "restored", why)],
    // What comes back meanwhile was never over to those who were told (resume.ts).
    notices: restoredNotices(incident, at).map((each) => ({ ...each, notBefore: at + wait })),
    dropPending: "restored",
  };
}

/** One notice when a failing incident ends, if anybody was told of it. */
export function restoredNotices(incident: Incident, at: Instant): readonly Notice[] {
  if (!isFailing(incident) || !incident.noticeSent) return [];
  return [{ kind: "restored", level: incident.level, occurrence: incident.occurrence, tell: toldSoFar(incident), notBefore: at }];
}

/** A person has seen it. The ladder stops until the acknowledgement expires. */
export function acknowledgeIncident(incident: Incident, by: string, at: Instant, hours: Hours, note: string | undefined): Decision {
  const track = incident.policy.tracks[incident.severity];
  // Raised and not accepted yet: the ladder runs, whoever holds it meanwhile.
  const running = isFailing(incident) && !holdsIt(incident);
  const next = raised({
    ...incident,
    acknowledgedAt: incident.acknowledgedAt ?? at,
    acknowledgedBy: incident.acknowledgedBy ?? by,
    ...(running
      ? { wakeAt: dueAfter(incident, hours, track.acknowledgementExpires, at), wakeFor: "acknowledgement-expires" as const }
      : {}),
  });
  return {
    incident: next,
    timeline: [line(next, at, by, "acknowledged", note ?? "a person has seen it")],
    notices: [],
    // That service is back is for everybody who had heard, whoever has seen it.
    ...(isFailing(incident) ? { dropPending: "acknowledged" } : {}),
  };
}

/** Somebody holds it now; from here the follow-up is the clock. */
export function takeIncident(incident: Incident, by: string, at: Instant, hours: Hours, note: string | undefined): Decision {
  const { handOver: _h, followUpAt: _f, followUpsMissed: _m, followUpDueAt: _d1, ...rest } = incident;
  const next = raised({
    ...rest,
    state: incident.state === "open" ? "taken" : incident.state,
    holder: by,
    takenAt: incident.takenAt ?? at,
    acknowledgedAt: incident.acknowledgedAt ?? at,
    acknowledgedBy: incident.acknowledgedBy ?? by,
    ...(incident.state === "resolved" ? {} : { wakeAt: dueAfter(rest, hours, followUpClock(rest), at), wakeFor: "follow-up" as const }),
  });
  const giver = incident.holder === undefined || incident.holder === by ? undefined : incident.holder;
  const event = giver === undefined ? "taken" : "handed-over";
  return {
    incident: next,
    timeline: [line(next, at, by, event, note ?? `${by} holds it`, giver === undefined ? undefined : { giver, holder: by })],
    notices: [],
    ...(isFailing(incident) ? { dropPending: "taken" } : {}),
  };
}

/** The holder gives it back: it is nobody's again, and its level is told again at once. */
export function releaseIncident(incident: Incident, by: string, at: Instant, note: string | undefined): Decision {
  const { holder: _h, takenAt: _t, acknowledgedAt: _a, acknowledgedBy: _b, ...held } = incident;
  const { handOver: _o, followUpAt: _f, followUpsMissed: _m, followUpDueAt: _d1, ...rest } = held;
  const failing = incident.state === "taken";
  const next = raised({
    ...rest,
    state: failing ? "open" : incident.state,
    levelSince: at,
    occurrence: incident.occurrence + 1,
    ...(failing ? { wakeAt: at, wakeFor: "notice" as const } : {}),
  });
  return { incident: next, timeline: [line(next, at, by, "released", note ?? `${by} gave it back`)], notices: [] };
}

/** The cause is dealt with and the partners are done. */
export function resolveIncident(incident: Incident, by: string, at: Instant, note: string): Decision {
  const rest = withoutClock(incident);
  const ended = settled(incident, at, by, "ended");
  const next = raised({ ...rest, ...ended, state: "resolved", resolvedAt: at, restoredAt: incident.restoredAt ?? at });
  return {
    incident: next,
    timeline: [line(next, at, by, "resolved", note)],
    notices: restoredNotices(incident, at),
    ...(isFailing(incident) ? { dropPending: "resolved" } : {}),
  };
}

/** The gate is passed, with one disposition. */
export function closeIncident(incident: Incident, by: string, at: Instant, disposition: Disposition, note: string): Decision {
  const rest = withoutClock(incident);
  const next = raised({
    ...rest,
    ...settled(incident, at, by, "ended"),
    state: "closed",
    closedAt: at,
    restoredAt: incident.restoredAt ?? at,
    resolvedAt: incident.resolvedAt ?? at,
    disposition,
  });
  return {
    incident: next,
    timeline: [line(next, at, by, "closed", note, { disposition })],
    notices: restoredNotices(incident, at),
    ...(isFailing(incident) ? { dropPending: "closed" } : {}),
  };
}

/** What was raised and not accepted is offered all the same, but no ladder runs for it any more. */
function calmOffer(incident: Incident): Incident {
  if (incident.handOver?.fromLevel === undefined) return incident;
  const { fromLevel: _l, ...handOver } = incident.handOver;
  return { ...incident, handOver };
}

/** No timer, no offer and no follow-up any more: it ends. */
function withoutClock(incident: Incident): Incident {
  const { wakeAt: _w, wakeFor: _f, handOver: _h, followUpAt: _n, followUpsMissed: _m, followUpDueAt: _d1, ...rest } = incident;
  return rest;
}

/** Somebody holds it, and its follow-up is the clock; not so while it is raised to a level that has not accepted it yet. */
export function holdsIt({ holder, handOver }: Pick<Incident, "holder" | "handOver">): boolean {
  return holder !== undefined && handOver?.fromLevel === undefined;
}

/** Why an incident cannot end yet; undefined when it can: partners are done. */
export function notOver({ openTasks = [], number }: Pick<Incident, "openTasks" | "number">): string | undefined {
  if (openTasks.length === 0) return undefined;
  const whose = openTasks.map(({ id, partner }) => `${id} (${partner})`).join(", ");
  return `${number} still has tasks with partners: ${whose}; finish or withdraw each of them first`;
}

/** A clock as it runs for this incident: what is not urgent only runs in service hours. */
export function clockOf(incident: Incident, clock: Clock): Clock {
  return clock.in === "wall" && incident.urgency !== "now" ? { ms: clock.ms, in: "service" } : clock;
}

/** When so much time has passed for this incident; timer.ts reads timers back in the same kind of time. */
export function dueAfter(incident: Incident, hours: Hours, clock: Clock, from: Instant): Instant {
  return deadline(hours, clockOf(incident, clock), from);
}

/** When it is looked at again by who holds it: service is back, a partner has it, or neither. */
export function followUpClock(incident: Pick<Incident, "policy" | "severity" | "state" | "openTasks">): Clock {
  const track = incident.policy.tracks[incident.severity];
  if (incident.state === "restored") return restoredClock(incident);
  const waiting = incident.openTasks?.some((task) => task.waiting) ?? false;
  return waiting ? (track.followUpWaiting ?? track.followUp) : track.followUp;
}

/** The follow-up once service is back: the policy's own, else one working day. */
export function restoredClock(incident: Pick<Incident, "policy" | "severity">): Clock {
  return incident.policy.tracks[incident.severity].followUpWaiting ?? { ms: DAY, in: "working-days" };
}

/**
 * Everybody who may have been told at this level and the levels below it, the allocators too once anything was repeated. The
 * dispatcher leaves out whom no message of this episode had reached.
 */
export function toldSoFar(incident: Incident): readonly string[] {
  const { policy, severity, toldAs } = incident;
  const tracks = [policy.tracks[severity], ...(toldAs === undefined || toldAs === severity ? [] : [policy.tracks[toldAs]])];
  const told = tracks.flatMap((track) => {
    const allocators = incident.occurrence > 1 ? track.allocators : [];
    const functions = [...track.steps.filter((step) => step.level <= incident.level).flatMap((step) => step.tell), ...allocators];
    return incident.level > track.steps.length ? [...functions, ...track.lastResort.tell] : functions;
  });
  return [...new Set(told)];
}

/** The same incident, one version on: what a transaction writes. */
export function raised(incident: Incident): Incident {
  return { ...incident, version: incident.version + 1 };
}

/** One timeline line. */
export function line(incident: Incident, at: Instant, by: string, event: string, why: string, data?: TimelineEntry["data"]): TimelineEntry {
  return { incident: incident.id, at, by, event, why, ...(data === undefined ? {} : { data }) };
}
