/**
 * The sessions that an incident has hit, or will hit within a day if it lasts.
 */
import { ABOUT_TO_BE_HIT_MS, joinSessions, outagesOf, type SessionHit, sessionHits, spoilsSessions } from "../rules/sessions.ts";
import { type BookedSessions, subjectOf } from "./bookings.ts";
import type { Config } from "./model/config.ts";
import type { Incident, TimelineEntry } from "./model/incident.ts";
import type { SessionSubject } from "./model/session.ts";
import type { Clock, Store } from "./ports.ts";

export interface HitsDeps {
  readonly store: Pick<Store, "sessions" | "alarmsOf">;
  readonly clock: Clock;
  readonly config: () => Config;
  readonly bookings: Pick<BookedSessions, "hit">;
}

type Line = Pick<TimelineEntry, "at" | "event" | "data">;

export async function hitsOf(deps: HitsDeps, incident: Incident, timeline: readonly Line[]): Promise<readonly SessionHit[]> {
  const { store, clock, bookings } = deps;
  const now = clock.now();
  const subjects = [...own(deps, incident), ...(await gathered(deps, incident, timeline))];
  if (subjects.length === 0) return [];
  const outages = outagesOf(incident, timeline);
  const until = outages.some(({ to }) => to === undefined) ? now + ABOUT_TO_BE_HIT_MS : Math.max(...outages.map(({ to }) => to ?? now));
  const sessions = joinSessions(await store.sessions({ endAfter: incident.firstBadAt, beginBefore: until, limit: 2_000 }));
  const found = new Map<string, SessionHit>();
  for (const subject of subjects)
    for (const hit of sessionHits(sessions, bookings.hit(subject), outages, now)) found.set(hit.session.id, hit);
  return [...found.values()].sort((a, b) => a.session.from - b.session.from || (a.session.id < b.session.id ? -1 : 1));
}

function own({ config }: HitsDeps, incident: Incident): readonly SessionSubject[] {
  const rule = config().rules.find((each) => each.id === incident.rule);
  const { symptom, general } = incident;
  if (!spoilsSessions({ symptom, general, ...(rule === undefined ? {} : { outOfService: rule.outOfService }) })) return [];
  const subject = subjectOf(incident);
  return subject === undefined ? [] : [subject];
}

/** Whatever else has joined it takes its own sessions along: as its timeline says, and, of more than that names, as the alarms do. */
async function gathered({ store, config }: HitsDeps, incident: Incident, timeline: readonly Line[]): Promise<readonly SessionSubject[]> {
  const keys = new Set((await store.alarmsOf(incident.id)).map(({ key }) => key));
  for (const { event, data = {} } of timeline) {
    const named = String(data.alarms ?? data.alarm ?? "")
      .split(", ")
      .filter(Boolean);
    if (event === "alarms-joined" || event === "alarm-joined") for (const key of named) keys.add(key);
    else if (event === "alarms-left" || event === "split") for (const key of named) keys.delete(key);
  }
  const { network, rules } = config();
  const outOfService = new Set(rules.filter((rule) => rule.outOfService).map(({ symptom }) => symptom));
  const holders = new Set(
    [...keys].flatMap((key) => {
      const [holder = "", symptom = ""] = key.split("|");
      return spoilsSessions({ symptom, general: incident.general, outOfService: outOfService.has(symptom) }) ? [holder] : [];
    }),
  );
  holders.delete(incident.device ?? "");
  return [...holders].flatMap((holder): readonly SessionSubject[] => {
    if (network.devices.has(holder)) return [{ device: holder }];
    return holder.startsWith("room:") ? [{ room: holder.slice("room:".length) }] : [];
  });
}
