/** Incidents, hours and sessions for the tests of rules/. */
import fc from "fast-check";
import { DateTime } from "luxon";
import { DEFAULT_POLICY } from "../../daemon/config/defaults.ts";
import type { Incident } from "../../daemon/model/incident.ts";
import { type Instant, SECOND } from "../../daemon/model/time.ts";
import type { Hours } from "../../rules/clock.ts";
import { wakeIncident } from "../../rules/escalation.ts";
import { openIncident } from "../../rules/incident.ts";
import "../seed.ts";

const zone = "America/Toronto";
export const local = (text: string): Instant => DateTime.fromISO(text, { zone }).toMillis();
export const always: Hours = { calendar: { id: "always", always: true, weekly: {}, holidays: [] }, zone };
const day = [{ fromMinute: 450, toMinute: 1_050 }];
export const office: Hours = {
  calendar: { id: "office", always: false, weekly: { 1: day, 2: day, 3: day, 4: day, 5: day }, holidays: [] },
  zone,
};
/** A Friday. */
export const start = local("2026-11-20T10:00");

export function opened(over: Partial<Incident> = {}, at = start): Incident {
  const { incident } = openIncident({
    ...{ number: "VIG-2026-000001-00", rootCause: "down:codec-7", site: "mgh", device: "codec-7", symptom: "unreachable" },
    ...{ rule: "unreachable", fingerprint: "codec-7|unreachable|", severity: "minor", severityWhy: "one device" },
    ...{ urgency: "service-hours", urgencyWhy: "it can wait", general: false, firstBadAt: at - 6 * SECOND, at },
    ...{ policy: DEFAULT_POLICY, why: "3 looks in a row" },
  });
  return { ...incident, ...over };
}

/** Told, as it is when its group wait is over. */
export function told(over: Partial<Incident> = {}, hours: Hours = office, at = start): Incident {
  const incident = opened(over, at);
  return wakeIncident(incident, hours, incident.wakeAt ?? at)?.incident ?? incident;
}

/** Any class and calendar, and the two nights on which the clocks change. */
export const severities = fc.constantFrom("minor" as const, "major" as const);
export const urgencies = fc.constantFrom("now" as const, "before-session" as const, "service-hours" as const);
export const calendars = fc.constantFrom(office, always);
export const starts = fc.constantFrom(
  start,
  local("2026-11-20T17:00"),
  local("2026-03-08T01:30"),
  local("2026-11-01T00:45"),
  local("2026-10-31T23:59"),
);
