/**
 * Two of the gates between an alarm and an incident: what the device is doing, and whether anybody is due in its room.
 *
 * Asked again every turn: when the excuse ends or presence begins, what still fails is raised then.
 */
import { type Evidence, evidenceOf, excuseFor } from "../../rules/activity.ts";
import { type Hours, inService, type Night } from "../../rules/clock.ts";
import { absentBecause } from "../../rules/presence.ts";
import type { Bookings } from "../bookings.ts";
import { gateOf } from "../model/alarm.ts";
import type { Config } from "../model/config.ts";
import type { ActivityState } from "../model/lights.ts";
import type { Device, Room } from "../model/network.ts";
import { type Instant, MINUTE } from "../model/time.ts";
import { nightOf, scheduleOf } from "./hours.ts";
import type { GateKeeper } from "./intent.ts";

export const stateGate: GateKeeper = ({ rule, doing, lost, at }) => {
  if (rule === undefined || doing === undefined) return undefined;
  const excuse = excuseFor({ evidence: doing, when: rule.when, lost: lost(), at });
  return excuse === undefined ? undefined : { by: `state:${excuse}`, why: `it may be silent: ${excuse}` };
};

/** What devices were doing when we stopped is believed for two intervals more: of the check that is asked most seldom. */
export function believedAtStart(
  told: Iterable<readonly [device: string, doing: ActivityState]>,
  devices: ReadonlyMap<string, Device>,
  now: Instant,
): readonly (readonly [device: string, evidence: Evidence])[] {
  return [...told].flatMap(([device, doing]) => {
    if (doing !== "in-call" && doing !== "standby" && doing !== "asleep" && doing !== "off") return [];
    const asked = (devices.get(device)?.checks ?? []).filter(({ kind }) => kind !== "icmp" && kind !== "tcp");
    const [seldom] = [...asked].sort((a, b) => b.intervalMs - a.intervalMs);
    return seldom === undefined ? [] : [[device, evidenceOf(doing, now, seldom)] as const];
  });
}

/** What a room's presence says of it now; undefined: somebody is due. */
export type Absence = (room: Room, at: Instant) => string | undefined;

/** What the configuration says of the places where devices stand. */
export interface Place {
  readonly absence: Absence;
  readonly gate: GateKeeper;
  /** When a device may restart for an upgrade. */
  readonly nightOf: (device: Device) => Night;
}

/** Without a book no session is near. A device of a service that runs day and night is always due. */
export function placeOf(config: Config, bookings: Pick<Bookings, "bookedAround"> | undefined): Place {
  const bookedAround = (room: string, at: Instant) => bookings?.bookedAround(room, at) ?? false;
  const within = rememberedService();
  const absence: Absence = (room, at) => absentBecause({ room, hours: () => scheduleOf(config, room), within, bookedAround, at });
  const gate: GateKeeper = ({ device, at }) => {
    const room = device?.room === undefined || device.alwaysUrgent ? undefined : config.network.rooms.get(device.room);
    const why = room === undefined ? undefined : absence(room, at);
    return room === undefined || why === undefined ? undefined : { by: `presence:${room.id}`, why };
  };
  return { absence, gate, nightOf: (device) => nightOf(config, device) };
}

const mostMinutes = 1_000;

/** All rooms of one schedule are within it together, and hours begin and end at a minute: at night a whole network is asked about in every turn. */
function rememberedService(): (hours: Hours, at: Instant) => boolean {
  const known = new Map<string, boolean>();
  return (hours, at) => {
    const key = `${hours.calendar.id}|${hours.zone}|${Math.floor(at / MINUTE)}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    if (known.size > mostMinutes) known.clear();
    const serves = inService(hours, at);
    known.set(key, serves);
    return serves;
  };
}

/** Why an alarm that stood behind this gate is raised now. */
export function stillFailing(suppressedBy: string | undefined): string {
  const gate = gateOf(suppressedBy);
  if (gate?.kind === "state") return `still failing, and the device is no longer known to be: ${gate.what}`;
  return gate?.kind === "presence" ? `still failing now that somebody is due in ${gate.what}` : `still failing after ${suppressedBy} ended`;
}
