/**
 * What a role can do inside one write transaction.
 */
import type { Acceptance } from "../model/acceptance.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Incident } from "../model/incident.ts";
import type { IncidentLink, IncidentSplit } from "../model/joining.ts";
import type { DeviceLights } from "../model/lights.ts";
import type { Instant } from "../model/time.ts";
import type { AuditEntry, InboxMessage, StockChanges, Tx } from "../ports.ts";
import { saveAcceptance } from "./acceptances.ts";
import { eraseAttachment, findAttachments, saveAttachment } from "./attachments.ts";
import { writeAudit } from "./audit-chain.ts";
import { cancelSession, replaceSessions, saveOutcome, saveReadiness, saveSessions } from "./bookings.ts";
import { diagnosisTx } from "./diagnoses.ts";
import type { Gathered } from "./gathered.ts";
import { insertInbox } from "./inbox.ts";
import type { Incidents } from "./incidents.ts";
import { saveLights, saveStock } from "./inventory.ts";
import { addLink, alarmsOf, forgetSplit, linksOf, loadSplits, removeLink, saveSplit } from "./joining.ts";
import { keptOn } from "./kept.ts";
import { beginMaintenance, findMaintenance, moveBeginning, saveMaintenance } from "./maintenances.ts";
import { onCallTx } from "./on-call.ts";
import { dropPending, hastenOutbox, moveOutbox } from "./outbox.ts";
import { erasePerson } from "./privacy.ts";
import { findProblem, saveProblem } from "./problems.ts";
import { findReport, findReportOf, saveFollowUp, saveReport } from "./reports.ts";
import { requestTx } from "./requests.ts";
import { alarmRow } from "./rows.ts";
import { INSERT_ROWS, type Session, slices } from "./session.ts";
import { addReference, findActions, moveWork, removeReference, saveAction, taskTx } from "./work.ts";

/** Two states of one alarm in one call: the later one counts (one statement cannot touch a row twice). */
async function writeAlarms(session: Session, alarms: readonly Alarm[]): Promise<void> {
  const latest = [...new Map(alarms.map((alarm) => [alarm.key, alarm])).values()];
  for (const some of slices(latest, INSERT_ROWS)) {
    await session.run(session.sql("alarms").insert(some.map(alarmRow)).onConflict("key").merge());
  }
}

/** `gathered` is written by whoever commits. */
export function txOn(session: Session, incidents: Incidents, gathered: Gathered): Tx {
  /** What goes through the outbox itself sees what was added to it. */
  const after = async <T>(work: () => Promise<T>): Promise<T> => {
    await gathered.write();
    return work();
  };
  return {
    ...keptOn(session),
    ...onCallTx(session),
    ...requestTx(session),
    ...diagnosisTx(session),
    erasePerson: (id) => after(() => erasePerson(session, id)),
    saveAlarms: (alarms: readonly Alarm[]) => writeAlarms(session, alarms),
    incident: (id: string) => incidents.byId(session, id),
    openByRootCause: (rootCause: string) => incidents.openByRootCause(session, rootCause),
    latestByFingerprint: (fingerprint: string, since: Instant) => incidents.latestByFingerprint(session, fingerprint, since),
    dueIncidents: (at, limit, passed) => incidents.due(session, at, limit, passed),
    insertIncident: (incident: Incident) => incidents.insert(session, incident),
    updateIncident: (incident: Incident) => incidents.update(session, incident),
    appendTimeline: async (entries) => gathered.lines(entries),
    addOutbox: async (rows) => gathered.messages(rows),
    dropPending: (incident, why, at) => after(() => dropPending(session, incident, why, at)),
    hastenOutbox: (incident, at) => after(() => hastenOutbox(session, incident, at)),
    moveOutbox: (ms) => after(() => moveOutbox(session, ms)),
    saveCursor: async (reader: string, seq: number) => {
      await session.run(session.sql("cursors").insert({ reader, seq }).onConflict("reader").merge());
    },
    saveLights: (lights: readonly DeviceLights[]) => saveLights(session, lights),
    saveStock: (changes: StockChanges) => saveStock(session, changes),
    saveAcceptance: (signed: Acceptance) => saveAcceptance(session, signed),
    maintenance: (id) => findMaintenance(session, id, "for-update"),
    saveMaintenance: (maintenance) => saveMaintenance(session, maintenance),
    beginMaintenance: (id, at) => beginMaintenance(session, id, at),
    moveBeginning: (id, at) => moveBeginning(session, id, at),
    problem: (id) => findProblem(session, id),
    saveProblem: (problem) => saveProblem(session, problem),
    saveSessions: (sessions) => saveSessions(session, sessions),
    replaceSessions: (source, window, sessions) => replaceSessions(session, { source, window, sessions }),
    cancelSession: (id) => cancelSession(session, id),
    saveOutcome: (id, outcome) => saveOutcome(session, id, outcome),
    saveReadiness: (readiness) => saveReadiness(session, readiness),
    report: (id) => findReport(session, id),
    reportOf: (incident) => findReportOf(session, incident),
    saveReport: (report) => saveReport(session, report),
    saveFollowUp: (report) => saveFollowUp(session, report),
    ...taskTx(session),
    moveWork: (from, to) => moveWork(session, from, to),
    attachmentsOf: (incident) => findAttachments(session, incident),
    saveAttachment: (attachment, content) => saveAttachment(session, attachment, content),
    eraseAttachment: (attachment) => eraseAttachment(session, attachment),
    workActions: (query) => findActions(session, query),
    saveAction: (action) => saveAction(session, action),
    addReference: (reference) => addReference(session, reference),
    removeReference: (reference) => removeReference(session, reference),
    audit: (entries: readonly AuditEntry[]) => writeAudit(session, entries),
    linksOf: (incident: string) => linksOf(session, incident),
    alarmsOf: (incident: string) => alarmsOf(session, incident),
    addLink: (link: IncidentLink) => addLink(session, link),
    removeLink: (from: string, to: string) => removeLink(session, from, to),
    loadSplits: () => loadSplits(session),
    saveSplit: (split: IncidentSplit) => saveSplit(session, split),
    forgetSplit: (id: string) => forgetSplit(session, id),
    appendInbox: async (messages: readonly Omit<InboxMessage, "seq">[]) => {
      await insertInbox(session, messages);
    },
  };
}
