/**
 * Incidents, alarms, lines and messages to put into a store.
 */
import type { Alarm } from "../../daemon/model/alarm.ts";
import type { Incident, OutboxRow, TimelineEntry } from "../../daemon/model/incident.ts";
import type { Clock, Policy, Track } from "../../daemon/model/policy.ts";
import { HOUR, MINUTE } from "../../daemon/model/time.ts";

export const START = Date.UTC(2026, 0, 15, 12);

const wall = (ms: number): Clock => ({ ms, in: "wall" });

const track: Track = {
  steps: [
    { level: 1, tell: ["desk"], takenWithin: wall(5 * MINUTE), escalateAfter: wall(30 * MINUTE) },
    { level: 2, tell: ["analyst"], takenWithin: wall(30 * MINUTE) },
  ],
  allocators: ["chief-technician"],
  lastResort: { tell: ["analyst"], after: wall(2 * HOUR), repeat: wall(15 * MINUTE) },
  acknowledgementExpires: wall(30 * MINUTE),
  followUp: wall(HOUR),
};

export const policy: Policy = {
  id: "default",
  tracks: { minor: track, major: track },
  groupWaitMs: { now: 5_000, other: 10_000 },
  restoreAfterLooks: 2,
  reopenWithinMs: 30 * MINUTE,
  autoCloseAfterMs: 24 * HOUR,
};

export function incident(id: string, change: Partial<Incident> = {}): Incident {
  const device = change.device ?? `codec-${id}`;
  return {
    id,
    number: `VIG-2026-${id.replace(/\D/g, "").padStart(6, "0")}-00`,
    rootCause: `${device}|unreachable`,
    site: "mgh",
    device,
    symptom: "unreachable",
    fingerprint: `${device}|unreachable|`,
    rule: "unreachable",
    severity: "minor",
    severityWhy: "one device",
    urgency: "now",
    urgencyWhy: "a session runs",
    general: false,
    level: 1,
    occurrence: 1,
    state: "open",
    firstBadAt: START,
    openedAt: START,
    levelSince: START,
    noticeSent: false,
    occurrences: 1,
    policy,
    version: 1,
    ...change,
  };
}

export function alarm(key: string, change: Partial<Alarm> = {}): Alarm {
  const [device = "", symptom = ""] = key.split("|");
  return {
    key,
    device,
    symptom,
    rule: symptom,
    state: "active",
    since: START,
    badLooks: 3,
    goodLooks: 0,
    movedAt: START,
    movedSeq: 7,
    flapRing: 5,
    flapping: false,
    raisedBy: "look",
    ...change,
  };
}

export function line(incidentId: string, event: string, change: Partial<TimelineEntry> = {}): TimelineEntry {
  return { incident: incidentId, at: START, by: "system", event, why: `because of ${event}`, ...change };
}

export function message(key: string, change: Partial<OutboxRow> = {}): OutboxRow {
  return {
    key,
    incident: "i1",
    kind: "problem",
    level: 1,
    occurrence: 1,
    recipient: "desk",
    channel: "mail",
    address: "desk@example.org",
    language: "fr",
    createdAt: START,
    notBefore: START,
    ...change,
  };
}
