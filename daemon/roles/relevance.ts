/**
 * Whether a message still matters at the moment of sending. Pure.
 */
import { type Incident, isFailing, type OutboxRow, sessionOfRow } from "../model/incident.ts";
import { newsOfRow } from "../model/public-news.ts";
import type { DeliveryView } from "../ports.ts";
import { isWork, mootWork } from "./work-rows.ts";

/** People wait in the rooms of a session: what else became of the incident does not matter to them. */
function mootSession(row: OutboxRow, incident: Incident): string | undefined {
  const still = row.kind === "session-clear" || isFailing(incident) || incident.foldedInto !== undefined;
  return still ? undefined : "it is over";
}

/** Only what was said last is told, whatever became of the incident; and nobody is reminded of what has come. */
function mootNews(row: OutboxRow, { news, state }: Incident): string | undefined {
  if (newsOfRow(row) !== news?.seq) return "newer news have come";
  return row.kind === "news-due" && (news?.last === true || state === "closed") ? "nothing is owed any more" : undefined;
}

/** What is told is its last end: one that was followed by its return is none. */
function mootEnd(row: OutboxRow, incident: Incident): string | undefined {
  return isFailing(incident) || row.createdAt < (incident.restoredAt ?? 0) ? "it came back" : undefined;
}

/** Why a message no longer matters, if it does not. */
export function moot(row: OutboxRow, incident: Incident | undefined): string | undefined {
  if (incident === undefined) return "its incident is gone";
  if (sessionOfRow(row) !== undefined) return mootSession(row, incident);
  if (row.kind === "restored") return mootEnd(row, incident);
  if (row.kind === "follow-up")
    return incident.state === "closed" || incident.state === "resolved" ? `the incident is ${incident.state}` : undefined;
  if (row.kind === "merged") return incident.foldedInto === undefined ? "it is an incident of its own" : undefined;
  if (newsOfRow(row) !== undefined) return mootNews(row, incident);
  if (isWork(row.kind)) return mootWork(row, incident);
  if (incident.foldedInto !== undefined) return "folded into another incident";
  if (incident.state !== "open" && incident.state !== "taken") return `the incident is ${incident.state}`;
  // Claimed after the acknowledgement: nobody needs to hear it any more, but who holds it.
  return incident.acknowledgedAt === undefined || row.kind === "wider" ? undefined : "acknowledged";
}

/** Did this recipient hear of the trouble since they last heard that it was over? Never a recovery without its problem. */
export function heardOf(row: OutboxRow, deliveries: readonly DeliveryView[]): "yes" | "no" | "not yet known" {
  const about = sessionOfRow(row);
  const theirs = deliveries.filter((each) => each.recipient === row.recipient && each.key !== row.key && sessionOfRow(each) === about);
  // Who may have heard hears that it is over.
  const gone = theirs.filter((each) => each.sentAt !== undefined || each.maybeSent === true);
  const last = (found: readonly DeliveryView[]) => Math.max(Number.NEGATIVE_INFINITY, ...found.map((each) => each.createdAt));
  const problem = last(gone.filter((each) => !isAllClear(each)));
  if (problem > last(gone.filter(isAllClear))) return "yes";
  return theirs.some((each) => !isAllClear(each) && each.state === "claimed") ? "not yet known" : "no";
}

export function isAllClear({ kind }: Pick<OutboxRow, "kind">): boolean {
  return kind === "restored" || kind === "session-clear";
}
