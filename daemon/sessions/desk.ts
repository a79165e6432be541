/**
 * Sessions that a person or another system writes: booked, cancelled, and what became of them. Each is audited; nothing is kept of a
 * booking but what the model names, and no refusal quotes what was sent.
 */
import { randomBytes } from "node:crypto";
import { given } from "../config/context.ts";
import type { Config } from "../model/config.ts";
import type { Session, SessionKind, SessionOutcome, SessionOutcomeCode, SessionPriority } from "../model/session.ts";
import { DAY, type Instant, MINUTE } from "../model/time.ts";
import type { Clock, Store } from "../ports.ts";
import type { SessionsMerged } from "../ports-sessions.ts";
import { naturalKey, sessionId } from "./mapping.ts";

/** A checked booking, without an id yet. */
export interface NewSession extends Omit<Session, "id" | "source" | "state" | "outcome"> {
  /** The other system's name for it. Only a hash is kept. */
  readonly key?: string;
}

const kinds: readonly SessionKind[] = ["clinical", "training", "administrative"];
const priorities: readonly SessionPriority[] = ["urgent", "normal"];
const longestMs = 2 * DAY;

/** Checks a booking against the configuration; every problem at once, none with a value in it. */
export function newSession(raw: Readonly<Record<string, unknown>>, config: Config): NewSession | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const wants = <T>(value: T | undefined, problem: string): T | undefined => {
    if (value === undefined) problems.push(problem);
    return value;
  };
  const rooms = roomsOf(raw.rooms, config, problems);
  const from = wants(instant(raw.from), "from: is not a time; write 2026-11-18T14:00");
  const to = wants(instant(raw.to), "to: is not a time; write 2026-11-18T15:00");
  const lengthMs = (to ?? 1) - (from ?? 0);
  if (from !== undefined && to !== undefined && (lengthMs <= 0 || lengthMs > longestMs))
    problems.push("to: is not after from, or by more than two days; write a later one, within two days of it");
  const kind = wants(oneOf(kinds, raw.kind ?? "clinical"), `kind: is none of ${kinds.join(", ")}`);
  const priority = wants(oneOf(priorities, raw.priority ?? "normal"), `priority: is none of ${priorities.join(", ")}`);
  const specialty = ifGiven(raw.specialty, (value) =>
    wants(
      oneOf(config.sessions.specialties, value),
      "specialty: is not among sessions.specialties of the configuration; write one of them, or leave it out",
    ),
  );
  const bridge = ifGiven(raw.bridge, (value) =>
    wants(config.network.devices.get(String(value))?.id, "bridge: is no device of the configuration"),
  );
  const key = typeof raw.key === "string" && raw.key !== "" ? raw.key : undefined;
  if (problems.length > 0 || from === undefined || to === undefined || kind === undefined || priority === undefined) return { problems };
  return { rooms, from, to, kind, priority, ...given({ specialty, bridge, key }) };
}

function roomsOf(value: unknown, config: Config, problems: string[]): readonly string[] {
  const rooms = Array.isArray(value) ? [...new Set(value.map(String))].sort() : [];
  if (rooms.length === 0) problems.push("rooms: none is named; write ids of rooms");
  const strangers = rooms.filter((room) => !config.network.rooms.has(room)).length;
  if (strangers > 0) problems.push(`rooms: ${strangers} of ${rooms.length} not in the configuration; write ids of rooms`);
  return rooms;
}

function oneOf<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((each) => each === value);
}

function ifGiven<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

function instant(value: unknown): Instant | undefined {
  const at = typeof value === "string" ? Date.parse(value) : value;
  return typeof at === "number" && Number.isSafeInteger(at) && at > 0 ? at : undefined;
}

const saltKey = "sessions:salt";

/** Made once, kept with the database: the ids of an instance tell nobody else anything. */
export async function saltOf(store: Pick<Store, "kept" | "keepFirst">): Promise<string> {
  const known = await store.kept<string>(saltKey);
  return known ?? store.keepFirst(saltKey, randomBytes(32).toString("hex"));
}

export type SessionResult =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly status: 404 | 409 | 422; readonly problem: string };

export interface SessionDeskDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly config: () => Config;
  /** The book is to be read again. */
  readonly changed: () => Promise<void>;
}

export class SessionDesk {
  readonly #deps: SessionDeskDeps;

  constructor(deps: SessionDeskDeps) {
    this.#deps = deps;
  }

  /** Several at once, of one source; the same key again changes the session that is there. */
  async book(
    source: "api" | "csv",
    bookings: readonly NewSession[],
    by: string,
  ): Promise<SessionsMerged & { readonly ids: readonly string[] }> {
    const { store, clock, changed } = this.#deps;
    const salt = await saltOf(store);
    const sessions = bookings.map(({ key, ...rest }): Session => {
      const id = sessionId(source, key === undefined ? naturalKey(rest.rooms, rest.from) : JSON.stringify(["key", key]), salt);
      return { ...rest, id, source, state: "booked" };
    });
    const merged = await store.transaction(undefined, async (tx) => {
      const done = await tx.saveSessions(sessions);
      const target = sessions.length === 1 ? (sessions[0]?.id ?? source) : source;
      await tx.audit([{ at: clock.now(), by, action: "session.book", target, data: { added: done.added, changed: done.changed } }]);
      return done;
    });
    await changed();
    return { ...merged, ids: sessions.map(({ id }) => id) };
  }

  cancel(id: string, by: string): Promise<SessionResult> {
    return this.#alter(id, "session.cancel", by, {}, (session, tx) => {
      if (session.state === "cancelled") return "is cancelled already";
      return tx.cancelSession(session.id);
    });
  }

  outcome(id: string, by: string, said: { readonly code: SessionOutcomeCode; readonly lateMinutes?: number }): Promise<SessionResult> {
    const { clock } = this.#deps;
    const { code, lateMinutes } = said;
    return this.#alter(id, "session.outcome", by, { code, ...(lateMinutes === undefined ? {} : { lateMinutes }) }, (session, tx) => {
      const at = clock.now();
      // Postponed or lost is known before; whether it was held is not.
      if (session.from > at + 5 * MINUTE && (code === "held" || code === "late")) return "has not begun yet";
      const outcome: SessionOutcome = { code, by, at, ...(lateMinutes === undefined ? {} : { lateMinutes }) };
      return tx.saveOutcome(session.id, outcome);
    });
  }

  async #alter(
    id: string,
    action: string,
    by: string,
    data: Readonly<Record<string, unknown>>,
    work: (session: Session, tx: Parameters<Parameters<Store["transaction"]>[1]>[0]) => string | Promise<boolean>,
  ): Promise<SessionResult> {
    const { store, clock, changed } = this.#deps;
    const none = { ok: false, status: 404, problem: "there is no such session; see GET /api/v1/sessions" } as const;
    const found = await store.session(id);
    if (found === undefined) return none;
    const refused = await store.transaction(undefined, async (tx) => {
      const done = await work(found, tx);
      if (typeof done === "string") return done;
      if (!done) return "is gone";
      await tx.audit([{ at: clock.now(), by, action, target: id, data }]);
      return undefined;
    });
    if (refused !== undefined) return { ok: false, status: 409, problem: `the session ${refused}` };
    await changed();
    const session = await store.session(id);
    return session === undefined ? none : { ok: true, session };
  }
}
