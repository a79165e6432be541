/**
 * When does a failure count as the same one again? Reopened within the window it is the same incident, later a recurrence.
 *
 * Pure. Occurrence = reopenings collapsed.
 */
import { alarmKey } from "../daemon/model/alarm.ts";
import type { Disposition } from "../daemon/model/incident.ts";
import type { DeviceEvent } from "../daemon/model/inventory.ts";
import { DAY, type Instant, MINUTE } from "../daemon/model/time.ts";

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

/** A change that is older than this when something fails is not told as having come before it (ours). */
export const changeLeadMs = 7 * DAY;
/** A change is seen by a look: what was changed while a device was silent shows once it has answered twice. */
const seenAfterEndMs = 15 * MINUTE;

/** One occurrence of a fingerprint, from its first bad look. */
export interface Failure {
  readonly number: string;
  readonly from: Instant;
  /** Undefined: it lasts. */
  readonly to?: Instant;
}

/** A change of a device, held against the failures of one fingerprint. */
export interface ChangeBeside {
  readonly change: DeviceEvent;
  /** The failure in which it was first seen, else the one that came next. */
  readonly failure: Failure;
  /** From the change to that failure's first bad look; negative: it was first seen so long after. */
  readonly leadMs: number;
  /** Failures that began before that one, and from that one on. */
  readonly before: number;
  readonly after: number;
}

/**
 * Which changes of its device came before, or with, the failures of a fingerprint; newest first. Whether one is the cause is not said: how
 * often it failed before and since is.
 *
 * That a part is gone or back is no cause of the part's own failure: it is that failure.
 */
export function changesBeside(
  failures: readonly Failure[],
  changes: readonly DeviceEvent[],
  part: string | undefined,
): readonly ChangeBeside[] {
  const inOrder = [...failures].sort((a, b) => a.from - b.from);
  const beside = changes.flatMap((change): readonly ChangeBeside[] => {
    const itself = change.code === "peripheral-missing" || change.code === "peripheral-back";
    if (itself && part !== undefined && change.part === part) return [];
    const index = inOrder.findIndex(({ from, to }) => change.at < from || change.at <= (to ?? Number.POSITIVE_INFINITY) + seenAfterEndMs);
    const failure = inOrder[index];
    if (failure === undefined || failure.from - change.at > changeLeadMs) return [];
    return [{ change, failure, leadMs: failure.from - change.at, before: index, after: inOrder.length - index }];
  });
  return beside.sort((a, b) => b.change.at - a.change.at);
}
