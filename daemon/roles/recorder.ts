/**
 * Keeps a short history of samples: five-minute roll-ups (count, min, max, mean) of every series, written at the end of a slot.
 */
import type { Observation } from "../model/observation.ts";
import { type Instant, MINUTE } from "../model/time.ts";
import type { Clock, Log, Store } from "../ports.ts";
import { SlotSums } from "./slot-sums.ts";
import type { Role } from "./supervisor.ts";

/** Length of a slot. */
export const slotMs = 5 * MINUTE;

export class Recorder implements Role {
  readonly name = "recorder";
  readonly beatWithinMs = 2 * slotMs;
  readonly #deps: { store: Store; clock: Clock; log: Log };
  readonly #slots = new Map<Instant, SlotSums>();

  constructor(deps: { store: Store; clock: Clock; log: Log }) {
    this.#deps = deps;
  }

  /** Adds the samples of observations to their slots. */
  add(observations: readonly Observation[]): void {
    for (const { at, device, finding } of observations) {
      if (finding.samples.length > 0) this.#slotOf(at - (at % slotMs)).add(device, finding.samples);
    }
  }

  async run(signal: AbortSignal, beat: () => void): Promise<void> {
    const { clock } = this.#deps;
    while (!signal.aborted) {
      beat();
      await this.flush(clock.now() - (clock.now() % slotMs));
      await clock.sleep(5_000, signal);
    }
    // What the last slot holds so far is kept over a restart.
    await this.flush(Number.POSITIVE_INFINITY);
  }

  /** Writes the slots that ended by then. A slot that cannot be written is tried again; two of them are the most that is kept. */
  async flush(before: Instant): Promise<void> {
    const { store, log } = this.#deps;
    for (const [slotAt, sums] of [...this.#slots].sort((a, b) => a[0] - b[0])) {
      if (slotAt >= before) continue;
      try {
        await store.saveAllRollups(sums.points(slotAt));
        this.#slots.delete(slotAt);
      } catch (error) {
        if (this.#slots.size > 3) this.#slots.delete(slotAt);
        log.warn({ slotAt, error: error instanceof Error ? error.name : "unknown" }, "roll-ups not written; trying again");
        return;
      }
    }
  }

  #slotOf(slotAt: Instant): SlotSums {
    let sums = this.#slots.get(slotAt);
    if (sums === undefined) {
      sums = new SlotSums();
      this.#slots.set(slotAt, sums);
    }
    return sums;
  }
}
