/**
 * Where sessions come from: calendars, how their words become rooms and kinds, and the specialties that may be kept.
 */
import { dirname, resolve } from "node:path";
import type { z } from "zod";
import type { Config } from "../model/config.ts";
import type { Network } from "../model/network.ts";
import { plainWords, type SessionCalendar, type SessionRule } from "../model/session.ts";
import { given, type Loading } from "./context.ts";
import { DEFAULT_SESSIONS } from "./defaults.ts";
import type { Path } from "./problems.ts";
import { checkReference } from "./reading.ts";
import { badId, UNREAD } from "./scalars.ts";
import * as schema from "./schema.ts";

type Raw = NonNullable<z.output<typeof schema.sessions>["calendars"]>[string];

export function readSessions(loading: Loading, network: Network): Config["sessions"] {
  const raw = loading.sections.setting("sessions", schema.sessions);
  const specialties = raw?.specialties ?? [];
  const calendars = new Map<string, SessionCalendar>();
  for (const [id, entry] of Object.entries(raw?.calendars ?? {})) {
    const path: Path = ["sessions", "calendars", id];
    const bad = badId(id) ?? (id === "api" || id === "csv" ? "is the name of another source of sessions; take another" : undefined);
    if (bad !== undefined) loading.findings.problem(path, bad);
    const calendar = readCalendar({ loading, network, specialties, path }, id, entry);
    if (calendar !== undefined) calendars.set(id, calendar);
  }
  return { calendars, specialties };
}

interface Place {
  readonly loading: Loading;
  readonly network: Network;
  readonly specialties: readonly string[];
  readonly path: Path;
}

function readCalendar(place: Place, id: string, raw: Raw): SessionCalendar | undefined {
  const { loading, network, path } = place;
  const { findings, source } = loading;
  if ((raw.file === undefined) === (raw.url === undefined)) {
    findings.problem(path, "has to say where it is, once; write file: or url:");
    return undefined;
  }
  if (raw.room === undefined && Object.keys(raw.rooms ?? {}).length === 0)
    findings.problem(path, "leads to no room; write room: for a room's own calendar, or rooms: { location or address: room }");
  const rooms = loading.sections.ids(network.rooms.keys());
  if (raw.room !== undefined) checkReference(findings, [...path, "room"], "room", raw.room, rooms);
  for (const [words, room] of Object.entries(raw.rooms ?? {})) checkReference(findings, [...path, "rooms", words], "room", room, rooms);
  const devices = loading.sections.ids(network.devices.keys());
  for (const [words, bridge] of Object.entries(raw.bridges ?? {}))
    checkReference(findings, [...path, "bridges", words], "device", bridge, devices);
  const rules = (raw.rules ?? []).map((rule, index) => readRule(place, rule, [...path, "rules", index]));
  const base = dirname(source.files[0] ?? ".");
  const from =
    raw.file === undefined ? { url: raw.url ?? "", allowPrivate: raw.allow_private ?? false } : { file: resolve(base, raw.file) };
  return {
    id,
    from,
    everyMs: raw.every ?? DEFAULT_SESSIONS.everyMs,
    horizonMs: raw.horizon ?? DEFAULT_SESSIONS.horizonMs,
    rooms: plainKeys(raw.rooms),
    bridges: plainKeys(raw.bridges),
    kind: raw.kind ?? DEFAULT_SESSIONS.kind,
    priority: raw.priority ?? "normal",
    rules,
    allDay: raw.all_day ?? false,
    ...given({ timezone: raw.timezone, room: raw.room }),
  };
}

function plainKeys(map: Readonly<Record<string, string>> | undefined): ReadonlyMap<string, string> {
  return new Map(Object.entries(map ?? {}).map(([words, id]) => [plainWords(words), id]));
}

function readRule({ loading, specialties }: Place, raw: z.output<typeof schema.sessionRule>, path: Path): SessionRule {
  const { kind, priority, specialty } = raw;
  if (kind === undefined && priority === undefined && specialty === undefined)
    loading.findings.problem(path, "tells nothing; write kind:, priority: or specialty:");
  if (specialty !== undefined && specialty !== UNREAD)
    checkReference(loading.findings, [...path, "specialty"], "specialty", specialty, loading.sections.ids(specialties));
  return { text: plainWords(raw.text), ...given({ kind, priority, specialty }) };
}
