/**
 * How long it took: to notice, to be taken, to be restored; on the wall clock and in hours of service.
 *
 * Pure. Definitions as the reports print them: detected − first failed look; first act of a person − opened; restored − first failed look.
 */
import type { Length } from "../daemon/model/report.ts";
import type { Instant } from "../daemon/model/time.ts";
import { elapsed, type Hours } from "./clock.ts";
import type { Outage } from "./sessions.ts";

export interface ResponseTimes {
  readonly detect: Length;
  readonly take?: Length;
  readonly restore?: Length;
  readonly down: Length;
}

/** Events by which a person shows to have the incident in hand. Our own lines and messages are none. */
const taking: ReadonlySet<string> = new Set(["acknowledged", "taken", "solved", "resolved", "merged", "severity", "urgency", "note"]);

export function responseTimes(
  incident: { readonly firstBadAt: Instant; readonly openedAt: Instant; readonly restoredAt?: Instant; readonly resolvedAt?: Instant },
  timeline: readonly { readonly at: Instant; readonly by: string; readonly event: string }[],
  outages: readonly Outage[],
  hours: Hours,
  now: Instant,
): ResponseTimes {
  const { firstBadAt, openedAt } = incident;
  const first = timeline.find(({ by, event }) => by !== "system" && by !== "auditor" && taking.has(event));
  const restoredAt = outages.length === 0 || outages.some(({ to }) => to === undefined) ? undefined : outages.at(-1)?.to;
  return {
    detect: length(hours, firstBadAt, openedAt),
    ...(first === undefined ? {} : { take: length(hours, openedAt, first.at) }),
    ...(restoredAt === undefined ? {} : { restore: length(hours, firstBadAt, restoredAt) }),
    down: outages.map(({ from, to }) => length(hours, from, to ?? now)).reduce(sum, { wallMs: 0, serviceMs: 0 }),
  };
}

/** Never negative: a clock that was set back is no time. */
export function length(hours: Hours, from: Instant, to: Instant): Length {
  const end = Math.max(from, to);
  return { wallMs: end - from, serviceMs: elapsed(hours, "service", from, end) };
}

function sum(a: Length, b: Length): Length {
  return { wallMs: a.wallMs + b.wallMs, serviceMs: a.serviceMs + b.serviceMs };
}
