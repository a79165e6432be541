/**
 * Looks ahead for times when nobody is on call, and raises or ends the alarm of each function. What it found is kept for the metrics.
 */
import type { Alarm } from "../model/alarm.ts";
import type { Config } from "../model/config.ts";
import type { Span } from "../model/maintenance.ts";
import { type Instant, MINUTE } from "../model/time.ts";
import type { Clock } from "../ports.ts";
import type { Wide } from "../roles/intent.ts";
import { type Leases, leasedTurns } from "../roles/lease.ts";
import type { Role } from "../roles/supervisor.ts";
import { gapPrefix, gapSymptom, gapWhy } from "./gap.ts";
import { gapsOf, watchedFunctions } from "./standing.ts";

export interface OnCallWatchDeps {
  readonly clock: Clock;
  readonly leases: Leases;
  readonly config: () => Config;
  /** Alarms that are not plainly inactive. */
  readonly alarms: () => Iterable<Alarm>;
  /** Raises or ends one. */
  readonly wide: (input: Wide) => Promise<void>;
}

const everyMs = 1_000;
/** Time itself brings a hole into the horizon. */
const againMs = 5 * MINUTE;

export class OnCallWatch implements Role {
  readonly name = "on-call";
  readonly beatWithinMs = 60_000;
  readonly #deps: OnCallWatchDeps;
  #gaps: ReadonlyMap<string, readonly Span[]> = new Map();
  #looked: { readonly at: Instant; readonly config: Config } | undefined;

  constructor(deps: OnCallWatchDeps) {
    this.#deps = deps;
  }

  run(signal: AbortSignal, beat: () => void): Promise<void> {
    const { leases, clock } = this.#deps;
    const load = async () => {
      this.#looked = undefined;
    };
    return leasedTurns({ role: this.name, everyMs, leases, clock, load, turn: () => this.turn() }, signal, beat);
  }

  /** When nobody fills each function that the store fills, as of the last look. */
  gaps(): ReadonlyMap<string, readonly Span[]> {
    return this.#gaps;
  }

  async turn(): Promise<void> {
    const { clock, config: inForce, alarms, wide } = this.#deps;
    const [at, config] = [clock.now(), inForce()];
    const { horizonMs } = config.duty;
    const looked = this.#looked;
    if (looked !== undefined && looked.config === config && at >= looked.at && at - looked.at < againMs) return;
    this.#gaps = new Map(watchedFunctions(config, at).map((id) => [id, gapsOf(config, id, at, horizonMs)]));
    const raised = new Set(
      [...alarms()].flatMap(({ device, symptom, state }) => (symptom === gapSymptom && state === "active" ? [device] : [])),
    );
    for (const [id, gaps] of this.#gaps) {
      const [gap] = gaps;
      if (gap === undefined || raised.has(`${gapPrefix}${id}`)) continue;
      const why = gapWhy({ function: id, gap, horizon: at + horizonMs, zone: config.instance.timezone });
      await wide({ holder: `${gapPrefix}${id}`, symptom: gapSymptom, failing: true, devices: [], at, why });
    }
    for (const holder of raised) {
      const id = holder.slice(gapPrefix.length);
      if ((this.#gaps.get(id) ?? []).length > 0) continue;
      await wide({ holder, symptom: gapSymptom, failing: false, devices: [], at, why: `somebody is on call as ${id} again` });
    }
    // Only now: what could not be written is tried again.
    this.#looked = { at, config };
  }
}
