/**
 * Properties that are tried for a time: so many runs are made whatever the time, then more while there is some. A test that was stopped
 * before it had tried anything would be green.
 */
import fc, { type IAsyncProperty, type Parameters, type RunDetails } from "fast-check";

export interface Effort {
  /** Runs that are always made. */
  readonly least: number;
  /** Runs that are wished for. */
  readonly most: number;
  /** For what is beyond `least`. */
  readonly timeMs: number;
  readonly seed?: number;
}

/** The failing run, or the last; `numRuns` counts them all. Throws when fewer than `least` were made. */
export async function tried<T>(property: IAsyncProperty<T>, { least, most, timeMs, seed }: Effort): Promise<RunDetails<T>> {
  const base: Parameters<T> = seed === undefined ? {} : { seed };
  const first = await fc.check(property, { ...base, numRuns: Math.min(least, most) });
  if (first.failed) return first;
  if (first.numRuns < Math.min(least, most)) throw new Error(`only ${first.numRuns} of at least ${least} runs were made`);
  if (most <= least) return first;
  const again = (seed ?? fc.readConfigureGlobal().seed ?? 0) + 1;
  const more = await fc.check(property, { numRuns: most - least, seed: again, interruptAfterTimeLimit: timeMs });
  return { ...more, numRuns: first.numRuns + more.numRuns, failed: more.failed && more.counterexample !== null } as RunDetails<T>;
}

/** Throws with what the property found. */
export async function assertTried<T>(property: IAsyncProperty<T>, effort: Effort): Promise<void> {
  const found = await tried(property, effort);
  if (!found.failed) return;
  throw new Error(`${fc.defaultReportMessage(found) ?? ""}`, { cause: found.errorInstance });
}
