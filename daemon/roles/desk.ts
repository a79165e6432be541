/**
 * What people do to an incident: acknowledge, take, solve, resolve, close, say how bad it is. Each act is one transaction, with who and why on the timeline.
 */
import {
  acknowledgeIncident,
  closeIncident,
  notOver,
  releaseIncident,
  resolveIncident,
  restoreIncident,
  takeIncident,
} from "../../rules/incident.ts";
import { newsOwed } from "../../rules/public-news.ts";
import { decideSeverity, decideUrgency, notInFirstCall, solveIncident } from "../../rules/settle.ts";
import { judgeSeverity } from "../../rules/severity.ts";
import { type Disposition, type Incident, isFailing, type Severity, type Urgency } from "../model/incident.ts";
import { type Act, type ActResult, actOn, type DeskDeps } from "./acting.ts";
import { callersAgree, waitsForCallers } from "./callers.ts";
import { ClassFacts } from "./class-facts.ts";
import { hoursOf } from "./hours.ts";

export type { ActResult, DeskDeps } from "./acting.ts";

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

  /** `insteadOf`: who held it as they saw it, empty for nobody. Somebody else was faster: it stays theirs. */
  take(id: string, by: string, note?: string, insteadOf?: string): Promise<ActResult> {
    return this.#act(id, (incident) => {
      if (incident.holder === by) return { refused: `${by} holds ${incident.number} already` };
      if (insteadOf !== undefined && incident.holder !== undefined && incident.holder !== insteadOf)
        return { refused: `${incident.holder} has taken ${incident.number} meanwhile` };
      return takeIncident(incident, by, this.#deps.clock.now(), this.#hours(incident), note);
    });
  }

  restore(id: string, by: string, note: string): Promise<ActResult> {
    return this.#act(id, (incident) => {
      const decision = restoreIncident(incident, this.#deps.clock.now(), this.#hours(incident), note);
      if (decision === undefined) return { refused: `${incident.number} is ${incident.state}; only an open or taken one is restored` };
      return { ...decision, timeline: decision.timeline.map((entry) => ({ ...entry, by })) };
    });
  }

  /** Level 1 solved it at the first call, with the callers on the line: one key. `sessionLost` undefined: the person does not say. */
  solve(id: string, by: string, note: string, sessionLost?: boolean): Promise<ActResult> {
    return this.#act(id, async (incident, tx) => {
      const over = notInFirstCall(incident) ?? notOver(incident);
      if (over !== undefined) return { refused: `${incident.number} cannot be solved at the first call: ${over}; resolve it instead` };
      await callersAgree(tx, incident, { by, at: this.#deps.clock.now(), note });
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
    return this.#act(id, (incident) => {
      const refused = incident.state === "resolved" ? `${incident.number} is resolved already` : notOver(incident);
      return refused === undefined ? resolveIncident(incident, by, this.#deps.clock.now(), note) : { refused };
    });
  }

  close(id: string, by: string, disposition: Disposition, note: string): Promise<ActResult> {
    return this.#act(id, async (incident, tx) => {
      // Closing while it still fails would open it again at the next look.
      if (isFailing(incident)) return { refused: `${incident.number} is ${incident.state}: restore or resolve it first` };
      const refused =
        notOver(incident) ??
        newsOwed(incident) ??
        (await waitsForCallers(incident, tx)) ??
        (await this.#deps.closeGate?.(incident, disposition, tx));
      return refused === undefined ? closeIncident(incident, by, this.#deps.clock.now(), disposition, note) : { refused };
    });
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

  #act(id: string, act: Act): Promise<ActResult> {
    return actOn(this.#deps, id, act);
  }
}
