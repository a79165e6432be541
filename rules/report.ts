/**
 * The report of a major incident: when one is owed, what it still lacks, what can be filled in beforehand, when it is due.
 *
 * Pure. Repercussions are required in any case; where no session was hit they are filled in beforehand (procedure.md).
 */
import type { Disposition, Incident } from "../daemon/model/incident.ts";
import type { IncidentFacts, ReportTexts } from "../daemon/model/report.ts";
import { type Instant, MINUTE } from "../daemon/model/time.ts";
import type { Hours } from "./clock.ts";
import { deadline, elapsed } from "./clock.ts";

/** A part of the report that is required. */
export type ReportPart = "cause" | "organizational" | "clinical" | "remedial" | "remedial.owner" | "remedial.due" | "signature";

/** False alarms need none (procedure.md); neither does a test (ours). */
export function owesReport(incident: Pick<Incident, "severity" | "foldedInto">, disposition: Disposition | undefined): boolean {
  return incident.severity === "major" && incident.foldedInto === undefined && disposition !== "false-alarm" && disposition !== "test";
}

/** What must be written before it can be signed. */
export function missingIn(texts: ReportTexts): readonly ReportPart[] {
  const missing: ReportPart[] = [];
  if (blank(texts.cause)) missing.push("cause");
  if (blank(texts.organizational)) missing.push("organizational");
  if (blank(texts.clinical)) missing.push("clinical");
  const { remedial } = texts;
  if (remedial === undefined || blank(remedial.kind === "none" ? remedial.why : remedial.what)) missing.push("remedial");
  if (remedial?.kind === "action" && blank(remedial.owner)) missing.push("remedial.owner");
  if (remedial?.kind === "action" && blank(remedial.due)) missing.push("remedial.due");
  return missing;
}

function blank(text: string | undefined): boolean {
  return text === undefined || text.trim() === "";
}

/** Minutes without service and sessions hit, over all its incidents; a session that two of them hit counts once. */
export function toll(facts: readonly IncidentFacts[]): {
  readonly downMinutes: number;
  readonly sessions: number;
  readonly clinicalMinutes: number;
} {
  const clinical = new Map<string, number>();
  for (const { sessions } of facts)
    for (const { id, clinicalMs } of sessions) clinical.set(id, Math.max(clinical.get(id) ?? 0, clinicalMs));
  return {
    downMinutes: Math.round(Math.max(0, ...facts.map(({ down }) => down.wallMs)) / MINUTE),
    sessions: clinical.size,
    clinicalMinutes: Math.round([...clinical.values()].reduce((sum, ms) => sum + ms, 0) / MINUTE),
  };
}

/** When the report is due: so many working days after service was back; undefined before. */
export function reportDueAt(incident: Pick<Incident, "restoredAt" | "resolvedAt">, hours: Hours, days: number): Instant | undefined {
  const from = incident.restoredAt ?? incident.resolvedAt;
  return from === undefined ? undefined : deadline(hours, { ms: days * 24 * 60 * MINUTE, in: "working-days" }, from);
}

/** How often people were to be reminded by `at` of a report that is owed: the working day before it is due, when it is, and each working day after. */
export function remindersBy(dueAt: Instant, hours: Hours, at: Instant): number {
  if (at < dueAt) return elapsed(hours, "working-days", at, dueAt) <= WORKING_DAY_MS ? 1 : 0;
  return 2 + Math.floor(elapsed(hours, "working-days", dueAt, at) / WORKING_DAY_MS);
}

const WORKING_DAY_MS = 24 * 60 * MINUTE;
