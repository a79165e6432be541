/**
 * From occurrences of a calendar to sessions: the one place where titles and addresses end. What goes on has rooms of the configuration,
 * a time, and words out of fixed lists; nothing else.
 */
import { createHmac } from "node:crypto";
import { plainWords, type Session, type SessionCalendar, type SessionKind, type SessionPriority } from "../model/session.ts";
import { DAY, type Instant } from "../model/time.ts";
import type { Occurrence } from "./ical.ts";

/** Longer ones are no sessions: somebody has closed a room for a week. */
const longestMs = 2 * DAY;

export interface Mapped {
  readonly sessions: readonly Session[];
  /** Occurrences in no room that the configuration knows. Only how many: a location may name a person. */
  readonly unmapped: number;
  /** Whole days, where they are not sessions, and what is longer than two days. */
  readonly leftOut: number;
}

/** `salt` keeps ids from telling what they were made of. */
export function mapOccurrences(calendar: SessionCalendar, occurrences: readonly Occurrence[], salt: string): Mapped {
  const sessions = new Map<string, Session>();
  let unmapped = 0;
  let leftOut = 0;
  for (const each of occurrences) {
    if ((each.allDay && !calendar.allDay) || each.to - each.from > longestMs) {
      leftOut += 1;
      continue;
    }
    const places = placesOf(each);
    const rooms = named(places, calendar.rooms);
    if (calendar.room !== undefined) rooms.add(calendar.room);
    if (rooms.size === 0) {
      unmapped += 1;
      continue;
    }
    const [bridge] = named(places, calendar.bridges);
    const session: Session = {
      id: sessionId(calendar.id, keyOf(each), salt),
      source: calendar.id,
      rooms: [...rooms].sort(),
      ...(bridge === undefined ? {} : { bridge }),
      from: each.from,
      to: each.to,
      ...kindOf(calendar, each.words),
      state: each.cancelled ? "cancelled" : "booked",
    };
    sessions.set(session.id, session);
  }
  return { sessions: [...sessions.values()], unmapped, leftOut };
}

/** An id that stays over imports and holds no word of what it was made of. */
export function sessionId(source: string, key: string, salt: string): string {
  return `${source}:${createHmac("sha256", salt).update(key).digest("hex").slice(0, 24)}`;
}

/** Without an id of its own a session is told by its rooms and its beginning. */
export function naturalKey(rooms: readonly string[], from: Instant): string {
  return JSON.stringify(["rooms", [...rooms].sort(), from]);
}

/** The same event in the calendars of two rooms has the same key: it is one session (see joinSessions). */
function keyOf({ uid, original }: Occurrence): string {
  return JSON.stringify(["event", uid, original ?? null]);
}

/** The location as it stands, its pieces, and the addresses of those invited. */
function placesOf({ location, attendees }: Occurrence): readonly string[] {
  return [location, ...location.split(/[;,|]/), ...attendees].map(plainWords).filter((place) => place !== "");
}

function named(places: readonly string[], known: ReadonlyMap<string, string>): Set<string> {
  return new Set(places.flatMap((place) => known.get(place) ?? []));
}

function kindOf(calendar: SessionCalendar, words: readonly string[]) {
  const plain = words.map(plainWords);
  let kind: SessionKind | undefined;
  let priority: SessionPriority | undefined;
  let specialty: string | undefined;
  for (const rule of calendar.rules) {
    if (!plain.some((word) => word.includes(rule.text))) continue;
    kind ??= rule.kind;
    priority ??= rule.priority;
    specialty ??= rule.specialty;
  }
  const rest = { kind: kind ?? calendar.kind, priority: priority ?? calendar.priority };
  return specialty === undefined ? rest : { ...rest, specialty };
}
