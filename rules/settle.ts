/**
 * The class of an open incident as time passes and people decide: it rises by itself, and is lowered by *solved at the first call* or by
 * a person with a reason, never otherwise.
 *
 * Pure.
 */
import { type Incident, isFailing, type Severity, type TimelineEntry, type Urgency } from "../daemon/model/incident.ts";
import type { SessionAhead } from "../daemon/model/session.ts";
import type { Instant } from "../daemon/model/time.ts";
import { levelDeadline, type Terms } from "./escalation.ts";
import { firstCallSince, inFirstCall, settleByTime } from "./first-call.ts";
import { type Decision, line, raised, resolveIncident } from "./incident.ts";
import { keptMuted } from "./mute.ts";
import { hurry, retime, retimeRise } from "./retime.ts";
import { isHigherSeverity, isHigherUrgency, type SeverityVerdict } from "./severity.ts";

export interface Rejudging {
  /** What the table says now, what was decided against left out. */
  readonly verdict: SeverityVerdict;
  readonly terms: Terms;
  readonly session?: SessionAhead | undefined;
  readonly at: Instant;
}

/** What a minute has changed. Undefined: nothing; under maintenance or a silence nothing moves until that ends. */
export function rejudge(incident: Incident, { verdict, terms, session, at }: Rejudging): Decision | undefined {
  if (!isFailing(incident) || incident.foldedInto !== undefined || incident.muted !== undefined) return undefined;
  const hit = saidAnew(hitBySession(incident, session, at), verdict);
  const timed = timeIsUp(hit.incident, terms, at);
  const risen = riseTo(timed.incident, verdict, at);
  const timeline = [...hit.timeline, ...timed.timeline, ...risen.timeline];
  if (rose(incident, risen.incident)) {
    const { incident: next, notices } = retimeRise(risen.incident, terms, at);
    return { incident: version(incident, next), timeline, notices };
  }
  const hurried = hurry(risen.incident, terms, at);
  if (timeline.length === 0 && hurried === undefined) return undefined;
  const next = version(incident, hurried?.incident ?? risen.incident);
  return { incident: next, timeline: [...timeline, ...(hurried?.timeline ?? [])], notices: [] };
}

interface Step {
  readonly incident: Incident;
  readonly timeline: readonly TimelineEntry[];
}

/** One step of the version, however many things changed. */
function version(before: Incident, next: Incident): Incident {
  return raised({ ...next, version: before.version });
}

function rose(before: Incident, after: Incident): boolean {
  return isHigherSeverity(after.severity, before.severity) || isHigherUrgency(after.urgency, before.urgency);
}

/** It began to run: what said that it would begin says so no longer, unless a person said it. */
function saidAnew({ incident, timeline }: Step, { severity, severityWhy, urgency, urgencyWhy }: SeverityVerdict): Step {
  if (timeline.length === 0) return { incident, timeline };
  const byPerson = incident.severitySettled?.how === "person";
  return {
    timeline,
    incident: {
      ...incident,
      ...(severity === incident.severity && !byPerson ? { severityWhy } : {}),
      ...(urgency === incident.urgency && !byPerson ? { urgencyWhy } : {}),
    },
  };
}

/** A session that runs now was hit: it is said once, and kept. The version is not raised. */
export function hitBySession(incident: Incident, session: SessionAhead | undefined, at: Instant): Step {
  if (session === undefined || session.withinMs > 0 || incident.sessionHit === session.session) return { incident, timeline: [] };
  const entry = line(incident, at, "system", "session-hit", "a session is running", { session: session.session });
  return { incident: { ...incident, sessionHit: session.session }, timeline: [entry] };
}

/**
 * The ladder settles what nobody has seen, when it climbs. What was acknowledged or taken has no ladder: its first call ends here.
 * One above level 1 and not settled comes from a version before this rule, and is settled as it is.
 */
function timeIsUp(incident: Incident, terms: Terms, at: Instant): Step {
  if (incident.level > 1 && incident.severitySettled === undefined) {
    const why = "not solved at the first call: the time of level 1 is over";
    const severitySettled = { at, by: "system", how: "time" as const };
    return { incident: { ...incident, severitySettled }, timeline: [line(incident, at, "system", "severity-settled", why)] };
  }
  if (!inFirstCall(incident) || (incident.acknowledgedAt === undefined && incident.holder === undefined)) return { incident, timeline: [] };
  const { steps, lastResort } = incident.policy.tracks[incident.severity];
  const clock = steps[0]?.escalateAfter ?? lastResort.after;
  if (levelDeadline(incident, terms, clock, firstCallSince(incident)) > at) return { incident, timeline: [] };
  return settleByTime(incident, at);
}

function riseTo(incident: Incident, verdict: SeverityVerdict, at: Instant): Step {
  const timeline: TimelineEntry[] = [];
  let next = incident;
  if (isHigherSeverity(verdict.severity, incident.severity)) {
    const { severity, severityWhy } = verdict;
    next = { ...told(next), severity, severityWhy };
    timeline.push(line(incident, at, "system", "severity", severityWhy, { severityFrom: incident.severity, severity }));
  }
  if (isHigherUrgency(verdict.urgency, incident.urgency)) {
    const { urgency, urgencyWhy } = verdict;
    next = { ...next, urgency, urgencyWhy };
    timeline.push(line(incident, at, "system", "urgency", urgencyWhy, { urgencyFrom: incident.urgency, urgency }));
  }
  if (!verdict.general || incident.general) return { incident: next, timeline };
  // Urgent already, it may rise no further; that it is general is news all the same.
  if (next === incident) timeline.push(line(incident, at, "system", "became-general", verdict.severityWhy));
  return { incident: { ...next, general: true }, timeline };
}

/** Who was told under the severity that it has now hears when it is over. */
function told(incident: Incident): Incident {
  return incident.noticeSent ? { ...incident, toldAs: incident.severity } : incident;
}

export interface PersonDecides {
  readonly by: string;
  readonly at: Instant;
  readonly reason: string;
  readonly terms: Terms;
  /** What the table says now: lowering decides against it. */
  readonly verdict: SeverityVerdict;
}

/** A person says how it is handled. The same severity again keeps it: settled. */
export function decideSeverity(incident: Incident, severity: Severity, person: PersonDecides): Decision {
  const { by, at, reason, terms } = person;
  const from = incident.severity;
  const settled: Incident = { ...incident, severitySettled: { at, by, how: "person" } };
  const changed = severity === from ? settled : { ...told(settled), severity, severityWhy: reason };
  const next = isHigherSeverity(severity, from) ? changed : decidedAgainst(changed, "severity", person);
  const event = severity === from ? "severity-settled" : "severity";
  const timeline = [line(incident, at, by, event, reason, { severityFrom: from, severity })];
  return decided(incident, next, timeline, terms, at);
}

/** A person says when people are to be told. */
export function decideUrgency(incident: Incident, urgency: Urgency, person: PersonDecides): Decision {
  const { by, at, reason, terms } = person;
  const changed: Incident = { ...incident, urgency, urgencyWhy: reason };
  const next = isHigherUrgency(urgency, incident.urgency) ? changed : decidedAgainst(changed, "urgency", person);
  const timeline = [line(incident, at, by, "urgency", reason, { urgencyFrom: incident.urgency, urgency })];
  return decided(incident, next, timeline, terms, at);
}

function decided(before: Incident, next: Incident, timeline: readonly TimelineEntry[], terms: Terms, at: Instant): Decision {
  if (rose(before, next)) {
    const { incident, notices } = retimeRise(next, terms, at);
    return { incident: version(before, incident), timeline, notices };
  }
  const same = before.severity === next.severity && before.urgency === next.urgency;
  return { incident: version(before, same ? next : retime(next, terms, at)), timeline, notices: [] };
}

function decidedAgainst(incident: Incident, what: "severity" | "urgency", { verdict }: PersonDecides): Incident {
  const against = verdict.raisedBy.filter((key) => key.startsWith(`${what}/`));
  const overruled = [...new Set([...(incident.overruled ?? []), ...against])];
  return overruled.length === 0 ? incident : { ...incident, overruled };
}

export interface FirstCall {
  readonly by: string;
  readonly at: Instant;
  /** What was done: it goes on the technical sheet. */
  readonly note: string;
  readonly terms: Terms;
  /** Was a session lost by it? Undefined: the person does not say. */
  readonly sessionLost?: boolean | undefined;
}

/** Why an incident can no longer be solved at the first call; undefined when it can. */
export function notInFirstCall(incident: Incident): string | undefined {
  if (incident.state === "resolved" || incident.state === "closed") return `it is ${incident.state}`;
  if (incident.level > 1) return "it has gone to level 2";
  return incident.severitySettled?.how === "time" ? "the time of level 1 is over" : undefined;
}

/**
 * Level 1 solved it at the first call: resolved, and minor unless a session was lost; where one ran and nobody says, it stays as it is,
 * which is the higher one. A minor closes by itself once it can no longer come back as the same; a major waits for its report.
 */
export function solveIncident(incident: Incident, { by, at, note, terms, sessionLost }: FirstCall): Decision {
  const unsure = sessionLost === undefined && incident.sessionHit !== undefined;
  const lost = sessionLost === true;
  const severity: Severity = lost || (unsure && incident.severity === "major") ? "major" : "minor";
  const why = severity === "minor" ? "solved at the first call" : lost ? lostWhy : unsureWhy;
  const resolved = resolveIncident({ ...incident, severitySettled: { at, by, how: "first-call" } }, by, at, note);
  const next: Incident = {
    ...told(resolved.incident),
    severity,
    ...(severity === incident.severity ? {} : { severityWhy: why }),
    ...(severity === "minor" ? { wakeAt: at + incident.policy.reopenWithinMs, wakeFor: "auto-close" } : {}),
  };
  const entries = [
    line(incident, at, by, "solved", note),
    line(incident, at, by, "severity-settled", why, { severityFrom: incident.severity, severity }),
  ];
  return { ...resolved, incident: keptMuted(next, terms, at), timeline: entries };
}

const lostWhy = "a session was lost: it stays major";
const unsureWhy = "a session ran meanwhile, and nobody says that it was not lost: it stays major";
