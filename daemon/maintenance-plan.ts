/**
 * A plan as people write it (API, command line) into one the daemon keeps: times of the clock on the wall, one of three kinds.
 *
 * Every problem is told at once: where, what was found, what to do.
 */
import { IANAZone } from "luxon";
import { onTheWall, wallInstant } from "../rules/clock.ts";
import { dayNumber, parseRecurring } from "../rules/recurring.ts";
import type { Plan } from "./maintaining.ts";
import type { Config } from "./model/config.ts";
import type { Maintenance, MaintenanceKind, MaintenanceScope, MaintenanceWhen } from "./model/maintenance.ts";
import { DAY, type Instant, MINUTE } from "./model/time.ts";

/** What was written. Times are `2026-11-18T22:00` on the wall of the zone, or with an offset (`…Z`, `…-05:00`). */
export interface WrittenPlan {
  readonly kind: MaintenanceKind;
  readonly scope: MaintenanceScope;
  readonly reason: string;
  /** Default: now. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Length; of a flexible one, from its first failure on. */
  readonly minutes?: number | undefined;
  /** RRULE: it recurs. */
  readonly rule?: string | undefined;
  readonly flexible?: boolean | undefined;
  /** Default: that of the place, where the scope names one; else the instance's. */
  readonly zone?: string | undefined;
}

/** A recurring one lasts a week at most: longer, it would not end before it begins again. */
const mostRecurringMinutes = (7 * DAY) / MINUTE;
const mostOnceMs = 366 * DAY;

export function planOf(written: WrittenPlan, config: Config, now: Instant): Plan | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const { kind, scope, reason } = written;
  const zone = written.zone ?? zoneOf(scope, config);
  if (!IANAZone.isValidZone(zone)) return { problems: [`zone: "${zone}" is no zone; write one such as America/Toronto`] };
  if (Object.values(scope).every((each) => each === undefined || Object.keys(each).length === 0))
    problems.push("scope: it is about nothing; name sites, rooms, devices, links, symptoms or labels");
  const from = timeOf("from", written.from, zone, problems) ?? now;
  const to = timeOf("to", written.to, zone, problems);
  const times: Times = { written, zone, from, ...(to === undefined ? {} : { to }) };
  const when =
    written.rule !== undefined
      ? recurring(times, written.rule, problems)
      : written.flexible === true
        ? flexible(times, problems)
        : once(times, problems);
  return problems.length > 0 || when === undefined ? { problems } : { kind, scope, when, zone, reason };
}

/** What is to be otherwise. */
export type PlanChange = { readonly [K in keyof WrittenPlan]?: WrittenPlan[K] | undefined };

/** What is left out stays as it was. */
export function changedPlan(
  before: Maintenance,
  change: PlanChange,
  config: Config,
  now: Instant,
): Plan | { readonly problems: readonly string[] } {
  const { kind, scope, reason, zone } = before;
  const times = writtenTimes(before.when);
  // An end that is given takes the place of the one that was written, whichever way that was.
  const end = before.when.kind === "flexible" ? {} : { ...(change.to === undefined ? {} : { minutes: undefined }) };
  const length = before.when.kind === "once" && change.minutes !== undefined ? { to: undefined } : {};
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  return planOf({ kind, scope, reason, zone, ...times, ...end, ...length, ...given }, config, now);
}

function writtenTimes(when: MaintenanceWhen): Pick<WrittenPlan, "from" | "to" | "minutes" | "rule" | "flexible"> {
  const iso = (at: Instant) => new Date(at).toISOString();
  switch (when.kind) {
    case "once":
      return { from: iso(when.from), to: iso(when.to) };
    case "flexible":
      return { from: iso(when.from), to: iso(when.to), minutes: when.lengthMs / MINUTE, flexible: true };
    case "recurring": {
      const two = (part: number) => String(part).padStart(2, "0");
      const clock = `${two(Math.floor(when.fromMinute / 60))}:${two(when.fromMinute % 60)}`;
      return { rule: when.rule, from: `${when.firstDay}T${clock}`, minutes: when.minutes };
    }
  }
}

interface Times {
  readonly written: WrittenPlan;
  readonly zone: string;
  readonly from: Instant;
  readonly to?: Instant;
}

function once({ written, from, to }: Times, problems: string[]): MaintenanceWhen | undefined {
  if ((to === undefined) === (written.minutes === undefined)) {
    problems.push("to, minutes: write one of the two, so that it ends by itself");
    return undefined;
  }
  const end = to ?? from + (written.minutes ?? 0) * MINUTE;
  if (end <= from) problems.push("to: it ends before it begins; write a later time");
  if (end - from > mostOnceMs)
    problems.push("to: it lasts over a year; write a recurring one, or take the devices out of the configuration");
  return { kind: "once", from, to: end };
}

function flexible({ written, from, to }: Times, problems: string[]): MaintenanceWhen | undefined {
  if (to === undefined || written.minutes === undefined) {
    problems.push("to, minutes: a flexible one needs both: until when it may begin, and how long it lasts from the first failure on");
    return undefined;
  }
  if (to <= from) problems.push("to: its outer window ends before it begins; write a later time");
  if (written.minutes > mostRecurringMinutes) problems.push(`minutes: ${written.minutes} is over a week; write less`);
  return { kind: "flexible", from, to, lengthMs: written.minutes * MINUTE };
}

function recurring({ written, zone, from, to }: Times, text: string, problems: string[]): MaintenanceWhen | undefined {
  if (written.flexible === true) problems.push("flexible: a recurring one is not flexible; write one of the two");
  if ((to === undefined) === (written.minutes === undefined)) {
    problems.push("to, minutes: write one of the two: when the first ends, or how long each lasts");
    return undefined;
  }
  const rule = parseRecurring(text);
  if ("problems" in rule) problems.push(...rule.problems.map((each) => `rule: ${each}`));
  const begin = onTheWall(zone, from);
  const end = to === undefined ? undefined : onTheWall(zone, to);
  const length = end === undefined ? 0 : (dayNumber(end.day) - dayNumber(begin.day)) * (DAY / MINUTE) + end.minute - begin.minute;
  const minutes = written.minutes ?? length;
  if (minutes <= 0) problems.push("to: it ends before it begins; write a later time");
  if (minutes > mostRecurringMinutes) problems.push(`minutes: ${minutes} is over a week; write less`);
  return { kind: "recurring", rule: text.toUpperCase().replace(/^RRULE:/, ""), firstDay: begin.day, fromMinute: begin.minute, minutes };
}

/** The instant that was written; undefined with a problem when it is none. */
export function timeOf(name: string, text: string | undefined, zone: string, problems: string[]): Instant | undefined {
  if (text === undefined) return undefined;
  const wall = /^(\d{4}-\d\d-\d\d)[T ]([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  const at = wall === null ? withOffset(text) : wallInstant(zone, wall[1] ?? "", Number(wall[2]) * 60 + Number(wall[3]));
  if (!Number.isNaN(at)) return at;
  problems.push(`${name}: "${text}" is no time; write 2026-11-18T22:00, or with an offset 2026-11-18T22:00-05:00`);
  return undefined;
}

function withOffset(text: string): Instant {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
}

/** The zone that all named places share; else the instance's. */
function zoneOf({ sites = [], rooms = [], devices = [] }: MaintenanceScope, { network, instance }: Config): string {
  const named = [...sites, ...rooms.map((id) => network.rooms.get(id)?.site), ...devices.map((id) => network.devices.get(id)?.site)];
  const zones = new Set(named.flatMap((site) => network.sites.get(site ?? "")?.timezone ?? []));
  const [only] = zones;
  return zones.size === 1 && only !== undefined ? only : instance.timezone;
}
