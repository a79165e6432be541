/**
 * Requests of people: what becomes of one, and which general failure explains it already.
 *
 * Pure.
 */
import { type Incident, isFailing } from "../daemon/model/incident.ts";
import type { CallerNews, HelpRequest, RequestEnd } from "../daemon/model/request.ts";
import type { Instant } from "../daemon/model/time.ts";

/** A session that near counts as hit, when the caller does not say (ours; as the table of severities has it). */
export const SESSION_NEAR_MS = 60 * 60_000;
/** So often is tried to reach the caller before a request ends without their agreement. */
export const ATTEMPTS = 2;

/** Open general failures that cover the room, the one that began first at the head: is it the same thing? `covers`: what a failure takes with it. */
export function sameThing(
  room: string,
  open: readonly Incident[],
  covers: (incident: Incident, room: string) => boolean,
): readonly Incident[] {
  return open
    .filter((incident) => incident.general && isFailing(incident) && incident.foldedInto === undefined && covers(incident, room))
    .sort((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1));
}

/** So many mails of one request go to its sender, the last word not counted (ours): what fails and comes back all day writes no more. */
export const MOST_CALLER_MAILS = 8;

/** What the sender of a mail is to hear now of their request; undefined: nothing they have not heard. */
export function callerNews({ heard, ended }: HelpRequest, incident: Incident | undefined): Exclude<CallerNews, "number"> | undefined {
  if (heard === undefined || heard.news === "over") return undefined;
  if (ended !== undefined) return "over";
  if (incident === undefined || heard.mails >= MOST_CALLER_MAILS) return undefined;
  if (!isFailing(incident)) return heard.news === "restored" ? undefined : "restored";
  if (heard.news === "restored") return "again";
  return heard.news === "number" && incident.takenAt !== undefined ? "taken" : undefined;
}

export interface Said {
  readonly how: "agreed" | "attempt" | "withdrawn";
  readonly by: string;
  readonly at: Instant;
  readonly note?: string | undefined;
}

/** What a request is after the caller was asked, or could not be; `why` goes to the timeline of its incident. */
export function hearCaller(
  request: HelpRequest,
  { how, by, at, note }: Said,
): { readonly next: HelpRequest; readonly event: string; readonly why: string } {
  const word = { at, by, ...(note === undefined ? {} : { note }) };
  const version = request.version + 1;
  const end = (as: RequestEnd, attempts = request.attempts): HelpRequest => ({
    ...request,
    attempts,
    ended: { how: as, ...word },
    version,
  });
  if (how === "agreed") return { next: end("agreed"), event: "request-agreed", why: "the caller agrees that it is over" };
  if (how === "withdrawn") return { next: end("withdrawn"), event: "request-withdrawn", why: "the request is withdrawn" };
  const attempts = [...request.attempts, word];
  if (attempts.length >= ATTEMPTS)
    return {
      next: end("not-reached", attempts),
      event: "request-not-reached",
      why: `the caller was not reached in ${attempts.length} attempts`,
    };
  return { next: { ...request, attempts, version }, event: "request-attempt", why: "the caller was not reached" };
}
