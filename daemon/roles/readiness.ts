/**
 * Looks ahead to every session: asks for fresh looks 30 and 15 minutes before it begins, judges them, and when it cannot be held gives it
 * to the incident of the cause, or opens one, and tells the coordinators of all its rooms; and tells them again when that is over.
 *
 * What was asked, judged and told is kept with the session: a restart neither forgets nor repeats. Messages have a key of their own.
 */
import { line } from "../../rules/incident.ts";
import { asked, dueOf, type Judged, judgedAs, SETTLE_MS, tellingOf } from "../../rules/readiness.ts";
import { parentsToLookAt } from "../../rules/suppress.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Config } from "../model/config.ts";
import { type Incident, isFailing, type OutboxRow } from "../model/incident.ts";
import type { ReadinessCause, Session, SessionReadiness } from "../model/session.ts";
import { DAY, type Instant, MINUTE } from "../model/time.ts";
import type { Clock, Log, Store } from "../ports.ts";
import { type Leases, leasedTurns } from "./lease.ts";
import { coordinatorsOf } from "./recipients.ts";
import type { Role } from "./supervisor.ts";
import { outboxKey } from "./ways.ts";

export interface ReadinessDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly leases: Leases;
  readonly config: () => Config;
  readonly bookings: { all(): readonly Session[] };
  readonly kick: (device: string) => void;
  /** By looks that are not older than `since`. */
  readonly judge: (session: Session, since: Instant) => Judged;
  readonly alarmsOf: (holder: string) => Iterable<Alarm>;
  /** The session's own incident: opened, or over. */
  readonly wide: (input: {
    readonly session: Session;
    readonly failing: boolean;
    readonly at: Instant;
    readonly why: string;
  }) => Promise<void>;
  readonly changed: () => void;
}

const everyMs = 5_000;
const endPastMs = MINUTE;

export class Readiness implements Role {
  readonly name = "readiness";
  readonly beatWithinMs = 60_000;
  readonly #deps: ReadinessDeps;
  readonly #known = new Map<string, SessionReadiness>();
  #endedPastMs = Number.NEGATIVE_INFINITY;

  constructor(deps: ReadinessDeps) {
    this.#deps = deps;
  }

  run(signal: AbortSignal, beat: () => void): Promise<void> {
    const { leases, clock } = this.#deps;
    return leasedTurns({ role: this.name, everyMs, leases, clock, load: () => this.load(), turn: () => this.turn() }, signal, beat);
  }

  /** What is known of a session; undefined until half an hour before it. */
  get(session: string): SessionReadiness | undefined {
    return this.#known.get(session);
  }

  /** What is kept of sessions that are not long over. */
  async load(): Promise<void> {
    const { store, clock } = this.#deps;
    this.#known.clear();
    for (const each of await store.readiness(clock.now() - DAY)) this.#known.set(each.session, each);
  }

  async turn(): Promise<void> {
    const { clock, bookings, store } = this.#deps;
    if (clock.monotonicMs() - this.#endedPastMs >= endPastMs) {
      this.#endedPastMs = clock.monotonicMs();
      await this.#endPast(clock.now());
    }
    const at = clock.now();
    const booked = new Map(bookings.all().map((session) => [session.id, session]));
    for (const session of booked.values()) if (session.from - at <= 30 * MINUTE && session.to > at - DAY) await this.#look(session, at);
    for (const known of [...this.#known.values()]) {
      if (booked.has(known.session)) continue;
      // Cancelled, or long over: whoever was told hears so.
      const session = await store.session(known.session);
      if (session === undefined || session.to < at - DAY) this.#known.delete(known.session);
      else if (session.state === "cancelled") await this.#look(session, at);
    }
  }

  async #look(session: Session, at: Instant): Promise<void> {
    const before = this.#known.get(session.id);
    const due = dueOf(session, before, at);
    if (due.ask.length > 0) {
      const known = asked(session, before, due.ask, at);
      await this.#keep(session, known, []);
      this.#freshLooks(session);
      return;
    }
    await this.#endOwn(session, before, at);
    if (!due.judge || before === undefined) return;
    const judged = this.#deps.judge(session, before.askedAt ?? before.from);
    const known = judgedAs(before, judged, at);
    const incident = known.verdict === "not-ready" && session.state === "booked" ? await this.#incidentFor(session, known, at) : undefined;
    const next = incident === undefined ? known : { ...known, incident: incident.id };
    await this.#tell(session, before, next, at);
  }

  /** Every booked device, what it is reached through, the gatekeepers, the bridge. */
  #freshLooks(session: Session): void {
    const { network } = this.#deps.config();
    const devices = new Set<string>();
    for (const device of network.devices.values()) {
      const isBooked = (device.room !== undefined && session.rooms.includes(device.room)) || device.id === session.bridge;
      if (device.kind === "gatekeeper") devices.add(device.id);
      if (!isBooked) continue;
      for (const id of [device.id, ...parentsToLookAt(network, device)]) devices.add(id);
    }
    for (const device of devices) this.#deps.kick(device);
  }

  /** The open incident of a cause, the one that stands already, or one of the session's own. */
  async #incidentFor(session: Session, known: SessionReadiness, at: Instant): Promise<Incident | undefined> {
    const open = (await this.#deps.store.openIncidents()).filter((each) => isFailing(each) && each.foldedInto === undefined);
    const mine = open.find((each) => each.id === known.incident);
    if (mine !== undefined) return mine;
    const ofCause = known.causes.flatMap((cause) => open.find((each) => this.#holds(each, cause)) ?? [])[0];
    if (ofCause !== undefined) return ofCause;
    // A light that is out, of a device that has one: heat takes no session away by itself, and it is the same trouble all the same.
    const mayBe = known.causes.flatMap(({ device }) => [...this.#deps.alarmsOf(device ?? "")]).filter(({ state }) => state === "active");
    const ofDevice = open.find(({ id }) => mayBe.some(({ incident }) => incident === id));
    if (ofDevice !== undefined) return ofDevice;
    const own = open.find((each) => each.rootCause === `session:${session.id}`);
    if (own !== undefined || (await this.#justSaidOver(known.causes, at))) return own;
    await this.#deps.wide({ session, failing: true, at, why: whyNot(known.causes) });
    const opened = await this.#deps.store.openIncidents();
    return opened.find((each) => each.rootCause === `session:${session.id}` && isFailing(each));
  }

  #holds(incident: Incident, { incident: id, device, data }: ReadinessCause): boolean {
    if (incident.id === id) return true;
    const by = data?.by;
    if (by !== undefined) return incident.device === by || incident.rootCause === by;
    return [...this.#deps.alarmsOf(device ?? "")].some(
      (alarm) => alarm.suppressedBy !== undefined && explains(incident, alarm.suppressedBy),
    );
  }

  /** A person has just said that it is over, and the look that will show it has not been taken. */
  async #justSaidOver(causes: readonly ReadinessCause[], at: Instant): Promise<boolean> {
    for (const id of new Set(causes.flatMap(({ incident }) => incident ?? []))) {
      const { restoredAt = 0, resolvedAt = 0 } = (await this.#deps.store.incident(id)) ?? {};
      if (at - Math.max(restoredAt, resolvedAt) < SETTLE_MS) return true;
    }
    return false;
  }

  /** The session's own incident ends when it can be held again, and with the session. */
  async #endOwn(session: Session, known: SessionReadiness | undefined, at: Instant): Promise<void> {
    const active = [...this.#deps.alarmsOf(`session:${session.id}`)].some(({ state }) => state === "active");
    if (!active) return;
    const over = at >= session.to || session.state === "cancelled";
    const well = known?.verdict === "ready" && at - known.at >= MINUTE;
    if (over || well) await this.#deps.wide({ session, failing: false, at, why: over ? "its time is over" : "it can be held again" });
  }

  /** After a long stop the session is in no book any more, and its own incident is still open. */
  async #endPast(at: Instant): Promise<void> {
    const { store, wide } = this.#deps;
    for (const incident of await store.openIncidents()) {
      if (!isFailing(incident) || !incident.rootCause.startsWith("session:")) continue;
      const session = await store.session(incident.rootCause.slice("session:".length));
      if (session !== undefined && session.to <= at - DAY) await wide({ session, failing: false, at, why: "its time is over" });
    }
  }

  async #tell(session: Session, before: SessionReadiness, known: SessionReadiness, at: Instant): Promise<void> {
    const kind = tellingOf(session, known, at);
    if (kind === undefined) {
      if (differs(before, known)) await this.#keep(session, known, []);
      return;
    }
    const risk = kind === "session-at-risk";
    const told = { told: known.told + 1, toldAt: at, ...(known.incident === undefined ? {} : { toldIn: known.incident }) };
    const next: SessionReadiness = risk ? { ...known, ...told } : { ...known, overAt: at };
    // Meanwhile another incident may have the cause: whoever heard hears that it is over under the number that they know.
    const incident = await this.#deps.store.incident((risk ? undefined : next.toldIn) ?? next.incident ?? "");
    await this.#keep(
      session,
      next,
      incident === undefined
        ? []
        : rowsOf({ kind, session, incident, told: next.told, config: this.#deps.config(), at, since: risk ? at : (known.toldAt ?? at) }),
      {
        incident,
        kind,
        at,
      },
    );
  }

  async #keep(
    session: Session,
    known: SessionReadiness,
    rows: readonly OutboxRow[],
    told?: { readonly incident: Incident | undefined; readonly kind: string; readonly at: Instant },
  ): Promise<void> {
    const { store, leases, changed } = this.#deps;
    await store.transaction(leases.fence(this.name), async (tx) => {
      await tx.saveReadiness([known]);
      if (told?.incident !== undefined) {
        const why = told.kind === "session-at-risk" ? whyNot(known.causes) : "it can be held again";
        const data = { session: session.id, rooms: session.rooms.join(", "), from: new Date(session.from).toISOString() };
        await tx.appendTimeline([line(told.incident, told.at, "system", told.kind, why, data)]);
      }
      await tx.addOutbox(rows);
    });
    this.#known.set(session.id, known);
    changed();
  }
}

function explains(incident: Incident, by: string): boolean {
  return incident.device === by || incident.rootCause === by || incident.rootCause === `down:${by}`;
}

function differs(a: SessionReadiness, b: SessionReadiness): boolean {
  return JSON.stringify([a.verdict, a.causes, a.judged, a.incident]) !== JSON.stringify([b.verdict, b.causes, b.judged, b.incident]);
}

/** In English; daemon/text/why-fr.ts has it in French. */
export function whyNot(causes: readonly ReadinessCause[]): string {
  const rooms = [...new Set(causes.flatMap(({ room }) => room ?? []))];
  if (rooms.length === 0) return "its bridge is not ready";
  return rooms.length === 1 ? `room ${rooms[0]} is not ready` : `${rooms.length} rooms are not ready`;
}

/** To the coordinator of each room, once each, at once. The key ends with the session: one incident may hit several. */
function rowsOf(of: {
  readonly kind: "session-at-risk" | "session-clear";
  readonly session: Session;
  readonly incident: Incident;
  readonly told: number;
  readonly config: Config;
  readonly at: Instant;
  /** Whoever answered for a room since then hears too: who was told that it is at risk hears that it is not. */
  readonly since: Instant;
}): readonly OutboxRow[] {
  const { kind, session, incident, told, config, at, since } = of;
  const people = new Set(session.rooms.flatMap((room) => coordinatorsOf(config, room, at, since)));
  return [...people].flatMap((id) => {
    const contact = config.contacts.get(id);
    return (contact?.channels ?? []).map(({ channel, address }) => {
      const facts = { incident: incident.id, kind, level: incident.level, occurrence: told, recipient: id, channel };
      const key = `${outboxKey(facts)}/${session.id}`;
      return { ...facts, key, address, language: contact?.language ?? "fr", createdAt: at, notBefore: at };
    });
  });
}
