/**
 * What people do to an incident: acknowledge, take, solve, resolve, close, say how bad it is. Each act is one transaction, with who and why on the timeline.
 */
import {
  acknowledgeIncident,
  closeIncident,
  type Decision,
  releaseIncident,
  resolveIncident,
  restoreIncident,
  takeIncident,
} from "../../rules/incident.ts";
import { keptMuted } from "../../rules/mute.ts";
import { decideSeverity, decideUrgency, notInFirstCall, solveIncident } from "../../rules/settle.ts";
import { judgeSeverity } from "../../rules/severity.ts";
import type { Config } from "../model/config.ts";
import type { Disposition, Incident, Severity, Urgency } from "../model/incident.ts";
import { type Clock, RaceLost, type Store } from "../ports.ts";
import { ClassFacts, type SessionBook } from "./class-facts.ts";
import { hoursOf } from "./hours.ts";
import { rowsFor } from "./recipients.ts";

export type ActResult =
  | { readonly ok: true; readonly incident: Incident }
  | { readonly ok: false; readonly status: 404 | 409 | 422; readonly problem: string };

type Act = (incident: Incident) => Decision | { readonly refused: string };

export interface DeskDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly config: () => Config;
  readonly changed: () => void;
  /** Which session an incident hits; without it none is known. */
  readonly bookings?: SessionBook;
}

export class Desk {
  readonly #deps: DeskDeps;
  readonly #facts: ClassFacts;

  constructor(deps: DeskDeps) {
    this.#deps = deps;
    this.#facts = new ClassFacts(deps.config, deps.bookings);
  }

  acknowledge(id: string, by: string, note?: string): Promise<ActResult> {
    return this.#act(id, (incident) =>
      incident.acknowledgedAt !== undefined
        ? { refused: `${incident.number} was acknowledged by ${incident.acknowledgedBy ?? "somebody"} already` }
        : acknowledgeIncident(incident, by, this.#deps.clock.now(), this.#hours(incident), note),
    );
  }

  take(id: string, by: string, note?: string): Promise<ActResult> {
    return this.#act(id, (incident) =>
      incident.holder === by
        ? { refused: `${by} holds ${incident.number} already` }
        : takeIncident(incident, by, this.#deps.clock.now(), this.#hours(incident), note),
    );
  }

  restore(id: string, by: string, note: string): Promise<ActResult> {
    return this.#act(id, (incident) => {
      const decision = restoreIncident(incident, this.#deps.clock.now(), this.#hours(incident), note);
      if (decision === undefined) return { refused: `${incident.number} is ${incident.state}; only an open or taken one is restored` };
      return { ...decision, timeline: decision.timeline.map((entry) => ({ ...entry, by })) };
    });
  }

  /** Level 1 solved it at the first call: one key. `sessionLost` undefined: the person does not say. */
  solve(id: string, by: string, note: string, sessionLost?: boolean): Promise<ActResult> {
    return this.#act(id, (incident) => {
      const over = notInFirstCall(incident);
      if (over !== undefined) return { refused: `${incident.number} cannot be solved at the first call: ${over}; resolve it instead` };
      return solveIncident(incident, { by, at: this.#deps.clock.now(), note, terms: this.#hours(incident), sessionLost });
    });
  }

  /** The same severity again keeps it: time does not raise it any more. */
  severity(id: string, by: string, severity: Severity, reason: string): Promise<ActResult> {
    return this.#act(id, (incident) =>
      incident.severity === severity && incident.severitySettled?.how === "person"
        ? { refused: `${incident.number} is ${severity} already, as ${incident.severitySettled.by} decided` }
        : decideSeverity(incident, severity, this.#person(incident, by, reason)),
    );
  }

  urgency(id: string, by: string, urgency: Urgency, reason: string): Promise<ActResult> {
    return this.#act(id, (incident) =>
      incident.urgency === urgency
        ? { refused: `the urgency of ${incident.number} is ${urgency} already` }
        : decideUrgency(incident, urgency, this.#person(incident, by, reason)),
    );
  }

  resolve(id: string, by: string, note: string): Promise<ActResult> {
    return this.#act(id, (incident) =>
      incident.state === "resolved"
        ? { refused: `${incident.number} is resolved already` }
        : resolveIncident(incident, by, this.#deps.clock.now(), note),
    );
  }

  close(id: string, by: string, disposition: Disposition, note: string): Promise<ActResult> {
    return this.#act(id, (incident) =>
      // Closing while it still fails would open it again at the next look.
      incident.state === "open" || incident.state === "taken"
        ? { refused: `${incident.number} is ${incident.state}: restore or resolve it first` }
        : closeIncident(incident, by, this.#deps.clock.now(), disposition, note),
    );
  }

  release(id: string, by: string, note?: string): Promise<ActResult> {
    return this.#act(id, (incident) =>
      incident.holder === undefined
        ? { refused: `nobody holds ${incident.number}` }
        : releaseIncident(incident, by, this.#deps.clock.now(), note),
    );
  }

  #person(incident: Incident, by: string, reason: string) {
    const at = this.#deps.clock.now();
    const facts = this.#facts.of(incident, at);
    return { by, at, reason, terms: this.#facts.terms(incident, facts.session, at), verdict: judgeSeverity(facts) };
  }

  #hours(incident: Incident) {
    return hoursOf(this.#deps.config(), incident.site, incident.device);
  }

  async #act(idOrNumber: string, act: Act): Promise<ActResult> {
    const { store, clock, config, changed } = this.#deps;
    const found = await store.incident(idOrNumber);
    if (found === undefined) return { ok: false, status: 404, problem: `there is no incident ${idOrNumber}; see GET /api/v1/incidents` };
    for (let tries = 0; tries < 5; tries += 1) {
      try {
        const result = await store.transaction(undefined, async (tx): Promise<ActResult> => {
          const incident = await tx.incident(found.id);
          if (incident === undefined) return { ok: false, status: 404, problem: `there is no incident ${idOrNumber}` };
          if (incident.foldedInto !== undefined)
            return { ok: false, status: 409, problem: `${incident.number} is part of ${incident.foldedInto}: act on that one` };
          if (incident.state === "closed") return { ok: false, status: 409, problem: `${incident.number} is closed` };
          const decision = act(incident);
          if ("refused" in decision) return { ok: false, status: 409, problem: decision.refused };
          const now = clock.now();
          const next = keptMuted(decision.incident, this.#hours(incident), now);
          await tx.updateIncident(next);
          await tx.appendTimeline(decision.timeline);
          if (decision.dropPending !== undefined) await tx.dropPending(incident.id, decision.dropPending, now);
          await tx.addOutbox(decision.notices.flatMap((notice) => rowsFor(notice, decision.incident, config(), now)));
          return { ok: true, incident: next };
        });
        if (result.ok) changed();
        return result;
      } catch (error) {
        if (!(error instanceof RaceLost)) throw error;
      }
    }
    return { ok: false, status: 409, problem: `${found.number} is moving too fast; try again` };
  }
}
