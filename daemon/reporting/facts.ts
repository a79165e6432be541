/**
 * What the daemon knows of an incident, gathered for its report.
 */
import { responseTimes } from "../../rules/response.ts";
import { outagesOf } from "../../rules/sessions.ts";
import { subjectOf } from "../bookings.ts";
import { type HitsDeps, hitsOf } from "../hits.ts";
import type { Config } from "../model/config.ts";
import type { Incident, TimelineEntry } from "../model/incident.ts";
import type { ActionFacts, ChronologyEntry, IncidentFacts, PartnerFacts, SessionFacts } from "../model/report.ts";
import type { Clock, Store } from "../ports.ts";
import { hoursOf } from "../roles/hours.ts";

/** What else was done about an incident, kept by others. */
export interface WorkDone {
  partners(incident: Incident): Promise<readonly PartnerFacts[]>;
  actions(incident: Incident): Promise<readonly ActionFacts[]>;
}

/** Where nobody keeps such things. */
export const nothingElse: WorkDone = { partners: async () => [], actions: async () => [] };

export interface FactsDeps extends HitsDeps {
  readonly store: Pick<Store, "sessions" | "timeline" | "alarmsOf">;
  readonly clock: Clock;
  readonly config: () => Config;
  readonly work: WorkDone;
}

/** Lines of a timeline that are ours alone: a reader of the report learns nothing from them. */
const inner: ReadonlySet<string> = new Set(["repaired", "clock-jumped", "superseded", "waits", "delivery", "hurried"]);
const mostLines = 400;

export async function factsOf(deps: FactsDeps, incident: Incident): Promise<IncidentFacts> {
  const { store, clock, config, work } = deps;
  const now = clock.now();
  const timeline = await store.timeline(incident.id);
  const outages = outagesOf(incident, timeline);
  const hits = (await hitsOf(deps, incident, timeline)).filter(({ state, overlapMs }) => state !== "ahead" && overlapMs > 0);
  const sessions = hits.map(
    ({ session, basis, overlapMs, clinicalMs }): SessionFacts => ({
      ...{ id: session.id, from: session.from, to: session.to, rooms: session.rooms, kind: session.kind },
      ...{ basis, overlapMs, clinicalMs },
      ...(session.outcome === undefined ? {} : { outcome: session.outcome.code }),
    }),
  );
  return {
    ...factsIn(incident),
    ...responseTimes(incident, timeline, outages, hoursOf(config(), incident.site, incident.device), now),
    ...(await reachOf(deps, incident)),
    sessions,
    clinicalMs: sessions.reduce((sum, { clinicalMs }) => sum + clinicalMs, 0),
    chronology: chronologyOf(timeline),
    partners: await work.partners(incident),
    actions: await work.actions(incident),
  };
}

function factsIn(incident: Incident) {
  const { id, number, site, rootCause, symptom, rule, severity, severityWhy, urgency, general, level, state, occurrences } = incident;
  const { firstBadAt, openedAt, room, device, part, verdict, disposition, restoredAt, closedAt } = incident;
  return {
    ...{
      id,
      number,
      site,
      rootCause,
      symptom,
      rule,
      severity,
      severityWhy,
      urgency,
      general,
      level,
      state,
      occurrences,
      firstBadAt,
      openedAt,
    },
    ...(room === undefined ? {} : { room }),
    ...(device === undefined ? {} : { device }),
    ...(part === undefined ? {} : { part }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(disposition === undefined ? {} : { disposition }),
    ...(restoredAt === undefined ? {} : { restoredAt }),
    ...(closedAt === undefined ? {} : { closedAt }),
  };
}

/** What stopped working with it, by the configuration in force; what has left the configuration is named by the incident itself. */
async function reachOf({ store, config, bookings }: FactsDeps, incident: Incident) {
  const { network } = config();
  const subject = subjectOf(incident);
  const hit = subject === undefined || "session" in subject ? undefined : bookings.hit(subject);
  const gathered = (await store.alarmsOf(incident.id)).map(({ device }) => device).filter((id) => network.devices.has(id));
  const devices = new Set([...(incident.device === undefined ? [] : [incident.device]), ...gathered, ...(hit?.devices ?? [])]);
  const rooms = new Set([...(incident.room === undefined ? [] : [incident.room]), ...(hit?.rooms ?? [])]);
  const sites = new Set([incident.site]);
  for (const id of devices) sites.add(network.devices.get(id)?.site ?? incident.site);
  for (const id of rooms) sites.add(network.rooms.get(id)?.site ?? incident.site);
  return { sites: [...sites].sort(), rooms: [...rooms].sort(), devices: [...devices].sort() };
}

function chronologyOf(timeline: readonly (TimelineEntry & { readonly seq: number })[]): readonly ChronologyEntry[] {
  const told = timeline.filter(({ event }) => !inner.has(event)).map(({ at, by, event, why }): ChronologyEntry => ({ at, by, event, why }));
  // The beginning and the end of a very long one say most.
  return told.length <= mostLines ? told : [...told.slice(0, mostLines / 2), ...told.slice(-mostLines / 2)];
}
