/**
 * Retention: what is past its time goes, at most 1,000 rows a statement, each in a transaction of its own.
 */
import type { Instant } from "../model/time.ts";
import { deleteAudit } from "./audit-chain.ts";
import { deleteSessions } from "./bookings.ts";
import { deleteDiagnoses } from "./diagnoses.ts";
import { deleteUnits } from "./inventory.ts";
import { deleteLooks } from "./looks.ts";
import { deleteRequests, forgetCallers } from "./requests.ts";
import { alarmOf, numberOf, textOf } from "./rows.ts";
import { IN_VALUES, type Session, slices } from "./session.ts";

export interface Limits {
  readonly samplesBefore: Instant;
  readonly trapsBefore: Instant;
  readonly inboxBefore: Instant;
  readonly incidentsBefore: Instant;
  readonly sessionsBefore: Instant;
  readonly looksBefore: Instant;
  readonly callersBefore?: Instant;
}

type Transaction = <T>(work: (session: Session) => Promise<T>) => Promise<T>;

/** Deletes in small steps; how many rows went. */
export async function prune(transaction: Transaction, limits: Limits): Promise<number> {
  let gone = 0;
  gone += await inSteps(transaction, (session) => deleteSome(session, "rollup_chunks", "id", "from_at", limits.samplesBefore));
  gone += await inSteps(transaction, (session) => deleteSlots(session, limits.samplesBefore));
  gone += await inSteps(transaction, (session) => deleteSome(session, "traps", "id", "at", limits.trapsBefore));
  gone += await inSteps(transaction, (session) => deleteInbox(session, limits.inboxBefore));
  gone += await inSteps(transaction, (session) => deleteIncidents(session, limits.incidentsBefore));
  gone += await inSteps(transaction, (session) => deleteRequests(session, limits.incidentsBefore));
  gone += await inSteps(transaction, (session) => forgetCallers(session, limits.callersBefore ?? 0));
  gone += await inSteps(transaction, (session) => deleteLetters(session, limits.incidentsBefore));
  // What came back is kept as long as what was heard: to know it when it comes again.
  gone += await inSteps(transaction, (session) => deleteBy(session, "inbound", "at", limits.inboxBefore));
  gone += await inSteps(transaction, (session) => deleteBy(session, "ack_codes", "expires_at", limits.inboxBefore));
  gone += await inSteps(transaction, (session) => deleteAudit(session, limits.incidentsBefore));
  // What a device was is kept as long as what befell it: both are asked together.
  gone += await inSteps(transaction, (session) => deleteSome(session, "device_events", "id", "at", limits.incidentsBefore));
  gone += await inSteps(transaction, (session) => deleteSome(session, "follow_up_reports", "id", "made_at", limits.incidentsBefore));
  // A split holds for alarms of its day: nobody asks years later whether they may be joined again.
  gone += await inSteps(transaction, (session) => deleteSome(session, "incident_splits", "id", "at", limits.incidentsBefore));
  gone += await inSteps(transaction, (session) => deleteSessionAlarms(session, limits.trapsBefore));
  gone += await inSteps(transaction, (session) => deleteUnits(session, limits.incidentsBefore));
  gone += await inSteps(transaction, (session) => deleteLooks(session, limits.looksBefore));
  gone += await inSteps(transaction, (session) => deleteSessions(session, limits.sessionsBefore));
  return gone;
}

const STEP = 1_000;

async function inSteps(transaction: Transaction, step: (session: Session) => Promise<number>): Promise<number> {
  let all = 0;
  for (;;) {
    const gone = await transaction(step);
    all += gone;
    if (gone === 0) return all;
  }
}

function deleteSome(session: Session, table: string, id: string, column: string, before: Instant): Promise<number> {
  const old = session.sql(table).select(id).where(column, "<", before).orderBy(column).limit(STEP);
  return session.run(session.sql(table).whereIn(id, old).delete());
}

/** Tables of a few rows a day: all that is old goes in one statement, the second finds none. */
function deleteBy(session: Session, table: string, column: string, before: Instant): Promise<number> {
  return session.run(session.sql(table).where(column, "<", before).delete());
}

/** Messages that are about no incident; the others go with theirs. */
async function deleteLetters({ sql, rows, run }: Session, before: Instant): Promise<number> {
  const old = sql("outbox").select("key").where({ incident: "" }).where("created_at", "<", before).limit(IN_VALUES);
  const keys = (await rows(old)).map((row) => textOf(row.key));
  if (keys.length === 0) return 0;
  return (await run(sql("deliveries").whereIn("key", keys).delete())) + (await run(sql("outbox").whereIn("key", keys).delete()));
}

async function deleteSlots(session: Session, before: Instant): Promise<number> {
  const old = await session.rows(
    session.sql("rollup_slots").select("slot_at", "device").where("slot_at", "<", before).orderBy(["slot_at", "device"]).limit(STEP),
  );
  const last = old.at(-1);
  if (last === undefined) return 0;
  const bounds = [numberOf(last.slot_at), textOf(last.device)];
  return session.run(session.sql("rollup_slots").whereRaw("(slot_at, device) <= (?, ?)", bounds).delete());
}

/** A session that could not be held has an alarm of its own, which never fails again. */
async function deleteSessionAlarms(session: Session, before: Instant): Promise<number> {
  const { sql } = session;
  const open = sql("incidents").select("id").where("is_open", 1);
  const over = sql("alarms").whereRaw("substr(device, 1, 8) = 'session:'").where("state", "inactive");
  const rows = await session.rows(over.where((or) => void or.whereNull("incident").orWhereNotIn("incident", open)));
  const old = rows.map(alarmOf).filter(({ since }) => since < before);
  let gone = 0;
  for (const some of slices(old, IN_VALUES)) {
    const keys = some.map(({ key }) => key);
    gone += await session.run(sql("alarms").whereIn("key", keys).delete());
  }
  return gone;
}

/** What no reader has passed yet stays, however old: it was never looked at. */
async function deleteInbox(session: Session, before: Instant): Promise<number> {
  const row = await session.row(session.sql("cursors").min({ seq: "seq" }).first());
  if (row?.seq === null || row?.seq === undefined) return 0;
  const old = session.sql("inbox").select("seq").where("at", "<", before).where("seq", "<=", numberOf(row.seq)).limit(STEP);
  return session.run(session.sql("inbox").whereIn("seq", old).delete());
}

/** Incidents per step: each takes its timeline and messages with it. */
const INCIDENTS = 50;

/** Only closed ones; the incident goes before its timeline, as the database demands. */
async function deleteIncidents(session: Session, before: Instant): Promise<number> {
  const { sql } = session;
  const old = sql("incidents").select("id").where("is_open", 0).where("opened_at", "<", before);
  // A long incident is kept for its time after its end, not after its beginning.
  const ended = old.whereRaw("coalesce(ended_at, opened_at) < ?", [before]).orderBy("opened_at").limit(INCIDENTS);
  const ids = (await session.rows(ended)).map((row) => textOf(row.id));
  if (ids.length === 0) return 0;
  let gone = await session.run(sql("incidents").whereIn("id", ids).delete());
  const keys = (await session.rows(sql("outbox").select("key").whereIn("incident", ids))).map((row) => textOf(row.key));
  for (const some of slices(keys, IN_VALUES))
    gone += await session.run(
      sql("deliveries")
        .whereIn("key", [...some])
        .delete(),
    );
  for (const end of ["from", "to"]) gone += await session.run(sql("incident_links").whereIn(end, ids).delete());
  // A report about several goes with the last of them.
  gone += await session.run(sql("report_incidents").whereIn("incident", ids).delete());
  gone += await session.run(sql("incident_reports").whereNotIn("id", sql("report_incidents").select("report")).delete());
  await deleteDiagnoses(session, ids);
  for (const table of [
    "partner_tasks",
    "incident_actions",
    "attachments",
    "incident_references",
    "public_news",
    "outbox",
    "timeline",
    "timeline_heads",
  ])
    gone += await session.run(sql(table).whereIn("incident", ids).delete());
  return gone;
}
