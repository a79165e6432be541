/**
 * iCalendar (RFC 5545) to occurrences within a window. ical.js reads the text; when an event recurs is counted day by day
 * (rules/recurring.ts), because a rule that never comes true must not keep the daemon busy for ever.
 *
 * What comes out still holds titles and addresses, and lives only until mapping.ts has turned it into sessions. No error quotes the text.
 */
import ICAL from "ical.js";
import { parseRecurring, recurringDays } from "../../rules/recurring.ts";
import { DAY, type Instant, SECOND } from "../model/time.ts";
import { calendarsIn, eventText, headText, mostEventChars, mostHeadChars } from "./ical-text.ts";
import { ianaIn, ianaZone, ruleText, utc, type Wall, wallOf, type Zone, zonesOf } from "./zones.ts";

/** One occurrence, with what says which room and kind it is. Never stored. */
export interface Occurrence {
  /** The event's id and, of a recurring one, which of its occurrences: the instant at which it was to begin at first. */
  readonly uid: string;
  readonly original?: Instant;
  readonly from: Instant;
  readonly to: Instant;
  readonly allDay: boolean;
  readonly cancelled: boolean;
  readonly location: string;
  /** Addresses of those invited who have not declined, without `mailto:`. */
  readonly attendees: readonly string[];
  /** Title and categories, for the rules that tell the kind. */
  readonly words: readonly string[];
}

export interface ParsedCalendar {
  readonly occurrences: readonly Occurrence[];
  /** Events that could not be understood, by why. */
  readonly unread: Readonly<Record<UnreadWhy, number>>;
  /** More occurrences than may be: some were left out. */
  readonly tooMany: boolean;
}

export type UnreadWhy = "no-time" | "unknown-zone" | "recurrence" | "broken";

/** The text is no calendar. Says nothing of what it is. */
export class NotACalendar extends Error {
  override readonly name = "NotACalendar";
  constructor() {
    super("it is not an iCalendar file (RFC 5545)");
  }
}

export interface ParseOptions {
  /** Occurrences that end after `from` and begin before `to`. */
  readonly window: { readonly from: Instant; readonly to: Instant };
  /** For times and days without a zone; undefined: the calendar's own (X-WR-TIMEZONE), else `fallback`. */
  readonly timezone?: string;
  readonly fallback: string;
}

export const mostOccurrences = 20_000;
/** The daemon's other work goes on between two pieces of this length; a calendar that takes longer than `mostMs` is cut. */
const pieceMs = 20;
const mostMs = 10_000;

interface Reading {
  readonly zoneNamed: (tzid: string) => Zone | undefined;
  readonly floating: Zone;
  readonly window: ParseOptions["window"];
}

class Unread extends Error {
  readonly why: UnreadWhy;
  constructor(why: UnreadWhy) {
    super(why);
    this.why = why;
  }
}

export async function parseCalendar(text: string, options: ParseOptions): Promise<ParsedCalendar> {
  const unread: Record<UnreadWhy, number> = { "no-time": 0, "unknown-zone": 0, recurrence: 0, broken: 0 };
  const occurrences: Occurrence[] = [];
  const pace = pacing();
  const calendars = await calendarsIn(text.replace(/^\uFEFF/, ""), pace);
  if (calendars === undefined) throw new NotACalendar();
  let tooMany = !(await pace());
  for (const { head, events } of calendars) {
    const read = readerOf(calendarOf(head), options);
    const found = await familiesOf(events, pace);
    unread.broken += found.broken;
    for (const family of found.families) {
      if (tooMany) break;
      try {
        occurrences.push(...read(family));
      } catch (error) {
        // Whatever is wrong with one event, the others count; its text goes nowhere.
        unread[error instanceof Unread ? error.why : "broken"] += 1;
      }
      tooMany = occurrences.length > mostOccurrences || !(await pace());
    }
  }
  return { occurrences: occurrences.slice(0, mostOccurrences), unread, tooMany: tooMany || !(await pace()) };
}

function readerOf(calendar: ICAL.Component, { window, timezone, fallback }: ParseOptions): (family: EventFamily) => readonly Occurrence[] {
  const called = String(calendar.getFirstPropertyValue("x-wr-timezone") ?? "");
  const floating = ianaZone(timezone ?? ianaIn(called) ?? fallback);
  const reading = { zoneNamed: zonesOf(calendar), floating, window };
  const allCancelled = String(calendar.getFirstPropertyValue("method") ?? "").toUpperCase() === "CANCEL";
  return (family) => {
    const found = occurrencesOf(family, reading);
    return allCancelled ? found.map((each) => ({ ...each, cancelled: true })) : found;
  };
}

/** Lets others work now and then; false once it has taken too long. */
function pacing(): () => Promise<boolean> {
  const begun = performance.now();
  let piece = begun;
  return async () => {
    const now = performance.now();
    if (now - piece < pieceMs) return true;
    await new Promise((resolve) => setImmediate(resolve));
    piece = performance.now();
    return now - begun < mostMs;
  };
}

function calendarOf(head: string): ICAL.Component {
  if (head.length > mostHeadChars) throw new NotACalendar();
  try {
    return componentOf(headText(head));
  } catch {
    // The parser's message quotes the line.
    throw new NotACalendar();
  }
}

function componentOf(text: string): ICAL.Component {
  return new ICAL.Component(ICAL.parse(text) as unknown as string);
}

/** One event: its series, and the occurrences that differ. Either may be missing. */
interface EventFamily {
  readonly uid: string;
  series?: ICAL.Component;
  readonly exceptions: ICAL.Component[];
}

/** An event that cannot be read takes those of its series with it: what it would have changed is not known. */
async function familiesOf(
  events: readonly string[],
  pace: () => Promise<boolean>,
): Promise<{ readonly families: Iterable<EventFamily>; readonly broken: number }> {
  const families = new Map<string, EventFamily>();
  const broken = new Set<string>();
  for (const [nth, text] of events.entries()) {
    const event = eventOf(text);
    const uid = String((event === undefined ? uidIn(text) : event.getFirstPropertyValue("uid")) ?? `nameless-${nth}`);
    if (event === undefined) broken.add(uid);
    else gather(families, uid, event);
    if (!(await pace())) break;
  }
  for (const uid of broken) families.delete(uid);
  return { families: families.values(), broken: broken.size };
}

/** Undefined: it is none, or longer than any is. */
function eventOf(text: string): ICAL.Component | undefined {
  const event = eventText(text);
  if (event.length > mostEventChars) return undefined;
  try {
    return componentOf(event);
  } catch {
    return undefined;
  }
}

function uidIn(text: string): string | undefined {
  return /(?<![^\n])UID(?:;[^:\n]*)?:([^\r\n]*)/i.exec(text)?.[1];
}

function gather(families: Map<string, EventFamily>, uid: string, event: ICAL.Component): void {
  let family = families.get(uid);
  if (family === undefined) {
    family = { uid, exceptions: [] };
    families.set(uid, family);
  }
  if (event.hasProperty("recurrence-id")) family.exceptions.push(event);
  // A publisher that lists an event twice means the later one.
  else if (family.series === undefined || sequenceOf(event) >= sequenceOf(family.series)) family.series = event;
}

function sequenceOf(event: ICAL.Component): number {
  return Number(event.getFirstPropertyValue("sequence") ?? 0) || 0;
}

interface Times {
  readonly from: Instant;
  readonly lengthMs: number;
  readonly allDay: boolean;
  readonly wall: Wall;
  readonly zone: Zone;
}

interface Changes {
  /** By the instant at which the occurrence was to begin at first. */
  readonly single: ReadonlyMap<Instant, ICAL.Component>;
  /** From which on all are different, the latest first. */
  readonly onwards: readonly { readonly at: Instant; readonly event: ICAL.Component }[];
}

function changesOf(exceptions: readonly ICAL.Component[], reading: Reading): Changes {
  const single = new Map<Instant, ICAL.Component>();
  const onwards: { at: Instant; event: ICAL.Component }[] = [];
  for (const event of exceptions) {
    const property = event.getFirstProperty("recurrence-id");
    const at = property === null ? undefined : instantOf(property, reading);
    if (at === undefined) throw new Unread("no-time");
    if (String(property?.getParameter("range") ?? "").toUpperCase() === "THISANDFUTURE") onwards.push({ at, event });
    single.set(at, event);
  }
  return { single, onwards: onwards.sort((a, b) => b.at - a.at) };
}

function occurrencesOf({ uid, series, exceptions }: EventFamily, reading: Reading): readonly Occurrence[] {
  const { single, onwards } = changesOf(exceptions, reading);
  const all = [...single].map(([at, event]) => occurrence({ uid, event, times: timesOf(event, reading), original: at }));
  const times = series === undefined ? undefined : timesOf(series, reading);
  if (series !== undefined && times !== undefined) {
    const starts = startsOf(series, times, reading);
    for (const at of starts ?? [times.from]) {
      if (single.has(at)) continue;
      const original = starts === undefined ? undefined : at;
      const changed = onwards.find((each) => each.at <= at);
      if (changed === undefined) all.push(occurrence({ uid, event: series, times: { ...times, from: at }, original }));
      else {
        const moved = timesOf(changed.event, reading);
        all.push(occurrence({ uid, event: changed.event, times: { ...moved, from: at + moved.from - changed.at }, original }));
      }
    }
  }
  const { window } = reading;
  return all.filter(({ from, to }) => from < to && to > window.from && from < window.to);
}

function occurrence(of: {
  readonly uid: string;
  readonly event: ICAL.Component;
  readonly times: Pick<Times, "from" | "lengthMs" | "allDay">;
  readonly original: Instant | undefined;
}): Occurrence {
  const { uid, event, times, original } = of;
  const { from, lengthMs, allDay } = times;
  return { uid, from, to: from + lengthMs, allDay, ...wordsOf(event), ...(original === undefined ? {} : { original }) };
}

function timesOf(event: ICAL.Component, reading: Reading): Times {
  const start = event.getFirstProperty("dtstart");
  const value = start?.getFirstValue();
  const wall = wallOf(value);
  if (start === null || start === undefined || wall === undefined) throw new Unread("no-time");
  const allDay = (value as { isDate?: boolean }).isDate === true;
  const zone = zoneFor(start, reading);
  const from = zone(wall);
  return { from, lengthMs: lengthOf(event, { wall, zone, from, allDay }, reading), allDay, wall, zone };
}

function lengthOf(event: ICAL.Component, start: Omit<Times, "lengthMs">, reading: Reading): number {
  const end = event.getFirstProperty("dtend");
  if (end !== null) {
    const to = instantOf(end, reading);
    if (to === undefined) throw new Unread("no-time");
    return to - start.from;
  }
  const duration = event.getFirstPropertyValue("duration");
  if (duration !== null && typeof duration === "object" && "toSeconds" in duration) return Number(duration.toSeconds()) * SECOND;
  return start.allDay ? start.zone(start.wall + DAY) - start.from : 0;
}

/** When a recurring event begins, within the window and what may reach into it; undefined: it does not recur. */
function startsOf(event: ICAL.Component, times: Times, reading: Reading): ReadonlySet<Instant> | undefined {
  // RFC 5545 has no rule of exceptions any more; whoever writes one means what is not understood here.
  if (event.hasProperty("exrule")) throw new Unread("recurrence");
  const rules = event.getAllProperties("rrule");
  const dates = event.getAllProperties("rdate");
  if (rules.length === 0 && dates.length === 0) return undefined;
  const { window } = reading;
  const [firstDay, timeOfDay] = [Math.floor(times.wall / DAY), times.wall % DAY];
  const fromDay = Math.floor((window.from - times.lengthMs) / DAY) - 2;
  const toDay = Math.ceil(window.to / DAY) + 2;
  const starts = new Set<Instant>();
  for (const rule of rules) {
    const { days, until } = ruleOf(rule, times);
    for (const day of recurringDays(days, firstDay, fromDay, toDay)) {
      const at = times.zone(day * DAY + timeOfDay);
      if (until === undefined || at <= until) starts.add(at);
    }
  }
  if (rules.length === 0 || firstDay >= fromDay) starts.add(times.from);
  for (const date of dates) for (const at of instantsOf(date, reading)) starts.add(at);
  for (const gone of event.getAllProperties("exdate")) for (const at of instantsOf(gone, reading)) without(starts, at, gone);
  return starts;
}

/** An exception by day takes every occurrence of that day. */
function without(starts: Set<Instant>, at: Instant, property: ICAL.Property): void {
  const isDay = (property.getFirstValue() as { isDate?: boolean } | null)?.isDate === true;
  if (!isDay) starts.delete(at);
  else for (const each of starts) if (each >= at && each < at + DAY) starts.delete(each);
}

/** UNTIL is an instant here; the days know nothing of zones. */
function ruleOf(property: ICAL.Property, times: Times) {
  const written = ruleText(property);
  if (written === undefined) throw new Unread("recurrence");
  const found = /(?:^|;)UNTIL=([0-9T:Z-]+)/.exec(written)?.[1]?.replace(/[:-]/g, "");
  const days = parseRecurring(written.replace(/(?:^|;)UNTIL=[^;]*/, "").replace(/^;/, ""));
  if ("problems" in days) throw new Unread("recurrence");
  const until = found === undefined ? undefined : untilOf(found, times.zone);
  return { days, until };
}

function untilOf(text: string, zone: Zone): Instant {
  const part = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/.exec(text);
  if (part === null) throw new Unread("recurrence");
  const [year, month, day, hour, minute, second] = part.slice(1, 7).map((each) => Number(each ?? Number.NaN));
  const date = Date.UTC(year ?? 0, (month ?? 1) - 1, day ?? 1);
  if (part[4] === undefined) return zone(date + DAY) - 1;
  const wall = date + ((hour ?? 0) * 3_600 + (minute ?? 0) * 60 + (second ?? 0)) * SECOND;
  return part[7] === undefined ? zone(wall) : wall;
}

function zoneFor(property: ICAL.Property, { zoneNamed, floating }: Reading): Zone {
  const value = property.getFirstValue() as { isDate?: boolean; zone?: { tzid?: string } } | null;
  if (value?.isDate !== true && value?.zone?.tzid === "UTC") return utc;
  const tzid = property.getParameter("tzid");
  if (typeof tzid !== "string" || value?.isDate === true) return floating;
  const zone = zoneNamed(tzid);
  if (zone === undefined) throw new Unread("unknown-zone");
  return zone;
}

function instantOf(property: ICAL.Property, reading: Reading): Instant | undefined {
  const wall = wallOf(property.getFirstValue());
  return wall === undefined ? undefined : zoneFor(property, reading)(wall);
}

/** All dates of a list; of a period its beginning. */
function instantsOf(property: ICAL.Property, reading: Reading): readonly Instant[] {
  const zone = zoneFor(property, reading);
  return property.getValues().flatMap((value: unknown) => {
    const start = typeof value === "object" && value !== null && "start" in value ? value.start : value;
    const wall = wallOf(start);
    return wall === undefined ? [] : [zone(wall)];
  });
}

function wordsOf(event: ICAL.Component): Pick<Occurrence, "cancelled" | "location" | "attendees" | "words"> {
  const text = (name: string) => String(event.getFirstPropertyValue(name) ?? "");
  const attendees = event
    .getAllProperties("attendee")
    .filter((each) => String(each.getParameter("partstat") ?? "").toUpperCase() !== "DECLINED")
    .map((each) => String(each.getFirstValue() ?? "").replace(/^mailto:/i, ""));
  const categories = event.getAllProperties("categories").flatMap((each) => each.getValues().map(String));
  return {
    cancelled: text("status").toUpperCase() === "CANCELLED",
    location: text("location"),
    attendees,
    words: [text("summary"), ...categories],
  };
}
