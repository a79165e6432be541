/**
 * Can a session be held? Every booked device is looked at, its registration and its path, 30 and 15 minutes ahead, and judged from
 * the first answer until the session ends.
 *
 * Pure. A room is ready when one of its endpoints is; it is not ready when none can be. What could not be looked at is unknown, never a fault.
 */
import { type Alarm, gateOf } from "../daemon/model/alarm.ts";
import type { DeviceLights } from "../daemon/model/lights.ts";
import type { Device, Network } from "../daemon/model/network.ts";
import type { ReadinessCause, ReadinessVerdict, Session, SessionReadiness } from "../daemon/model/session.ts";
import { type Instant, MINUTE, SECOND } from "../daemon/model/time.ts";

/** Minutes ahead at which fresh looks are asked for. Issue 4, point 5. */
export const LEADS_MIN = [30, 15] as const;
/** The answers to fresh looks are in by then: three attempts and a slow login. Ours. */
export const SETTLE_MS = MINUTE;
/** A room has to be well for this long before anybody is told that it is over. Ours. */
const WELL_FOR_MS = MINUTE;

export interface DeviceNow {
  readonly lights?: DeviceLights;
  /** When its last look ended; undefined: never. */
  readonly lookedAt?: Instant;
  /** Active ones. */
  readonly alarms: readonly Alarm[];
}

export interface ReadinessInput {
  readonly network: Network;
  readonly now: (device: string) => DeviceNow;
  /** Devices that cannot be reached or called because something else is gone, with what that is. */
  readonly cutOff: ReadonlyMap<string, string>;
  /** A look before this is not fresh. */
  readonly since: Instant;
  /** Does an alarm take a session away? */
  readonly spoils: (alarm: Alarm) => boolean;
}

export interface Judged {
  readonly verdict: ReadinessVerdict;
  readonly causes: readonly ReadinessCause[];
}

export function judgeReadiness(session: Pick<Session, "rooms" | "bridge">, input: ReadinessInput): Judged {
  const rooms = session.rooms.map((room) => judgeRoom(room, input));
  const bridge = session.bridge === undefined ? undefined : input.network.devices.get(session.bridge);
  return worstOf(bridge === undefined ? rooms : [...rooms, judgeDevice(bridge, undefined, input)]);
}

/** One endpoint that can hold it is enough. */
export function judgeRoom(room: string, input: ReadinessInput): Judged {
  const endpoints = [...input.network.devices.values()].filter(
    (device) => device.room === room && !device.commissioning && (device.kind === "codec" || device.kind === "endpoint"),
  );
  if (endpoints.length === 0) return { verdict: "unknown", causes: [{ code: "no-device", room }] };
  const judged = endpoints.map((device) => judgeDevice(device, room, input));
  if (judged.some(({ verdict }) => verdict === "ready")) return { verdict: "ready", causes: [] };
  const verdict = judged.every((each) => each.verdict === "not-ready") ? "not-ready" : "unknown";
  return { verdict, causes: judged.flatMap(({ causes }) => causes) };
}

export function judgeDevice(device: Device, room: string | undefined, input: ReadinessInput): Judged {
  const about = { device: device.id, ...(room === undefined ? {} : { room }) };
  const not = (cause: Omit<ReadinessCause, "room" | "device">): Judged => ({ verdict: "not-ready", causes: [{ ...about, ...cause }] });
  const { alarms, lights, lookedAt } = input.now(device.id);
  // Standing by or switched off is a state, not a failure.
  const wrong = alarms.filter((alarm) => input.spoils(alarm) && gateOf(alarm.suppressedBy)?.kind !== "state");
  const own = wrong.find(({ suppressedBy }) => suppressedBy === undefined) ?? wrong[0];
  const cut = input.cutOff.get(device.id);
  if (cut !== undefined && own?.suppressedBy !== undefined) return not({ code: "path-down", data: { by: cut } });
  if (own !== undefined) {
    const incident = own.incident === undefined ? {} : { incident: own.incident };
    return not({ code: "device-alarm", symptom: own.symptom, ...incident });
  }
  if (cut !== undefined) return not({ code: "path-down", data: { by: cut } });
  const out = (["link", "registered", "ready"] as const).find((name) => lights?.lights[name].state === "bad");
  if (out !== undefined) return not({ code: "device-light", data: { light: out, reason: lights?.lights[out].code ?? "" } });
  const seen = lookedAt !== undefined && lookedAt >= input.since && lights?.lights.link.state !== "unknown";
  return seen ? { verdict: "ready", causes: [] } : { verdict: "unknown", causes: [{ ...about, code: "not-looked-at" }] };
}

function worstOf(all: readonly Judged[]): Judged {
  const causes = all.flatMap((each) => each.causes);
  if (all.some(({ verdict }) => verdict === "not-ready")) return { verdict: "not-ready", causes };
  return { verdict: all.some(({ verdict }) => verdict === "unknown") ? "unknown" : "ready", causes };
}

/** What is to be done about a session now. */
export interface Due {
  /** Leads whose fresh looks are to be asked for. */
  readonly ask: readonly number[];
  readonly judge: boolean;
}

/** `before` counts for the beginning that it was made for: a session that moved is looked at anew. */
export function dueOf(session: Session, before: SessionReadiness | undefined, at: Instant): Due {
  const over = at >= session.to || session.state === "cancelled";
  // Whoever was told of trouble is told when it is over, also after the session.
  if (over) return { ask: [], judge: before !== undefined && isTold(before) };
  const known = before?.from === session.from ? before : undefined;
  const ask = LEADS_MIN.filter((lead) => at >= session.from - lead * MINUTE && known?.asked.includes(lead) !== true);
  const answered = known?.askedAt !== undefined && at >= known.askedAt + SETTLE_MS;
  return { ask, judge: answered && ask.length === 0 };
}

/** Fresh looks were asked for. */
export function asked(session: Session, before: SessionReadiness | undefined, leads: readonly number[], at: Instant): SessionReadiness {
  const known = before?.from === session.from ? before : restarted(session, before, at);
  return { ...known, asked: [...known.asked, ...leads], askedAt: at };
}

function restarted(session: Session, before: SessionReadiness | undefined, at: Instant): SessionReadiness {
  const fresh = { session: session.id, from: session.from, asked: [], judged: [], verdict: "unknown", at, causes: [] } as const;
  if (before === undefined) return { ...fresh, told: 0 };
  const { told, toldAt, toldIn, overAt, incident } = before;
  const kept = { ...(toldAt === undefined ? {} : { toldAt }), ...(overAt === undefined ? {} : { overAt }) };
  const ids = { ...(toldIn === undefined ? {} : { toldIn }), ...(incident === undefined ? {} : { incident }) };
  return { ...fresh, told, ...kept, ...ids };
}

/** The answers are judged; `at` of the result is since when the verdict is what it is. */
export function judgedAs(before: SessionReadiness, { verdict, causes }: Judged, at: Instant): SessionReadiness {
  return { ...before, judged: before.asked, verdict, causes, at: before.verdict === verdict && before.judged.length > 0 ? before.at : at };
}

/** The coordinators know of trouble, and not yet that it is over. */
export function isTold({ toldAt, overAt }: SessionReadiness): boolean {
  return toldAt !== undefined && (overAt === undefined || overAt < toldAt);
}

/** What the coordinators of all rooms are to be told now. */
export function tellingOf(session: Session, known: SessionReadiness, at: Instant): "session-at-risk" | "session-clear" | undefined {
  if (isTold(known)) {
    const well = known.verdict === "ready" && at - known.at >= WELL_FOR_MS;
    return well || session.state === "cancelled" ? "session-clear" : undefined;
  }
  const held = session.state === "booked" && at < session.to;
  return held && known.verdict === "not-ready" && known.incident !== undefined ? "session-at-risk" : undefined;
}

/** The other ways to hold a session whose rooms are not all ready. */
export interface Workarounds {
  /** Ready rooms that are free, at the site of a room that is not ready. */
  readonly rooms: readonly string[];
  /** Bridges that work, when the booked one does not. */
  readonly bridges: readonly string[];
  /** Rooms of the session that have a telephone. */
  readonly telephones: readonly string[];
}

export function workaroundsOf(
  session: Session,
  { causes }: Pick<Judged, "causes">,
  world: { readonly input: ReadinessInput; readonly isFree: (room: string, from: Instant, to: Instant) => boolean },
): Workarounds {
  const { network } = world.input;
  const troubled = new Set(causes.flatMap(({ room }) => room ?? []));
  const sites = new Set([...troubled].flatMap((room) => network.rooms.get(room)?.site ?? []));
  const rooms = [...network.rooms.values()].filter(
    ({ id, site }) =>
      sites.has(site) &&
      !session.rooms.includes(id) &&
      world.isFree(id, session.from, session.to) &&
      judgeRoom(id, world.input).verdict === "ready",
  );
  const bridgeOut = causes.some(({ room, device }) => room === undefined && device !== undefined && device === session.bridge);
  const bridges = [...network.devices.values()].filter(
    (device) =>
      bridgeOut &&
      device.kind === "bridge" &&
      device.id !== session.bridge &&
      judgeDevice(device, undefined, world.input).verdict === "ready",
  );
  const telephones = session.rooms.filter((room) => network.rooms.get(room)?.phone !== undefined);
  return { rooms: rooms.map(({ id }) => id), bridges: bridges.map(({ id }) => id), telephones };
}

/** A look counts as fresh for so long when somebody asks for workarounds: two slow intervals. */
export const FRESH_MS = 150 * SECOND;
