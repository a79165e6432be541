/**
 * How ready a session is, as the daemon sees it now: the board, the alarms, the book, put together for rules/readiness.ts.
 *
 * Part of the composition root (app.ts). The readiness role, the messages and the API ask the same one.
 */
import {
  FRESH_MS,
  type Judged,
  judgeDevice,
  judgeReadiness,
  judgeRoom,
  type ReadinessInput,
  type Workarounds,
  workaroundsOf,
} from "../rules/readiness.ts";
import { cutOffWith, type RegisteredWith, spoilsSessions } from "../rules/sessions.ts";
import type { BoardView } from "./board.ts";
import { type BookedSessions, subjectOf } from "./bookings.ts";
import type { Alarm } from "./model/alarm.ts";
import type { Config } from "./model/config.ts";
import { type Incident, isFailing } from "./model/incident.ts";
import type { ReadinessCause, ReadinessVerdict, Session } from "./model/session.ts";
import { HOUR, type Instant } from "./model/time.ts";

export interface Readying {
  readonly board: BoardView;
  readonly bookings: BookedSessions;
  readonly config: () => Config;
  /** Of a device, a link (`link:<id>`). */
  readonly alarmsOf: (holder: string) => Iterable<Alarm>;
  /** Without it nobody knows who is registered where. */
  readonly registeredWith?: RegisteredWith;
}

/** Judged by looks that are not older than `since`. */
export function judgeNow(parts: Readying, session: Session, since: Instant): Judged {
  return judgeReadiness(session, inputOf(parts, since));
}

/** A session with what can be done about it. */
export interface SessionPlan {
  readonly session: Session;
  /** Rooms that are not ready. */
  readonly troubled: readonly string[];
  readonly workarounds: Workarounds;
}

/** By what was judged last; without that, by what is seen now. */
export function planNow(parts: Readying, session: Session, at: Instant, known?: Judged): SessionPlan {
  const input = inputOf(parts, at - FRESH_MS);
  const { causes, verdict } = known ?? judgeReadiness(session, input);
  const isFree = (room: string, from: Instant, to: Instant) => parts.bookings.isFree(room, from, to);
  // While it cannot be told, nothing is called out of order.
  const troubled = verdict === "not-ready" ? [...new Set(causes.flatMap(({ room }) => room ?? []))] : [];
  return { session, troubled, workarounds: workaroundsOf(session, { causes }, { input, isFree }) };
}

/** How people meet while an incident lasts. */
export interface IncidentWorkarounds extends Omit<Workarounds, "telephones"> {
  /** Other codecs of the same room that are ready. */
  readonly devices: readonly string[];
  readonly telephones: readonly { readonly room: string; readonly phone: string }[];
}

/** Without a booking the next hour counts. */
const usualSessionMs = HOUR;

/** By the session that it hits within the hour, else by its room alone; undefined: it is about neither, or service is back. */
export function workaroundsNow(parts: Readying, incident: Incident, at: Instant): IncidentWorkarounds | undefined {
  if (!isFailing(incident)) return undefined;
  const { network } = parts.config();
  const subject = subjectOf(incident);
  const ahead = subject === undefined ? undefined : parts.bookings.sessionAhead(subject, at);
  const booked = ahead !== undefined && ahead.withinMs <= HOUR ? parts.bookings.get(ahead.session) : undefined;
  const room = incident.room ?? network.devices.get(incident.device ?? "")?.room;
  if (booked === undefined && room === undefined) return undefined;
  const session: Session = booked ?? { ...noSession, rooms: room === undefined ? [] : [room], from: at, to: at + usualSessionMs };
  const input = inputOf(parts, at - FRESH_MS);
  const troubled = session.rooms.filter((id) => id === room || judgeRoom(id, input).verdict !== "ready");
  const bridge = session.bridge === undefined ? undefined : network.devices.get(session.bridge);
  const bridgeOut = bridge !== undefined && judgeDevice(bridge, undefined, input).verdict === "not-ready";
  const causes: readonly ReadinessCause[] = [
    ...troubled.map((id) => ({ code: "device-alarm" as const, room: id })),
    ...(bridgeOut ? [{ code: "device-alarm" as const, device: bridge.id }] : []),
  ];
  const found = workaroundsOf(session, { causes }, { input, isFree: (...of) => parts.bookings.isFree(...of) });
  const others = [...network.devices.values()].filter(
    (each) =>
      each.room === room && room !== undefined && each.id !== incident.device && (each.kind === "codec" || each.kind === "endpoint"),
  );
  return {
    ...found,
    devices: others.filter((each) => !each.commissioning && judgeDevice(each, room, input).verdict === "ready").map(({ id }) => id),
    telephones: found.telephones.flatMap((id) => {
      const phone = network.rooms.get(id)?.phone;
      return phone === undefined ? [] : [{ room: id, phone }];
    }),
  };
}

/** The session that an incident hits within the hour: how ready its other ends and its bridge are. */
export interface Meeting {
  readonly session: string;
  readonly others: readonly { readonly room: string; readonly verdict: ReadinessVerdict }[];
  readonly bridge?: { readonly device: string; readonly verdict: ReadinessVerdict };
}

export function meetingNow(parts: Readying, incident: Incident, at: Instant): Meeting | undefined {
  const { network } = parts.config();
  const subject = subjectOf(incident);
  const ahead = subject === undefined ? undefined : parts.bookings.sessionAhead(subject, at);
  const session = ahead !== undefined && ahead.withinMs <= HOUR ? parts.bookings.get(ahead.session) : undefined;
  if (session === undefined) return undefined;
  const input = inputOf(parts, at - FRESH_MS);
  const own = incident.room ?? network.devices.get(incident.device ?? "")?.room;
  const bridge = session.bridge === undefined ? undefined : network.devices.get(session.bridge);
  return {
    session: session.id,
    others: session.rooms.filter((room) => room !== own).map((room) => ({ room, verdict: judgeRoom(room, input).verdict })),
    ...(bridge === undefined ? {} : { bridge: { device: bridge.id, verdict: judgeDevice(bridge, undefined, input).verdict } }),
  };
}

const noSession = { id: "", source: "", kind: "clinical", priority: "normal", state: "booked" } as const;

function inputOf(readying: Readying, since: Instant): ReadinessInput {
  const { board, config, alarmsOf } = readying;
  const { network, rules } = config();
  const outOfService = new Set(rules.filter((rule) => rule.outOfService).map(({ id }) => id));
  return {
    network,
    since,
    spoils: ({ rule, symptom }) => spoilsSessions({ symptom, outOfService: outOfService.has(rule) }),
    cutOff: cutOffNow(readying),
    now: (device) => {
      const lights = board.lights(device);
      const looks = [...(board.get(device)?.looks.values() ?? [])].map(({ at }) => at);
      const alarms = [...alarmsOf(device)].filter(({ state }) => state === "active");
      return { alarms, ...(looks.length === 0 ? {} : { lookedAt: Math.max(...looks) }), ...(lights === undefined ? {} : { lights }) };
    },
  };
}

/** What is behind what is down, itself left out, with the name of what is. */
function cutOffNow({ board, config, alarmsOf, bookings, registeredWith }: Readying): ReadonlyMap<string, string> {
  const { network } = config();
  const cut = new Map<string, string>();
  const down = [...network.devices.values()].filter(({ id }) => board.get(id)?.up === 0).map(({ id }) => id);
  const behind = cutOffWith(network, down, registeredWith);
  const upper = down.filter((id) => isAbove(network.devices.get(id)?.kind));
  for (const id of behind) if (!down.includes(id)) cut.set(id, upper[0] ?? down[0] ?? id);
  for (const link of network.links.keys()) {
    const holder = `link:${link}`;
    if (![...alarmsOf(holder)].some(({ state }) => state === "active")) continue;
    for (const id of bookings.hit({ link }).devices) cut.set(id, holder);
  }
  return cut;
}

function isAbove(kind: string | undefined): boolean {
  return kind !== "codec" && kind !== "endpoint" && kind !== "host" && kind !== undefined;
}
