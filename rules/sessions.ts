/**
 * Sessions and what fails: whom a failure hits, which session is next, how many clinical minutes are lost.
 *
 * Pure. Overlap with an outage is the estimate; what the coordinator says became of the session is the fact, and replaces it.
 */
import type { Device, Network } from "../daemon/model/network.ts";
import type { Session, SessionAhead, SessionOutcomeCode, SessionSubject } from "../daemon/model/session.ts";
import { HOUR, type Instant, MINUTE } from "../daemon/model/time.ts";
import { parentsOf, sitesBehind } from "./suppress.ts";

/** A room is booked so long before and after: to prepare it, and because sessions run over. procedure.md. */
export const ROOM_MARGIN_MS = 30 * MINUTE;
/** Sessions that begin within this of a failure that lasts are listed as about to be hit. Ours. */
export const ABOUT_TO_BE_HIT_MS = 24 * HOUR;

/** What stops working with something: rooms, and bridges that sessions are held on. */
export interface Hit {
  readonly rooms: ReadonlySet<string>;
  readonly devices: ReadonlySet<string>;
  /** Only this session, whatever else is in its rooms. */
  readonly session?: string;
}

/** The gatekeepers that a device is registered with; undefined: not known. */
export type RegisteredWith = (device: Device) => readonly string[] | undefined;

/**
 * Devices that cannot be reached or used without these. A device with redundant parents is cut off only when all of them are gone; one
 * that is called through a gatekeeper when all are gone that it is registered with, or, where that is not known, all there are.
 */
export function cutOffWith(
  network: Network,
  gone: Iterable<string>,
  registeredWith: RegisteredWith = () => undefined,
): ReadonlySet<string> {
  const cut = new Set(gone);
  const gatekeepers = [...network.devices.values()].filter(({ kind }) => kind === "gatekeeper").map(({ id }) => id);
  const noGatekeeper = (device: Device) =>
    gatekeepers.some((id) => cut.has(id)) && (registeredWith(device) ?? gatekeepers).every((id) => cut.has(id));
  const isCut = (device: Device) => {
    const parents = parentsOf(network, device);
    if (parents.length > 0 && parents.every((id) => cut.has(id))) return true;
    return (device.kind === "codec" || device.kind === "endpoint" || device.kind === "bridge") && noGatekeeper(device);
  };
  for (let before = -1; before !== cut.size; ) {
    before = cut.size;
    for (const device of network.devices.values()) if (!cut.has(device.id) && isCut(device)) cut.add(device.id);
  }
  return cut;
}

/** The rooms and devices that a failure of the subject takes with it. */
export function hitBy(network: Network, subject: SessionSubject, registeredWith?: RegisteredWith): Hit {
  if ("session" in subject) return { rooms: new Set(), devices: new Set(), session: subject.session };
  if ("room" in subject) return { rooms: new Set([subject.room]), devices: new Set() };
  const first = firstGone(network, subject);
  const devices = cutOffWith(network, first.devices, registeredWith);
  const rooms = new Set(first.rooms);
  for (const id of devices) {
    const device = network.devices.get(id);
    // A switch or a UPS that stands in a room is not what its session is held with; what hangs on it is among the devices.
    if (device?.room !== undefined && (device.kind === "codec" || device.kind === "endpoint" || first.devices.includes(id)))
      rooms.add(device.room);
  }
  return { rooms, devices };
}

function firstGone(
  network: Network,
  subject: Exclude<SessionSubject, { room: string } | { session: string }>,
): { devices: string[]; rooms: string[] } {
  if ("device" in subject) return { devices: [subject.device], rooms: [] };
  const sites = "site" in subject ? [subject.site] : sitesBehind(network, subject.link);
  const at = new Set(sites);
  return {
    devices: [...network.devices.values()].filter(({ site }) => at.has(site)).map(({ id }) => id),
    rooms: [...network.rooms.values()].filter(({ site }) => at.has(site)).map(({ id }) => id),
  };
}

export function isHit(session: Session, hit: Hit): boolean {
  if (session.state !== "booked") return false;
  if (hit.session !== undefined) return session.id === hit.session;
  return session.rooms.some((room) => hit.rooms.has(room)) || (session.bridge !== undefined && hit.devices.has(session.bridge));
}

/** The session that runs, else the next; of several that begin together the clinical one. Undefined: none is known. */
export function nextSession(sessions: Iterable<Session>, hit: Hit, at: Instant): SessionAhead | undefined {
  let next: Session | undefined;
  for (const session of sessions) {
    if (session.to <= at || !isHit(session, hit)) continue;
    if (next === undefined || comesBefore(session, next)) next = session;
  }
  return next === undefined ? undefined : { session: next.id, kind: next.kind, rooms: next.rooms, withinMs: next.from - at };
}

const rank = { clinical: 0, training: 1, administrative: 2 } as const;

/** Clinical comes before training and administration. */
function comesBefore(a: Session, b: Session): boolean {
  if (a.from !== b.from) return a.from < b.from;
  return rank[a.kind] - rank[b.kind] < 0 || (a.kind === b.kind && a.id < b.id);
}

/** Is a session of this room on, or its room being prepared or left? */
export function isBooked(sessions: Iterable<Session>, room: string, at: Instant): boolean {
  for (const { state, rooms, from, to } of sessions)
    if (state === "booked" && rooms.includes(room) && from - ROOM_MARGIN_MS <= at && at < to + ROOM_MARGIN_MS) return true;
  return false;
}

/** A time without service; `to` undefined: it lasts. */
export interface Outage {
  readonly from: Instant;
  readonly to?: Instant;
}

/** What an incident did to a session, or is about to do. */
export interface SessionHit {
  readonly session: Session;
  /** `outcome`: a person said what became of it. */
  readonly basis: "estimate" | "outcome";
  readonly state: "ahead" | "running" | "over";
  /** Of the session, while service was gone. */
  readonly overlapMs: number;
  /** Counted as lost: clinical kind only. */
  readonly clinicalMs: number;
}

/** The sessions among these that an outage hit by `at`, or will hit if it lasts; by their beginning. */
export function sessionHits(sessions: Iterable<Session>, hit: Hit, outages: readonly Outage[], at: Instant): readonly SessionHit[] {
  const lasting = outages.some(({ to }) => to === undefined);
  const found: SessionHit[] = [];
  for (const session of sessions) {
    if (!isHit(session, hit)) continue;
    const overlapMs = overlapOf(session, outages, at);
    const ahead = lasting && session.from > at && session.from - at <= ABOUT_TO_BE_HIT_MS;
    if (overlapMs === 0 && !ahead) continue;
    const state = session.from > at ? "ahead" : session.to > at ? "running" : "over";
    const basis = session.outcome === undefined ? "estimate" : "outcome";
    found.push({ session, basis, state, overlapMs, clinicalMs: lostOf(session, overlapMs) });
  }
  return found.sort((a, b) => (comesBefore(a.session, b.session) ? -1 : 1));
}

/** Clinical minutes, once a session however many incidents or alarms hit it. */
export function clinicalMinutes(hits: readonly SessionHit[]): number {
  const most = new Map<string, number>();
  for (const { session, clinicalMs } of hits) most.set(session.id, Math.max(most.get(session.id) ?? 0, clinicalMs));
  return Math.round([...most.values()].reduce((sum, ms) => sum + ms, 0) / MINUTE);
}

/** How long service was gone during a session, by `at`; outages that overlap count once. */
export function overlapOf({ from, to }: Pick<Session, "from" | "to">, outages: readonly Outage[], at: Instant): number {
  let covered = 0;
  let reached = from;
  for (const outage of [...outages].sort((a, b) => a.from - b.from)) {
    const begin = Math.max(reached, outage.from);
    const end = Math.min(to, outage.to ?? at, at);
    if (end <= begin) continue;
    covered += end - begin;
    reached = end;
  }
  return covered;
}

/** What the session lost, if it is one that counts. The word of the coordinator replaces the estimate. */
function lostOf(session: Session, overlapMs: number): number {
  if (session.kind !== "clinical" || session.state !== "booked") return 0;
  const { outcome } = session;
  if (outcome === undefined) return overlapMs;
  return lostBy(outcome.code, session.to - session.from, outcome.lateMinutes ?? 0);
}

/** Ours: held, moved and by telephone are care given; late loses its minutes; postponed and lost lose all of it. */
function lostBy(code: SessionOutcomeCode, durationMs: number, lateMinutes: number): number {
  switch (code) {
    case "held":
    case "moved":
    case "by-phone":
    case "not-technical":
      return 0;
    case "late":
      return Math.min(durationMs, lateMinutes * MINUTE);
    case "postponed":
    case "lost":
      return durationMs;
  }
}

/** What two calendars say of the same event, as one session: the rooms of all that have not cancelled it. The key is the part of the id after its source. */
export function joinSessions(sessions: readonly Session[]): readonly Session[] {
  const joined = new Map<string, Session>();
  for (const session of sessions) {
    const key = session.id.slice(session.id.indexOf(":") + 1);
    const before = joined.get(key);
    joined.set(key, before === undefined ? session : joinTwo(before, session));
  }
  return [...joined.values()];
}

function joinTwo(a: Session, b: Session): Session {
  const [first, second] = a.state === "booked" || b.state !== "booked" ? [a, b] : [b, a];
  if (second.state === "cancelled" && first.state === "booked") return withOutcome(first, second);
  const rooms = [...new Set([...first.rooms, ...second.rooms])].sort();
  const bridge = first.bridge ?? second.bridge;
  const better = rank[second.kind] < rank[first.kind] ? second.kind : first.kind;
  const priority = first.priority === "urgent" || second.priority === "urgent" ? "urgent" : "normal";
  const specialty = first.specialty ?? second.specialty;
  const rest = { ...(bridge === undefined ? {} : { bridge }), ...(specialty === undefined ? {} : { specialty }) };
  const times = { from: Math.min(first.from, second.from), to: Math.max(first.to, second.to) };
  return withOutcome({ ...first, ...rest, ...times, rooms, kind: better, priority }, second);
}

/** The later word counts. */
function withOutcome(session: Session, other: Session): Session {
  const outcome = [session.outcome, other.outcome].filter((each) => each !== undefined).sort((a, b) => b.at - a.at)[0];
  return outcome === undefined ? session : { ...session, outcome };
}

/** Symptoms that take a session away though the device is in service. Ours. */
const SPOILS: ReadonlySet<string> = new Set([
  "sip-unregistered",
  "h323-unregistered",
  "registration-mismatch",
  "camera-disconnected",
  "microphone-disconnected",
  "user-assistance",
  "session-at-risk",
]);

/** Does this failure take a session away from the people in it? Heat or a battery do not, yet. */
export function spoilsSessions(failure: {
  readonly symptom: string;
  readonly outOfService?: boolean;
  readonly general?: boolean;
}): boolean {
  return failure.outOfService === true || failure.general === true || SPOILS.has(failure.symptom);
}

/** The times without service of an incident: from its first bad look, again from each reopening. */
export function outagesOf(
  incident: { readonly firstBadAt: Instant; readonly restoredAt?: Instant; readonly closedAt?: Instant },
  timeline: readonly { readonly at: Instant; readonly event: string }[],
): readonly Outage[] {
  const outages: Outage[] = [];
  let from: Instant | undefined = incident.firstBadAt;
  for (const { at, event } of timeline) {
    if (from !== undefined && (event === "restored" || event === "resolved" || event === "closed" || event === "set-aside")) {
      outages.push({ from, to: Math.max(from, at) });
      from = undefined;
    } else if (from === undefined && event === "reopened") from = at;
  }
  if (from !== undefined) {
    const to = incident.restoredAt ?? incident.closedAt;
    outages.push(to === undefined ? { from } : { from, to: Math.max(from, to) });
  }
  return outages;
}
