/**
 * The sessions that an incident has hit, or will hit within a day if it lasts.
 */
import { ABOUT_TO_BE_HIT_MS, joinSessions, outagesOf, type SessionHit, sessionHits, spoilsSessions } from "../rules/sessions.ts";
import { type BookedSessions, subjectOf } from "./bookings.ts";
import type { Config } from "./model/config.ts";
import type { Incident } from "./model/incident.ts";
import type { Clock, Store } from "./ports.ts";

export interface HitsDeps {
  readonly store: Pick<Store, "sessions">;
  readonly clock: Clock;
  readonly config: () => Config;
  readonly bookings: Pick<BookedSessions, "hit">;
}

export async function hitsOf(
  { store, clock, bookings, config }: HitsDeps,
  incident: Incident,
  timeline: readonly { readonly at: number; readonly event: string }[],
): Promise<readonly SessionHit[]> {
  const rule = config().rules.find((each) => each.id === incident.rule);
  const { symptom, general } = incident;
  if (!spoilsSessions({ symptom, general, ...(rule === undefined ? {} : { outOfService: rule.outOfService }) })) return [];
  const now = clock.now();
  const subject = subjectOf(incident);
  if (subject === undefined) return [];
  const outages = outagesOf(incident, timeline);
  const until = outages.some(({ to }) => to === undefined) ? now + ABOUT_TO_BE_HIT_MS : Math.max(...outages.map(({ to }) => to ?? now));
  const sessions = await store.sessions({ endAfter: incident.firstBadAt, beginBefore: until, limit: 2_000 });
  return sessionHits(joinSessions(sessions), bookings.hit(subject), outages, now);
}
