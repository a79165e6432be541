/**
 * The reading operations: health, devices, alarms, incidents, recurrences, traps, messages.
 */

import { formatNumber } from "../../rules/number.ts";
import { reportWeaknesses } from "../../rules/weaknesses.ts";
import { hitsOf } from "../hits.ts";
import type { Incident } from "../model/incident.ts";
import { DAY, type Instant } from "../model/time.ts";
import type { IncidentQuery } from "../ports.ts";
import type { Caller } from "./access.ts";
import { actionViews } from "./actions.ts";
import { anonymous, sees } from "./allowing.ts";
import { AlarmQuery, DeviceQuery, IncidentQueryParams, LimitQuery, SampleQuery, TrapQuery } from "./contract.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import type { ApiDeps } from "./deps.ts";
import { goesOnAs, joinedView } from "./joined-views.ts";
import { type Operation, operation } from "./operation.ts";
import { HttpProblem } from "./problem.ts";
import { problemOf } from "./problems.ts";
import { newsView } from "./public-news.ts";
import { recurringFailures } from "./recurring-failures.ts";
import { requestsOf } from "./requests.ts";
import { hitsView } from "./session-hits.ts";
import { present } from "./shape.ts";
import { standingReads } from "./standing-reads.ts";
import { alarmView, deliveryView, deviceDetail, deviceView, incidentView, iso, recurrenceView, timelineView, trapView } from "./views.ts";

const unfinished = ["open", "taken", "restored", "resolved"] as const;

/** The device, or 404. */
export function deviceOf(deps: ApiDeps, id: string | undefined, caller: Caller = anonymous) {
  const device = deps.config().network.devices.get(id ?? "");
  if (device !== undefined && sees(caller, device.site)) return device;
  throw new HttpProblem(404, "no-such-device", "No device of the configuration has this id; GET /api/v1/devices lists them.");
}

/** The incident with what happened to it, or 404. */
export async function incidentDetail(deps: ApiDeps, idOrNumber: string | undefined) {
  const incident = await deps.store.incident(idOrNumber ?? "");
  if (incident === undefined) {
    throw new HttpProblem(404, "no-such-incident", "No incident has this id or number; GET /api/v1/incidents lists them.");
  }
  const [timeline, deliveries] = await Promise.all([deps.store.timeline(incident.id), deps.store.deliveries(incident.id)]);
  const hits = await hitsOf(deps, incident, timeline);
  return {
    ...incidentView(incident, deps.config().network),
    timeline: timeline.map(timelineView),
    deliveries: deliveries.map(deliveryView),
    ...hitsView(deps, hits),
    ...(await joinedView(deps, incident.id)),
    actions: await actionViews(deps, await deps.store.workActions({ incident: incident.id })),
    requests: await requestsOf(deps, incident.id),
    ...present({
      news: incident.news && newsView(incident.news),
      problem: await problemOf(deps, incident),
      goesOnAs: await goesOnAs(deps, incident.foldedInto),
    }),
  };
}

const health: readonly Operation[] = [
  operation({
    id: "healthy",
    method: "get",
    path: "/-/healthy",
    summary: "The process answers.",
    access: "anyone",
    may: "anyone",
    answer: "Health",
    run: async ({ deps }) => ({ content: { healthy: true, version: deps.version } }),
  }),
  operation({
    id: "ready",
    method: "get",
    path: "/-/ready",
    summary: "Every role does its work; 503 names the one that does not.",
    access: "anyone",
    may: "anyone",
    answer: "Readiness",
    alsoAnswers: [503],
    run: async ({ deps }) => {
      const { ready, roles } = deps.readiness();
      const content = { ready, roles: roles.map(({ name, ok, since, why }) => ({ name, ok, since: iso(since), why })) };
      return { status: ready ? 200 : 503, content };
    },
  }),
];

const devices: readonly Operation[] = [
  operation({
    id: "listDevices",
    method: "get",
    path: "/api/v1/devices",
    summary: "Devices as configured, with what was last seen; ordered by id.",
    access: "read",
    may: "read-site",
    query: DeviceQuery,
    answer: "DeviceList",
    run: async ({ deps, query, caller }) => {
      const { network } = deps.config();
      const items = [...network.devices.values()]
        .filter(({ site }) => sees(caller, site))
        .filter((device) => (query.site ?? device.site) === device.site && (query.family ?? device.family) === device.family)
        .filter((device) => query.after === undefined || device.id > query.after)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map((device) => deviceView(device, network, deps.board))
        .filter((view) => (query.up ?? view.up) === view.up);
      const page = items.slice(0, query.limit);
      const last = page.at(-1);
      return { content: { items: page, ...(items.length > page.length && last !== undefined ? { next: last.id } : {}) } };
    },
  }),
  operation({
    id: "getDevice",
    method: "get",
    path: "/api/v1/devices/{id}",
    summary: "One device: its last looks, its alarms, and the trace of the last look that failed.",
    access: "read",
    may: "read-site",
    answer: "Device",
    run: async ({ deps, params, caller }) => {
      const device = deviceOf(deps, params.id, caller);
      return { content: deviceDetail(device, deps.config().network, deps.board, await deps.alarms()) };
    },
  }),
  operation({
    id: "getDeviceSamples",
    method: "get",
    path: "/api/v1/devices/{id}/samples",
    summary: "Five-minute roll-ups of a device's samples; by default the last day, at most 14 days at once.",
    access: "read",
    may: "read",
    query: SampleQuery,
    answer: "SampleHistory",
    run: async ({ deps, params, query }) => {
      const device = deviceOf(deps, params.id);
      const to = query.to === undefined ? deps.clock.now() : Date.parse(query.to);
      const from = query.from === undefined ? to - DAY : Date.parse(query.from);
      if (from >= to || to - from > 14 * DAY) throw new HttpProblem(400, "bad-span", "`from` must lie before `to`, by at most 14 days.");
      return { content: { device: device.id, from: iso(from), to: iso(to), series: await history(deps, device.id, from, to) } };
    },
  }),
  operation({
    id: "listWeaknesses",
    method: "get",
    path: "/api/v1/weaknesses",
    summary:
      "Which devices are looked at, or heard, by weak means: telnet, SNMP v1 and v2c, no authentication or encryption, MD5, DES, unchecked certificates, old TLS and SSH.",
    access: "read",
    may: "read",
    answer: "WeaknessList",
    run: async ({ deps }) => {
      const { devices: all, weak, rows } = reportWeaknesses(deps.config(), deps.clearTraps());
      return { content: { devices: all, weak, items: rows.map((row) => ({ ...row, count: row.devices.length })) } };
    },
  }),
  operation({
    id: "listAlarms",
    method: "get",
    path: "/api/v1/alarms",
    summary: "Alarms that are pending or active.",
    access: "read",
    may: "read-site",
    query: AlarmQuery,
    answer: "AlarmList",
    run: async ({ deps, query, caller }) => {
      const { network } = deps.config();
      const items = (await deps.alarms())
        .filter(({ device }) => sees(caller, network.devices.get(device)?.site))
        .filter((alarm) => alarm.state !== "inactive" && (query.device ?? alarm.device) === alarm.device)
        .filter((alarm) => query.site === undefined || network.devices.get(alarm.device)?.site === query.site);
      return { content: { items: items.map(alarmView) } };
    },
  }),
];

async function history(deps: ApiDeps, device: string, from: Instant, to: Instant) {
  const bySeries = new Map<string, object[]>();
  for (const { series, slotAt, count, min, max, mean } of await deps.store.rollups(device, from, to)) {
    const points = bySeries.get(series) ?? [];
    points.push({ at: iso(slotAt), count, min, max, mean });
    bySeries.set(series, points);
  }
  return [...bySeries].map(([series, points]) => ({ series, points }));
}

/** As the store gives them; of the caller's sites where there are such. */
async function incidentsSeen({ store }: ApiDeps, { sites }: Caller, query: IncidentQuery): Promise<readonly Incident[]> {
  if (sites === undefined) return store.incidents(query);
  const asked = sites.filter((site) => query.site === undefined || query.site === site);
  const found = (await Promise.all(asked.map((site) => store.incidents({ ...query, site })))).flat();
  return found.sort((a, b) => b.openedAt - a.openedAt || (a.id < b.id ? 1 : -1)).slice(0, query.limit);
}

const incidents: readonly Operation[] = [
  operation({
    id: "listIncidents",
    method: "get",
    path: "/api/v1/incidents",
    summary: "Incidents, newest first; by default all that are not closed.",
    access: "read",
    may: "read-site",
    query: IncidentQueryParams,
    answer: "IncidentList",
    run: async ({ deps, query, caller }) => {
      const { site, device, fingerprint, limit } = query;
      const found = await incidentsSeen(deps, caller, {
        states: query.state ?? unfinished,
        limit: limit + 1,
        ...(query.folded === undefined ? {} : { folded: query.folded === "true" }),
        ...(site === undefined ? {} : { site }),
        ...(device === undefined ? {} : { device }),
        ...(fingerprint === undefined ? {} : { fingerprint }),
        ...(query.since === undefined ? {} : { since: Date.parse(query.since) }),
        ...(query.before === undefined ? {} : { before: decodeCursor(query.before) }),
      });
      const page = found.slice(0, limit);
      const last = page.at(-1);
      const items = page.map((incident) => incidentView(incident, deps.config().network));
      return { content: { items, ...(found.length > limit && last !== undefined ? { next: encodeCursor(last) } : {}) } };
    },
  }),
  operation({
    id: "getIncident",
    method: "get",
    path: "/api/v1/incidents/{id}",
    summary: "One incident by id or request number, with its timeline and who was told.",
    access: "read",
    may: "read",
    answer: "IncidentDetail",
    run: async ({ deps, params }) => ({ content: await incidentDetail(deps, params.id) }),
  }),
  operation({
    id: "listRecurrences",
    method: "get",
    path: "/api/v1/recurrences",
    summary: "What keeps coming back: occurrences in 30 and 90 days, and what was changed on the device before them.",
    access: "read",
    may: "read",
    query: LimitQuery,
    answer: "RecurrenceList",
    run: async ({ deps, query }) => {
      const found = await recurringFailures(deps, deps.clock.now(), query.limit);
      const { network } = deps.config();
      return { content: { items: found.map((each) => recurrenceView(each.recurrence, network, each.changes)) } };
    },
  }),
];

const heard: readonly Operation[] = [
  operation({
    id: "listTraps",
    method: "get",
    path: "/api/v1/traps",
    summary: "Traps and informs as they came in, newest first, undecodable ones included.",
    access: "read",
    may: "read",
    query: TrapQuery,
    answer: "TrapList",
    run: async ({ deps, query }) => {
      const { device, limit } = query;
      const records = await deps.store.traps({ limit, ...(device === undefined ? {} : { device }) });
      return { content: { items: records.map((record) => trapView(record, deps.mibNames)) } };
    },
  }),
  operation({
    id: "listSink",
    method: "get",
    path: "/api/v1/sink",
    summary: "The messages that went to the sink (the demo's channel), newest first.",
    access: "read",
    may: "read",
    query: LimitQuery,
    answer: "SinkList",
    run: async ({ deps, query }) => {
      const messages = deps.sink.messages().slice(0, query.limit);
      return { content: { items: messages.map((message) => ({ ...message, at: iso(message.at) })) } };
    },
  }),
];

const records: readonly Operation[] = [
  operation({
    id: "listUnusedNumbers",
    method: "get",
    path: "/api/v1/numbers/unused",
    summary: "Request numbers that were reserved and never used: why the sequence has gaps.",
    access: "read",
    may: "read",
    query: LimitQuery,
    answer: "UnusedNumberList",
    run: async ({ deps, query }) => {
      const items = (await deps.store.unusedNumbers(query.limit)).map(({ prefix, year, seq, reservedAt }) => {
        return { number: formatNumber(prefix, year, seq), prefix, year, sequence: seq, reservedAt: iso(reservedAt) };
      });
      return { content: { items } };
    },
  }),
];

export const reads: readonly Operation[] = [...health, ...devices, ...standingReads, ...incidents, ...heard, ...records];
