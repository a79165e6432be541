/**
 * Is an authenticated message news, or one from before played again? RFC 3414 section 3.2, steps 7a and 7b.
 *
 * Pure. A sender's own engine: boots may not go back, time at most 150 s, and no datagram twice. Ours (informs): our boots, our time ± 150 s.
 * The memory is bounded and lives in the process: after a restart of the daemon the first message of each engine sets it anew.
 */

export const TIME_WINDOW_S = 150;

interface Heard {
  boots: number;
  time: number;
}

export interface Timeliness {
  /** Call only for messages whose digest is right. `fingerprint` tells datagrams apart. */
  isNews(message: { readonly engine: string; readonly boots: number; readonly time: number; readonly fingerprint: string }): boolean;
}

export function timeliness(maxEngines = 20_000, maxFingerprints = 50_000): Timeliness {
  const engines = new Map<string, Heard>();
  /** Datagrams of late. Those that fell out are caught by the time window, unless more than this many came within it. */
  const seen = new Set<string>();

  function keep(engine: string, heard: Heard): void {
    engines.delete(engine);
    engines.set(engine, heard);
    if (engines.size > maxEngines) drop(engines);
  }

  return {
    isNews({ engine, boots, time, fingerprint }) {
      const last = engines.get(engine);
      if (last !== undefined) {
        if (boots < last.boots) return false;
        if (boots === last.boots && time < last.time - TIME_WINDOW_S) return false;
      }
      if (seen.has(fingerprint)) return false;
      seen.add(fingerprint);
      if (seen.size > maxFingerprints) drop(seen);
      const newer = last === undefined || boots > last.boots || time > last.time;
      keep(engine, newer ? { boots, time } : last);
      return true;
    },
  };
}

function drop(from: { keys(): IterableIterator<string>; delete(key: string): boolean }): void {
  const oldest = from.keys().next();
  if (!oldest.done) from.delete(oldest.value);
}

/** A message to us as the authoritative engine (an inform). */
export function isInOurWindow(message: { readonly boots: number; readonly time: number }, ours: { boots: number; time: number }): boolean {
  return message.boots === ours.boots && Math.abs(message.time - ours.time) <= TIME_WINDOW_S;
}
