/**
 * Notices when the wall clock jumps, and moves the timers that measure elapsed time with it, in one transaction, before any fires.
 *
 * Within a process the monotonic clock tells, of a clock that stands still too. Over a restart a row written every 30 s tells of a clock set back; one set ahead
 * cannot be told from time that has passed, and counts as that. Part of the escalator: nothing is woken before it has looked.
 */
import { moveTimer } from "../../rules/timer.ts";
import type { Incident } from "../model/incident.ts";
import type { Maintenance } from "../model/maintenance.ts";
import { type Instant, MINUTE, SECOND } from "../model/time.ts";
import type { Clock, Fence, Log, Store } from "../ports.ts";

/** A smaller step is corrected time, not a jump. */
const jumpMs = MINUTE;
const rowEveryMs = 30 * SECOND;
/** The two clocks are compared over this long: one that stands still or runs slow jumps a little every time it is looked at. */
const comparedMs = 10 * MINUTE;
/** The row that tells when we last ran, at most 30 s old. */
export const wallKey = "clock.wall";

export interface WallRow {
  readonly at: Instant;
}

/** What a flexible maintenance measures from its beginning is elapsed time too. */
interface Begun {
  begunAt(at: Instant): readonly Maintenance[];
  refresh(): Promise<void>;
}

interface Deps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly mutes?: Begun;
}

export class Timekeeper {
  readonly #deps: Deps;
  #since: { readonly wall: Instant; readonly monotonicMs: number } | undefined;
  #rowAtMs = Number.NEGATIVE_INFINITY;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** By how much the wall clock has jumped since the last check, once the timers have moved; 0 when it has not. */
  async check(fence: Fence): Promise<number> {
    const { store, clock } = this.#deps;
    const wall = clock.now();
    const monotonicMs = clock.monotonicMs();
    const jumped = await this.#jump(wall, monotonicMs);
    if (jumped !== 0) await this.#move(jumped, wall, fence);
    if (this.#since === undefined || jumped !== 0 || monotonicMs - this.#since.monotonicMs > comparedMs)
      this.#since = { wall, monotonicMs };
    if (jumped !== 0 || monotonicMs - this.#rowAtMs >= rowEveryMs) {
      await store.transaction(fence, (tx) => tx.keep(wallKey, { at: wall } satisfies WallRow));
      this.#rowAtMs = monotonicMs;
    }
    return jumped;
  }

  async #jump(wall: Instant, monotonicMs: number): Promise<number> {
    if (this.#since !== undefined) {
      const jumped = wall - this.#since.wall - (monotonicMs - this.#since.monotonicMs);
      return Math.abs(jumped) > jumpMs ? Math.round(jumped) : 0;
    }
    const row = await this.#deps.store.kept<WallRow>(wallKey);
    return row !== undefined && wall < row.at - jumpMs ? wall - row.at : 0;
  }

  async #move(ms: number, at: Instant, fence: Fence): Promise<void> {
    const { store, log, mutes } = this.#deps;
    const begun = mutes?.begunAt(at - ms) ?? [];
    const moved = await store.transaction(fence, async (tx) => {
      const done: Incident[] = [];
      for (const { id } of await store.openIncidents()) {
        const incident = await tx.incident(id);
        const decision = incident === undefined ? undefined : moveTimer(incident, ms, at);
        if (decision === undefined) continue;
        await tx.updateIncident(decision.incident);
        await tx.appendTimeline(decision.timeline);
        done.push(decision.incident);
      }
      for (const { id, beganAt } of begun) if (beganAt !== undefined) await tx.moveBeginning(id, beganAt + ms);
      // Set ahead, a retry comes early, which does no harm; set back, it would come hours late.
      if (ms < 0) await tx.moveOutbox(ms);
      await tx.audit([{ at, by: "system", action: "clock.jumped", target: "clock", data: { ms, timers: done.length } }]);
      return done;
    });
    if (begun.length > 0) await mutes?.refresh();
    log.warn({ jumpMs: ms, timers: moved.length }, "the wall clock jumped, or does not keep time; elapsed timers moved with it");
  }
}
