/**
 * Wall times of a calendar to instants: UTC, IANA zones, Windows' names of them, and zones that the calendar defines itself.
 *
 * A time that a change of the clock skips is read with the offset before the change, one that comes twice is the first (RFC 5545,
 * section 3.3.5). A zone whose name is an IANA name is taken from the zone database: definitions within calendars are often those of one year.
 */
import type ICAL from "ical.js";
import { IANAZone } from "luxon";
import { parseRecurring, type RecurringDays, recurringDays } from "../../rules/recurring.ts";
import { DAY, HOUR, type Instant, MINUTE, SECOND } from "../model/time.ts";

/** A wall time as if it were UTC: arithmetic on it is that of a calendar. */
export type Wall = number;

/** Turns a wall time into an instant. */
export type Zone = (wall: Wall) => Instant;

export const utc: Zone = (wall) => wall;

export function ianaZone(name: string): Zone {
  const zone = IANAZone.create(name);
  return (wall) => {
    const [before, after] = [wall - DAY, wall + DAY].map((at) => zone.offset(at) * MINUTE) as [number, number];
    const [first, second] = [wall - before, wall - after];
    if (before === after || zone.offset(first) * MINUTE === before) return first;
    // Neither shows this time of the clock: it is skipped.
    return zone.offset(second) * MINUTE === after ? second : first;
  };
}

/** What Exchange calls the zones of Canada, and a few more; Unicode CLDR windowsZones. */
const windows: Readonly<Record<string, string>> = {
  "Newfoundland Standard Time": "America/St_Johns",
  "Atlantic Standard Time": "America/Halifax",
  "SA Western Standard Time": "America/Blanc-Sablon",
  "Eastern Standard Time": "America/Toronto",
  "Central Standard Time": "America/Winnipeg",
  "Canada Central Standard Time": "America/Regina",
  "Mountain Standard Time": "America/Edmonton",
  "Pacific Standard Time": "America/Vancouver",
  "GMT Standard Time": "Europe/London",
  "Romance Standard Time": "Europe/Paris",
  UTC: "Etc/UTC",
};

/** The IANA name in a TZID (`America/Toronto`, `/mozilla.org/20050126_1/America/Toronto`); undefined when there is none. */
export function ianaIn(tzid: string): string | undefined {
  const parts = tzid.split("/").filter((part) => part !== "");
  for (const take of [parts.length, 3, 2]) {
    const name = parts.slice(-take).join("/");
    if (name.includes("/") && IANAZone.isValidZone(name)) return name;
  }
  return undefined;
}

/** Tells the zone that a TZID means; undefined when nobody says. Each is found out once: to ask whether a zone exists is slow. */
export function zonesOf(calendar: ICAL.Component): (tzid: string) => Zone | undefined {
  const defined = zonesDefinedIn(calendar);
  const known = new Map<string, Zone | undefined>();
  return (tzid) => {
    if (!known.has(tzid)) known.set(tzid, zoneNamed(tzid, defined));
    return known.get(tzid);
  };
}

function zoneNamed(tzid: string, defined: ReadonlyMap<string, Zone>): Zone | undefined {
  const iana = ianaIn(tzid);
  if (iana !== undefined) return ianaZone(iana);
  const own = defined.get(tzid);
  if (own !== undefined) return own;
  const known = Object.hasOwn(windows, tzid) ? windows[tzid] : undefined;
  return known === undefined ? undefined : ianaZone(known);
}

const ruleParts = /^(?:freq|until|count|interval|wkst|bysecond|byminute|byhour|byday|bymonthday|byyearday|byweekno|bymonth|bysetpos)$/;

/** A rule as it was written. Undefined: it has a part that ical.js does not know, and would leave out of it without a word. */
export function ruleText(property: ICAL.Property): string | undefined {
  const parts: unknown = property.toJSON()[3];
  const known = typeof parts === "object" && parts !== null && Object.keys(parts).every((name) => ruleParts.test(name));
  return known ? String(property.getFirstValue()).toUpperCase() : undefined;
}

interface Observance {
  /** Wall time of its first onset, by the offset before it. */
  readonly first: Wall;
  readonly rule?: RecurringDays;
  readonly more: readonly Wall[];
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** The zones that a calendar defines; one that cannot be understood is left out. */
function zonesDefinedIn(calendar: ICAL.Component): ReadonlyMap<string, Zone> {
  const zones = new Map<string, Zone>();
  for (const component of calendar.getAllSubcomponents("vtimezone")) {
    try {
      const tzid = component.getFirstPropertyValue("tzid");
      const observances = ["standard", "daylight"].flatMap((name) => component.getAllSubcomponents(name)).map(observanceOf);
      const all = observances.filter((each) => each !== undefined);
      if (typeof tzid === "string" && all.length > 0 && all.length === observances.length) zones.set(tzid, zoneOf(all));
    } catch {
      // ical.js throws for a date that is none: its events are counted as of an unknown zone.
    }
  }
  return zones;
}

function observanceOf(component: ICAL.Component): Observance | undefined {
  const first = wallOf(component.getFirstPropertyValue("dtstart"));
  const beforeMs = offsetMs(component.getFirstProperty("tzoffsetfrom"));
  const afterMs = offsetMs(component.getFirstProperty("tzoffsetto"));
  if (first === undefined || beforeMs === undefined || afterMs === undefined) return undefined;
  const more = component.getAllProperties("rdate").flatMap((each) => each.getValues().flatMap((value) => wallOf(value) ?? []));
  const property = component.getFirstProperty("rrule");
  const rule = property === null ? undefined : parseRecurring(ruleText(property) ?? "");
  if (rule !== undefined && "problems" in rule) return undefined;
  return { first, more, beforeMs, afterMs, ...(rule === undefined ? {} : { rule }) };
}

function zoneOf(observances: readonly Observance[]): Zone {
  const last = observances.map((observance) => ({ observance, onsetBefore: onsetsOf(observance) }));
  return (wall) => {
    let latest: { onset: Wall; observance: Observance } | undefined;
    for (const { observance, onsetBefore } of last) {
      const onset = onsetBefore(wall);
      if (onset !== undefined && (latest === undefined || onset > latest.onset)) latest = { onset, observance };
    }
    if (latest === undefined) return wall - (observances[0]?.beforeMs ?? 0);
    const { beforeMs, afterMs } = latest.observance;
    // Within what the clock skips, the offset before it holds.
    const skipped = wall - latest.onset < afterMs - beforeMs;
    return wall - (skipped ? beforeMs : afterMs);
  };
}

/** The last onset at or before a wall time. The days of a year are counted once. */
function onsetsOf({ first, rule, more }: Observance): (wall: Wall) => Wall | undefined {
  const single = [first, ...more];
  const byYear = new Map<number, readonly Wall[]>();
  const ofYear = (year: number): readonly Wall[] => {
    const known = byYear.get(year);
    if (known !== undefined || rule === undefined) return known ?? [];
    const days = recurringDays(rule, Math.floor(first / DAY), Date.UTC(year, 0, 1) / DAY, Date.UTC(year, 11, 31) / DAY);
    const onsets = [...days].map((day) => day * DAY + (first % DAY));
    byYear.set(year, onsets);
    return onsets;
  };
  return (wall) => {
    const year = new Date(wall).getUTCFullYear();
    const passed = [...single, ...ofYear(year - 1), ...ofYear(year)].filter((onset) => onset <= wall);
    return passed.length === 0 ? undefined : Math.max(...passed);
  };
}

interface TimeLike {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** The wall time of a parsed value; undefined when it is none. */
export function wallOf(value: unknown): Wall | undefined {
  if (typeof value !== "object" || value === null || !("year" in value)) return undefined;
  const { year, month, day, hour, minute, second } = value as TimeLike;
  const wall = Date.UTC(year, month - 1, day) + hour * HOUR + minute * MINUTE + second * SECOND;
  return Number.isNaN(wall) || new Date(wall).getUTCFullYear() !== year ? undefined : wall;
}

function offsetMs(property: ICAL.Property | null): number | undefined {
  const found = /^([+-])(\d\d):?(\d\d)(?::?(\d\d))?$/.exec(String(property?.getFirstValue() ?? ""));
  if (found === null) return undefined;
  const ms = Number(found[2]) * HOUR + Number(found[3]) * MINUTE + Number(found[4] ?? 0) * SECOND;
  return found[1] === "-" ? -ms : ms;
}
