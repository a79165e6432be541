/**
 * What the evaluator does when the wall clock jumps: all times that it compares with each other move with the clock, at the start of a turn
 * and in one go: those of alarms, of the last looks, of what was heard and of who came back.
 *
 * Incidents keep the times at which they say that things happened; their timers are the escalator's.
 */
import { onNewClock, shiftedAlarm, underWayMs } from "../../rules/shifted.ts";
import type { Board } from "../board.ts";
import type { Observation } from "../model/observation.ts";
import type { Instant } from "../model/time.ts";
import type { Clock, Fence, Log, Store } from "../ports.ts";
import type { AlarmMemory } from "./memory.ts";
import type { Standing } from "./standing.ts";
import { WallWatch } from "./wall-watch.ts";

interface Deps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly board: Board;
  /** Told once the times have moved. */
  readonly jumped: (ms: number, at: Instant) => void;
}

export class Jumps {
  readonly #deps: Deps;
  readonly #watch: WallWatch;
  #last: { readonly ms: number; readonly monotonicMs: number } | undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#watch = new WallWatch(deps.clock);
  }

  /** What the store holds was read: a jump of before cannot be told from time that has passed. */
  forget(): void {
    this.#watch.forget();
    this.#last = undefined;
  }

  /** By how much the clock has jumped, once everything has moved; 0 nearly always. */
  async heed(memory: AlarmMemory, standing: Standing, fence: Fence): Promise<number> {
    const { store, clock, log, board, jumped } = this.#deps;
    const ms = this.#watch.jumped();
    if (ms !== 0) {
      // Of the others only the order of looks depends on it: they are written when they next move.
      const standings = [...memory.all()].filter(({ state, incident }) => state !== "inactive" || incident !== undefined);
      await store.transaction(fence, (tx) => tx.saveAlarms(standings.map((alarm) => shiftedAlarm(alarm, ms))));
      memory.shift(ms);
      board.shift(ms);
      standing.shift(ms);
      this.#last = { ms, monotonicMs: clock.monotonicMs() };
      jumped(ms, clock.now());
      log.warn({ jumpMs: ms, alarms: standings.length }, "the wall clock jumped; the times of alarms moved with it");
    }
    this.#watch.settle(ms);
    return ms;
  }

  /** Looks that were under way when it jumped, as the others. */
  onNewClock(observations: readonly Observation[]): readonly Observation[] {
    const last = this.#last;
    if (last === undefined || this.#deps.clock.monotonicMs() - last.monotonicMs > underWayMs) return observations;
    return observations.map((each) => onNewClock(each, last.ms, this.#deps.clock.now()));
  }
}
