/**
 * The store: SQLite or PostgreSQL behind one port. Call `migrate()` before anything else.
 *
 * On SQLite there is one writer: inside `transaction(…)` use only its `tx`; a call to the store itself would wait for itself.
 */
import { join } from "node:path";
import type { Config } from "../model/config.ts";
import { type Clock, type Fence, type Log, type Store, StoreUnavailable, type Tx } from "../ports.ts";
import type { AuditQuery } from "../ports-audit.ts";
import type { revisions } from "../ports-kept.ts";
import type { AckCode, Inbound, Way } from "../ports-notify.ts";
import { findAcceptances } from "./acceptances.ts";
import { findAttachmentBytes, findAttachments } from "./attachments.ts";
import { auditAfter, auditEnd, auditLog } from "./audit.ts";
import { verifyAudit, writeAudit } from "./audit-chain.ts";
import { backupStorage } from "./backup.ts";
import { findReadiness, findSession, findSessions } from "./bookings.ts";
import { bundleOf, supersede, toldLately, waitsInStorm } from "./bundles.ts";
import { claimOutbox, isMessageDue } from "./claims.ts";
import { closePools, openPostgres, openSqlite, type Pools } from "./connect.ts";
import { diagnosisReads } from "./diagnoses.ts";
import { Gathered } from "./gathered.ts";
import { Glance, isBy } from "./glance.ts";
import { appendInbox, findTraps, inboxAfter, insertInbox, saveTraps } from "./inbox.ts";
import { Incidents, recurrences } from "./incidents.ts";
import { findDeviceEvents, findUnits, loadInventories, loadLights } from "./inventory.ts";
import { alarmsOf, linksOf, loadSplits } from "./joining.ts";
import { forgetKept, keepFirst, readKept, readKeptAll, writeKept } from "./kept.ts";
import { checkFence, Leases } from "./leases.ts";
import { looksOn } from "./looks.ts";
import { findMaintenance, findMaintenances } from "./maintenances.ts";
import { type Migration, migrateSchema } from "./migrate.ts";
import { reserveNumbers, unusedNumbers } from "./numbers.ts";
import { onCallReads } from "./on-call.ts";
import {
  type Attempt,
  attemptsOf,
  deliveriesOf,
  deliveryBy,
  keysOver,
  outboxDepth,
  recordDeliveries,
  ticketedIncidents,
} from "./outbox.ts";
import { keptAbout } from "./privacy.ts";
import { failureCounts, findProblem, findProblems } from "./problems.ts";
import { prune } from "./prune.ts";
import { ackCodesTo, failAckCode, findAckCode, hear, saveAckCode, takeReceipt } from "./replies.ts";
import { findFollowUp, findFollowUps, findReport, findReportOf, findReports, findReportVersions, sentBetween } from "./reports.ts";
import { requestReads } from "./requests.ts";
import { Rollups } from "./rollups.ts";
import { alarmOf, numberOf } from "./rows.ts";
import { rulePages, ruleTallies } from "./rule-counts.ts";
import { inTransaction, type Session, sessionOn } from "./session.ts";
import { redactEntry, timelineOf, verifyTimeline } from "./timeline.ts";
import { txOn } from "./tx.ts";
import { findActions, findReferences, findTask, findTasks } from "./work.ts";

export interface StoreOptions {
  readonly storage: Config["storage"];
  /** Where the mark of the highest request number and the backups before migrations are kept. */
  readonly stateDir: string;
  readonly log?: Log;
  readonly clock: Clock;
  /** Copy the database before a migration changes it. Default true. */
  readonly backupBeforeMigrate?: boolean;
  /** The schema's steps, in order. Default: all that this daemon knows. */
  readonly migrations?: readonly Migration[];
}

/** What this store can tell beyond the port. */
export interface OpenedStore extends Store {
  /** Every attempt at sending one outbox row. */
  attempts(key: string): Promise<readonly Attempt[]>;
}

type Transaction = <T>(work: (session: Session) => Promise<T>) => Promise<T>;

interface Parts {
  readonly options: StoreOptions;
  readonly pools: Pools;
  readonly reader: Session;
  readonly write: Transaction;
  readonly incidents: Incidents;
  readonly glance: Glance;
}

/** Opens the database (and makes the file); `migrate()` makes it usable. */
export async function openStore(options: StoreOptions): Promise<OpenedStore> {
  return storeOn(openPools(options.storage), options);
}

export function openPools(storage: Config["storage"]): Pools {
  return storage.kind === "sqlite" ? openSqlite(storage.path) : openPostgres(storage.url.reveal());
}

/** The store on connections that are open already; it closes them. */
export function storeOn(pools: Pools, options: StoreOptions): OpenedStore {
  const reader = sessionOn(pools.kind, pools.reader);
  const glance = new Glance(reader, options.clock);
  const write: Transaction = (work) => inTransaction(pools.kind, pools.writer, work).finally(() => glance.written());
  const parts: Parts = { options, pools, reader, write, incidents: new Incidents(), glance };
  return { ...lifeOf(parts), ...writesOf(parts), ...readsOf(parts), ...topicReads(parts), ...samplesOf(parts) };
}

function lifeOf({ options, pools, reader }: Parts) {
  let closing: Promise<void> | undefined;
  return {
    kind: pools.kind,
    migrate: () => migrateSchema(pools, options.clock.now(), (from) => backupBefore(options, from), options.migrations),
    backup: (file: string) => backupStorage(options.storage, file),
    ping: async () => {
      await reader.row(reader.sql.raw("select 1 as one"));
    },
    close: () => {
      closing ??= closePools(pools);
      return closing;
    },
  };
}

/** PostgreSQL without pg_dump goes on without a copy, and says so; a copy that fails stops the migration. */
async function backupBefore({ storage, stateDir, clock, log, backupBeforeMigrate }: StoreOptions, from: number): Promise<void> {
  if (backupBeforeMigrate === false) return;
  const file = join(stateDir, "backups", `before-schema-${from}-${clock.now()}.${storage.kind === "sqlite" ? "db" : "dump"}`);
  try {
    await backupStorage(storage, file);
    log?.info({ file, from }, "backed up before a migration");
  } catch (error) {
    if (!(error instanceof StoreUnavailable && error.code === "PG_DUMP_MISSING")) throw error;
    log?.warn({ from }, "pg_dump is not installed: the schema is changed without a copy");
  }
}

function writesOf({ options, reader, write, incidents, glance }: Parts) {
  const { clock } = options;
  const leases = new Leases(clock);
  const acquire = (roles: readonly string[], holder: string, ttlMs: number) =>
    write((session) => leases.acquire(session, { roles, holder, ttlMs }));
  const reserve = async (prefix: string, year: number, count: number): Promise<readonly number[]> =>
    count <= 0 ? [] : write((session) => reserveNumbers(session, options.stateDir, { prefix, year, count, at: clock.now() }));
  return {
    transaction: <T>(fence: Fence | undefined, work: (tx: Tx) => Promise<T>) =>
      write(async (session) => {
        if (fence !== undefined) await checkFence(session, fence);
        const gathered = new Gathered(session);
        const result = await work(txOn(session, incidents, gathered));
        await gathered.write();
        return result;
      }),
    acquireLease: async (role: string, holder: string, ttlMs: number) => (await acquire([role], holder, ttlMs))[0],
    acquireLeases: async (roles: readonly string[], holder: string, ttlMs: number) => {
      if (options.storage.kind === "sqlite") return acquire(roles, holder, ttlMs);
      const fences: (Fence | undefined)[] = [];
      // A row stays locked until its transaction ends: no role waits for what another one is about.
      for (const role of roles) fences.push(...(await acquire([role], holder, ttlMs)));
      return fences;
    },
    releaseLease: (fence: Fence) => write((session) => leases.release(session, fence)),
    reserveNumber: async (prefix: string, year: number) => (await reserve(prefix, year, 1))[0] as number,
    reserveNumbers: reserve,
    appendInbox: (messages: Parameters<Store["appendInbox"]>[0]) =>
      messages.length === 0 ? Promise.resolve([]) : write((session) => appendInbox(session, messages)),
    claimOutbox: async (claim: Parameters<Store["claimOutbox"]>[0]) => {
      if (claim.tickets !== true && !isBy((await glance.look()).messageAt, claim.now)) return [];
      return (await isMessageDue(reader, claim)) ? write((session) => claimOutbox(session, claim)) : [];
    },
    recordDeliveries: (...[updates, more]: Parameters<Store["recordDeliveries"]>) =>
      write((session) => recordDeliveries(session, updates, more)),
    supersede: (bundle: Parameters<Store["supersede"]>[0]) => write((session) => supersede(session, bundle)),
    saveAckCode: (code: AckCode) => write((session) => saveAckCode(session, code)),
    failAckCode: (tokenHash: string) => write((session) => failAckCode(session, tokenHash)),
    hear: (inbound: Inbound) => write((session) => hear(session, inbound)),
    takeReceipt: (channel: string, about: string) => write((session) => takeReceipt(session, channel, about)),
    redact: (incident: string, seq: number, by: string, at: number) =>
      write(async (session) => {
        const erased = await redactEntry(session, incident, seq);
        if (erased) await writeAudit(session, [{ at, by, action: "timeline.redact", target: `${incident}#${seq}` }]);
        return erased;
      }),
    saveTraps: (...[records, heard = []]: Parameters<Store["saveTraps"]>) =>
      write(async (session) => {
        await saveTraps(session, records);
        if (heard.length > 0) await insertInbox(session, heard);
      }),
    keep: (key: string, value: unknown) => write((session) => writeKept(session, key, value)),
    keepFirst: <T>(key: string, value: T) => write((session) => keepFirst(session, key, value)),
    forget: (key: string) => write((session) => forgetKept(session, key)),
    prune: (limits: Parameters<Store["prune"]>[0]) => prune(write, limits),
  };
}

/** Topics whose reads are a part of their own. */
function topicReads({ reader, incidents, glance }: Parts) {
  return {
    ...onCallReads(reader),
    onCallRevision: async () => (await glance.look()).onCallRevision,
    ...messageReads(reader),
    ...auditReads(reader),
    ...requestReads(reader),
    ...diagnosisReads(reader, incidents),
  };
}

function readsOf({ reader, incidents, glance }: Parts) {
  const { sql } = reader;
  return {
    inboxAfter: async (seq: number, limit: number) => ((await glance.look()).inboxSeq > seq ? inboxAfter(reader, seq, limit) : []),
    cursor: async (name: string) => numberOf((await reader.row(sql("cursors").where({ reader: name }).first()))?.seq),
    loadAlarms: async () => (await reader.rows(sql("alarms").orderBy("key"))).map(alarmOf),
    linksOf: (incident: string) => linksOf(reader, incident),
    loadSplits: () => loadSplits(reader),
    alarmsOf: (incident: string) => alarmsOf(reader, incident),
    loadLights: () => loadLights(reader),
    loadInventories: () => loadInventories(reader),
    deviceEvents: (query: Parameters<Store["deviceEvents"]>[0]) => findDeviceEvents(reader, query),
    acceptances: (place?: string) => findAcceptances(reader, place),
    maintenance: (id: string) => findMaintenance(reader, id),
    maintenances: (query: Parameters<Store["maintenances"]>[0]) => findMaintenances(reader, query),
    report: (id: string) => findReport(reader, id),
    reportVersions: (id: string) => findReportVersions(reader, id),
    reportOf: (incident: string) => findReportOf(reader, incident),
    reports: (query: Parameters<Store["reports"]>[0]) => findReports(reader, query),
    followUp: (id: string) => findFollowUp(reader, id),
    followUps: (query: Parameters<Store["followUps"]>[0]) => findFollowUps(reader, query),
    incidentsBetween: (from: number, to: number, limit: number) => incidents.between(reader, from, to, limit),
    sentBetween: (from: number, to: number, limit: number) => sentBetween(reader, from, to, limit),
    problem: (id: string) => findProblem(reader, id),
    problems: (query: Parameters<Store["problems"]>[0]) => findProblems(reader, query),
    failureCounts: (since: number, until: number) => failureCounts(reader, since, until),
    session: (id: string) => findSession(reader, id),
    sessions: (query: Parameters<Store["sessions"]>[0]) => findSessions(reader, query),
    readiness: (endAfter: number) => findReadiness(reader, endAfter),
    units: (query: Parameters<Store["units"]>[0]) => findUnits(reader, query),
    task: (id: string) => findTask(reader, id),
    tasks: (query: Parameters<Store["tasks"]>[0]) => findTasks(reader, query),
    attachments: (incident: string) => findAttachments(reader, incident),
    attachmentBytes: (id: string) => findAttachmentBytes(reader, id),
    workActions: (query: Parameters<Store["workActions"]>[0]) => findActions(reader, query),
    references: (query: Parameters<Store["references"]>[0]) => findReferences(reader, query),
    incident: (idOrNumber: string) => incidents.byIdOrNumber(reader, idOrNumber),
    incidentsById: (ids: readonly string[]) => incidents.byIds(reader, ids),
    incidents: (query: Parameters<Store["incidents"]>[0]) => incidents.find(reader, query),
    openIncidents: () => incidents.open(reader),
    isIncidentDue: async (at: number) => isBy((await glance.look()).incidentAt, at),
    timeline: (incident: string) => timelineOf(reader, incident),
    verifyTimeline: (incident?: string) => verifyTimeline(reader, incident),
    recurrences: (at: number, limit: number) => recurrences(reader, at, limit),
    ruleTallies: (at: number) => ruleTallies(reader, at),
    rulePages: (since: number, limit: number) => rulePages(reader, since, limit),
    unusedNumbers: (limit: number) => unusedNumbers(reader, limit),
    keptAbout: (id: string) => keptAbout(reader, id),
    traps: (query: Parameters<Store["traps"]>[0]) => findTraps(reader, query),
    kept: <T>(key: string) => readKept<T>(reader, key),
    revision: async (of: keyof typeof revisions) => (await glance.look()).revisions[of],
    keptAll: <T>(prefix: string) => readKeptAll<T>(reader, prefix),
  };
}

function auditReads(reader: Session) {
  return {
    verifyAudit: () => verifyAudit(reader),
    auditLog: (limit: number, of?: AuditQuery) => auditLog(reader, limit, of),
    auditAfter: (seq: number, limit: number) => auditAfter(reader, seq, limit),
    auditEnd: () => auditEnd(reader),
  };
}

/** Of messages, and of what came back. */
function messageReads(reader: Session) {
  return {
    deliveries: (incident: string) => deliveriesOf(reader, incident),
    delivery: (key: string) => deliveryBy(reader, { key }),
    keysOver: (channel: string, since: number) => keysOver(reader, channel, since),
    deliveryByProof: (channel: string, proof: string) => deliveryBy(reader, { channel, proof }),
    toldLately: (way: Way, since: number) => toldLately(reader, way, since),
    waitsInStorm: (way: Way, site: string) => waitsInStorm(reader, way, site),
    bundleOf: (key: string) => bundleOf(reader, key),
    ackCode: (tokenHash: string) => findAckCode(reader, tokenHash),
    ackCodesTo: (channel: string, address: string, at: number) => ackCodesTo(reader, channel, address, at),
    attempts: (key: string) => attemptsOf(reader, key),
    outboxDepth: () => outboxDepth(reader),
    ticketed: () => ticketedIncidents(reader),
  };
}

function samplesOf({ reader, write }: Parts) {
  const rollups = new Rollups({ reader, transaction: write });
  return {
    ...looksOn({ reader, transaction: write }),
    saveRollups: (device: string, points: Parameters<Store["saveRollups"]>[1]) => rollups.save(new Map([[device, points]])),
    saveAllRollups: (batch: Parameters<Store["saveAllRollups"]>[0]) => rollups.save(batch),
    rollups: (device: string, from: number, to: number) => rollups.read(device, from, to),
  };
}
