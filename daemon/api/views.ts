/**
 * From the daemon's own types to the shapes of the API. Nothing is computed that the store or the board does not hold.
 */
import type { ChangeBeside } from "../../rules/recurrence.ts";
import type { BoardView, DeviceState, LastLook } from "../board.ts";
import type { MibNames } from "../mib-names.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Config } from "../model/config.ts";
import type { Incident, TimelineEntry } from "../model/incident.ts";
import type { Muted } from "../model/maintenance.ts";
import { circuitNames, type Device, type Network } from "../model/network.ts";
import type { HandOver } from "../model/work.ts";
import type { DeliveryView, Recurrence, TrapRecord } from "../ports.ts";
import type {
  AlarmShape,
  DeliveryShape,
  DeviceDetailShape,
  DeviceShape,
  IncidentShape,
  LookShape,
  RecurrenceShape,
  TimelineShape,
} from "./contract.ts";
import { iso, present } from "./shape.ts";
import { deviceEventView, lightViews } from "./standing-views.ts";

export { iso } from "./shape.ts";

export function alarmView(alarm: Alarm): AlarmShape {
  const { key, device, symptom, rule, state, since, flapping, raisedBy, part, suppressedBy, incident, detail } = alarm;
  return {
    ...{ key, device, symptom, rule, state, since: iso(since), flapping, raisedBy },
    ...present({ part, suppressedBy, incident, detail }),
  };
}

export function deviceView(device: Device, network: Network, board: BoardView): DeviceShape {
  const state = board.get(device.id);
  const { id, name, site, room, family, kind, address, commissioning } = device;
  const siteName = network.sites.get(site)?.name ?? site;
  const roomName = room === undefined ? undefined : (network.rooms.get(room)?.name ?? room);
  return {
    ...{ id, name, site, siteName, family, kind, address, commissioning, up: upOf(state), alarms: [...(state?.alarms ?? [])] },
    ...lightViews(id, board),
    ...present({ room, roomName, since: state === undefined ? undefined : iso(state.upSince) }),
  };
}

export function upOf(state: DeviceState | undefined): "up" | "down" | "unknown" {
  if (state === undefined || Number.isNaN(state.up)) return "unknown";
  return state.up === 0 ? "down" : "up";
}

export function deviceDetail(device: Device, network: Network, board: BoardView, alarms: readonly Alarm[]): DeviceDetailShape {
  const { parents, supplier, warrantyUntil, labels } = device;
  const looks = [...(board.get(device.id)?.looks.values() ?? [])].map(lookView);
  const alarmsNow = alarms.filter((alarm) => alarm.device === device.id && alarm.state !== "inactive").map(alarmView);
  return {
    ...deviceView(device, network, board),
    ...{ parents: [...parents], labels: { ...labels }, looks, alarmsNow },
    ...present({ supplier, warrantyUntil }),
  };
}

function lookView(look: LastLook): LookShape {
  const { kind, at, durationMs, status, code, detail, trace } = look;
  return {
    ...{ kind, at: iso(at), durationMs, status },
    samples: look.samples.map(({ name, value, part }) => ({ name, value: Number.isFinite(value) ? value : null, ...present({ part }) })),
    readings: look.readings.map(({ name, value, part }) => ({ name, value, ...present({ part }) })),
    ...present({ code, detail, trace: trace === undefined ? undefined : [...trace] }),
  };
}

/** A circuit's incident is about no device: the link stands in its fingerprint. */
function linkName({ device, fingerprint }: Incident, network: Network): string | undefined {
  if (device !== undefined || !fingerprint.startsWith("link:")) return undefined;
  return circuitNames(network, fingerprint.split("|")[0] ?? "");
}

function handOverView({ to, by, at, note, fromLevel }: HandOver) {
  return { functions: [...to.functions], by, at: iso(at), note, ...present({ person: to.person, fromLevel }) };
}

/** With the partners' names. */
export function openTaskViews({ openTasks = [] }: Incident, { partners }: Config) {
  return openTasks.map(({ id, partner, waiting }) => ({ id, partner, waiting, partnerName: partners.get(partner)?.name ?? partner }));
}

export function incidentView(incident: Incident, network: Network): IncidentShape {
  const { id, number, site, symptom, rule, severity, severityWhy, urgency, urgencyWhy, general, level, state, occurrences, version } =
    incident;
  const { device, room, part, foldedInto, holder, acknowledgedBy, disposition, wakeFor, recurrenceOf, verdict } = incident;
  return {
    ...{ id, number, site, symptom, rule, severity, severityWhy, urgency, urgencyWhy, general, level, state, occurrences, version },
    siteName: network.sites.get(site)?.name ?? site,
    firstBadAt: iso(incident.firstBadAt),
    openedAt: iso(incident.openedAt),
    ...present({ device, room, part, foldedInto, holder, acknowledgedBy, disposition, wakeFor, recurrenceOf, verdict }),
    ...present({
      severitySettled:
        incident.severitySettled === undefined ? undefined : { ...incident.severitySettled, at: iso(incident.severitySettled.at) },
      muted: incident.muted === undefined ? undefined : mutedView(incident.muted),
      handOver: incident.handOver === undefined ? undefined : handOverView(incident.handOver),
      followUpsMissed: incident.followUpsMissed,
      openTasks: incident.openTasks?.map(({ id, partner, waiting }) => ({ id, partner, waiting, partnerName: partner })),
      linkName: linkName(incident, network),
      deviceName: device === undefined ? undefined : (network.devices.get(device)?.name ?? network.links.get(device)?.name ?? device),
      roomName: room === undefined ? undefined : (network.rooms.get(room)?.name ?? room),
      acknowledgedAt: maybeIso(incident.acknowledgedAt),
      takenAt: maybeIso(incident.takenAt),
      restoredAt: maybeIso(incident.restoredAt),
      resolvedAt: maybeIso(incident.resolvedAt),
      closedAt: maybeIso(incident.closedAt),
      wakeAt: maybeIso(incident.wakeAt),
    }),
  };
}

function mutedView({ by, reason, since, until }: Muted): NonNullable<IncidentShape["muted"]> {
  return { by, reason, since: iso(since), until: iso(until) };
}

function maybeIso(at: number | undefined): string | undefined {
  return at === undefined ? undefined : iso(at);
}

export function timelineView(entry: TimelineEntry & { readonly seq: number; readonly hash: string }): TimelineShape {
  const { seq, at, by, event, why, data, hash } = entry;
  return { ...{ seq, at: iso(at), by, event, why, hash }, ...present({ data: data === undefined ? undefined : { ...data } }) };
}

/** Without the address: who was told is the function's business, how they are reached is not the reader's. */
export function deliveryView(row: DeliveryView): DeliveryShape {
  const { key, kind, level, recipient, channel, state, attempts, proof, error, supersededBy } = row;
  return {
    ...{ key, kind, level, recipient, channel, state, attempts, createdAt: iso(row.createdAt) },
    ...present({ sentAt: maybeIso(row.sentAt), proof, error, supersededBy }),
  };
}

/** More changes than this are shown of no failure. */
const shownChanges = 10;

export function recurrenceView(recurrence: Recurrence, network: Network, beside: readonly ChangeBeside[]): RecurrenceShape {
  const { fingerprint, site, symptom, occurrences30, occurrences90, device, part } = recurrence;
  const deviceName = device === undefined ? undefined : (network.devices.get(device)?.name ?? network.links.get(device)?.name ?? device);
  return {
    ...{ fingerprint, site, symptom, occurrences30, occurrences90 },
    siteName: network.sites.get(site)?.name ?? site,
    lastAt: iso(recurrence.lastAt),
    changes: beside.slice(0, shownChanges).map(({ change, failure, leadMs, before, after }) => {
      const { device: _device, deviceName: _name, ...told } = deviceEventView(change, network);
      return { ...told, incident: failure.number, leadSeconds: Math.round(leadMs / 1_000), failuresBefore: before, failuresSince: after };
    }),
    ...present({ device, deviceName, part }),
  };
}

/** A trap as it was kept; what the families' data do not name has its name out of the imported MIBs, if they have one. */
export function trapView(record: TrapRecord, names: MibNames) {
  const name = record.name ?? (record.oid === undefined ? undefined : names.notification(record.oid));
  const varbinds = record.varbinds.map((varbind) => {
    const object = varbind.name ?? names.object(varbind.oid);
    return object === undefined ? varbind : { ...varbind, name: object };
  });
  return { ...record, at: iso(record.at), ...(name === undefined ? {} : { name }), varbinds };
}
