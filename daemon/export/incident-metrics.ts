/**
 * Incidents and the most frequent failures in the Prometheus text format.
 *
 * Pure.
 */
import type { Incident, Severity, Urgency } from "../model/incident.ts";
import type { Network } from "../model/network.ts";
import type { Recurrence } from "../ports.ts";
import type { RuleTally } from "../ports-rules.ts";
import { escapeLabel, heading } from "./text-format.ts";

/** An incident that is not closed and not folded, as much of it as the metrics show. */
export interface IncidentSummary {
  readonly number: string;
  readonly severity: Severity;
  readonly urgency: Urgency;
  readonly level: number;
  readonly site: string;
  readonly symptom: string;
  /** State `open` and nobody has acknowledged it. */
  readonly unacknowledged: boolean;
  readonly device?: string;
  /** `maintenance` or `silence`, while one keeps it quiet. */
  readonly mutedBy?: string;
}

/** As much of an incident as the metrics show. */
export function summaryOf(incident: Incident): IncidentSummary {
  const { number, severity, urgency, level, site, symptom, device, state, acknowledgedAt, muted } = incident;
  return {
    number,
    severity,
    urgency,
    level,
    site,
    symptom,
    unacknowledged: state === "open" && acknowledgedAt === undefined,
    ...(device === undefined ? {} : { device }),
    ...(muted === undefined ? {} : { mutedBy: muted.by.split(":", 1)[0] ?? "" }),
  };
}

const incidentFamilies: readonly (readonly [name: string, help: string])[] = [
  ["vigie_incidents_open", "Incidents that are not closed."],
  ["vigie_incidents_unacknowledged", "Incidents open, not restored, and acknowledged by nobody."],
  ["vigie_incident_unacknowledged_info", "Always 1; one series an incident that nobody has acknowledged, to page by."],
  ["vigie_incident_muted_info", "Always 1; one series an incident that maintenance or a silence keeps quiet, to page nobody by."],
];

const recurrenceName = "vigie_recurrence_occurrences";
const recurrenceHelp =
  "How often the same failure came in the window; what was back soon after its end is one, false alarms and tests are none.";

const ruleName = "vigie_rule_incidents";
const ruleHelp = "Incidents that a rule opened in the window, by what they were in the end; none: not closed yet.";

/** Names that no sample may have. */
export const incidentMetricNames: readonly string[] = [...incidentFamilies.map(([name]) => name), recurrenceName, ruleName];

/** A series for every site from the start, so that an alert rule sees 0 and not nothing. */
export function incidentLines(network: Network, incidents: readonly IncidentSummary[]): string {
  const open = new Map<string, number>();
  const waiting = new Map<string, number>();
  for (const site of network.sites.keys()) {
    for (const [severity, urgency] of [["minor", "service-hours"] as const, ["major", "now"] as const]) {
      const labels = incidentLabels({ severity, urgency, level: 1, site });
      open.set(labels, 0);
      waiting.set(labels, 0);
    }
  }
  const infos: string[] = [];
  const muted: string[] = [];
  for (const incident of incidents) {
    if (incident.device !== undefined && network.devices.get(incident.device)?.commissioning === true) continue;
    const labels = incidentLabels(incident);
    open.set(labels, (open.get(labels) ?? 0) + 1);
    if (incident.mutedBy !== undefined)
      muted.push(`number="${escapeLabel(incident.number)}",site="${escapeLabel(incident.site)}",by="${escapeLabel(incident.mutedBy)}"`);
    if (!incident.unacknowledged) continue;
    waiting.set(labels, (waiting.get(labels) ?? 0) + 1);
    infos.push(`number="${escapeLabel(incident.number)}",${labels},symptom="${escapeLabel(incident.symptom)}"`);
  }
  const bodies = [counts("vigie_incidents_open", open), counts("vigie_incidents_unacknowledged", waiting)];
  bodies.push(infos.map((labels) => `vigie_incident_unacknowledged_info{${labels}} 1\n`).join(""));
  bodies.push(muted.map((labels) => `vigie_incident_muted_info{${labels}} 1\n`).join(""));
  return incidentFamilies.map(([name, help], index) => (bodies[index] === "" ? "" : `${heading(name, help)}\n${bodies[index]}`)).join("");
}

/** What a failure hangs on is the fingerprint's first field: a device, or `link:…`, `credential:…`. */
export function recurrenceLines(recurrences: readonly Recurrence[]): string {
  if (recurrences.length === 0) return "";
  const lines = recurrences.flatMap(({ fingerprint, site, symptom, part, occurrences30, occurrences90 }) => {
    const what = `device="${escapeLabel(fingerprint.split("|", 1)[0] ?? "")}",symptom="${escapeLabel(symptom)}"`;
    const labels = `${what},part="${escapeLabel(part ?? "")}",site="${escapeLabel(site)}"`;
    return [`${recurrenceName}{${labels},window="30d"} ${occurrences30}\n`, `${recurrenceName}{${labels},window="90d"} ${occurrences90}\n`];
  });
  return `${heading(recurrenceName, recurrenceHelp)}\n${lines.join("")}`;
}

/** How often each rule was right: share of disposition="false-alarm". */
export function ruleLines(tallies: readonly RuleTally[]): string {
  if (tallies.length === 0) return "";
  const lines = tallies.flatMap(({ rule, disposition, opened30, opened90 }) => {
    const labels = `rule="${escapeLabel(rule)}",disposition="${escapeLabel(disposition ?? "none")}"`;
    return [`${ruleName}{${labels},window="30d"} ${opened30}\n`, `${ruleName}{${labels},window="90d"} ${opened90}\n`];
  });
  return `${heading(ruleName, ruleHelp)}\n${lines.join("")}`;
}

function incidentLabels(of: Pick<IncidentSummary, "severity" | "urgency" | "level" | "site">): string {
  return `severity="${of.severity}",urgency="${of.urgency}",level="${of.level}",site="${escapeLabel(of.site)}"`;
}

function counts(name: string, by: ReadonlyMap<string, number>): string {
  return [...by].map(([labels, count]) => `${name}{${labels}} ${count}\n`).join("");
}
