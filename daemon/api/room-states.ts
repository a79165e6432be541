/**
 * How the rooms of a coordinator's sites are, in words of people who are no technicians: may they be used, what is being done.
 *
 * Nothing is decided here: the incidents that hit a room, its devices as the board has them, the book of sessions.
 */
import { DateTime } from "luxon";
import type { OwnRequest, RoomCard, RoomSession, RoomTrouble } from "../../dashboards/web/rooms-page.tsx";
import { subjectOf } from "../bookings.ts";
import { type Incident, isFailing } from "../model/incident.ts";
import type { Room } from "../model/network.ts";
import type { Language } from "../model/time.ts";
import { sayCode, sayTime } from "../text/catalogue.ts";
import type { ApiDeps } from "./deps.ts";
import { sessionsBetween } from "./sessions.ts";
import { upOf } from "./views.ts";

const mostIncidents = 1_000;
const mostRequests = 20;
const holdsCalls = new Set(["codec", "endpoint"]);

interface Facts {
  readonly deps: ApiDeps;
  readonly language: Language;
  readonly open: readonly Incident[];
}

export async function roomCards(deps: ApiDeps, sites: readonly string[], language: Language): Promise<readonly RoomCard[]> {
  const open = await deps.store.incidents({ states: ["open", "taken", "restored"], folded: false, limit: mostIncidents });
  const rooms = [...deps.config().network.rooms.values()].filter(({ site }) => sites.includes(site));
  const cards = await Promise.all(rooms.map((room) => cardOf({ deps, language, open }, room)));
  return cards.sort((a, b) => `${a.siteName} ${a.name}`.localeCompare(`${b.siteName} ${b.name}`, language));
}

async function cardOf(facts: Facts, room: Room): Promise<RoomCard> {
  const { deps } = facts;
  const hits = facts.open.filter((incident) => hitsRoom(deps, incident, room.id));
  return {
    ...{ id: room.id, name: room.name, siteName: siteName(deps, room.site), state: stateOf(deps, room, hits.filter(isFailing)) },
    ...(room.phone === undefined ? {} : { phone: room.phone }),
    troubles: eachOnce(hits.map((incident) => troubleOf(facts, incident))),
    requests: await requestsIn(deps, room),
  };
}

function siteName({ config }: ApiDeps, site: string): string {
  return config().network.sites.get(site)?.name ?? site;
}

function hitsRoom({ bookings }: ApiDeps, incident: Incident, room: string): boolean {
  if (incident.room === room) return true;
  const subject = subjectOf(incident);
  return subject !== undefined && bookings.hit(subject).rooms.has(room);
}

function stateOf(deps: ApiDeps, { id }: Room, failing: readonly Incident[]): RoomCard["state"] {
  const { network, rules } = deps.config();
  const devices = [...network.devices.values()].filter((each) => each.room === id && holdsCalls.has(each.kind) && !each.commissioning);
  const stops = ({ general, rule }: Incident) => general || rules.find((each) => each.id === rule)?.outOfService === true;
  if (failing.some(stops)) return "no";
  const seen = devices.map((each) => upOf(deps.board.get(each.id)));
  if (seen.includes("down")) return "no";
  if (!seen.includes("up")) return "unknown";
  return failing.length > 0 ? "limited" : "yes";
}

const order = { open: 0, taken: 1, partner: 1, restored: 2 } as const;

/** What reads the same is told once: as it is worst, since the first of them. */
function eachOnce(all: readonly RoomTrouble[]): readonly RoomTrouble[] {
  const sorted = [...all].sort((a, b) => order[a.doing] - order[b.doing] || (a.since < b.since ? -1 : 1));
  return sorted.filter((each, index) => sorted.findIndex(({ what }) => what === each.what) === index);
}

/** What it means for the clinic, as its rule says; without a rule, its symptom. */
function troubleOf({ deps, language }: Facts, incident: Incident): RoomTrouble {
  const { rules, partners, instance } = deps.config();
  const rule = rules.find((each) => each.id === incident.rule);
  const waits = incident.openTasks?.find(({ waiting }) => waiting)?.partner;
  const doing =
    incident.state === "restored" ? "restored" : incident.holder === undefined ? "open" : waits === undefined ? "taken" : "partner";
  return {
    what: rule?.text[language].clinic ?? `${sayCode(language, "symptom", incident.symptom) ?? incident.symptom}.`,
    doing,
    ...(waits === undefined ? {} : { partner: partners.get(waits)?.name ?? waits }),
    since: sayTime(incident.firstBadAt, instance.timezone),
  };
}

async function requestsIn(deps: ApiDeps, room: Room): Promise<readonly OwnRequest[]> {
  const { store, config } = deps;
  const zone = config().network.sites.get(room.site)?.timezone ?? config().instance.timezone;
  const requests = await store.requests({ room: room.id, open: true, limit: mostRequests });
  return Promise.all(
    requests.map(async ({ id: request, number, at, incident: id }) => {
      const incident = id === undefined ? undefined : await store.incident(id);
      const over = incident !== undefined && !isFailing(incident);
      return {
        id: request,
        number,
        time: sayTime(at, zone),
        doing: over ? "restored" : incident?.holder === undefined ? "waits" : "taken",
      } as const;
    }),
  );
}

/** Of today, by the clock on the wall of each room. */
export async function sessionsToday(deps: ApiDeps, sites: readonly string[]): Promise<readonly RoomSession[]> {
  const { network, instance } = deps.config();
  const mine = (room: string) => sites.includes(network.rooms.get(room)?.site ?? "");
  const zone = network.sites.get(sites[0] ?? "")?.timezone ?? instance.timezone;
  const day = DateTime.fromMillis(deps.clock.now(), { zone }).startOf("day");
  const sessions = await sessionsBetween(deps, day.toMillis(), day.plus({ days: 1 }).toMillis());
  const name = (id: string) => {
    const room = network.rooms.get(id);
    return room === undefined ? id : `${siteName(deps, room.site)}, ${room.name}`;
  };
  return sessions.flatMap((session) =>
    session.rooms.filter(mine).map((room) => ({
      id: `${session.id} ${room}`,
      from: clockOn(session.from, zone),
      to: clockOn(session.to, zone),
      room: name(room),
      others: session.rooms.filter((each) => each !== room).map(name),
      cancelled: session.state === "cancelled",
      ...(session.readiness === undefined ? {} : { readiness: session.readiness.verdict }),
    })),
  );
}

const clockOn = (iso: string, zone: string) => DateTime.fromISO(iso, { zone }).toFormat("HH:mm");
