/**
 * What the table of severities is asked with: an incident, the configuration in force, and the session that needs what has failed.
 */
import { elapsed, type Hours, inService } from "../../rules/clock.ts";
import type { Terms } from "../../rules/escalation.ts";
import { behindOf, type SeverityInput } from "../../rules/severity.ts";
import { type Bookings, subjectOf } from "../bookings.ts";
import type { Config } from "../model/config.ts";
import type { Incident } from "../model/incident.ts";
import type { Network } from "../model/network.ts";
import type { SessionAhead } from "../model/session.ts";
import type { Instant } from "../model/time.ts";
import { nobodyNow } from "../oncall/gap.ts";
import { hoursOf } from "./hours.ts";

/** Which session a failure hits, or hits next. */
export type SessionBook = Pick<Bookings, "sessionAhead">;

/** As much of an incident as its class depends on. */
export type Classed = Pick<Incident, "rootCause" | "site" | "device" | "symptom" | "rule" | "firstCallSince" | "still" | "overruled"> & {
  readonly general: boolean | undefined;
  /** Undefined: it opens now. */
  readonly openedAt?: Instant;
};

/** Gathers the facts; keeps the index of who is behind whom for as long as the network is the same. */
export class ClassFacts {
  readonly #config: () => Config;
  readonly #book: SessionBook | undefined;
  #network: Network | undefined;
  #behind: (device: string) => number = () => 0;

  /** Without a book no session is known. */
  constructor(config: () => Config, book?: SessionBook) {
    this.#config = config;
    this.#book = book;
  }

  session(of: Pick<Classed, "rootCause" | "site" | "device">, at: Instant): SessionAhead | undefined {
    const subject = subjectOf(of);
    return subject === undefined ? undefined : this.#book?.sessionAhead(subject, at);
  }

  /** What the clocks of an incident are measured by. `session`: as `of` found it. */
  terms(of: Pick<Classed, "site" | "device">, session: SessionAhead | undefined, at: Instant): Terms {
    const ahead = session !== undefined && session.withinMs > 0;
    return { ...hoursOf(this.#config(), of.site, of.device), ...(ahead ? { sessionAt: at + session.withinMs } : {}) };
  }

  of(incident: Classed, at: Instant): SeverityInput {
    const config = this.#config();
    const { network, rules, severity } = config;
    const hours = hoursOf(config, incident.site, incident.device);
    const session = this.session(incident, at);
    const { site, symptom, general, overruled } = incident;
    return {
      table: severity,
      rule: rules.find((each) => each.id === incident.rule),
      device: incident.device === undefined ? undefined : network.devices.get(incident.device),
      inServiceHours: inService(hours, at),
      withoutServiceMs: once(() => withoutService(incident, hours, at)),
      behind: this.#behindOf(network),
      ...{ site, symptom, network, general },
      nobodyOnCall: nobodyNow(config, incident.rootCause, at),
      ...(session === undefined ? {} : { session }),
      ...(overruled === undefined ? {} : { overruled }),
    };
  }

  #behindOf(network: Network): (device: string) => number {
    if (this.#network !== network) {
      this.#network = network;
      this.#behind = behindOf(network);
    }
    return this.#behind;
  }
}

/** Several rows ask, and none of them where the table has no such row. */
function once(ask: () => number): () => number {
  let known: number | undefined;
  return () => {
    known ??= ask();
    return known;
  };
}

/**
 * In service hours, since it opened last: what failed while maintenance, a silence or an empty room kept it quiet opens when that ends.
 * Nor does the time under maintenance or a silence count afterwards.
 */
function withoutService({ firstCallSince, openedAt, still }: Classed, hours: Hours, at: Instant): number {
  const from = firstCallSince ?? openedAt ?? at;
  const stood = (still ?? []).map((span) => elapsed(hours, "service", Math.max(span.from, from), Math.min(span.to, at)));
  return elapsed(hours, "service", from, at) - stood.reduce((sum, ms) => sum + ms, 0);
}
