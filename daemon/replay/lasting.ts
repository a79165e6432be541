/**
 * What a device does it goes on doing while looks that say the same are passed over.
 */
import type { Evidence } from "../../rules/activity.ts";
import type { Instant } from "../model/time.ts";

/** `lastAt`: when the last such look was, as far as the replay has come. */
export function lasting(told: Evidence, lastAt: () => Instant | undefined): Evidence {
  return {
    ...told,
    get until() {
      return Math.max(told.at, lastAt() ?? told.at) + told.until - told.at;
    },
  };
}

/** No look tells it any more: it is believed from the last one that did. */
export function ended({ doing, at, check, until }: Evidence): Evidence {
  return { doing, at, check, until };
}
