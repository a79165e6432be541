/**
 * What a turn did to alarms, as far as later looks of the same devices may notice.
 *
 * Pure. An alarm that only counts on (attempts, good looks, how steady it is) concerns the checks that judge it; anything else may
 * concern every check of its device.
 */
import type { Alarm } from "../model/alarm.ts";

export interface Moves {
  /** Devices of which an alarm began, ended, was explained, gathered or handed over. */
  readonly moved: ReadonlySet<string>;
  /** Keys of alarms that counted on. */
  readonly counted: readonly string[];
}

export function movesOf(changes: Iterable<Alarm>, before: (key: string) => Alarm | undefined, restoreAfterLooks: number): Moves {
  const moved = new Set<string>();
  const counted: string[] = [];
  for (const alarm of changes) {
    const was = before(alarm.key);
    if (was === undefined || isOther(was, alarm, restoreAfterLooks)) moved.add(alarm.device);
    else if (was !== alarm) counted.push(alarm.key);
  }
  return { moved, counted };
}

function isOther(a: Alarm, b: Alarm, restoreAfterLooks: number): boolean {
  return (
    a.state !== b.state ||
    a.rule !== b.rule ||
    a.raisedBy !== b.raisedBy ||
    a.incident !== b.incident ||
    a.suppressedBy !== b.suppressedBy ||
    a.flapping !== b.flapping ||
    // From here on looks count, or no longer do.
    (a.flapRing === 0) !== (b.flapRing === 0) ||
    a.goodLooks >= restoreAfterLooks !== b.goodLooks >= restoreAfterLooks
  );
}
