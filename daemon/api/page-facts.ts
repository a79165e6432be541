/**
 * What the pages show beside the API's shapes: circuits, our own blindness, 24 hours of a device, how sure its family's facts are.
 *
 * Nothing is decided here: a circuit is down when its alarm is, and unknown wherever what was seen does not tell.
 */
import type { DeviceKnowledge } from "../../dashboards/web/device-page.tsx";
import type { PageContext } from "../../dashboards/web/frame.tsx";
import type { LinkRow } from "../../dashboards/web/links.tsx";
import type { RecurrenceRow } from "../../dashboards/web/recurrences-page.tsx";
import type { HistorySeries } from "../../dashboards/web/sparkline.tsx";
import type { WeaknessesPageProps } from "../../dashboards/web/weaknesses-page.tsx";
import { sitesBehind } from "../../rules/cuts.ts";
import type { DeviceUp } from "../../rules/links.ts";
import { CORE } from "../../rules/suppress.ts";
import { reportWeaknesses, weaknessesOf } from "../../rules/weaknesses.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Device, Link } from "../model/network.ts";
import { DAY, type Instant, type Language, MINUTE } from "../model/time.ts";
import type { RollupPoint } from "../ports.ts";
import type { ApiDeps } from "./deps.ts";
import { recurringFailures } from "./recurring-failures.ts";
import { iso, recurrenceView, upOf } from "./views.ts";

const listedRecurrences = 200;
const incidentsARow = 5;
const slotMs = 5 * MINUTE;
/** Symptoms by which the router of a circuit is lost to us. */
const lost = new Set(["unreachable", "silent"]);

/** Set while the alarm that we are blind is active. */
export async function blindness(deps: ApiDeps): Promise<PageContext["blind"]> {
  const alarm = (await deps.alarms()).find((each) => each.symptom === "blind-poller" && each.state === "active");
  return alarm === undefined ? undefined : { since: iso(alarm.firstBadAt ?? alarm.since), why: alarm.detail ?? "" };
}

export async function linkRows(deps: ApiDeps): Promise<readonly LinkRow[]> {
  const { network, partners } = deps.config();
  const alarms = await deps.alarms();
  return [...network.links.values()].map((link) => {
    const { state, alarm } = linkState(link, deps, alarms);
    const owner = link.owner === undefined ? undefined : (partners.get(link.owner)?.name ?? link.owner);
    return {
      id: link.id,
      name: link.name,
      ends: link.ends.map((end) => network.sites.get(end)?.name ?? end),
      state,
      ...(owner === undefined ? {} : { owner }),
      ...(link.circuit === undefined ? {} : { circuit: link.circuit }),
      ...(state === "down" ? failureOf(alarm, alarms) : {}),
    };
  });
}

/** Down when its alarm is active, its own or that of all the circuits to a site together; up when its device is, or somebody answers who is reached over it alone. */
export function linkState(link: Link, deps: ApiDeps, alarms: readonly Alarm[]): { readonly state: DeviceUp; readonly alarm?: Alarm } {
  const { network } = deps.config();
  const holds = ({ device, state }: Alarm) =>
    state === "active" && device.startsWith("link:") && device.slice("link:".length).split("+").includes(link.id);
  const alarm = alarms.find(holds) ?? alarmOfLinkDevice(link, alarms);
  if (alarms.some((each) => each.symptom === "blind-poller" && each.state === "active")) return { state: "unknown" };
  if (alarm !== undefined) return { state: "down", alarm };
  if (link.device !== undefined && network.devices.has(link.device)) return { state: upOf(deps.board.get(link.device)) };
  const behind = sitesBehind(network, link.id);
  const answers = [...network.devices.values()].some((each) => behind.includes(each.site) && upOf(deps.board.get(each.id)) === "up");
  return { state: answers ? "up" : "unknown" };
}

/** One of several circuits is told by the incident of what they share. */
function failureOf(alarm: Alarm | undefined, alarms: readonly Alarm[]): Pick<LinkRow, "since" | "incident"> {
  if (alarm === undefined) return {};
  const { firstBadAt, since } = alarm;
  const shared = alarm.suppressedBy === CORE ? alarms.find((each) => each.device === CORE) : undefined;
  const incident = alarm.incident ?? shared?.incident;
  return { since: iso(firstBadAt ?? since), ...(incident === undefined ? {} : { incident }) };
}

/** The router that stands for the circuit does not answer, and nothing explains it but what several circuits share. */
function alarmOfLinkDevice(link: Link, alarms: readonly Alarm[]): Alarm | undefined {
  if (link.device === undefined) return undefined;
  return alarms.find(
    (each) =>
      each.device === link.device &&
      lost.has(each.symptom) &&
      each.state === "active" &&
      (each.suppressedBy === undefined || each.suppressedBy === CORE),
  );
}

/** Round trip, loss and temperature of the last 24 hours; a series without points is left out. */
export function history(points: readonly RollupPoint[], now: Instant): readonly HistorySeries[] {
  const names = ["icmp_rtt_avg_seconds", "icmp_loss_ratio", "temperature_celsius"];
  const bySeries = new Map<string, RollupPoint[]>();
  for (const point of points) bySeries.set(point.series, [...(bySeries.get(point.series) ?? []), point]);
  return [...bySeries]
    .filter(([series]) => names.includes(series.split("|")[0] ?? ""))
    .sort(([a], [b]) => names.indexOf(a.split("|")[0] ?? "") - names.indexOf(b.split("|")[0] ?? ""))
    .map(([series, all]) => {
      const [name = series, part] = series.split("|");
      const along = all
        .map(({ slotAt, min, max, mean }) => ({ slot: Math.floor((slotAt - (now - DAY)) / slotMs), min, max, mean }))
        .filter(({ slot }) => slot >= 0)
        .sort((a, b) => a.slot - b.slot);
      return { name, slots: DAY / slotMs, points: along, ...(part === undefined || part === "" ? {} : { part }) };
    });
}

/** The family's name and certainty, and what of the device's access is a weakness. */
export function deviceKnowledge(device: Device, deps: Pick<ApiDeps, "config" | "clearTraps">, language: Language): DeviceKnowledge {
  const config = deps.config();
  const family = config.families.get(device.family);
  return {
    familyName: family?.name[language] ?? device.family,
    ...(family === undefined ? {} : { certainty: family.certainty }),
    weaknesses: weaknessesOf(device, config, deps.clearTraps()),
    parents: device.parents.map((id) => ({ id, name: config.network.devices.get(id)?.name ?? id })),
  };
}

/** The weaknesses with the names of the devices, for the page. */
export function weaknessRows(deps: Pick<ApiDeps, "config" | "clearTraps">): WeaknessesPageProps["report"] {
  const config = deps.config();
  const { devices, weak, rows } = reportWeaknesses(config, deps.clearTraps());
  const named = (id: string) => ({ id, name: config.network.devices.get(id)?.name ?? id });
  return { devices, weak, rows: rows.map((row) => ({ weakness: row.weakness, devices: row.devices.map(named) })) };
}

/** What was seen twice or more within 90 days, with its latest incidents and what was changed before them. */
export async function rowsOfRecurrence(deps: ApiDeps, now: Instant): Promise<readonly RecurrenceRow[]> {
  const { network } = deps.config();
  return (await recurringFailures(deps, now, listedRecurrences)).map(({ recurrence, incidents, changes }) => ({
    ...recurrenceView(recurrence, network, changes),
    daysSince: Math.max(0, Math.floor((now - recurrence.lastAt) / DAY)),
    incidents: incidents.slice(0, incidentsARow).map(({ number }) => number),
  }));
}
