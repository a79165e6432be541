/**
 * The sessions that an incident has hit or will hit, and the clinical minutes that were lost with them.
 */
import {
  ABOUT_TO_BE_HIT_MS,
  clinicalMinutes,
  joinSessions,
  outagesOf,
  type SessionHit,
  sessionHits,
  spoilsSessions,
} from "../../rules/sessions.ts";
import { subjectOf } from "../bookings.ts";
import type { Config } from "../model/config.ts";
import type { Incident } from "../model/incident.ts";
import { MINUTE } from "../model/time.ts";
import type { SessionPlan } from "../readying.ts";
import type { SessionHitShape } from "./contract-sessions.ts";
import type { ApiDeps } from "./deps.ts";
import { sessionView } from "./sessions.ts";

export async function hitsOf(
  { store, clock, bookings, config }: Pick<ApiDeps, "store" | "clock" | "bookings" | "config">,
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

export function hitsView(
  { planOf, config }: Pick<ApiDeps, "planOf" | "config">,
  hits: readonly SessionHit[],
): { sessions: SessionHitShape[]; clinicalMinutes: number } {
  const sessions = hits.slice(0, 200).map((hit): SessionHitShape => {
    const { session, basis, state: when, overlapMs, clinicalMs } = hit;
    const { readiness: _r, ...plain } = sessionView(session);
    const minutes = { overlapMinutes: Math.round(overlapMs / MINUTE), clinicalMinutes: Math.round(clinicalMs / MINUTE) };
    const plan = when === "over" ? undefined : planOf(session.id);
    return { ...plain, when, basis, ...minutes, ...(plan === undefined ? {} : { instead: insteadOf(plan, config()) }) };
  });
  return { sessions, clinicalMinutes: clinicalMinutes(hits) };
}

function insteadOf({ workarounds: { rooms, bridges, telephones } }: SessionPlan, { network }: Config): SessionHitShape["instead"] {
  const phones = telephones.map((room) => ({ room, phone: network.rooms.get(room)?.phone ?? "" }));
  return { rooms: [...rooms], bridges: [...bridges], telephones: phones };
}
