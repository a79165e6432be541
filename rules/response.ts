/**
 * How long it took: to notice, to be taken, to be restored; on the wall clock and in hours of service.
 *
 * Pure. Definitions as the reports print them: detected − first failed look; first act of a person − opened; restored − first failed look.
 * Time in maintenance or under a silence counts against nobody.
 */
import type { Span } from "../daemon/model/maintenance.ts";
import type { Length } from "../daemon/model/report.ts";
import type { Instant } from "../daemon/model/time.ts";
import { elapsed, type Hours } from "./clock.ts";
import type { Outage } from "./sessions.ts";

export interface ResponseTimes {
  readonly detect: Length;
  /** Undefined: no person has done anything. */
  readonly take?: Length;
  /** Undefined: service is not back. */
  readonly restore?: Length;
  readonly down: Length;
}

interface Told {
  readonly at: Instant;
  readonly by: string;
  readonly event: string;
}

/** Events by which a person shows to have the incident in hand. */
const taking: ReadonlySet<string> = new Set(["acknowledged", "taken", "solved", "resolved", "severity", "urgency", "note"]);

export function responseTimes(
  incident: { readonly firstBadAt: Instant; readonly openedAt: Instant },
  timeline: readonly Told[],
  outages: readonly Outage[],
  hours: Hours,
  now: Instant,
): ResponseTimes {
  const { firstBadAt, openedAt } = incident;
  const quiet = quietSpans(timeline, now);
  const first = timeline.find(({ by, event }) => by !== "system" && by !== "auditor" && taking.has(event));
  const restoredAt = outages.some(({ to }) => to === undefined) ? undefined : outages.at(-1)?.to;
  return {
    detect: length(hours, firstBadAt, openedAt, []),
    ...(first === undefined ? {} : { take: length(hours, openedAt, first.at, quiet) }),
    ...(restoredAt === undefined ? {} : { restore: length(hours, firstBadAt, restoredAt, quiet) }),
    down: outages.map(({ from, to }) => length(hours, from, to ?? now, quiet)).reduce(sum, { wallMs: 0, serviceMs: 0 }),
  };
}

/** When the incident was kept quiet, in order. */
export function quietSpans(timeline: readonly Told[], now: Instant): readonly Span[] {
  const spans: Span[] = [];
  let from: Instant | undefined;
  for (const { at, event } of timeline) {
    if (event === "muted") from ??= at;
    else if (event === "unmuted" && from !== undefined) {
      spans.push({ from, to: Math.max(from, at) });
      from = undefined;
    }
  }
  if (from !== undefined) spans.push({ from, to: Math.max(from, now) });
  return spans;
}

/** Of [from, to), what lies in none of these spans (in order, apart from each other). Never negative: a clock that was set back is no time. */
export function length(hours: Hours, from: Instant, to: Instant, without: readonly Span[]): Length {
  let at = from;
  let total: Length = { wallMs: 0, serviceMs: 0 };
  for (const span of [...without, { from: to, to }]) {
    const end = Math.min(to, span.from);
    if (end > at) total = sum(total, { wallMs: end - at, serviceMs: elapsed(hours, "service", at, end) });
    at = Math.max(at, span.to);
  }
  return total;
}

function sum(a: Length, b: Length): Length {
  return { wallMs: a.wallMs + b.wallMs, serviceMs: a.serviceMs + b.serviceMs };
}
