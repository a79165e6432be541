/**
 * The bus inside one process: at-least-once, as JetStream behaves. A batch that was rejected comes again as it was, before anything
 * newer; an id that was seen within the window is dropped.
 *
 * One observation costs a few map operations and no promise: the consumer is woken once a batch.
 */
import { setImmediate } from "node:timers/promises";
import type { Bus, Clock } from "../ports.ts";
import { Queue } from "./queue.ts";
import { RecentIds } from "./recent-ids.ts";

export interface LocalBusOptions {
  /** Observations that may wait; beyond it the least needed go (see queue.ts). */
  readonly capacity: number;
  /** How long an id is remembered. Default 2 min, as JetStream's. */
  readonly dedupeMs?: number;
  /**
   * Between the beginnings of two batches at least, so that what comes one by one is taken together; a full batch does not wait, nor does
   * the first after a pause. Default 0.
   */
  readonly gatherMs?: number;
}

const DEDUPE_MS = 120_000;
/** Between a rejected batch and its return: doubles from the first to the longest. */
const BACKOFF_MS = { first: 50, longest: 5_000 };

export function createLocalBus(options: LocalBusOptions, clock: Clock): Bus {
  const queue = new Queue(options.capacity);
  const gatherMs = options.gatherMs ?? 0;
  const recent = new RecentIds(options.dedupeMs ?? DEDUPE_MS);
  let wake: (() => void) | undefined;

  /** Resolves when something waits, or when it is woken. */
  function filled(signal: AbortSignal): Promise<void> {
    if (queue.depth > 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      wake = () => {
        wake = undefined;
        resolve();
      };
    });
  }

  return {
    async publish(observations) {
      const nowMs = clock.monotonicMs();
      for (const observation of observations) {
        if (recent.add(observation.id, nowMs)) queue.push(observation);
      }
      if (queue.depth > 0) wake?.();
    },
    async consume({ maxBatch }, handler, signal) {
      let backoffMs = BACKOFF_MS.first;
      let beganMs = Number.NEGATIVE_INFINITY;
      signal.addEventListener("abort", () => wake?.(), { once: true });
      while (!signal.aborted) {
        await filled(signal);
        const restMs = beganMs + gatherMs - clock.monotonicMs();
        if (restMs > 0 && queue.depth < maxBatch) await clock.sleep(restMs, signal);
        beganMs = clock.monotonicMs();
        const batch = signal.aborted ? [] : queue.take(maxBatch);
        if (batch.length === 0) continue;
        try {
          await handler(batch);
          queue.acknowledge();
          backoffMs = BACKOFF_MS.first;
          // A backlog is worked off without holding up timers and sockets.
          if (queue.depth > 0) await setImmediate();
        } catch {
          // Why is the handler's to log; here it only means "again".
          await clock.sleep(backoffMs, signal);
          backoffMs = Math.min(backoffMs * 2, BACKOFF_MS.longest);
        }
      }
    },
    depth: () => queue.depth,
    displaced: () => queue.displaced,
  };
}
