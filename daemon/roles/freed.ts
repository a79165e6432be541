/**
 * What another's failure explained, once that is over: judged by looks that began after it, as many in a row as its rule wants of any failure.
 * A device that misses one look while all that was cut off comes back is not told for it.
 */
import type { Alarm } from "../model/alarm.ts";
import type { Observation } from "../model/observation.ts";
import type { Rule } from "../model/rule.ts";
import type { Instant } from "../model/time.ts";

/** The alarm after one more bad look since `back`; undefined: these are as many as its rule wants. */
export function oneMoreMissed(alarm: Alarm, rule: Rule | undefined, look: Observation, back: Instant | undefined): Alarm | undefined {
  if (rule?.outOfService !== true || look.kind === "trap") return undefined;
  // The looks that raised it were as many as the rule wants, and before the return.
  const counted = alarm.badLooks < rule.attempts && alarm.movedAt > (back ?? Number.NEGATIVE_INFINITY) ? alarm.badLooks : 0;
  if (counted + 1 >= rule.attempts) return undefined;
  return { ...alarm, badLooks: counted + 1, movedAt: look.at, movedSeq: look.seq };
}
