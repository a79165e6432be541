/**
 * Sessions, put together: the book, the desk that writes it, the role that reads calendars.
 *
 * Part of the composition root (app.ts).
 */
import { BookedSessions } from "./bookings.ts";
import type { Metrics } from "./metrics.ts";
import type { Config } from "./model/config.ts";
import type { Clock, Log, Store } from "./ports.ts";
import { Calendars } from "./roles/calendars.ts";
import type { Evaluator } from "./roles/evaluator.ts";
import type { Leases } from "./roles/lease.ts";
import { SessionDesk, saltOf } from "./sessions/desk.ts";
import { fetchCalendar } from "./sessions/fetch.ts";

export interface Booking {
  readonly bookings: BookedSessions;
  readonly desk: SessionDesk;
  readonly calendars: Calendars;
}

export interface BookingParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: () => Config;
  readonly leases: Leases;
  readonly metrics: Metrics;
  readonly evaluator: () => Evaluator | undefined;
  /** Sessions moved. */
  readonly changed: () => void;
}

/** Reads the book; starts nothing. */
export async function makeBooking(parts: BookingParts): Promise<Booking> {
  const { store, clock, log, config, leases, metrics, evaluator } = parts;
  const bookings = new BookedSessions({ store, clock, config });
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
  return { bookings, calendars, desk: new SessionDesk({ store, clock, config, changed }) };
}
