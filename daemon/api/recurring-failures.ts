/**
 * What keeps coming back, each failure beside what was changed on its device before it or while it lasted.
 */
import { type ChangeBeside, changeLeadMs, changesBeside, type Failure, wasNoFailure } from "../../rules/recurrence.ts";
import type { Incident } from "../model/incident.ts";
import { DAY, type Instant } from "../model/time.ts";
import type { Recurrence } from "../ports.ts";
import type { ApiDeps } from "./deps.ts";

const windowMs = 90 * DAY;
/** The newest of each; more than this is not gone through. */
const mostIncidents = 5_000;
const mostChanges = 5_000;

export interface RecurringFailure {
  readonly recurrence: Recurrence;
  /** Newest first. */
  readonly incidents: readonly Incident[];
  readonly changes: readonly ChangeBeside[];
}

export async function recurringFailures(
  { store }: Pick<ApiDeps, "store">,
  now: Instant,
  limit: number,
): Promise<readonly RecurringFailure[]> {
  const list = await store.recurrences(now, limit);
  if (list.length === 0) return [];
  const since = now - windowMs;
  const fingerprints = list.map(({ fingerprint }) => fingerprint);
  const devices = [...new Set(list.flatMap(({ device }) => device ?? []))];
  const [incidents, changes] = await Promise.all([
    store.incidents({ since, folded: false, fingerprints, limit: mostIncidents }),
    store.deviceEvents({ since: since - changeLeadMs, devices, limit: mostChanges }),
  ]);
  const byFingerprint = grouped(
    incidents.filter(({ disposition }) => !wasNoFailure(disposition)),
    ({ fingerprint }) => fingerprint,
  );
  const byDevice = grouped(changes, ({ device }) => device);
  return list.map((recurrence) => {
    const own = byFingerprint.get(recurrence.fingerprint) ?? [];
    const beside = changesBeside(own.map(failureOf), byDevice.get(recurrence.device ?? "") ?? [], recurrence.part);
    return { recurrence, incidents: own, changes: beside };
  });
}

function failureOf({ number, firstBadAt, restoredAt, closedAt }: Incident): Failure {
  const to = restoredAt ?? closedAt;
  return { number, from: firstBadAt, ...(to === undefined ? {} : { to }) };
}

function grouped<T>(list: readonly T[], keyOf: (each: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const each of list) {
    const group = groups.get(keyOf(each));
    if (group === undefined) groups.set(keyOf(each), [each]);
    else group.push(each);
  }
  return groups;
}
