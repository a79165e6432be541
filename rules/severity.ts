/**
 * Minor or major, and when somebody is told: what the table of severities says of an incident. Provisional at the opening.
 *
 * Pure. Every row that holds counts and the highest wins: one row more never lowers anything.
 */
import type { Severity, Urgency } from "../daemon/model/incident.ts";
import type { Device, Link, Network } from "../daemon/model/network.ts";
import type { Rule } from "../daemon/model/rule.ts";
import type { SessionAhead } from "../daemon/model/session.ts";
import type { NetworkRole, SeverityCondition, SeverityReach, SeverityRow, SeverityTable } from "../daemon/model/severity.ts";
import { HOUR, MINUTE } from "../daemon/model/time.ts";
import { below, childrenOf } from "./cuts.ts";

export interface SeverityInput {
  readonly table: SeverityTable;
  /** Undefined when it has left the configuration. */
  readonly rule: Rule | undefined;
  readonly site: string;
  readonly symptom: string;
  /** The device of the root cause; undefined for a circuit, or for our own sight. */
  readonly device: Device | undefined;
  readonly network: Network;
  /** Known to reach beyond one device (a site, a circuit, several devices). Undefined: nobody can tell yet. */
  readonly general: boolean | undefined;
  /** Is service owed now? By the device's own service hours. */
  readonly inServiceHours: boolean;
  /** The session that needs it and runs, or comes next; undefined: none is known. */
  readonly session?: SessionAhead;
  /** How long it has failed, in service hours. Asked only where a row needs it. */
  readonly withoutServiceMs?: () => number;
  /** How many devices are reached through one (`behindOf`). */
  readonly behind: (device: string) => number;
  /** Nobody fills the function that it is about, now or within the hour. */
  readonly nobodyOnCall?: boolean;
  /** What a person has decided against (`severity/<key>`, `urgency/<key>`): these rows no longer count. */
  readonly overruled?: readonly string[];
}

export interface SeverityVerdict {
  readonly severity: Severity;
  readonly severityWhy: string;
  readonly urgency: Urgency;
  readonly urgencyWhy: string;
  readonly general: boolean;
  /** Of every row that raises anything: what a person decides against who decides against this verdict. */
  readonly raisedBy: readonly string[];
}

const severityRank: Readonly<Record<Severity, number>> = { minor: 0, major: 1 };
const urgencyRank: Readonly<Record<Urgency, number>> = { "service-hours": 0, "before-session": 1, now: 2 };

export function isHigherSeverity(one: Severity, than: Severity): boolean {
  return severityRank[one] > severityRank[than];
}

export function isHigherUrgency(one: Urgency, than: Urgency): boolean {
  return urgencyRank[one] > urgencyRank[than];
}

/** What the table says now. Where no row holds at all it is the higher one: unsure. */
export function judgeSeverity(input: SeverityInput): SeverityVerdict {
  const overruled = new Set(input.overruled);
  const rows = input.table.filter(({ when }) => holds(when, input));
  let severity: SeverityRow | undefined;
  let urgency: SeverityRow | undefined;
  const raisedBy: string[] = [];
  for (const row of rows) {
    const key = keyOf(row, input);
    const counts = (what: "severity" | "urgency", raises: boolean): boolean => {
      if (raises) raisedBy.push(`${what}/${key}`);
      return !overruled.has(`${what}/${key}`);
    };
    if (row.severity !== undefined && counts("severity", row.severity !== "minor"))
      if (severity?.severity === undefined || isHigherSeverity(row.severity, severity.severity)) severity = row;
    if (row.urgency !== undefined && counts("urgency", row.urgency !== "service-hours"))
      if (urgency?.urgency === undefined || isHigherUrgency(row.urgency, urgency.urgency)) urgency = row;
  }
  return {
    severity: severity?.severity ?? "major",
    severityWhy: severity === undefined ? unsure : whyOf(severity.why.en, input),
    urgency: urgency?.urgency ?? "now",
    urgencyWhy: urgency === undefined ? unsure : whyOf((urgency.urgencyWhy ?? urgency.why).en, input),
    general: rows.some((row) => row.general === true),
    raisedBy,
  };
}

const unsure = "no row of the table of severities fits; unsure is the higher one";

/** A row about a session is decided against for that session, whichever row says it: the next one counts again. */
function keyOf({ id, when }: SeverityRow, { session }: SeverityInput): string {
  const aboutSession = when.session !== undefined || when.sessionWithinMs !== undefined;
  return aboutSession && session !== undefined ? `session:${session.session}` : id;
}

/** How many devices are reached through one; builds its index once, at the first question. */
export function behindOf(network: Network): (device: string) => number {
  let children: ReadonlyMap<string, readonly string[]> | undefined;
  return (id) => {
    children ??= childrenOf(network);
    return below({ children }, id).size;
  };
}

function reachOf({ general, rule, device }: SeverityInput): SeverityReach {
  if (general === true) return "several";
  if (general === undefined) return "unknown";
  if (rule?.reach === "general") return "general";
  return rule?.reach === "part" || device === undefined ? "part" : "device";
}

function linkOf({ device, network }: SeverityInput): Link | undefined {
  return device === undefined ? undefined : [...network.links.values()].find((link) => link.device === device.id);
}

function hasRole(role: NetworkRole, input: SeverityInput): boolean {
  const { device, network } = input;
  if (device === undefined) return false;
  switch (role) {
    case "core":
      return network.canary === device.id;
    case "circuit":
      return linkOf(input) !== undefined;
    case "gateway":
      return network.sites.get(device.site)?.gateway === device.id;
  }
}

/** The dear questions come last. */
function holds(when: SeverityCondition, input: SeverityInput): boolean {
  const { device, rule } = input;
  const one = <T>(allowed: readonly T[] | undefined, value: T | undefined): boolean =>
    allowed === undefined || (value !== undefined && allowed.includes(value));
  const same = (wanted: boolean | undefined, value: boolean): boolean => wanted === undefined || wanted === value;
  return (
    one(when.reach, reachOf(input)) &&
    same(when.outOfService, rule?.outOfService === true) &&
    same(when.asks, rule?.opensRequest === true) &&
    same(when.nobodyOnCall, input.nobodyOnCall === true) &&
    same(when.dayAndNight, device?.alwaysUrgent === true) &&
    same(when.inService, input.inServiceHours) &&
    one(when.kinds, device?.kind) &&
    one(when.families, device?.family) &&
    one(when.symptoms, input.symptom) &&
    one(when.sites, input.site) &&
    Object.entries(when.labels ?? {}).every(([label, value]) => device?.labels[label] === value) &&
    sessionHolds(when, input.session) &&
    (when.role === undefined || hasRole(when.role, input)) &&
    (when.withoutServiceMs === undefined || (input.withoutServiceMs?.() ?? 0) >= when.withoutServiceMs) &&
    (when.behindAtLeast === undefined || (device !== undefined && input.behind(device.id) >= when.behindAtLeast))
  );
}

function sessionHolds(when: SeverityCondition, session: SessionAhead | undefined): boolean {
  if (when.session === undefined && when.sessionWithinMs === undefined && when.sessionKinds === undefined) return true;
  if (session === undefined) return false;
  const runs = session.withinMs <= 0;
  if (when.session !== undefined && runs !== (when.session === "running")) return false;
  if (when.sessionWithinMs !== undefined && session.withinMs > when.sessionWithinMs) return false;
  return when.sessionKinds === undefined || when.sessionKinds.includes(session.kind);
}

/** Rounded so that a session within the limit never reads as beyond it. */
function whyOf(template: string, input: SeverityInput): string {
  const { session, device, site, symptom } = input;
  const values: Readonly<Record<string, () => string>> = {
    minutes: () => String(Math.max(0, Math.ceil((session?.withinMs ?? 0) / MINUTE))),
    link: () => linkOf(input)?.id ?? "",
    site: () => device?.site ?? site,
    symptom: () => symptom,
    behind: () => String(device === undefined ? 0 : input.behind(device.id)),
    hours: () => String(Math.floor((input.withoutServiceMs?.() ?? 0) / HOUR)),
  };
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name]?.() ?? whole);
}
