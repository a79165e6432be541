/**
 * The interfaces to the world: clock, bus, store, notifier. Roles know these; only app.ts knows what stands behind them.
 */
import type { Acceptance } from "./model/acceptance.ts";
import type { Alarm } from "./model/alarm.ts";
import type { Channel } from "./model/config.ts";
import type { DeliveryState, Disposition, Incident, IncidentState, OutboxRow, TimelineEntry } from "./model/incident.ts";
import type { DeviceEvent, DeviceEventCode, DeviceInventory, Unit } from "./model/inventory.ts";
import type { DeviceLights } from "./model/lights.ts";
import type { Observation } from "./model/observation.ts";
import type { Instant } from "./model/time.ts";
import type { AuditStore } from "./ports-audit.ts";
import type { JoiningStore, JoiningTx } from "./ports-joining.ts";
import type { KeptStore, KeptTx } from "./ports-kept.ts";
import type { LooksStore } from "./ports-looks.ts";
import type { MaintenanceStore, MaintenanceTx } from "./ports-maintenance.ts";
import type { NotifyStore } from "./ports-notify.ts";
import type { OnCallStore, OnCallTx } from "./ports-oncall.ts";
import type { PrivacyStore, PrivacyTx } from "./ports-privacy.ts";
import type { ProblemStore, ProblemTx } from "./ports-problems.ts";
import type { ReportStore, ReportTx } from "./ports-reports.ts";
import type { RequestStore, RequestTx } from "./ports-requests.ts";
import type { RuleStore } from "./ports-rules.ts";
import type { SessionStore, SessionTx } from "./ports-sessions.ts";
import type { WorkStore, WorkTx } from "./ports-work.ts";

/** The only source of time in roles. Tests drive a fake one. */
export interface Clock {
  /** Wall clock, for `at`. */
  now(): Instant;
  /** Milliseconds that never jump, for deadlines and leases. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once (without error) when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Structured log: constant text, data in fields. Never a secret, never a database error's message. */
export interface Log {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
  child(fields: object): Log;
}

/** How observations travel from probers to the evaluator. At-least-once; the same id within the window is dropped. */
export interface Bus {
  /** Resolves when accepted. When full, the newest look per check wins; what was displaced is counted. */
  publish(observations: readonly Observation[]): Promise<void>;
  /** One consumer. A batch is acknowledged when the handler resolves; when it rejects, the batch comes again. Stops at abort. */
  consume(
    options: { readonly maxBatch: number },
    handler: (batch: readonly Observation[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  depth(): number;
  /** Observations displaced because the queue was full, since start. */
  displaced(): number;
}

/** A singleton role's right to write. The epoch is checked inside each of its transactions. */
export interface Fence {
  readonly role: string;
  readonly holder: string;
  readonly epoch: number;
}

/** Another writer came first (version or unique root cause): read again and decide again. */
export class RaceLost extends Error {
  override readonly name = "RaceLost";
}

/** The role's lease went to somebody else: stop writing, acquire again. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

/** The store cannot be used right now (locked, full, gone). Holds the driver's code, never its message. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
  readonly code: string;
  constructor(code: string) {
    super(`the store is unavailable (${code})`);
    this.code = code;
  }
}

/** What is heard and does not come again: committed before it is acknowledged. */
export interface InboxMessage {
  readonly seq: number;
  readonly at: Instant;
  /** `trap`, `xapi`, `request`, `webhook`. */
  readonly source: string;
  /** Dedup key; the same key within the window is one message. */
  readonly key: string;
  /** JSON, ≤ 64 KiB: for traps the observation to evaluate. */
  readonly body: unknown;
}

/** A trap as kept for 7 days, decoded or not. */
export interface TrapRecord {
  readonly at: Instant;
  readonly source: string;
  readonly device?: string;
  readonly oid?: string;
  readonly name?: string;
  readonly version?: "1" | "2c" | "3";
  readonly inform: boolean;
  readonly varbinds: readonly { readonly oid: string; readonly name?: string; readonly value: string }[];
  /** The listed relay it came through; `source` is then the original sender. */
  readonly relay?: string;
  /** More was in the datagram than is kept here. */
  readonly truncated?: true;
  /** Set when it could not be decoded: why. */
  readonly undecodable?: string;
  /** First bytes of a malformed datagram, hex, its texts starred out. */
  readonly head?: string;
  readonly sha256: string;
}

export interface ClaimedRow extends OutboxRow {
  readonly attempts: number;
  /** True when an earlier claim expired unresolved: this may be a repeat. */
  readonly maybeDuplicate: boolean;
  /** It had waited to be named in one message with others. */
  readonly inStorm?: boolean;
}

export interface DeliveryUpdate {
  readonly key: string;
  readonly state: DeliveryState;
  readonly at: Instant;
  /** When to try again; only with state `pending`. */
  readonly notBefore?: Instant;
  /** It may wait until then, by what it says: only from then on is it late. Only with state `pending`. */
  readonly dueAt?: Instant;
  /** The far end's own id or answer, cut at 200 characters. */
  readonly proof?: string;
  readonly error?: string;
  /** Only with state `pending`: it waits to be named in one message with others (a storm). */
  readonly inStorm?: true;
}

/** A delivery as shown on an incident. */
export interface DeliveryView extends OutboxRow {
  readonly state: DeliveryState;
  readonly attempts: number;
  /** When it went, itself or named in the one that superseded it. */
  readonly sentAt?: Instant;
  /** A claim of it ended unanswered: it may have been sent, and nobody knows. */
  readonly maybeSent?: true;
  readonly proof?: string;
  readonly error?: string;
  /** Key of the message that named it. */
  readonly supersededBy?: string;
}

/** Inside one write transaction. Reads here see its own writes. */
export interface Tx extends SessionTx, JoiningTx, MaintenanceTx, KeptTx, ReportTx, OnCallTx, ProblemTx, WorkTx, PrivacyTx, RequestTx {
  saveAlarms(alarms: readonly Alarm[]): Promise<void>;
  incident(id: string): Promise<Incident | undefined>;
  /** The failing (open or taken), unfolded incident of this root cause. A restored one is not it: trouble after the window is a new incident. */
  openByRootCause(rootCause: string): Promise<Incident | undefined>;
  /** The latest closed or restored incident with this fingerprint that ended after `since`. */
  latestByFingerprint(fingerprint: string, since: Instant): Promise<Incident | undefined>;
  /** By when they are due; `passed`: the first of every other site goes before all else. */
  dueIncidents(at: Instant, limit: number, passed?: readonly string[]): Promise<readonly Incident[]>;
  /** Throws RaceLost when a failing incident of the same root cause exists. */
  insertIncident(incident: Incident): Promise<void>;
  /** Writes `incident` (its version already raised by one) if the stored version is `incident.version - 1`; else RaceLost. */
  updateIncident(incident: Incident): Promise<void>;
  appendTimeline(entries: readonly TimelineEntry[]): Promise<void>;
  /** A row whose key is already there changes nothing. */
  addOutbox(rows: readonly OutboxRow[]): Promise<void>;
  /** Outbox rows of an incident that are still pending become `dropped`, with the reason. */
  dropPending(incident: string, why: string, at: Instant): Promise<void>;
  /** Pending rows of an incident that wait for a later time are due from `at` on. */
  hastenOutbox(incident: string, at: Instant): Promise<void>;
  /** Moves what the outbox waits for (retries, claims under way) by so many ms: the wall clock has jumped. */
  moveOutbox(ms: number): Promise<void>;
  saveCursor(reader: string, seq: number): Promise<void>;
  /** Replaces what was kept of these devices. */
  saveLights(lights: readonly DeviceLights[]): Promise<void>;
  saveStock(changes: StockChanges): Promise<void>;
  /** A signed sheet; the same id again withdraws it. */
  saveAcceptance(acceptance: Acceptance): Promise<void>;
  audit(entries: readonly AuditEntry[]): Promise<void>;
}

/** What is new in the inventory: documents replace what was, events are appended, a unit is one row by device and `from`. */
export interface StockChanges {
  readonly inventories: readonly DeviceInventory[];
  readonly events: readonly DeviceEvent[];
  readonly units: readonly Unit[];
}

export interface DeviceEventQuery {
  readonly device?: string;
  /** Any of these; none of them is none at all. */
  readonly devices?: readonly string[];
  readonly codes?: readonly DeviceEventCode[];
  readonly since?: Instant;
  readonly limit: number;
}

/** Any of them; none is every unit ever seen. */
export interface UnitQuery {
  readonly device?: string;
  readonly room?: string;
  readonly serial?: string;
}

export interface AuditEntry {
  readonly at: Instant;
  readonly by: string;
  readonly action: string;
  readonly target: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A request number that was reserved and never used. */
export interface UnusedNumber {
  readonly prefix: string;
  readonly year: number;
  readonly seq: number;
  readonly reservedAt: Instant;
}

export interface IncidentQuery {
  readonly states?: readonly IncidentState[];
  readonly folded?: boolean;
  readonly device?: string;
  readonly site?: string;
  readonly fingerprint?: string;
  /** Any of these; none of them is none at all. */
  readonly fingerprints?: readonly string[];
  /** Id of the rule that opened it. */
  readonly rule?: string;
  readonly disposition?: Disposition;
  readonly since?: Instant;
  readonly limit: number;
  /** Keyset: incidents opened before this (openedAt, id). */
  readonly before?: { readonly openedAt: Instant; readonly id: string };
}

export interface Recurrence {
  readonly fingerprint: string;
  readonly site: string;
  readonly device?: string;
  readonly symptom: string;
  readonly part?: string;
  readonly occurrences30: number;
  readonly occurrences90: number;
  readonly lastAt: Instant;
}

/** One five-minute roll-up of one series. */
export interface RollupPoint {
  readonly series: string;
  readonly slotAt: Instant;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

export interface Store
  extends AuditStore,
    SessionStore,
    LooksStore,
    RuleStore,
    JoiningStore,
    MaintenanceStore,
    NotifyStore,
    KeptStore,
    ReportStore,
    OnCallStore,
    ProblemStore,
    PrivacyStore,
    WorkStore,
    RequestStore {
  /** The dialect, for logs and the readiness page. */
  readonly kind: "sqlite" | "postgresql";
  /** Applies migrations (after a backup); refuses a newer schema. */
  migrate(): Promise<void>;
  /** One write transaction; with a fence, refuses (LeaseLost) when the epoch is no longer the holder's. */
  transaction<T>(fence: Fence | undefined, work: (tx: Tx) => Promise<T>): Promise<T>;

  /** A fence if the lease is free or ours; undefined if another holds it. By database time on PostgreSQL, monotonic time on SQLite. */
  acquireLease(role: string, holder: string, ttlMs: number): Promise<Fence | undefined>;
  /** The same for many roles at once, in their order. */
  acquireLeases(roles: readonly string[], holder: string, ttlMs: number): Promise<readonly (Fence | undefined)[]>;
  releaseLease(fence: Fence): Promise<void>;

  /** Reserves the next request number in a committed transaction of its own; gaps are allowed, and listed. */
  reserveNumber(prefix: string, year: number): Promise<number>;
  /** The next `count` of them, in order, in one such transaction: a general failure opens many incidents at once. */
  reserveNumbers(prefix: string, year: number, count: number): Promise<readonly number[]>;

  appendInbox(messages: readonly Omit<InboxMessage, "seq">[]): Promise<readonly number[]>;
  inboxAfter(seq: number, limit: number): Promise<readonly InboxMessage[]>;
  cursor(reader: string): Promise<number>;

  claimOutbox(options: {
    readonly now: Instant;
    readonly leaseMs: number;
    readonly limit: number;
    readonly worker: string;
    /** Messages to other systems, and only those; default: everything else. */
    readonly tickets?: boolean;
    /** The first about each site of which nobody was told since then, over the same channel, goes before all else. */
    readonly firstsSince?: Instant;
  }): Promise<readonly ClaimedRow[]>;
  /** `more`: rows to be added in the same transaction, such as the next channel of a recipient whose channel failed. */
  recordDeliveries(updates: readonly DeliveryUpdate[], more?: readonly OutboxRow[]): Promise<void>;

  loadAlarms(): Promise<readonly Alarm[]>;
  loadLights(): Promise<readonly DeviceLights[]>;
  loadInventories(): Promise<readonly DeviceInventory[]>;
  /** The newest first. */
  deviceEvents(query: DeviceEventQuery): Promise<readonly DeviceEvent[]>;
  /** Signed sheets of one place, or all, the withdrawn ones too; the newest first. */
  acceptances(place?: string): Promise<readonly Acceptance[]>;
  /** The newest first. */
  units(query: UnitQuery): Promise<readonly Unit[]>;
  incident(idOrNumber: string): Promise<Incident | undefined>;
  incidents(query: IncidentQuery): Promise<readonly Incident[]>;
  /** Those of them that there are, in no order. */
  incidentsById(ids: readonly string[]): Promise<readonly Incident[]>;
  openIncidents(): Promise<readonly Incident[]>;
  /** Would `dueIncidents` give any? */
  isIncidentDue(at: Instant): Promise<boolean>;
  timeline(incident: string): Promise<readonly (TimelineEntry & { readonly seq: number; readonly hash: string })[]>;
  /** Recomputes the chain; the first broken entry, if any. */
  verifyTimeline(
    incident?: string,
  ): Promise<{ readonly checked: number; readonly brokenAt?: { readonly incident: string; readonly seq: number } }>;
  /** Erases an entry's text; the chain still verifies. */
  redact(incident: string, seq: number, by: string, at: Instant): Promise<boolean>;
  deliveries(incident: string): Promise<readonly DeliveryView[]>;
  /** Of messages to people. `oldestAt`: when the one that is due longest became due, whatever was tried since; it may lie ahead. */
  outboxDepth(): Promise<{ readonly pending: number; readonly oldestAt?: Instant }>;
  recurrences(at: Instant, limit: number): Promise<readonly Recurrence[]>;
  /** Numbers that were reserved and never used: the gaps. */
  unusedNumbers(limit: number): Promise<readonly UnusedNumber[]>;

  /** With the inbox messages that came of them, in one transaction. */
  saveTraps(records: readonly TrapRecord[], heard?: readonly Omit<InboxMessage, "seq">[]): Promise<void>;
  traps(query: { readonly device?: string; readonly limit: number }): Promise<readonly TrapRecord[]>;

  saveRollups(device: string, points: readonly RollupPoint[]): Promise<void>;
  /** Takes the devices one after another, as they are written: a batch may be made while it is asked for. */
  saveAllRollups(batch: Iterable<readonly [device: string, points: readonly RollupPoint[]]>): Promise<void>;
  rollups(device: string, from: Instant, to: Instant): Promise<readonly RollupPoint[]>;
  /** Deletes what is past its retention, ≤ 1,000 rows a statement; how many went. */
  prune(limits: {
    readonly samplesBefore: Instant;
    readonly trapsBefore: Instant;
    readonly inboxBefore: Instant;
    readonly incidentsBefore: Instant;
    readonly sessionsBefore: Instant;
    readonly looksBefore: Instant;
    /** Who called is forgotten; undefined: nobody is. */
    readonly callersBefore?: Instant;
  }): Promise<number>;

  /** A consistent copy while running. */
  backup(file: string): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** A message ready to go: rendered for one recipient, in their language. */
export interface Message {
  /** Idempotency key; also the mail's Message-ID and the webhook's Idempotency-Key. */
  readonly key: string;
  readonly to: string;
  readonly language: "fr" | "en";
  readonly subject: string;
  readonly text: string;
  /** At most one SMS segment; absent: the subject. */
  readonly sms?: string;
  /** The same facts as data, for webhooks. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly maybeDuplicate: boolean;
  /** Files that go with it, where the channel carries any (mail). */
  readonly files?: readonly { readonly name: string; readonly type: string; readonly bytes: Buffer }[];
}

/** `proof`: its own id of the message, or its answer in short; `answer`: all that it answered, at most 64 KiB, where a channel reads it. */
export type SendResult =
  | { readonly ok: true; readonly state: "sent" | "accepted"; readonly proof?: string; readonly answer?: string }
  | { readonly ok: false; readonly retry: boolean; readonly error: string };

/** One channel kind. Never throws for what the world does; a deadline comes in with the signal. */
export interface Notifier {
  readonly kind: Channel["kind"];
  send(channel: Channel, message: Message, signal: AbortSignal): Promise<SendResult>;
  stop(): Promise<void>;
}
