/**
 * What the store keeps of reports: every version of those about major incidents, and follow-up reports as they were made.
 */
import type { Incident } from "./model/incident.ts";
import type { FollowUpReport, IncidentReport, Period } from "./model/report.ts";
import type { Instant } from "./model/time.ts";

export interface ReportQuery {
  /** True: whose latest version is signed; false: drafts. */
  readonly signed?: boolean;
  readonly limit: number;
}

export interface FollowUpQuery {
  readonly period?: Period;
  readonly site?: string;
  readonly limit: number;
}

/** A message that reached somebody. */
export interface SentMessage {
  readonly incident: string;
  readonly recipient: string;
  readonly kind: string;
  readonly at: Instant;
}

export interface ReportStore {
  /** The latest version. */
  report(id: string): Promise<IncidentReport | undefined>;
  /** All versions, the first first. */
  reportVersions(id: string): Promise<readonly IncidentReport[]>;
  /** The latest version of the report about this incident. */
  reportOf(incident: string): Promise<IncidentReport | undefined>;
  /** Latest versions, the last written first. */
  reports(query: ReportQuery): Promise<readonly IncidentReport[]>;
  followUp(id: string): Promise<FollowUpReport | undefined>;
  /** The last made first. */
  followUps(query: FollowUpQuery): Promise<readonly FollowUpReport[]>;
  /** Incidents that were open at some time of [from, to), folded ones left out; the first opened first. */
  incidentsBetween(from: Instant, to: Instant, limit: number): Promise<readonly Incident[]>;
  /** What was sent in [from, to), about whatever. */
  sentBetween(from: Instant, to: Instant, limit: number): Promise<readonly SentMessage[]>;
}

export interface ReportTx {
  report(id: string): Promise<IncidentReport | undefined>;
  reportOf(incident: string): Promise<IncidentReport | undefined>;
  /** A new version. Throws RaceLost when that version exists. */
  saveReport(report: IncidentReport): Promise<void>;
  /** False: the one of this period and site was made already. */
  saveFollowUp(report: FollowUpReport): Promise<boolean>;
}
