/**
 * Where sessions come from: calendars, how their words become rooms and kinds, and the specialties that may be kept.
 */
import { dirname, resolve } from "node:path";
import type { z } from "zod";
import type { Config, Secret } from "../model/config.ts";
import type { Network } from "../model/network.ts";
import { plainWords, type SessionCalendar, type SessionRule } from "../model/session.ts";
import { given, type Loading } from "./context.ts";
import { DEFAULT_SESSIONS } from "./defaults.ts";
import type { Path } from "./problems.ts";
import { checkReference } from "./reading.ts";
import { badId, isUrl, UNREAD } from "./scalars.ts";
import * as schema from "./schema.ts";
import type { SecretReference } from "./secrets.ts";

type Raw = NonNullable<z.output<typeof schema.sessions>["calendars"]>[string];

export async function readSessions(loading: Loading, network: Network): Promise<Config["sessions"]> {
  const raw = loading.sections.setting("sessions", schema.sessions);
  const specialties = raw?.specialties ?? [];
  const calendars = new Map<string, SessionCalendar>();
  for (const [id, entry] of Object.entries(raw?.calendars ?? {})) {
    const path: Path = ["sessions", "calendars", id];
    const bad = badId(id) ?? (id === "api" || id === "csv" ? "is the name of another source of sessions; take another" : undefined);
    if (bad !== undefined) loading.findings.problem(path, bad);
    const calendar = await readCalendar({ loading, network, specialties, path }, id, entry);
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

async function readCalendar(place: Place, id: string, raw: Raw): Promise<SessionCalendar | undefined> {
  const { loading, network, path } = place;
  const { findings } = loading;
  const from = await readPlace(place, raw);
  if (from === undefined) return undefined;
  if (raw.room === undefined && Object.keys(raw.rooms ?? {}).length === 0)
    findings.problem(path, "leads to no room; write room: for a room's own calendar, or rooms: { location or address: room }");
  const rooms = loading.sections.ids(network.rooms.keys());
  if (raw.room !== undefined) checkReference(findings, [...path, "room"], "room", raw.room, rooms);
  for (const [words, room] of Object.entries(raw.rooms ?? {})) checkReference(findings, [...path, "rooms", words], "room", room, rooms);
  const devices = loading.sections.ids(network.devices.keys());
  for (const [words, bridge] of Object.entries(raw.bridges ?? {}))
    checkReference(findings, [...path, "bridges", words], "device", bridge, devices);
  const rules = (raw.rules ?? []).map((rule, index) => readRule(place, rule, [...path, "rules", index]));
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

/** Where it is; undefined after reporting why that is not known. */
async function readPlace({ loading, path }: Place, raw: Raw): Promise<SessionCalendar["from"] | undefined> {
  const { findings, source, secrets } = loading;
  const { file, url, secret_url, basic, bearer } = raw;
  if ([file, url, secret_url].filter((each) => each !== undefined).length !== 1) {
    findings.problem(path, "has to say where it is, once; write file:, url: or secret_url:");
    return undefined;
  }
  if (basic !== undefined && bearer !== undefined) findings.problem(path, "has two ways to sign in; keep basic: or bearer:");
  if (file !== undefined) {
    if (basic !== undefined || bearer !== undefined)
      findings.problem(path, "is a file, which nobody signs in to; remove basic: and bearer:");
    return { file: resolve(dirname(source.files[0] ?? "."), file) };
  }
  const [address, password, token] = [
    secret_url === undefined ? url : await readSecretUrl(loading, [...path, "secret_url"], secret_url),
    basic && (await secrets.read([...path, "basic", "password"], basic.password)),
    bearer && (await secrets.read([...path, "bearer"], bearer)),
  ];
  if (address === undefined) return undefined;
  const place = { url: address, allowPrivate: raw.allow_private ?? false };
  const access = basic && password ? { kind: "basic" as const, user: basic.user, password } : token && { kind: "bearer" as const, token };
  if (access === undefined) return place;
  const written = typeof address === "string" ? address : address.reveal();
  if (written.startsWith("http:")) findings.warn(path, "signs in over http, where anybody on the way can read it; use https");
  return { ...place, access };
}

async function readSecretUrl(loading: Loading, path: Path, reference: SecretReference): Promise<Secret | undefined> {
  const secret = await loading.secrets.read(path, reference);
  if (secret === undefined) return undefined;
  if (isUrl(secret.reveal())) return secret;
  loading.findings.problem(path, "the secret is no http or https address without a login in it; put https://host/path there");
  return undefined;
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
