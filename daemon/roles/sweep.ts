/**
 * When all open incidents are gone through for maintenance and silences, and not only those whose timer is due: when one has begun, ended
 * or been written, after a jump of the clock, and now and then while one is in force, since an incident may open beside its beginning.
 *
 * Part of the escalator. How far it has come is kept, so that what began and ended while the daemon was down is gone through afterwards.
 */
import type { Terms } from "../../rules/escalation.ts";
import type { Decision } from "../../rules/incident.ts";
import type { Mutes } from "../maintenance-book.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Incident } from "../model/incident.ts";
import { type Instant, SECOND } from "../model/time.ts";
import type { Store, Tx } from "../ports.ts";
import { settleIncident } from "./muting.ts";

const everyMs = 30 * SECOND;
const settledKey = "maintenance.settled";
const nothing: Mutes = {
  ...{ revision: 0, coverOf: () => undefined, nextCover: () => undefined },
  ...{ movedBetween: () => false, quietAt: () => false, begunAt: () => [] },
};

/** One turn of the escalator, as far as this is concerned. */
export interface Round {
  readonly now: Instant;
  readonly jumped: boolean;
  /** Go through all open incidents. */
  readonly all: boolean;
}

export class Sweep {
  readonly #store: Pick<Store, "kept">;
  readonly #mutes: Mutes;
  /** Everything that began or ended by then has been gone through. */
  #settledTo: Instant | undefined;
  #swept: { readonly at: Instant; readonly revision: number } | undefined;

  /** Without mutes nothing keeps an incident quiet. */
  constructor(store: Pick<Store, "kept">, mutes: Mutes | undefined) {
    this.#store = store;
    this.#mutes = mutes ?? nothing;
  }

  async round(now: Instant, jumped: boolean): Promise<Round> {
    if (this.#settledTo === undefined) {
      const row = await this.#store.kept<{ readonly at: Instant }>(settledKey);
      this.#settledTo = Math.min(row?.at ?? now, now);
    }
    // Set back, the clock will come to the same times again.
    if (this.#settledTo > now) this.#settledTo = now;
    return { now, jumped, all: jumped || this.#moved(this.#settledTo, now) };
  }

  #moved(after: Instant, now: Instant): boolean {
    const mutes = this.#mutes;
    if (this.#swept?.revision !== mutes.revision || mutes.movedBetween(after, now)) return true;
    return mutes.quietAt(now) && Math.abs(now - this.#swept.at) >= everyMs;
  }

  /** Is it quiet, or might it be? Only then its alarms are asked for. */
  concerns(incident: Incident, { now }: Round): boolean {
    return incident.muted !== undefined || this.#mutes.quietAt(now) || this.#mutes.movedBetween(this.#settledTo ?? now, now);
  }

  decide(incident: Incident, alarms: readonly Alarm[], terms: Terms, { now, jumped }: Round): Decision | undefined {
    return settleIncident({ incident, alarms, hours: terms, now, mutes: this.#mutes, settledTo: this.#settledTo ?? now, jumped });
  }

  /** In the transaction of the round. */
  async keep(tx: Tx, { now, all }: Round): Promise<void> {
    if (all) await tx.keep(settledKey, { at: now });
  }

  /** The round is committed. */
  done({ now, all }: Round): void {
    this.#settledTo = now;
    if (all) this.#swept = { at: now, revision: this.#mutes.revision };
  }
}
