/**
 * Handing an incident over: it counts when it is accepted; until then the giver holds it and the giver's clock runs.
 *
 * Pure. What nobody holds is given out by the allocators of its severity; a level that cannot solve it raises it to the next one.
 */
import { type Incident, isFailing } from "../daemon/model/incident.ts";
import type { Instant } from "../daemon/model/time.ts";
import type { HandOver } from "../daemon/model/work.ts";
import { nextService } from "./clock.ts";
import { arm, type Terms } from "./escalation.ts";
import { inFirstCall, settleByOutcome } from "./first-call.ts";
import { begins, notice } from "./followup.ts";
import { type Decision, dueAfter, followUpClock, line, type Notice, raised, takeIncident } from "./incident.ts";
import { stepOf } from "./timer.ts";

/** Who acts: their name, and the function that they act in. */
export interface Person {
  readonly name: string;
  readonly function: string;
}

export interface Offering {
  readonly person: Person;
  readonly at: Instant;
  readonly note: string;
  readonly terms: Terms;
}

/** Why this person may not give the incident to somebody else; undefined when they may. */
export function notTheirs(incident: Incident, { name, function: of }: Person): string | undefined {
  const { number, holder, severity, policy } = incident;
  if (holder === name) return undefined;
  const { allocators } = policy.tracks[severity];
  if (allocators.includes(of)) return undefined;
  const allocate = `a ${severity} incident is allocated by: ${allocators.join(", ")}`;
  return holder === undefined
    ? `nobody holds ${number}, and ${allocate}; take it first, then hand it over`
    : `${holder} holds ${number}, and ${allocate}; take it over first, or ask ${holder}`;
}

/** Offered: nothing else changes until somebody accepts it. */
export function offerIncident(incident: Incident, to: HandOver["to"], { person, at, note, terms }: Offering): Decision {
  const handOver: HandOver = { to, by: person.name, at, note };
  const next = raised({ ...incident, handOver, occurrence: incident.occurrence + 1, noticeSent: true });
  const told = notice("hand-over", next, to.functions, begins(incident, terms, at));
  return {
    incident: next,
    timeline: [line(next, at, person.name, "offered", note, toData(to))],
    notices: [to.person === undefined ? told : { ...told, contacts: [to.person] }],
  };
}

function toData({ functions, person }: HandOver["to"]): Record<string, string> {
  return { tell: functions.join(","), ...(person === undefined ? {} : { person }) };
}

/** Why this person may not accept or decline it; undefined when they may. */
export function notOffered(incident: Incident, { name, function: of }: Person): string | undefined {
  const { handOver, number } = incident;
  if (handOver === undefined) return `${number} is not offered to anybody; take it instead`;
  const { functions, person } = handOver.to;
  if (person === name || functions.includes(of)) return undefined;
  return `${number} is offered to ${person ?? functions.join(", ")}; take it instead, if you mean to`;
}

/** From here on it is theirs. */
export function acceptIncident(
  incident: Incident,
  { person, at, note, terms }: Omit<Offering, "note"> & { readonly note?: string | undefined },
): Decision {
  const why = note ?? `${person.name} accepted it`;
  return takeIncident(incident, person.name, at, terms, why);
}

/** It stays with the giver, at the level it came from; their clock starts again, and their level hears. */
export function declineIncident(incident: Incident, { person, at, note, terms }: Offering): Decision {
  const { handOver, ...rest } = incident;
  const own = person.name === incident.holder;
  const back: Incident = handOver?.fromLevel === undefined ? rest : { ...rest, level: handOver.fromLevel };
  const held = back.holder !== undefined && isFailing(back) && handOver?.fromLevel !== undefined;
  const next = raised({
    ...back,
    occurrence: incident.occurrence + 1,
    ...(held
      ? {
          acknowledgedAt: at,
          acknowledgedBy: back.holder ?? "",
          wakeAt: dueAfter(back, terms, followUpClock(back), at),
          wakeFor: "follow-up",
        }
      : {}),
  });
  const tell = stepOf(next, Math.min(next.level, next.policy.tracks[next.severity].steps.length)).tell;
  return {
    incident: next,
    timeline: [line(next, at, person.name, own ? "hand-over-withdrawn" : "hand-over-declined", note)],
    notices: own ? [] : [notice("hand-over-declined", next, tell, begins(incident, terms, at))],
    dropPending: own ? "the offer was withdrawn" : "the offer was declined",
  };
}

/** Why an incident cannot be raised by a person; undefined when it can. */
export function notRaisable(incident: Incident): string | undefined {
  const { number, state, level } = incident;
  const { steps } = incident.policy.tracks[incident.severity];
  if (!isFailing(incident) && state !== "restored") return `${number} is ${state}; only what is not resolved is raised`;
  if (level < steps.length) return undefined;
  return `${number} is at level ${level}, the highest: its holder coordinates the partners until it is finally resolved; ask them with a task`;
}

/**
 * This level could not solve it: the next one hears at once. Who raises it holds it until somebody there accepts it, and meanwhile the
 * clocks of the new level run as if nobody held it.
 */
export function raiseByOutcome(incident: Incident, { person, at, note, terms }: Offering): Decision {
  const { name } = person;
  const first = inFirstCall(incident) ? settleByOutcome(incident, at, name) : { incident, timeline: [] };
  const { acknowledgedAt: _a, acknowledgedBy: _b, followUpAt: _f, followUpsMissed: _m, followUpDueAt: _d1, ...rest } = first.incident;
  const level = incident.level + 1;
  const { tell } = stepOf(rest, level);
  const failing = isFailing(incident);
  const up: Incident = {
    ...rest,
    level,
    state: failing ? "taken" : incident.state,
    holder: incident.holder ?? name,
    takenAt: incident.takenAt ?? at,
    occurrence: incident.occurrence + 1,
    levelSince: failing ? begins(incident, terms, at) : at,
    noticeSent: true,
    handOver: { to: { functions: tell }, by: incident.holder ?? name, at, note, ...(failing ? { fromLevel: incident.level } : {}) },
  };
  const armed = failing ? arm(up, terms) : { ...up, wakeAt: dueAfter(up, terms, followUpClock(up), at), wakeFor: "follow-up" as const };
  const next = raised(armed);
  return {
    incident: next,
    timeline: [...first.timeline, line(next, at, name, "escalated", note, { from: incident.level, to: level, tell: tell.join(",") })],
    notices: [toLevel(next, tell, failing ? begins(incident, terms, at) : nextService(terms, at))],
    dropPending: "raised to the next level",
  };
}

function toLevel(incident: Incident, tell: readonly string[], notBefore: Instant): Notice {
  return notice(isFailing(incident) ? "escalation" : "hand-over", incident, tell, notBefore);
}
