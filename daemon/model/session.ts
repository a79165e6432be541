/**
 * A booked teleconsultation. No patient data: of a booking only rooms, time, kind, priority and specialty are kept.
 */
import type { Secret } from "./secret.ts";
import type { Instant } from "./time.ts";

export type SessionKind = "clinical" | "training" | "administrative";
export type SessionPriority = "urgent" | "normal";

/** What became of it, as the coordinator says: the fact, where overlap with an outage is the estimate. */
export type SessionOutcomeCode = "held" | "late" | "moved" | "by-phone" | "postponed" | "lost" | "not-technical";

export interface SessionOutcome {
  readonly code: SessionOutcomeCode;
  /** Only with `late`. */
  readonly lateMinutes?: number;
  readonly by: string;
  readonly at: Instant;
}

export interface Session {
  /** `<source>:<key of the source>`; stable over imports, holds no word of a person. */
  readonly id: string;
  /** The calendar it came from (id of the configuration), `csv` or `api`. */
  readonly source: string;
  /** Sorted, none twice. Two or more; one alone is a session whose far end is not ours to know. */
  readonly rooms: readonly string[];
  /** Device id of the bridge it is held on. */
  readonly bridge?: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly kind: SessionKind;
  readonly priority: SessionPriority;
  /** Never in mail, wall, metrics or Grafana. */
  readonly specialty?: string;
  readonly state: "booked" | "cancelled";
  readonly outcome?: SessionOutcome;
}

/** The session that a failure hits, or hits next. */
export interface SessionAhead {
  readonly session: string;
  readonly kind: SessionKind;
  readonly rooms?: readonly string[];
  /** To its beginning; 0 or less while it runs. Time to prepare the room does not count. */
  readonly withinMs: number;
}

/** Whose failure is asked about. */
export type SessionSubject =
  | { readonly device: string }
  | { readonly site: string }
  | { readonly link: string }
  | { readonly room: string }
  | { readonly session: string };

export interface SessionQuery {
  /** Sessions that end after this. */
  readonly endAfter?: Instant;
  /** Sessions that begin before this. */
  readonly beginBefore?: Instant;
  readonly source?: string;
  readonly limit: number;
}

export type ReadinessVerdict = "ready" | "not-ready" | "unknown";

/** Why a session cannot be held, or cannot be told to be: a code with data, never a sentence. */
export interface ReadinessCause {
  readonly code: "device-alarm" | "device-light" | "path-down" | "no-device" | "not-looked-at";
  /** The booked room it stands in the way of; undefined for the bridge. */
  readonly room?: string;
  readonly device?: string;
  readonly symptom?: string;
  /** The incident that holds the cause already. */
  readonly incident?: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** What the readiness check knows of one session. Kept, so that a restart neither forgets nor repeats. */
export interface SessionReadiness {
  readonly session: string;
  /** The beginning that was looked ahead to; a session that moves is looked at anew. */
  readonly from: Instant;
  /** Leads (minutes) whose fresh looks were asked for, and when the last was. */
  readonly asked: readonly number[];
  readonly askedAt?: Instant;
  /** Leads whose answer was judged. */
  readonly judged: readonly number[];
  readonly verdict: ReadinessVerdict;
  readonly at: Instant;
  readonly causes: readonly ReadinessCause[];
  /** The incident that knows of it. */
  readonly incident?: string;
  /** The incident under which the coordinators were told last: under it they hear that it is over. */
  readonly toldIn?: string;
  /** How often the coordinators of its rooms were told that it is at risk; when last, and when that this is over. */
  readonly told: number;
  readonly toldAt?: Instant;
  readonly overAt?: Instant;
}

/** How the words of an event tell what kind of session it is. The first that fits counts, key by key. */
export interface SessionRule {
  /** Lower case, without accents; found within the title or a category. */
  readonly text: string;
  readonly kind?: SessionKind;
  readonly priority?: SessionPriority;
  readonly specialty?: string;
}

/** A calendar that sessions are read from. */
export interface SessionCalendar {
  readonly id: string;
  readonly from: { readonly file: string } | CalendarAddress;
  readonly everyMs: number;
  readonly horizonMs: number;
  /** IANA zone of times without one; undefined: what the calendar says, else the instance's. */
  readonly timezone?: string;
  /** The room that every event of it is in (a room's own calendar). */
  readonly room?: string;
  /** Location or address of a resource, as `plainWords` writes it → room id. */
  readonly rooms: ReadonlyMap<string, string>;
  /** The same → device id of a bridge. */
  readonly bridges: ReadonlyMap<string, string>;
  readonly kind: SessionKind;
  readonly priority: SessionPriority;
  readonly rules: readonly SessionRule[];
  /** Are whole days sessions too? */
  readonly allDay: boolean;
}

/** A calendar on a server. */
export interface CalendarAddress {
  /** A secret where whoever knows the address may read the calendar. */
  readonly url: string | Secret;
  readonly allowPrivate: boolean;
  readonly access?:
    | { readonly kind: "basic"; readonly user: string; readonly password: Secret }
    | { readonly kind: "bearer"; readonly token: Secret };
}

export function urlOf({ url }: CalendarAddress): string {
  return typeof url === "string" ? url : url.reveal();
}

/** A text as it is compared: lower case, without accents, one space between words. */
export function plainWords(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ").trim();
}
