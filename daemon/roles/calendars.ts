/**
 * Reads the calendars of the configuration, each at its interval, and keeps their sessions: what is new, changed, gone.
 *
 * When one was last read well is kept in the store, so that a stale calendar is known as such after a restart too.
 */
import type { Config } from "../model/config.ts";
import type { SessionCalendar } from "../model/session.ts";
import { DAY, HOUR, type Instant, MINUTE } from "../model/time.ts";
import type { Clock, Log, Store } from "../ports.ts";
import { NotACalendar, type ParsedCalendar, parseCalendar, type UnreadWhy } from "../sessions/ical.ts";
import { mapOccurrences } from "../sessions/mapping.ts";
import { type Leases, leasedTurns } from "./lease.ts";
import type { Role } from "./supervisor.ts";

/** How a calendar stands. Counts and codes only. */
export interface CalendarStatus {
  readonly calendar: string;
  /** Since when it is known. */
  readonly since: Instant;
  readonly triedAt: Instant;
  readonly goodAt?: Instant;
  /** Why the last reading failed: `http.status`, `http.login`, `file.missing`, `not-a-calendar` … */
  readonly code?: string;
  readonly sessions: number;
  /** Events in no room of the configuration, at the last good reading. */
  readonly unmapped: number;
  readonly leftOut: number;
  readonly unread: Readonly<Partial<Record<UnreadWhy, number>>>;
  readonly tooMany: boolean;
}

export interface CalendarsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly leases: Leases;
  readonly config: () => Config;
  readonly fetch: (
    from: SessionCalendar["from"],
    signal: AbortSignal,
  ) => Promise<{ readonly ok: true; readonly text: string } | { readonly ok: false; readonly code: string }>;
  readonly salt: () => Promise<string>;
  /** Sessions moved: the book is to be read again. */
  readonly changed: () => Promise<void>;
  /** A calendar is stale, or is read again. */
  readonly stale: (input: { readonly calendar: string; readonly stale: boolean; readonly at: Instant; readonly why: string }) => void;
  readonly stats: { read(status: CalendarStatus): void };
}

export const statusPrefix = "calendar:";
const everyMs = 5_000;

/** Three intervals, at least an hour: a server may be restarted meanwhile (ours). */
export function staleAfterMs({ everyMs: interval }: SessionCalendar): number {
  return Math.max(3 * interval, HOUR);
}

interface Tried {
  readonly at: Instant;
  readonly calendar: SessionCalendar;
  /** How often in a row its server refused our login. */
  readonly refusals: number;
}

/** A login that was refused twice rests: a password that was changed must not lock an account. As for devices (procedure.md). */
export function waitMs({ calendar, refusals }: Pick<Tried, "calendar" | "refusals">): number {
  if (refusals < 2) return calendar.everyMs;
  return Math.max(calendar.everyMs, Math.min(DAY, 15 * MINUTE * 2 ** (refusals - 2)));
}

export class Calendars implements Role {
  readonly name = "calendars";
  readonly beatWithinMs = 120_000;
  readonly #deps: CalendarsDeps;
  readonly #status = new Map<string, CalendarStatus>();
  readonly #tried = new Map<string, Tried>();

  constructor(deps: CalendarsDeps) {
    this.#deps = deps;
  }

  run(signal: AbortSignal, beat: () => void): Promise<void> {
    const { leases, clock } = this.#deps;
    return leasedTurns(
      { role: this.name, everyMs, leases, clock, load: () => this.load(), turn: (until, alive) => this.turn(until, alive) },
      signal,
      beat,
    );
  }

  async load(): Promise<void> {
    for (const { value } of await this.#deps.store.keptAll<CalendarStatus>(statusPrefix)) this.#status.set(value.calendar, value);
  }

  /** Reads what is due, one after another. */
  async turn(signal: AbortSignal, beat: () => void = () => {}): Promise<void> {
    const { clock, config } = this.#deps;
    const { calendars } = config().sessions;
    for (const id of [...this.#status.keys()]) if (!calendars.has(id)) await this.#forget(id);
    for (const calendar of calendars.values()) {
      if (signal.aborted) return;
      const last = this.#tried.get(calendar.id);
      const now = clock.now();
      // A changed entry is read at once; a clock that went back does not make it wait.
      if (last !== undefined && last.calendar === calendar && now >= last.at && now - last.at < waitMs(last)) continue;
      this.#tried.set(calendar.id, { at: now, calendar, refusals: last?.calendar === calendar ? last.refusals : 0 });
      await this.#read(calendar, signal);
      beat();
    }
  }

  async #read(calendar: SessionCalendar, signal: AbortSignal): Promise<void> {
    const { fetch, clock, log, stats, config, store, leases } = this.#deps;
    const at = clock.now();
    const before = this.#status.get(calendar.id);
    const got = await fetch(calendar.from, signal);
    if (signal.aborted) return;
    const tried = this.#tried.get(calendar.id);
    if (tried !== undefined) {
      const refused = !got.ok && got.code === "http.login";
      this.#tried.set(calendar.id, { ...tried, refusals: refused ? tried.refusals + 1 : 0 });
    }
    const parsed = got.ok ? await this.#parse(calendar, got.text, at) : got.code;
    const status = typeof parsed === "string" ? failedAgain(calendar, before, parsed, at) : await this.#keep(calendar, parsed, before, at);
    if (status.code !== undefined && before?.code !== status.code)
      log.warn({ calendar: calendar.id, code: status.code }, "calendar not read; its sessions stay as they were");
    if (status.code === undefined && before?.code !== undefined) log.info({ calendar: calendar.id }, "calendar is read again");
    // Since when one was never read well has to outlive a restart.
    if (status.code !== undefined && before?.code !== status.code)
      await store.transaction(leases.fence(this.name), (tx) => tx.keep(`${statusPrefix}${calendar.id}`, status));
    this.#status.set(calendar.id, status);
    stats.read(status);
    if (config().sessions.calendars.has(calendar.id)) this.#judge(calendar, status, at);
  }

  async #parse(calendar: SessionCalendar, text: string, at: Instant): Promise<ParsedCalendar | string> {
    const { timezone } = calendar;
    const window = { from: at, to: at + calendar.horizonMs };
    const fallback = this.#deps.config().instance.timezone;
    try {
      return await parseCalendar(text, { window, fallback, ...(timezone === undefined ? {} : { timezone }) });
    } catch (error) {
      if (error instanceof NotACalendar) return "not-a-calendar";
      throw error;
    }
  }

  async #keep(calendar: SessionCalendar, parsed: ParsedCalendar, before: CalendarStatus | undefined, at: Instant): Promise<CalendarStatus> {
    const { store, leases, salt, changed, config } = this.#deps;
    const { sessions, unmapped, leftOut } = mapOccurrences(calendar, parsed.occurrences, await salt());
    const known = sessions.filter(({ rooms }) => rooms.every((room) => config().network.rooms.has(room)));
    const unread = Object.fromEntries(Object.entries(parsed.unread).filter(([, count]) => count > 0));
    const counts = { sessions: known.length, unmapped, leftOut, unread, tooMany: parsed.tooMany };
    const status: CalendarStatus = { calendar: calendar.id, since: before?.since ?? at, triedAt: at, goodAt: at, ...counts };
    const merged = await store.transaction(leases.fence(this.name), async (tx) => {
      // What is over or running stays, also when the calendar lists only what comes. Where it was cut, or an event could not be understood,
      // nothing is known to be gone: what it says itself to be cancelled is.
      const isWhole = !parsed.tooMany && Object.keys(unread).length === 0;
      const to = isWhole ? at + calendar.horizonMs : at;
      const done = await tx.replaceSessions(calendar.id, { from: at, to }, known);
      await tx.keep(`${statusPrefix}${calendar.id}`, status);
      const { added, changed: altered, cancelled } = done;
      const data = { added, changed: altered, cancelled };
      if (added + altered + cancelled > 0) await tx.audit([{ at, by: "system", action: "session.import", target: calendar.id, data }]);
      return done;
    });
    if (merged.added + merged.changed + merged.cancelled > 0) await changed();
    return status;
  }

  #judge(calendar: SessionCalendar, status: CalendarStatus, at: Instant): void {
    const quietMs = at - (status.goodAt ?? status.since);
    const stale = status.code !== undefined && quietMs >= staleAfterMs(calendar);
    const why = stale
      ? `the calendar ${calendar.id} could not be read for ${Math.floor(quietMs / 60_000)} min (${status.code})`
      : `the calendar ${calendar.id} is read again`;
    // While it fails and is not stale yet, nothing is known to be over.
    if (stale || status.code === undefined) this.#deps.stale({ calendar: calendar.id, stale, at, why });
  }

  async #forget(id: string): Promise<void> {
    const { store, leases } = this.#deps;
    await store.transaction(leases.fence(this.name), (tx) => tx.forget(`${statusPrefix}${id}`));
    this.#status.delete(id);
    this.#tried.delete(id);
  }
}

function failedAgain(calendar: SessionCalendar, before: CalendarStatus | undefined, code: string, at: Instant): CalendarStatus {
  const none = { sessions: 0, unmapped: 0, leftOut: 0, unread: {}, tooMany: false };
  return { ...none, ...before, calendar: calendar.id, since: before?.since ?? at, triedAt: at, code };
}
