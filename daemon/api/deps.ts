/**
 * What the API needs from the rest of the daemon. app.ts hands it over; the API computes no state of its own.
 */
import type { Express } from "express";
import type { Accepting } from "../accepting.ts";
import type { BoardView } from "../board.ts";
import type { BookedSessions } from "../bookings.ts";
import type { Confirming } from "../confirming.ts";
import type { Discoveries } from "../discoveries.ts";
import type { IntakeDesk } from "../intake/desk.ts";
import type { NewsDesk } from "../intake/news-desk.ts";
import type { Maintaining } from "../maintaining.ts";
import type { Metrics } from "../metrics.ts";
import type { MibNames } from "../mib-names.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Config } from "../model/config.ts";
import type { Disposition, Incident, Severity, Urgency } from "../model/incident.ts";
import type { FollowUpReport, Period } from "../model/report.ts";
import type { Instant } from "../model/time.ts";
import type { Acknowledging } from "../notify/acknowledging.ts";
import type { SinkView } from "../notify/sink.ts";
import type { OnCallDesk } from "../oncall/desk.ts";
import type { ReachOf } from "../oncall/reach.ts";
import type { Clock, Log, Store } from "../ports.ts";
import type { ProposalTests } from "../proposal-tests.ts";
import type { IncidentWorkarounds, SessionPlan } from "../readying.ts";
import type { ReportDesk } from "../reporting/desk.ts";
import type { ActionDesk } from "../roles/action-desk.ts";
import type { AttachmentDesk } from "../roles/attachment-desk.ts";
import type { DiagnosisDesk } from "../roles/diagnosis-desk.ts";
import type { TaskDesk } from "../roles/task-desk.ts";
import type { WorkDesk } from "../roles/work-desk.ts";
import type { SessionDesk } from "../sessions/desk.ts";
import type { TaskTokens } from "../task-token.ts";

export type { RequestResult } from "../intake/desk.ts";

/** One role, as the readiness answer names it. */
export interface RoleState {
  readonly name: string;
  readonly ok: boolean;
  readonly since: Instant;
  /** English, one sentence; why it is (not) ok. */
  readonly why: string;
}

export interface Readiness {
  readonly ready: boolean;
  readonly roles: readonly RoleState[];
}

/** What became of an act on an incident. 404 there is none, 409 somebody came first or its state forbids it, 422 something is missing. */
export type ActionResult =
  | { readonly ok: true; readonly incident: Incident }
  | { readonly ok: false; readonly status: 404 | 409 | 422; readonly problem: string };

/** What people do to incidents. `id` is the incident's id or its request number; `by` the token's name. */
export interface IncidentActions {
  acknowledge(id: string, by: string, note?: string): Promise<ActionResult>;
  /** `insteadOf`: who held it as they saw it, empty for nobody; undefined: whoever does. */
  take(id: string, by: string, note?: string, insteadOf?: string): Promise<ActionResult>;
  /** Service is back by a workaround or by the caller's word. */
  restore(id: string, by: string, note: string): Promise<ActionResult>;
  resolve(id: string, by: string, note: string): Promise<ActionResult>;
  close(id: string, by: string, disposition: Disposition, note: string): Promise<ActionResult>;
  /** Solved at the first call. `sessionLost` undefined: not said. */
  solve(id: string, by: string, note: string, sessionLost?: boolean): Promise<ActionResult>;
  severity(id: string, by: string, severity: Severity, reason: string): Promise<ActionResult>;
  urgency(id: string, by: string, urgency: Urgency, reason: string): Promise<ActionResult>;
  /** The holder gives it back. */
  release(id: string, by: string, note?: string): Promise<ActionResult>;
}

/** What people decide about which failures are one trouble. `version`: of the incident as they saw it. */
export interface JoiningActions {
  /** Answers with the incident that it goes on as. */
  merge(id: string, into: string, person: PersonActs): Promise<ActionResult>;
  /** Answers with the new incident. */
  split(id: string, alarms: readonly string[], person: PersonActs): Promise<ActionResult>;
  link(id: string, to: string, kind: "related" | "caused-by" | "duplicate", person: PersonActs): Promise<ActionResult>;
  unlink(id: string, to: string, person: PersonActs): Promise<ActionResult>;
}

export interface PersonActs {
  readonly by: string;
  readonly note: string;
  readonly version?: number | undefined;
}

/** What a reload did, or why the old configuration stays in force. */
export type ReloadResult =
  | {
      readonly ok: true;
      readonly at: Instant;
      readonly changes: readonly string[];
      /** Settings that were taken in and hold from the next start only. */
      readonly needsRestart?: readonly string[];
    }
  | {
      readonly ok: false;
      readonly at: Instant;
      /** `invalid`: the file has problems. `guarded`: it removes too much and needs an explicit yes. */
      readonly reason: "invalid" | "guarded";
      readonly problems: readonly string[];
    };

/** What moved; the page fetches again. Holds no content. */
export interface Change {
  readonly kind: "incident" | "device" | "config" | "message" | "session";
  readonly id: string;
}

export interface ChangeFeed {
  /** Returns the function that ends the subscription. */
  subscribe(listener: (change: Change) => void): () => void;
}

export interface ApiDeps {
  readonly version: string;
  readonly config: () => Config;
  readonly store: Store;
  readonly board: BoardView;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Device samples in the text format, in slices of UTF-8 (exposition.ts). */
  readonly exposition: { slices(): AsyncIterable<Buffer> };
  readonly readiness: () => Readiness;
  readonly actions: IncidentActions;
  /** What comes back: links, replies, receipts. */
  readonly acknowledging: Acknowledging;
  readonly joining: JoiningActions;
  /** How people carry an incident on. */
  readonly work: Pick<WorkDesk, "assign" | "accept" | "decline" | "escalate" | "note" | "followUp" | "refer" | "ticket">;
  /** Files that people attach. */
  readonly files: Pick<AttachmentDesk, "attach" | "erase">;
  /** What people changed, written down. */
  readonly done: Pick<ActionDesk, "write">;
  /** `yes`: remove sites and devices although the guard would refuse. */
  /** Tasks of partners. */
  readonly tasks: Pick<TaskDesk, "open" | "hear" | "say" | "answeredByMail" | "erase">;
  /** Where people's requests are taken in. */
  readonly intake: Pick<IntakeDesk, "take" | "reserve" | "place" | "sameThing" | "attach" | "outcome" | "codecsOf">;
  /** What the coordinators are told of general failures. */
  readonly publicNews: Pick<NewsDesk, "say" | "draft">;
  readonly tokens: Pick<TaskTokens, "taskOf" | "check">;
  readonly reload: (yes: boolean, by: string) => Promise<ReloadResult>;
  /** The last reload since start; undefined when there was none. */
  readonly lastReload: () => ReloadResult | undefined;
  /** Active and pending alarms, as the evaluator holds them. */
  readonly alarms: () => readonly Alarm[] | Promise<readonly Alarm[]>;
  /** Devices whose traps come in clear text. */
  readonly clearTraps: () => ReadonlySet<string>;
  /** Pins the key that the device shows now; the API writes the audit entry. undefined: no changed key is waiting. */
  readonly acceptHostKey: (device: string, by: string) => Promise<{ readonly fingerprint: string } | undefined>;
  readonly accepting: Pick<Accepting, "sheet" | "sign" | "withdraw">;
  readonly sessions: Pick<SessionDesk, "book" | "cancel" | "outcome">;
  readonly bookings: Pick<BookedSessions, "hit">;
  /** What can be done about a session; undefined when it is long over. */
  readonly planOf: (session: string) => SessionPlan | undefined;
  /** How people meet while an incident lasts; undefined: it is about no room, or service is back. */
  readonly workarounds: (incident: Incident) => IncidentWorkarounds | undefined;
  readonly diagnosing: Pick<DiagnosisDesk, "ask" | "tick">;
  /** The back-tests of what is proposed for rules. */
  readonly proposalTests: Pick<ProposalTests, "of">;
  readonly confirming: Pick<Confirming, "list" | "accept" | "refuse">;
  readonly maintaining: Pick<Maintaining, "add" | "change" | "end" | "cancel">;
  readonly onCall: Pick<OnCallDesk, "savePerson" | "removePerson" | "addRotation" | "endRotation" | "addOverride" | "cancelOverride">;
  /** Whether a channel of a contact was proven to reach them. */
  readonly reach: () => Promise<ReachOf>;
  readonly reports: Pick<ReportDesk, "of" | "get" | "save" | "sign">;
  /** Made and kept, or the one that was made already. `which`: the last whole period before `at`, or the one that holds it. */
  readonly makeFollowUp: (of: {
    readonly period: Period;
    readonly at: Instant;
    readonly which: "last" | "holding";
    readonly site?: string;
  }) => Promise<FollowUpReport>;
  readonly discoveries: Pick<Discoveries, "start" | "get" | "list" | "end">;
  readonly changes: ChangeFeed;
  readonly sink: SinkView;
  /** Names out of imported MIBs. */
  readonly mibNames: MibNames;
}

/** What `createApi(deps)` in api.ts gives back. It listens only when told to. */
export interface Api {
  readonly app: Express;
  /** Port 0 picks a free one; the URL says which. `close` ends the event streams and waits for answers under way. */
  listen(host: string, port: number): Promise<{ readonly url: string; close(): Promise<void> }>;
}
