/**
 * Whose notifications came in clear text (SNMPv1, SNMPv2c): the community in them is readable to all, and anybody may send one like it.
 *
 * Part of the composition root (looking.ts). Known over a restart: written once a minute where it moved, and at the end. A device that has
 * sent none for 30 days is no longer counted.
 */

import { DAY, type Instant, MINUTE } from "./model/time.ts";
import type { Clock, Log, Store } from "./ports.ts";
import type { HeardTrap } from "./roles/listener.ts";

export interface ClearTraps {
  heard(device: string, trap: Pick<HeardTrap, "version" | "at">): void;
  /** Ids of devices. */
  devices(): ReadonlySet<string>;
  /** Another number when another device is one of them, or one no longer. */
  changes(): number;
  stop(): Promise<void>;
}

const key = "clear-traps";
const countedMs = 30 * DAY;
/** What is kept of a device moves once an hour at most: a storm writes nothing. */
const grainMs = 60 * MINUTE;

export async function createClearTraps({ store, clock, log }: { store: Store; clock: Clock; log: Log }): Promise<ClearTraps> {
  const lastAt = new Map<string, Instant>(Object.entries((await store.kept<Record<string, Instant>>(key)) ?? {}));
  let moved = false;
  let changes = 0;
  const isCounted = (at: Instant): boolean => clock.now() - at < countedMs;
  const keep = async (): Promise<void> => {
    for (const [device, at] of lastAt) {
      if (isCounted(at)) continue;
      lastAt.delete(device);
      moved = true;
      changes += 1;
    }
    if (!moved) return;
    moved = false;
    try {
      await store.keep(key, Object.fromEntries(lastAt));
    } catch (error) {
      moved = true;
      log.warn(
        { error: error instanceof Error ? error.name : "unknown" },
        "who sends traps in clear text was not kept; trying again in a minute",
      );
    }
  };
  const timer = setInterval(() => void keep(), MINUTE);
  timer.unref();
  return {
    heard(device, { version, at }) {
      if (version !== "1" && version !== "2c") return;
      const before = lastAt.get(device);
      if (before !== undefined && at - before < grainMs) return;
      if (before === undefined) changes += 1;
      lastAt.set(device, at);
      moved = true;
    },
    devices: () => new Set([...lastAt].flatMap(([device, at]) => (isCounted(at) ? [device] : []))),
    changes: () => changes,
    stop() {
      clearInterval(timer);
      return keep();
    },
  };
}
