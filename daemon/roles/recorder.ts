/**
 * Keeps a short history of samples: five-minute roll-ups (count, min, max, mean) of every series, written at the end of a slot.
 */
import type { Observation } from "../model/observation.ts";
import { type Instant, MINUTE } from "../model/time.ts";
import type { Clock, Log, RollupPoint, Store } from "../ports.ts";
import type { Role } from "./supervisor.ts";

/** Length of a slot. */
export const slotMs = 5 * MINUTE;

interface Sum {
  count: number;
  min: number;
  max: number;
  sum: number;
}

export class Recorder implements Role {
  readonly name = "recorder";
  readonly beatWithinMs = 2 * slotMs;
  readonly #deps: { store: Store; clock: Clock; log: Log };
  #slots = new Map<Instant, Map<string, Map<string, Sum>>>();

  constructor(deps: { store: Store; clock: Clock; log: Log }) {
    this.#deps = deps;
  }

  /** Adds the samples of observations to their slots. */
  add(observations: readonly Observation[]): void {
    for (const observation of observations) {
      if (observation.finding.samples.length === 0) continue;
      const series = this.#seriesOf(observation.at - (observation.at % slotMs), observation.device);
      for (const sample of observation.finding.samples) {
        if (!Number.isFinite(sample.value)) continue;
        const key = sample.part === undefined ? sample.name : `${sample.name}|${sample.part}`;
        const sum = series.get(key);
        if (sum === undefined) series.set(key, { count: 1, min: sample.value, max: sample.value, sum: sample.value });
        else fold(sum, sample.value);
      }
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
    for (const [slotAt, devices] of [...this.#slots].sort((a, b) => a[0] - b[0])) {
      if (slotAt >= before) continue;
      const batch = new Map([...devices].map(([device, series]) => [device, pointsOf(slotAt, series)]));
      try {
        await store.saveAllRollups(batch);
        this.#slots.delete(slotAt);
      } catch (error) {
        if (this.#slots.size > 3) this.#slots.delete(slotAt);
        log.warn({ slotAt, error: error instanceof Error ? error.name : "unknown" }, "roll-ups not written; trying again");
        return;
      }
    }
  }

  #seriesOf(slotAt: Instant, device: string): Map<string, Sum> {
    let devices = this.#slots.get(slotAt);
    if (devices === undefined) {
      devices = new Map();
      this.#slots.set(slotAt, devices);
    }
    let series = devices.get(device);
    if (series === undefined) {
      series = new Map();
      devices.set(device, series);
    }
    return series;
  }
}

function fold(sum: Sum, value: number): void {
  sum.count += 1;
  sum.sum += value;
  if (value < sum.min) sum.min = value;
  if (value > sum.max) sum.max = value;
}

function pointsOf(slotAt: Instant, series: ReadonlyMap<string, Sum>): readonly RollupPoint[] {
  return [...series].map(([name, { count, min, max, sum }]) => ({ series: name, slotAt, count, min, max, mean: sum / count }));
}
