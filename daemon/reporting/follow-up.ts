/**
 * Makes follow-up reports: gathers what happened in a period, for all sites or one, and keeps the figures as they were made.
 */
import { createHash } from "node:crypto";
import { deadline, inService } from "../../rules/clock.ts";
import { figuresOf, type PeriodIncident, periodAt } from "../../rules/followup-report.ts";
import { owesReport, reportDueAt } from "../../rules/report.ts";
import { length, quietSpans } from "../../rules/response.ts";
import { outagesOf } from "../../rules/sessions.ts";
import type { Incident } from "../model/incident.ts";
import type { FollowUpReport, Period, SessionFacts } from "../model/report.ts";
import { HOUR, type Instant } from "../model/time.ts";
import type { Store } from "../ports.ts";
import type { SentMessage } from "../ports-reports.ts";
import { hoursOf } from "../roles/hours.ts";
import { type FactsDeps, factsOf } from "./facts.ts";

export interface FollowUpDeps extends FactsDeps {
  readonly store: Store;
}

/** A report says how many it left out rather than reading without end. */
const mostIncidents = 20_000;
const mostMessages = 100_000;

/** Makes the report of a period and keeps it; the one that was made before, when there is one. */
export async function makeFollowUp(
  deps: FollowUpDeps,
  of: { readonly period: Period; readonly at: Instant; readonly which: "last" | "holding"; readonly site?: string },
): Promise<FollowUpReport> {
  const { store, clock, config } = deps;
  const { from, to } = periodAt(of.period, of.at, config().instance.timezone, of.which);
  const id = idOf(of.period, from, of.site);
  const made = await store.followUp(id);
  if (made !== undefined) return made;
  const madeAt = clock.now();
  const incidents = await store.incidentsBetween(from, to, mostIncidents);
  const sent = byIncident(await store.sentBetween(from, to, mostMessages));
  const all: PeriodIncident[] = [];
  for (const incident of incidents) {
    if (of.site !== undefined && incident.site !== of.site) continue;
    all.push(await periodIncident(deps, incident, { from, to: Math.min(to, madeAt) }, sent.get(incident.id) ?? []));
  }
  const report: FollowUpReport = {
    ...{ id, period: of.period, from, to, madeAt, figures: figuresOf(all, from, to) },
    ...(of.site === undefined ? {} : { site: of.site }),
  };
  // A period that is not over is looked at and not kept: its figures are not final.
  if (to <= madeAt) await store.transaction(undefined, (tx) => tx.saveFollowUp(report));
  return report;
}

/** The same for the same period and site, on every machine. */
export function idOf(period: Period, from: Instant, site: string | undefined): string {
  return `${period}-${createHash("sha256")
    .update(`${period}|${from}|${site ?? ""}`)
    .digest("hex")
    .slice(0, 16)}`;
}

function byIncident(sent: readonly SentMessage[]): ReadonlyMap<string, readonly SentMessage[]> {
  const found = new Map<string, SentMessage[]>();
  for (const each of sent) {
    const same = found.get(each.incident);
    if (same === undefined) found.set(each.incident, [each]);
    else same.push(each);
  }
  return found;
}

async function periodIncident(
  deps: FollowUpDeps,
  incident: Incident,
  { from, to }: { readonly from: Instant; readonly to: Instant },
  sent: readonly SentMessage[],
): Promise<PeriodIncident> {
  const { store, config } = deps;
  const hours = hoursOf(config(), incident.site, incident.device);
  const timeline = await store.timeline(incident.id);
  const facts = await factsOf(deps, incident);
  const outages = outagesOf(incident, timeline).map((each) => ({ from: Math.max(from, each.from), to: Math.min(to, each.to ?? to) }));
  const quiet = quietSpans(timeline, to);
  const report = owesReport(incident, incident.disposition) ? await store.reportOf(incident.id) : undefined;
  const owes = owesReport(incident, incident.disposition) && report?.signed === undefined;
  const dueAt = reportDueAt(incident, hours, config().reports.majorDueDays);
  return {
    incident,
    ...(facts.take === undefined ? {} : { takeMs: facts.take.wallMs }),
    ...(facts.restore === undefined ? {} : { restoreMs: facts.restore.wallMs }),
    downMs: outages.reduce((sum, each) => sum + length(hours, each.from, each.to, quiet).wallMs, 0),
    sessions: facts.sessions
      .filter((each) => each.from < to && each.to > from)
      .map((each) => ({ id: each.id, clinicalMs: each.clinicalMs, fate: fateOf(each) })),
    ...waitingOn(incident, facts.partners),
    promises: facts.partners.flatMap(({ promisedBy, doneAt }) =>
      promisedBy === undefined ? [] : [{ by: promisedBy, ...(doneAt === undefined ? {} : { doneAt }) }],
    ),
    pagedOutside: sent.filter(({ at }) => !inService(hours, at)).map(({ at }) => at),
    acts: timeline.filter(({ by }) => by !== "system" && by !== "auditor").map(({ at }) => at),
    riskBefore: deadline(hours, { ms: 4 * HOUR, in: "service" }, to),
    ...(owes ? { reportOwed: dueAt === undefined ? {} : { dueAt } } : {}),
  };
}

/** What the coordinator said; without a word of theirs it is not known. */
function fateOf({ outcome }: SessionFacts): "lost" | "saved" | "unknown" {
  if (outcome === undefined || outcome === "not-technical") return "unknown";
  return outcome === "lost" || outcome === "postponed" ? "lost" : "saved";
}

/** A partner with an open task, else the holder. */
function waitingOn(
  incident: Incident,
  partners: readonly { readonly partner: string; readonly doneAt?: Instant }[],
): { waitingOn?: string } {
  const partner = partners.find(({ doneAt }) => doneAt === undefined)?.partner;
  const who = partner ?? incident.holder;
  return who === undefined ? {} : { waitingOn: who };
}
