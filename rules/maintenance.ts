/**
 * Maintenance and silences: when they are in force, about what, and how much of a time counts.
 *
 * Pure. What recurs goes by the clock on the wall of its zone, so that a night of 23 or 25 hours begins and ends when people think it does.
 */
import type { Alarm } from "../daemon/model/alarm.ts";
import type { Incident } from "../daemon/model/incident.ts";
import type { Maintenance, MaintenanceScope, Span } from "../daemon/model/maintenance.ts";
import type { Device, Network } from "../daemon/model/network.ts";
import type { Rule } from "../daemon/model/rule.ts";
import { DAY, type Instant } from "../daemon/model/time.ts";
import { onTheWall, wallInstant } from "./clock.ts";
import { dayNumber, dayText, parseRecurring, recurringDays } from "./recurring.ts";
import { sitesBehind } from "./suppress.ts";

/** Who asks: an alarm, or the incident that gathers it. */
export interface Subject {
  readonly device?: string;
  readonly site?: string;
  readonly room?: string;
  /** The circuit itself, those it stands for, and those it lies behind. Asked only by a scope that names circuits. */
  readonly links: () => readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly symptom: string;
  /** Only a scope that names the symptom fits: a person asks for help, a session cannot be held. */
  readonly namedOnly: boolean;
}

/** Symptoms about people rather than equipment, whatever their rule says. */
const aboutPeople: ReadonlySet<string> = new Set(["user-assistance", "session-at-risk"]);

/** Times in force that touch [from, to), in order and apart from each other. */
export function spansOf(maintenance: Maintenance, from: Instant, to: Instant): readonly Span[] {
  const { ended, cancelled } = maintenance;
  const spans: Span[] = [];
  for (const planned of plannedSpans(maintenance, from, to)) {
    const begin = Math.max(planned.from, writtenAt(maintenance));
    const ends = ended.map(({ at }) => at).filter((at) => at >= begin && at < planned.to);
    const end = Math.min(planned.to, cancelled?.at ?? planned.to, ...ends);
    if (end > begin && end > from && begin < to) spans.push({ from: begin, to: end });
  }
  return mergeSpans(spans);
}

/** Nothing is in force before it was written. */
function writtenAt({ createdAt, notBefore = createdAt }: Maintenance): Instant {
  return Math.max(createdAt, notBefore);
}

function plannedSpans({ when, zone, beganAt }: Maintenance, from: Instant, to: Instant): readonly Span[] {
  switch (when.kind) {
    case "once":
      return [{ from: when.from, to: when.to }];
    case "flexible":
      return beganAt === undefined ? [] : [{ from: beganAt, to: beganAt + when.lengthMs }];
    case "recurring": {
      const rule = parseRecurring(when.rule);
      if ("problems" in rule) return [];
      // An occurrence that began before may reach into it; by two days more, for the zones.
      const back = Math.ceil(when.minutes / (24 * 60)) + 2;
      const last = dayNumber(onTheWall(zone, to).day) + 1;
      const days = [...recurringDays(rule, dayNumber(when.firstDay), dayNumber(onTheWall(zone, from).day) - back, last)];
      return days.map((day) => ({
        from: wallInstant(zone, dayText(day), when.fromMinute),
        to: wallInstant(zone, dayText(day), when.fromMinute + when.minutes),
      }));
    }
  }
}

/** Spans that overlap or touch become one. */
export function mergeSpans(spans: readonly Span[]): readonly Span[] {
  const merged: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last !== undefined && span.from <= last.to) merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else merged.push(span);
  }
  return merged;
}

/** Milliseconds of [from, to) that lie in none of the windows, however these overlap. What maintenance takes out of MTBF and TTR. */
export function countedMs(from: Instant, to: Instant, windows: readonly Span[]): number {
  let counted = Math.max(0, to - from);
  for (const window of mergeSpans(windows)) counted -= Math.max(0, Math.min(to, window.to) - Math.max(from, window.from));
  return counted;
}

export type Phase = "now" | "coming" | "over";

/** The time in force at `at`, or the next one. `over`: there is none. Looked for one year ahead, and what recurs rarely, nine. */
export function standingOf(maintenance: Maintenance, at: Instant): { readonly phase: Phase; readonly span?: Span } {
  const { when, cancelled, beganAt } = maintenance;
  for (const days of when.kind === "recurring" ? [40, 400, 9 * 366] : [0]) {
    const until = when.kind === "recurring" ? at + days * DAY : Number.POSITIVE_INFINITY;
    const next = spansOf(maintenance, at, until).find(({ to }) => to > at);
    if (next !== undefined) return { phase: next.from <= at ? "now" : "coming", span: next };
  }
  const waits = when.kind === "flexible" && beganAt === undefined && cancelled === undefined && at < when.to;
  return waits ? { phase: "coming", span: { from: when.from, to: when.to } } : { phase: "over" };
}

/** A flexible one that the first failure of its subject would begin. */
export function canBegin(maintenance: Maintenance, at: Instant): boolean {
  const { when, beganAt, cancelled } = maintenance;
  if (when.kind !== "flexible" || beganAt !== undefined || cancelled !== undefined) return false;
  return at >= Math.max(when.from, writtenAt(maintenance)) && at < when.to;
}

/** Every condition that is given fits. */
export function fitsScope(scope: MaintenanceScope, subject: Subject): boolean {
  const { sites, rooms, devices, links, symptoms, labels = {} } = scope;
  if (subject.namedOnly && symptoms === undefined) return false;
  const one = (list: readonly string[] | undefined, value: string | undefined) =>
    list === undefined || (value !== undefined && list.includes(value));
  if (!one(sites, subject.site) || !one(rooms, subject.room) || !one(devices, subject.device) || !one(symptoms, subject.symptom))
    return false;
  if (links !== undefined && !subject.links().some((each) => each.split("+").every((id) => links.includes(id)))) return false;
  return Object.entries(labels).every(([name, value]) => subject.labels[name] === value);
}

/** What an alarm is about. Our own sight is about the canary, where a scope names it or the symptom; a credential about no place. */
export function subjectOf(
  network: Network,
  about: Pick<Alarm, "device" | "symptom">,
  rule: Pick<Rule, "outOfService" | "opensRequest"> | undefined,
): Subject {
  const namedOnly = rule?.opensRequest === true || aboutPeople.has(about.symptom);
  const device = network.devices.get(about.device);
  const base = { symptom: about.symptom, namedOnly, links: () => [], labels: {} };
  // Several circuits to one site (`line-1+line-2`) are planned to be gone only when each of them is.
  if (about.device.startsWith("link:")) return { ...base, links: () => [about.device.slice("link:".length)] };
  if (about.device === "blind") return { ...base, ...(network.canary === undefined ? {} : { device: network.canary }) };
  if (about.device.startsWith("room:")) {
    const room = network.rooms.get(about.device.slice("room:".length));
    return room === undefined ? base : { ...base, room: room.id, site: room.site };
  }
  if (device === undefined) return about.device.includes(":") ? base : { ...base, device: about.device };
  const { id, site, room } = device;
  return {
    ...base,
    ...{ device: id, site, ...(room === undefined ? {} : { room }) },
    links: () => linksOf(network, device, rule?.outOfService === true),
    labels: { ...network.sites.get(site)?.labels, ...device.labels },
  };
}

/** What an incident is about: its root cause's alarm. */
export function subjectOfIncident(
  network: Network,
  incident: Pick<Incident, "device" | "rootCause" | "symptom" | "site" | "room">,
  rule: Pick<Rule, "outOfService" | "opensRequest"> | undefined,
): Subject {
  const holder = incident.device ?? incident.rootCause.split("|", 1)[0] ?? incident.rootCause;
  const subject = subjectOf(network, { device: holder, symptom: incident.symptom }, rule);
  // Its device may have left the configuration: where it stood is kept with it.
  const { site, room } = incident;
  return incident.device === undefined || subject.site !== undefined
    ? subject
    : { ...subject, site, ...(room === undefined ? {} : { room }) };
}

/** Circuits that a device stands for; where its reach is what fails, those too that its site is reached through and no other way. */
function linksOf(network: Network, device: Device, reach: boolean): readonly string[] {
  const stands = [...network.links.values()].filter((link) => link.device === device.id).map(({ id }) => id);
  if (!reach) return stands;
  return [...stands, ...[...network.links.keys()].filter((id) => sitesBehind(network, id).includes(device.site))];
}

/** What of a scope can never fit, or fits nothing now. Empty: it fits something. */
export function scopeWarnings(scope: MaintenanceScope, network: Network, symptoms: ReadonlySet<string>): readonly string[] {
  const warnings: string[] = [];
  const unknown = (name: string, given: readonly string[] | undefined, known: { has(id: string): boolean }) => {
    for (const id of given ?? [])
      if (!known.has(id)) warnings.push(`scope.${name}: "${id}" is not in the configuration; it fits nothing until it is`);
  };
  unknown("sites", scope.sites, network.sites);
  unknown("rooms", scope.rooms, network.rooms);
  unknown("devices", scope.devices, network.devices);
  unknown("links", scope.links, network.links);
  unknown("symptoms", scope.symptoms, symptoms);
  if (warnings.length > 0) return warnings;
  const { symptoms: _s, links, ...places } = scope;
  const fits = [...network.devices.values()].some((device) =>
    fitsScope(places, subjectOf(network, { device: device.id, symptom: "" }, undefined)),
  );
  return fits ? [] : ["scope: no device fits all of it together; each condition must hold for the same device"];
}

/** One of them with its times in force around now. */
export interface Entry {
  readonly maintenance: Maintenance;
  readonly spans: readonly Span[];
}

/** What keeps a subject quiet at a time: from when to when without a gap, and which of them says so at that time. */
export interface Cover extends Span {
  readonly by: string;
  readonly maintenance: Maintenance;
}

/** `maintenance:<id>` or `silence:<id>`. */
export function muteName({ kind, id }: Pick<Maintenance, "kind" | "id">): string {
  return `${kind}:${id}`;
}

/** Maintenance says it before a silence does, since its time does not count; of two alike the one that lasts longer. */
export function coverAt(entries: readonly Entry[], subject: Subject, at: Instant): Cover | undefined {
  const fitting = entries.filter(({ maintenance }) => fitsScope(maintenance.scope, subject));
  const now = fitting.flatMap(({ maintenance, spans }) =>
    spans.filter(({ from, to }) => from <= at && at < to).map(({ to }) => ({ maintenance, to })),
  );
  const [first] = now.sort(
    (a, b) => rank(a.maintenance) - rank(b.maintenance) || b.to - a.to || (a.maintenance.id < b.maintenance.id ? -1 : 1),
  );
  if (first === undefined) return undefined;
  const whole = mergeSpans(fitting.flatMap(({ spans }) => spans)).find(({ from, to }) => from <= at && at < to);
  return whole === undefined ? undefined : { ...whole, by: muteName(first.maintenance), maintenance: first.maintenance };
}

/** What keeps all of them quiet; it begins with the last that begins, and ends with the first that ends. */
export function coverOfAll(entries: readonly Entry[], subjects: readonly Subject[], at: Instant): Cover | undefined {
  let all: Cover | undefined;
  for (const subject of subjects) {
    const cover = coverAt(entries, subject, at);
    if (cover === undefined) return undefined;
    const first = all === undefined || cover.to < all.to ? cover : all;
    all = { ...first, from: Math.max(cover.from, all?.from ?? cover.from) };
  }
  return all;
}

function rank({ kind }: Maintenance): number {
  return kind === "maintenance" ? 0 : 1;
}
