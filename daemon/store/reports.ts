/**
 * Reports, between rows and the vocabulary. A version is never written over.
 */
import type { FollowUpReport, IncidentReport } from "../model/report.ts";
import type { Instant } from "../model/time.ts";
import { RaceLost } from "../ports.ts";
import type { FollowUpQuery, ReportQuery, SentMessage } from "../ports-reports.ts";
import { jsonOf, numberOf, textOf } from "./rows.ts";
import type { Row, Session } from "./session.ts";

/** Only the latest version of each. */
const latest =
  "not exists (select 1 from incident_reports later where later.id = incident_reports.id and later.version > incident_reports.version)";

export async function saveReport(session: Session, report: IncidentReport): Promise<void> {
  const { id, version, at, signed, incidents } = report;
  const row = { id, version, at, signed_at: signed?.at ?? null, body: JSON.stringify(report) };
  const made = await session.rows(session.sql("incident_reports").insert(row).onConflict(["id", "version"]).ignore().returning("id"));
  if (made.length === 0) throw new RaceLost(`report ${id} has a version ${version} already`);
  await session.run(session.sql("report_incidents").where({ report: id }).delete());
  await session.run(
    session
      .sql("report_incidents")
      .insert(incidents.map((incident) => ({ incident, report: id })))
      .onConflict("incident")
      .merge(),
  );
}

export async function findReport(session: Session, id: string): Promise<IncidentReport | undefined> {
  const row = await session.row(session.sql("incident_reports").where({ id }).orderBy("version", "desc").first());
  return row === undefined ? undefined : reportOfRow(row);
}

export async function findReportOf(session: Session, incident: string): Promise<IncidentReport | undefined> {
  const row = await session.row(session.sql("report_incidents").where({ incident }).first());
  return row === undefined ? undefined : findReport(session, textOf(row.report));
}

export async function findReportVersions(session: Session, id: string): Promise<readonly IncidentReport[]> {
  return (await session.rows(session.sql("incident_reports").where({ id }).orderBy("version"))).map(reportOfRow);
}

export async function findReports(session: Session, { signed, limit }: ReportQuery): Promise<readonly IncidentReport[]> {
  const found = session
    .sql("incident_reports")
    .whereRaw(latest)
    .orderBy([
      { column: "at", order: "desc" },
      { column: "id", order: "desc" },
    ]);
  if (signed === true) found.whereNotNull("signed_at");
  if (signed === false) found.whereNull("signed_at");
  return (await session.rows(found.limit(limit))).map(reportOfRow);
}

function reportOfRow(row: Row): IncidentReport {
  return jsonOf<IncidentReport>(row.body);
}

export async function saveFollowUp(session: Session, report: FollowUpReport): Promise<boolean> {
  const { id, period, from, site, madeAt } = report;
  const row = { id, period, from_at: from, site: site ?? "", made_at: madeAt, body: JSON.stringify(report) };
  const made = await session.rows(
    session.sql("follow_up_reports").insert(row).onConflict(["period", "from_at", "site"]).ignore().returning("id"),
  );
  return made.length > 0;
}

export async function findFollowUp(session: Session, id: string): Promise<FollowUpReport | undefined> {
  const row = await session.row(session.sql("follow_up_reports").where({ id }).first());
  return row === undefined ? undefined : jsonOf<FollowUpReport>(row.body);
}

export async function findFollowUps(session: Session, { period, site, limit }: FollowUpQuery): Promise<readonly FollowUpReport[]> {
  const found = session.sql("follow_up_reports").orderBy([
    { column: "made_at", order: "desc" },
    { column: "id", order: "desc" },
  ]);
  if (period !== undefined) found.where({ period });
  if (site !== undefined) found.where({ site });
  return (await session.rows(found.limit(limit))).map((row) => jsonOf<FollowUpReport>(row.body));
}

/** Messages to people. */
export async function sentBetween(session: Session, from: Instant, to: Instant, limit: number): Promise<readonly SentMessage[]> {
  const found = session.sql("outbox").where("sent_at", ">=", from).where("sent_at", "<", to).orderBy(["sent_at", "key"]).limit(limit);
  found.whereNot({ kind: "ticket" });
  return (await session.rows(found.select("incident", "recipient", "kind", "sent_at"))).map((row) => ({
    incident: textOf(row.incident),
    recipient: textOf(row.recipient),
    kind: textOf(row.kind),
    at: numberOf(row.sent_at),
  }));
}
