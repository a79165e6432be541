/**
 * Runs the roles: one loop each, started in order, stopped in reverse; a crashed one is started again with backoff.
 *
 * Every role beats; a role that has not beaten within its limit is the one that hangs, and readiness names it.
 */
import type { Instant } from "../model/time.ts";
import type { Clock, Log } from "../ports.ts";

/** One loop. `run` returns when the signal aborts; anything it throws restarts it. */
export interface Role {
  readonly name: string;
  /** How long it may go without a beat before it counts as hanging. */
  readonly beatWithinMs: number;
  run(signal: AbortSignal, beat: () => void): Promise<void>;
}

export interface RoleHealth {
  readonly name: string;
  readonly ok: boolean;
  readonly since: Instant;
  /** How long ago it last said that it is alive. */
  readonly silentMs: number;
  readonly why: string;
}

interface Running {
  readonly role: Role;
  readonly ended: Promise<void>;
  readonly abort: AbortController;
  lastBeatMs: number;
  crashes: number;
  lastError: string;
  failing: boolean;
  since: Instant;
}

const backoffMs = [250, 1_000, 5_000, 15_000, 30_000];
/** A role that ran this long was well. */
const steadyMs = 60_000;

export class Supervisor {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #running: Running[] = [];

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  start(role: Role): void {
    const abort = new AbortController();
    const running: Running = {
      role,
      abort,
      ended: Promise.resolve(),
      lastBeatMs: this.#clock.monotonicMs(),
      crashes: 0,
      lastError: "",
      failing: false,
      since: this.#clock.now(),
    };
    this.#running.push(Object.assign(running, { ended: this.#keep(running, abort.signal) }));
  }

  /** Stops in reverse order; each gets the time it needs to finish what it holds. */
  async stop(): Promise<void> {
    for (const running of this.#running.reverse()) {
      running.abort.abort();
      await running.ended;
    }
    this.#running.length = 0;
  }

  health(): readonly RoleHealth[] {
    const now = this.#clock.monotonicMs();
    return this.#running.map((running) => {
      const silentMs = now - running.lastBeatMs;
      const hangs = silentMs > running.role.beatWithinMs;
      const why = running.failing
        ? `restarting after: ${running.lastError}`
        : hangs
          ? `no sign of life for ${Math.round(silentMs / 1000)} s`
          : "works";
      return { name: running.role.name, ok: !running.failing && !hangs, since: running.since, silentMs, why };
    });
  }

  async #keep(running: Running, signal: AbortSignal): Promise<void> {
    const beat = () => {
      running.lastBeatMs = this.#clock.monotonicMs();
      running.failing = false;
    };
    while (!signal.aborted) {
      const beganMs = this.#clock.monotonicMs();
      try {
        await running.role.run(signal, beat);
        if (signal.aborted) return;
        running.lastError = "it ended by itself";
      } catch (error) {
        running.lastError = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      }
      running.failing = true;
      // A crash long after the last one is a first one: it does not wait for what happened last month.
      running.crashes = this.#clock.monotonicMs() - beganMs > steadyMs ? 1 : running.crashes + 1;
      this.#log.error({ role: running.role.name, error: running.lastError, crashes: running.crashes }, "role stopped; starting it again");
      await this.#clock.sleep(backoffMs[Math.min(running.crashes, backoffMs.length) - 1] ?? 30_000, signal);
    }
  }
}

/** A loop that does not beat by itself: it is alive while it has not ended. */
export function loop(name: string, beatWithinMs: number, work: (signal: AbortSignal) => Promise<void>, clock: Clock): Role {
  return {
    name,
    beatWithinMs,
    async run(signal, beat) {
      const ended = new AbortController();
      const beats = (async () => {
        while (!ended.signal.aborted) {
          beat();
          await clock.sleep(beatWithinMs / 4, ended.signal);
        }
      })();
      try {
        await work(signal);
      } finally {
        ended.abort();
        await beats;
      }
    },
  };
}
