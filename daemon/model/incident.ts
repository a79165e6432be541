/**
 * What people handle: an incident gathers alarms by root cause and escalates by itself until it is closed.
 *
 * Timers are columns (`wakeAt`), never something that waits in memory.
 */
import type { Muted, Span } from "./maintenance.ts";
import type { Policy, Severity } from "./policy.ts";
import type { NewsNotice, PublicNews } from "./public-news.ts";
import type { Instant } from "./time.ts";
import type { HandOver, OpenTask, TaskNotice, WorkNotice } from "./work.ts";

export type { Severity } from "./policy.ts";
export type Urgency = "now" | "before-session" | "service-hours";
export type IncidentState = "open" | "taken" | "restored" | "resolved" | "closed";
/** Where the fault is: what several sites hang on, or what one site hangs on. */
export type Verdict = "ritm-core" | "site-link";
export type Disposition = "fixed" | "healed" | "false-alarm" | "test" | "duplicate" | "not-ours";

/**
 * How the severity was settled: at the first call, because level 1's time ran out or it could not solve it, by a person with a reason,
 * or with the end of the incident.
 */
export interface SeveritySettled {
  readonly at: Instant;
  readonly by: string;
  readonly how: "first-call" | "time" | "outcome" | "person" | "ended";
}

export interface Incident {
  readonly id: string;
  /** The request number, as read aloud: `VIG-2026-000123-45`. */
  readonly number: string;
  /** One open, unfolded incident per root cause: the database holds this. */
  readonly rootCause: string;
  readonly site: string;
  readonly device?: string;
  readonly room?: string;
  readonly symptom: string;
  readonly part?: string;
  /** device|symptom|part: what recurrence counts by. */
  readonly fingerprint: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly severityWhy: string;
  /** Absent: provisional, until the end of the first call. */
  readonly severitySettled?: SeveritySettled;
  readonly urgency: Urgency;
  readonly urgencyWhy: string;
  readonly general: boolean;
  /** What a person decided against, in the words of the table (`severity/<row>`, `urgency/session:<id>`): it raises this incident no more. */
  readonly overruled?: readonly string[];
  /** The other severity, when people were told under it: they hear when it is over. */
  readonly toldAs?: Severity;
  /** Rooms and sites, by their ids, that it came to reach after it was taken. */
  readonly reaches?: readonly string[];
  /** The last session that ran while it was failing. */
  readonly sessionHit?: string;
  /** When the first call began anew, after it had come back; undefined: at its opening. */
  readonly firstCallSince?: Instant;
  /** Undefined: nothing has told where the fault is. */
  readonly verdict?: Verdict;
  /** 1, 2, 3 of the procedure; 4 is the last resort. */
  readonly level: number;
  /** How often the present level has told its people; part of every message's key. */
  readonly occurrence: number;
  readonly state: IncidentState;
  /** The incident this one turned out to be part of; it keeps its number, nobody was told. */
  readonly foldedInto?: string;
  /** The person who merged it into that one; undefined: a rule folded it, and nobody had been told. */
  readonly foldedBy?: string;
  readonly holder?: string;
  /** Offered, and not accepted yet: until then the giver holds it. */
  readonly handOver?: HandOver;
  /** The next follow-up, when a person has set it; else the policy's clock does. */
  readonly followUpAt?: Instant;
  /** Follow-ups in a row that came due and nobody did anything. */
  readonly followUpsMissed?: number;
  /** When the first of those came due. */
  readonly followUpDueAt?: Instant;
  /** What was handed to partners and is not over: it is not resolved before. */
  readonly openTasks?: readonly OpenTask[];
  /** Other systems in which a person asked to have a ticket opened, by their ids. */
  readonly tickets?: readonly string[];
  /** When a person asked a system again that could not be told, by its id. */
  readonly ticketsAskedAgain?: Readonly<Record<string, Instant>>;
  /** What the coordinators were told last. */
  readonly news?: PublicNews;
  readonly acknowledgedAt?: Instant;
  readonly acknowledgedBy?: string;
  readonly firstBadAt: Instant;
  readonly openedAt: Instant;
  readonly levelSince: Instant;
  readonly takenAt?: Instant;
  readonly restoredAt?: Instant;
  readonly resolvedAt?: Instant;
  readonly closedAt?: Instant;
  readonly disposition?: Disposition;
  /** Has a person been told yet? The group wait delays the notice, not the incident. */
  readonly noticeSent: boolean;
  readonly wakeAt?: Instant;
  readonly wakeFor?: WakeReason;
  /** Episodes gathered by reopening within the window; 1 for a new one. */
  readonly occurrences: number;
  readonly recurrenceOf?: string;
  /** The policy it started with; kept, so that an edited file does not change a running incident. */
  readonly policy: Policy;
  /** Maintenance or a silence keeps it quiet: nobody is told, and its clocks stand still. */
  readonly muted?: Muted;
  /** When its clocks stood still at this level. */
  readonly still?: readonly Span[];
  readonly version: number;
}

/** Service is not back yet: it gathers alarms, and there is one such incident a root cause. A restored one waits for people only. */
export function isFailing(incident: Pick<Incident, "state">): boolean {
  return incident.state === "open" || incident.state === "taken";
}

/** What a timer is for. */
export type WakeReason = "notice" | "escalate" | "repeat" | "acknowledgement-expires" | "follow-up" | "auto-close" | "unmute";

/** One line of what happened to an incident. Append-only. */
export interface TimelineEntry {
  readonly incident: string;
  readonly at: Instant;
  /** `system`, a token's or person's name, or a channel. */
  readonly by: string;
  readonly event: string;
  /** The reason, as data for the text catalogue where it has one. */
  readonly why: string;
  readonly data?: Readonly<Record<string, string | number | boolean>>;
}

/** Decided but not yet sent. (incident, level, occurrence, kind, recipient, channel) is unique and is the idempotency key. */
export interface OutboxRow {
  readonly key: string;
  readonly incident: string;
  readonly kind: NoticeKind;
  readonly level: number;
  readonly occurrence: number;
  /** Contact id. */
  readonly recipient: string;
  /** Channel id of the configuration: `mail`, `webhook:desk`. */
  readonly channel: string;
  readonly address: string;
  readonly language: "fr" | "en";
  readonly createdAt: Instant;
  readonly notBefore: Instant;
  /** Set when it was due while nothing could be sent: how late the decision was. */
  readonly lateMs?: number;
  /** Its words, when it is about no incident (kind `letter`; `incident` is then empty, or names one that it is not moot with). */
  readonly letter?: Letter;
  /** The message whose companions it names too: it goes over another channel because that one failed. */
  readonly bundle?: string;
}

export type NoticeKind =
  | "wider"
  | ("problem" | "raised" | "escalation" | "last-resort" | "follow-up" | "restored" | "merged" | "letter")
  /** To another system, not to a person; its words are a letter's. */
  | "ticket"
  | SessionNotice
  | NewsNotice
  | WorkNotice
  | TaskNotice;

/** A message with words of its own: a reachability test, a word to a partner. */
export interface Letter {
  readonly subject: string;
  readonly text: string;
  /** For short channels; without it the subject. */
  readonly sms?: string;
  /** The recipient is asked to acknowledge it, as a page. */
  readonly asks?: true;
  /** The same facts for machines, over a webhook. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** To the coordinators of a session's rooms; the key of such a message ends with the session's id. */
export type SessionNotice = "session-at-risk" | "session-clear";

/** The session that a message is about; undefined for every other message. */
export function sessionOfRow(row: Pick<OutboxRow, "kind" | "key">): string | undefined {
  return row.kind === "session-at-risk" || row.kind === "session-clear" ? row.key.slice(row.key.lastIndexOf("/") + 1) : undefined;
}

/**
 * sent: it has left; accepted: the far end took it; delivered: it reached the device or mailbox; acknowledged: a person answered it.
 * superseded: a later message to the same person named it.
 */
export type DeliveryState =
  | "pending"
  | "claimed"
  | "sent"
  | "accepted"
  | "delivered"
  | "acknowledged"
  | "failed"
  | "dropped"
  | "superseded";
