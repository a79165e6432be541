/**
 * When does a failure count as the same one again? Reopened within the window it is the same incident, later a recurrence.
 *
 * Pure. Occurrence = reopenings collapsed.
 */
import { alarmKey } from "../daemon/model/alarm.ts";
import type { Disposition } from "../daemon/model/incident.ts";
import type { Instant } from "../daemon/model/time.ts";

/** `same`: reopen the incident and count one occurrence; `recurrence`: a new one, linked; `new`: never seen. */
export type RecurrenceVerdict = "same" | "recurrence" | "new";

/** `previousEndedAt`: when the last incident with this fingerprint was restored or closed; undefined when there was none. The window's last millisecond is inside. */
export function recurrenceOf(previousEndedAt: Instant | undefined, at: Instant, reopenWithinMs: number): RecurrenceVerdict {
  if (previousEndedAt === undefined) return "new";
  // An end after `at` is a clock that jumped or a late look: certainly within the window.
  return at - previousEndedAt <= reopenWithinMs ? "same" : "recurrence";
}

/** Closed as something that was no failure of the equipment: it comes back as nothing, and nothing recurs of it. The store's queries hold the same. */
export function wasNoFailure(disposition: Disposition | undefined): boolean {
  return disposition === "false-alarm" || disposition === "test" || disposition === "duplicate";
}

/** What recurrence counts by: device, symptom, part. The same text as an alarm's key. */
export function fingerprint(device: string, symptom: string, part?: string): string {
  return alarmKey(device, symptom, part);
}

/** Occurrences of one fingerprint in a window: starts that lie within `reopenWithinMs` of the end before them are one. */
export function countOccurrences(
  episodes: readonly { readonly from: Instant; readonly to?: Instant }[],
  window: { readonly from: Instant; readonly to: Instant },
  reopenWithinMs: number,
): number {
  let count = 0;
  let endedAt = Number.NEGATIVE_INFINITY;
  for (const { from, to } of [...episodes].sort((a, b) => a.from - b.from)) {
    if (from - endedAt > reopenWithinMs && from >= window.from && from <= window.to) count += 1;
    endedAt = Math.max(endedAt, to ?? Number.POSITIVE_INFINITY);
  }
  return count;
}
