/**
 * Whom an incident still owes a word: its requests are not over before their callers agree, or were not reached twice.
 */
import type { Hours } from "../../rules/clock.ts";
import { closesByItself, type Decision, dueAfter, line, raised, restoredClock, restoredTimer } from "../../rules/incident.ts";
import { ATTEMPTS, hearCaller } from "../../rules/request.ts";
import type { Incident } from "../model/incident.ts";
import { DAY, type Instant } from "../model/time.ts";
import type { Tx } from "../ports.ts";

type Read = Pick<Tx, "requestsOf">;

/** Why an incident cannot be closed: whose callers have not agreed, and what to do; undefined: nobody waits. */
export async function waitsForCallers({ id, number }: Incident, tx: Read): Promise<string | undefined> {
  const open = (await tx.requestsOf(id)).filter(({ ended }) => ended === undefined);
  if (open.length === 0) return undefined;
  const which = open.map((each) => (each.attempts.length === 0 ? each.id : `${each.id} (tried ${each.attempts.length} of ${ATTEMPTS})`));
  const how = `"how": "agreed", "attempt" (the ${ATTEMPTS}nd that fails ends it) or "withdrawn"`;
  return `${number} has requests whose callers have not agreed: ${which.join(", ")}; say what they answer: POST /api/v1/requests/{number}/outcome with ${how}`;
}

/** Solved at the first call, with the callers on the line: they agree. */
export async function callersAgree(
  tx: Pick<Tx, "requestsOf" | "saveRequest" | "appendTimeline">,
  incident: Incident,
  said: { readonly by: string; readonly at: Instant; readonly note: string },
): Promise<void> {
  for (const request of await tx.requestsOf(incident.id)) {
    if (request.ended !== undefined) continue;
    const { next, event, why } = hearCaller(request, { how: "agreed", ...said });
    await tx.saveRequest(next);
    await tx.appendTimeline([line(incident, said.at, said.by, event, why, { request: request.number })]);
  }
}

/** It was about to close by itself, and a caller has not agreed: whoever is on its level follows up. Undefined: nobody waits. */
export async function heldForCallers(incident: Incident, tx: Read, hours: Hours, at: Instant): Promise<Decision | undefined> {
  const { wakeAt = Number.POSITIVE_INFINITY, wakeFor } = incident;
  if (wakeFor !== "auto-close" || wakeAt > at || (await waitsForCallers(incident, tx)) === undefined) return undefined;
  const why = "a caller has not agreed that it is over: it does not close by itself";
  const next: Incident =
    incident.state === "resolved"
      ? { ...incident, wakeAt: at + DAY }
      : { ...incident, wakeAt: dueAfter(incident, hours, restoredClock(incident), at), wakeFor: "follow-up" };
  return { incident: raised(next), timeline: [line(incident, at, "system", "waits-for-caller", why)], notices: [] };
}

/** The last caller has agreed: what is restored, and only waited for that, closes by itself after all. Undefined: it goes on as it is. */
export async function noLongerHeld(incident: Incident, tx: Read, hours: Hours, at: Instant): Promise<Incident | undefined> {
  const { state, wakeFor } = incident;
  if (state !== "restored" || wakeFor !== "follow-up" || !closesByItself(incident)) return undefined;
  return (await waitsForCallers(incident, tx)) === undefined ? raised({ ...incident, ...restoredTimer(incident, hours, at) }) : undefined;
}
