/**
 * Sessions that are hit, as the API shows them, with what can be done instead.
 */
import { clinicalMinutes, type SessionHit } from "../../rules/sessions.ts";
import type { Config } from "../model/config.ts";
import { MINUTE } from "../model/time.ts";
import type { SessionPlan } from "../readying.ts";
import type { SessionHitShape } from "./contract-sessions.ts";
import type { ApiDeps } from "./deps.ts";
import { sessionView } from "./sessions.ts";

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
