/**
 * Is an authenticated message news, or one from before played again? RFC 3414 section 3.2, steps 7a and 7b.
 *
 * Pure. A sender's own engine: boots may not go back, time at most 150 s, and no datagram twice. Ours (informs): our boots, our time ± 150 s.
 * The memory is bounded. What it knew of each engine can be kept over a restart; the datagrams themselves cannot, so after one a message
 * must be newer than the last that was kept.
 */

import { Recent } from "./recent.ts";

export const TIME_WINDOW_S = 150;
/** Before our first start: a state folder that was lost still continues above what it had. */
const BOOTS_EPOCH = Date.UTC(2020, 0, 1);
/** RFC 3414 section 2.2.2: at this value an engine must get a new id. */
const MAX_BOOTS = 2_147_483_647;

/** The last that an engine said of its clock in a message that was believed. */
export interface HeardEngine {
  /** Engine id, hex. */
  readonly engine: string;
  readonly boots: number;
  /** Seconds since those boots. */
  readonly time: number;
}

interface Heard {
  readonly boots: number;
  readonly time: number;
  /** From before our restart: the datagrams of its window are forgotten. */
  readonly restored?: true;
}

export interface Timeliness {
  /** Call only for messages whose digest is right. `fingerprint` tells datagrams apart. */
  isNews(message: HeardEngine & { readonly fingerprint: string }): boolean;
  /** Engines whose clock moved since last asked. */
  takeMoved(): readonly HeardEngine[];
}

export function timeliness(restored: readonly HeardEngine[] = [], maxEngines = 20_000, maxFingerprints = 50_000): Timeliness {
  const engines = new Recent<Heard>(maxEngines);
  /** Datagrams of late. Those that fell out are caught by the time window, unless more than this many came within it. */
  const seen = new Recent<true>(maxFingerprints);
  let moved = new Map<string, HeardEngine>();
  for (const { engine, boots, time } of restored) engines.set(engine, { boots, time, restored: true });

  function isOld(last: Heard, boots: number, time: number): boolean {
    if (boots !== last.boots) return boots < last.boots;
    return last.restored === true ? time <= last.time : time < last.time - TIME_WINDOW_S;
  }

  return {
    isNews({ engine, boots, time, fingerprint }) {
      const last = engines.get(engine);
      if (last !== undefined && isOld(last, boots, time)) return false;
      if (seen.get(fingerprint) === true) return false;
      seen.set(fingerprint, true);
      const newer = last === undefined || boots > last.boots || time > last.time;
      engines.set(engine, newer ? { boots, time } : last);
      if (newer) moved.set(engine, { engine, boots, time });
      return true;
    },
    takeMoved() {
      const taken = [...moved.values()];
      moved = new Map();
      return taken;
    },
  };
}

/** A message to us as the authoritative engine (an inform). */
export function isInOurWindow(message: { readonly boots: number; readonly time: number }, ours: { boots: number; time: number }): boolean {
  return message.boots === ours.boots && Math.abs(message.time - ours.time) <= TIME_WINDOW_S;
}

/**
 * Our boots for the start at `at`, the last start having had `kept` (undefined: none is known). Grows with every start, though the clock
 * was set back; and is above whatever was kept, though the state was restored from an old copy.
 */
export function nextEngineBoots(kept: number | undefined, at: number): number {
  const byClock = Math.floor((at - BOOTS_EPOCH) / 1_000);
  return Math.min(MAX_BOOTS, Math.max((kept ?? 0) + 1, byClock, 1));
}
