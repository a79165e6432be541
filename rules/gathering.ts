/**
 * Incidents that turn out to be one: joined by the rules, or merged, split and linked by people. What each act changes, and why.
 *
 * Pure. Who was told of an incident handles it, so the rules fold only what nobody has heard of; people may merge anything.
 */
import type { Incident, TimelineEntry } from "../daemon/model/incident.ts";
import type { Instant } from "../daemon/model/time.ts";
import { line } from "./incident.ts";

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
