/**
 * Is an authenticated message news, or one from before played again? RFC 3414 section 3.2, steps 7a and 7b.
 *
 * Pure. A sender's own engine: boots may not go back, time at most 150 s, and no datagram twice. Ours (informs): our boots, our time ± 150 s.
 * The memory is bounded and lives in the process: after a restart of the daemon the first message of each engine sets it anew.
 */

import { Recent } from "./recent.ts";

export const TIME_WINDOW_S = 150;

interface Heard {
  readonly boots: number;
  readonly time: number;
}

export interface Timeliness {
  /** Call only for messages whose digest is right. `fingerprint` tells datagrams apart. */
  isNews(message: { readonly engine: string; readonly boots: number; readonly time: number; readonly fingerprint: string }): boolean;
}

export function timeliness(maxEngines = 20_000, maxFingerprints = 50_000): Timeliness {
  const engines = new Recent<Heard>(maxEngines);
  /** Datagrams of late. Those that fell out are caught by the time window, unless more than this many came within it. */
  const seen = new Recent<true>(maxFingerprints);

  return {
    isNews({ engine, boots, time, fingerprint }) {
      const last = engines.get(engine);
      if (last !== undefined) {
        if (boots < last.boots) return false;
        if (boots === last.boots && time < last.time - TIME_WINDOW_S) return false;
      }
      if (seen.get(fingerprint) === true) return false;
      seen.set(fingerprint, true);
      const newer = last === undefined || boots > last.boots || time > last.time;
      engines.set(engine, newer ? { boots, time } : last);
      return true;
    },
  };
}

/** A message to us as the authoritative engine (an inform). */
export function isInOurWindow(message: { readonly boots: number; readonly time: number }, ours: { boots: number; time: number }): boolean {
  return message.boots === ours.boots && Math.abs(message.time - ours.time) <= TIME_WINDOW_S;
}
