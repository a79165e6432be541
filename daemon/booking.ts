/**
 * Sessions, put together: the book, the desk that writes it, the role that reads calendars.
 *
 * Part of the composition root (app.ts).
 */
import type { BoardView } from "./board.ts";
import { BookedSessions } from "./bookings.ts";
import { following } from "./following.ts";
import type { Metrics } from "./metrics.ts";
import type { Config } from "./model/config.ts";
import type { Incident } from "./model/incident.ts";
import type { Clock, Log, Store } from "./ports.ts";
import { type IncidentWorkarounds, judgeNow, type Meeting, meetingNow, planNow, type SessionPlan, workaroundsNow } from "./readying.ts";
import { Registrations } from "./registrations.ts";
import { Calendars } from "./roles/calendars.ts";
import type { Evaluator } from "./roles/evaluator.ts";
import type { Leases } from "./roles/lease.ts";
import { Readiness } from "./roles/readiness.ts";
import { loop, type Role } from "./roles/supervisor.ts";
import { SessionDesk, saltOf } from "./sessions/desk.ts";
import { fetchCalendar } from "./sessions/fetch.ts";

export interface Booking {
  readonly bookings: BookedSessions;
  readonly desk: SessionDesk;
  readonly roles: readonly Role[];
  /** What can be done instead; undefined for a session that is long over. */
  readonly planOf: (session: string) => SessionPlan | undefined;
  /** How people meet while an incident lasts; undefined: it is about no room, or service is back. */
  readonly workarounds: (incident: Incident) => IncidentWorkarounds | undefined;
  /** Who meets there within the hour, and how ready the others are; undefined: nobody. */
  readonly meeting: (incident: Incident) => Meeting | undefined;
}

export interface BookingParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: () => Config;
  readonly leases: Leases;
  readonly metrics: Metrics;
  readonly evaluator: () => Evaluator | undefined;
  readonly board: BoardView;
  /** A fresh look at a device. */
  readonly kick: (device: string) => void;
  /** Sessions moved. */
  readonly changed: () => void;
}

/** Reads the book; starts nothing. */
export async function makeBooking(parts: BookingParts): Promise<Booking> {
  const { store, clock, log, config, leases, metrics, evaluator } = parts;
  const registrations = new Registrations(parts.board, config);
  const bookings = new BookedSessions({ store, clock, config, registrations });
  await bookings.refresh();
  const changed = async () => {
    await bookings.refresh();
    parts.changed();
  };
  let salt: string | undefined;
  const calendars = new Calendars({
    ...{ store, clock, log, config, leases, changed },
    fetch: fetchCalendar,
    salt: async () => {
      salt ??= await saltOf(store);
      return salt;
    },
    stale({ calendar, stale, at, why }) {
      const wide = { holder: `calendar:${calendar}`, symptom: "calendar-stale", failing: stale, devices: [], symptoms: [], at, why };
      evaluator()
        ?.wide(wide)
        .catch((error: unknown) => log.error({ calendar, error: String(error) }, "incident of a stale calendar not written"));
    },
    stats: {
      read({ calendar, goodAt, code, sessions, unmapped }) {
        const label = { calendar };
        metrics.calendarReads.inc({ calendar, result: code === undefined ? "read" : "failed" });
        if (goodAt !== undefined) metrics.calendarReadAt.set(label, goodAt / 1000);
        metrics.calendarSessions.set(label, sessions);
        metrics.calendarUnmapped.set(label, unmapped);
      },
    },
  });
  const alarmsOf = (holder: string) => evaluator()?.memory.ofDevice(holder) ?? [];
  const readying = { board: parts.board, bookings, config, alarmsOf, registeredWith: registrations.of };
  const readiness = new Readiness({
    ...{ store, clock, log, config, leases, bookings, alarmsOf, kick: parts.kick, changed: parts.changed },
    judge: (session, since) => judgeNow(readying, session, since),
    async wide({ session, failing, at, why }) {
      await evaluator()?.wide({ holder: `session:${session.id}`, symptom: "session-at-risk", failing, devices: [], at, why });
    },
  });
  const planOf = (id: string): SessionPlan | undefined => {
    const session = bookings.get(id);
    return session === undefined ? undefined : planNow(readying, session, clock.now(), readiness.get(id));
  };
  const follow = loop("bookings", 300_000, (signal) => following({ store, clock, book: bookings, of: "sessions" }, signal), clock);
  const meeting = (incident: Incident) => meetingNow(readying, incident, clock.now());
  const workarounds = (incident: Incident) => workaroundsNow(readying, incident, clock.now());
  return {
    bookings,
    roles: [follow, calendars, readiness],
    planOf,
    workarounds,
    meeting,
    desk: new SessionDesk({ store, clock, config, changed }),
  };
}
