/**
 * The book of the coming and running sessions, in memory: read from the store at the start, again whenever something was written,
 * by another process too (following.ts).
 *
 * Decisions ask it with the time they are about (`at`), so that what is decided again is decided the same.
 */
import { type Hit, hitBy, isBooked, isHit, joinSessions, nextSession, ROOM_MARGIN_MS } from "../rules/sessions.ts";
import type { Config } from "./model/config.ts";
import type { Network } from "./model/network.ts";
import type { Session, SessionAhead, SessionSubject } from "./model/session.ts";
import { DAY, type Instant } from "./model/time.ts";
import type { Clock, Store } from "./ports.ts";
import type { Registrations } from "./registrations.ts";

/** A session that ended is still asked about by what is decided late. */
const keptAfterMs = DAY;
const mostSessions = 50_000;
/** Answers kept for one configuration; over this they are thought out anew. */
const mostAnswers = 20_000;

export interface Bookings {
  /** The session that a failure of this hits, or hits next; undefined: none is booked. */
  sessionAhead(subject: SessionSubject, at: Instant): SessionAhead | undefined;
  /** Is the room in use at this time, the half hours before and after a session included? */
  bookedAround(room: string, at: Instant): boolean;
  /** Is it one of the sessions that a failure of this device hits? */
  hits(device: string, session: string): boolean;
}

export interface BookedDeps {
  readonly store: Pick<Store, "sessions">;
  readonly clock: Clock;
  readonly config: () => Config;
  /** Who is registered where; without it nobody knows. */
  readonly registrations?: Pick<Registrations, "of" | "revision">;
}

export class BookedSessions implements Bookings {
  readonly #deps: BookedDeps;
  #sessions: readonly Session[] = [];
  #byId: ReadonlyMap<string, Session> = new Map();
  #byRoom: ReadonlyMap<string, readonly Session[]> = new Map();
  #network: Network | undefined;
  #registered: number | undefined;
  readonly #hits = new Map<string, Hit>();

  constructor(deps: BookedDeps) {
    this.#deps = deps;
  }

  /** Reads the store again. */
  async refresh(): Promise<void> {
    const { store, clock } = this.#deps;
    this.take(await store.sessions({ endAfter: clock.now() - keptAfterMs, limit: mostSessions }));
  }

  /** These are the sessions from now on. */
  take(sessions: readonly Session[]): void {
    const joined = joinSessions(sessions);
    this.#byId = new Map(joined.map((session) => [session.id, session]));
    this.#sessions = joined.filter(({ state }) => state === "booked");
    const byRoom = new Map<string, Session[]>();
    for (const session of this.#sessions) {
      for (const room of session.rooms) {
        const same = byRoom.get(room);
        if (same === undefined) byRoom.set(room, [session]);
        else same.push(session);
      }
    }
    this.#byRoom = byRoom;
  }

  /** Booked ones, by their beginning. */
  all(): readonly Session[] {
    return this.#sessions;
  }

  sessionAhead(subject: SessionSubject, at: Instant): SessionAhead | undefined {
    if (this.#sessions.length === 0) return undefined;
    return nextSession(this.#sessions, this.hit(subject), at);
  }

  bookedAround(room: string, at: Instant): boolean {
    return isBooked(this.#byRoom.get(room) ?? [], room, at);
  }

  hits(device: string, session: string): boolean {
    const booked = this.#byId.get(session);
    return booked !== undefined && isHit(booked, this.hit({ device }));
  }

  /** Is nothing booked there in this span, the half hours before and after its sessions included? */
  isFree(room: string, from: Instant, to: Instant): boolean {
    return (this.#byRoom.get(room) ?? []).every((each) => each.to + ROOM_MARGIN_MS <= from || each.from - ROOM_MARGIN_MS >= to);
  }

  /** A session that is not long over, a cancelled one too. */
  get(id: string): Session | undefined {
    return this.#byId.get(id);
  }

  /** What stops working with the subject, by the configuration in force and what devices are registered with. */
  hit(subject: SessionSubject): Hit {
    const { config, registrations } = this.#deps;
    const { network } = config();
    if (this.#network !== network || this.#registered !== registrations?.revision || this.#hits.size > mostAnswers) {
      this.#network = network;
      this.#registered = registrations?.revision;
      this.#hits.clear();
    }
    const key = JSON.stringify(subject);
    const known = this.#hits.get(key);
    if (known !== undefined) return known;
    const hit = hitBy(network, subject, registrations?.of);
    this.#hits.set(key, hit);
    return hit;
  }
}

/** Whom an incident is about, to ask for its sessions; undefined: our own matter (a credential, a calendar), which takes nobody's session. */
export function subjectOf(incident: {
  readonly rootCause: string;
  readonly device?: string;
  readonly site: string;
}): SessionSubject | undefined {
  const { rootCause, device, site } = incident;
  if (device !== undefined) return { device };
  if (rootCause.startsWith("session:")) return { session: rootCause.slice("session:".length) };
  if (rootCause.startsWith("link:")) return { link: rootCause.slice("link:".length) };
  // A call for help: of one room, whoever else meets at its site.
  if (rootCause.startsWith("room:")) return { room: rootCause.slice("room:".length).split("|", 1)[0] ?? "" };
  return /^(?:blind$|credential:|calendar:|on-call:)/.test(rootCause) ? undefined : { site };
}
