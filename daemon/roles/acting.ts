/**
 * One act of a person upon one incident: read inside a transaction, decided, written with who and why, and told. A lost race decides again.
 */
import type { Decision } from "../../rules/incident.ts";
import { keptMuted } from "../../rules/mute.ts";
import type { Config } from "../model/config.ts";
import type { Disposition, Incident } from "../model/incident.ts";
import { type Clock, RaceLost, type Store, type Tx } from "../ports.ts";
import type { SessionBook } from "./class-facts.ts";
import { hoursOf } from "./hours.ts";
import { rowsFor } from "./recipients.ts";

export type ActResult =
  | { readonly ok: true; readonly incident: Incident }
  | { readonly ok: false; readonly status: 404 | 409 | 422; readonly problem: string };

/** Why an act is not done. */
export interface Refusal {
  readonly refused: string;
  /** Default: 409, its present state does not allow that. */
  readonly status?: 404 | 409 | 422;
}

export interface DeskDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly config: () => Config;
  readonly changed: () => void;
  /** Which session an incident hits; without it none is known. */
  readonly bookings?: SessionBook;
  /** What else has to be there before an incident is closed; why it is not, or undefined. Without it nothing has. */
  readonly closeGate?: (incident: Incident, disposition: Disposition, tx: Tx) => Promise<string | undefined>;
}

/** What an act decides; what it writes beside the incident it writes by `tx`, once nothing is refused any more. */
export type Act = (incident: Incident, tx: Tx) => Decision | Refusal | Promise<Decision | Refusal>;

type Refused = Extract<ActResult, { ok: false }>;

/** `closedToo`: the act decides itself what may still be done to what is closed. */
export async function actOn(
  { store, clock, config, changed }: DeskDeps,
  idOrNumber: string,
  act: Act,
  closedToo = false,
): Promise<ActResult> {
  const found = await store.incident(idOrNumber);
  if (found === undefined) return refuse(404, `there is no incident ${idOrNumber}; see GET /api/v1/incidents`);
  for (let tries = 0; tries < 5; tries += 1) {
    try {
      const result = await store.transaction(undefined, async (tx): Promise<ActResult> => {
        const incident = await tx.incident(found.id);
        if (incident === undefined) return refuse(404, `there is no incident ${idOrNumber}`);
        if (incident.foldedInto !== undefined) return refuse(409, `${incident.number} is part of ${incident.foldedInto}: act on that one`);
        if (incident.state === "closed" && !closedToo) return refuse(409, `${incident.number} is closed`);
        const decision = await act(incident, tx);
        if ("refused" in decision) return refuse(decision.status ?? 409, decision.refused);
        return { ok: true, incident: await writeDecision(tx, incident, decision, config(), clock.now()) };
      });
      if (result.ok) changed();
      return result;
    } catch (error) {
      if (!(error instanceof RaceLost)) throw error;
    }
  }
  return refuse(409, `${found.number} is moving too fast; try again`);
}

function refuse(status: Refused["status"], problem: string): Refused {
  return { ok: false, status, problem };
}

/** Writes what an act has decided: the incident (quiet if it was), its lines, its messages. */
export async function writeDecision(tx: Tx, before: Incident, decision: Decision, config: Config, now: number): Promise<Incident> {
  const next = keptMuted(decision.incident, hoursOf(config, before.site, before.device), now);
  await tx.updateIncident(next);
  await tx.appendTimeline(decision.timeline);
  if (decision.dropPending !== undefined) await tx.dropPending(before.id, decision.dropPending, now);
  await tx.addOutbox(decision.notices.flatMap((notice) => rowsFor(notice, decision.incident, config, now)));
  return next;
}
