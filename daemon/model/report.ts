/**
 * The report of major incidents: facts that the daemon knows, texts that people write, versions and a signature.
 */
import type { DiagnosisVerdict } from "./diagnosis.ts";
import type { Disposition, IncidentState, Severity, Urgency, Verdict } from "./incident.ts";
import type { SessionKind, SessionOutcomeCode } from "./session.ts";
import type { Instant, Language } from "./time.ts";
import type { ActionKind } from "./work.ts";

/** What people write. A text that is not there, or blank, is missing. */
export interface ReportTexts {
  readonly cause?: string;
  /** What it meant for the organisation: people moved, rooms changed, work put off. */
  readonly organizational?: string;
  /** What it meant for care: sessions lost or late, and what was done for them. Never about a patient. */
  readonly clinical?: string;
  readonly remedial?: Remedial;
  readonly comment?: string;
}

/** What a diagnosis proposes as the cause, in both languages. */
export interface ProposedCause {
  /** Its id. */
  readonly diagnosis: string;
  readonly verdict: DiagnosisVerdict;
  /** 1 to 100. */
  readonly confidence: number;
  readonly texts: Readonly<Record<Language, string>>;
}

/** The cure, with an owner and a date; or why there is none. */
export type Remedial =
  | { readonly kind: "action"; readonly what: string; readonly owner: string /** ISO date. */; readonly due: string }
  | { readonly kind: "none"; readonly why: string };

/** One version. Each save makes a new one; a signed one is never changed. */
export interface IncidentReport {
  readonly id: string;
  /** Ids of the incidents it is about, of one cause; the first leads. */
  readonly incidents: readonly string[];
  readonly version: number;
  readonly at: Instant;
  readonly by: string;
  readonly texts: ReportTexts;
  /** As they were when it was signed; undefined: a draft, whose facts are told as they are now. */
  readonly facts?: readonly IncidentFacts[];
  readonly signed?: { readonly by: string; readonly function: string; readonly at: Instant };
}

/** A length of time on the wall clock and in hours of service. */
export interface Length {
  readonly wallMs: number;
  readonly serviceMs: number;
}

/** What the daemon knows of one incident, without words of a language. */
export interface IncidentFacts {
  readonly id: string;
  readonly number: string;
  readonly site: string;
  readonly room?: string;
  readonly device?: string;
  readonly rootCause: string;
  readonly symptom: string;
  readonly part?: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly severityWhy: string;
  readonly urgency: Urgency;
  readonly general: boolean;
  readonly verdict?: Verdict;
  /** The highest level that was told. */
  readonly level: number;
  readonly state: IncidentState;
  readonly disposition?: Disposition;
  readonly occurrences: number;
  readonly firstBadAt: Instant;
  readonly openedAt: Instant;
  readonly restoredAt?: Instant;
  readonly closedAt?: Instant;
  /** First failed look to opening. */
  readonly detect: Length;
  /** Opening to the first acknowledgement or taking by a person; undefined: nobody has. */
  readonly take?: Length;
  /** First failed look to restored; undefined: it is not. */
  readonly restore?: Length;
  /** Of all outages together, up to now where one lasts. */
  readonly down: Length;
  /** Ids of what stopped working with it. */
  readonly sites: readonly string[];
  readonly rooms: readonly string[];
  readonly devices: readonly string[];
  readonly sessions: readonly SessionFacts[];
  readonly clinicalMs: number;
  readonly chronology: readonly ChronologyEntry[];
  readonly partners: readonly PartnerFacts[];
  readonly actions: readonly ActionFacts[];
}

export interface SessionFacts {
  readonly id: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly rooms: readonly string[];
  readonly kind: SessionKind;
  readonly basis: "estimate" | "outcome";
  readonly outcome?: SessionOutcomeCode;
  readonly overlapMs: number;
  readonly clinicalMs: number;
}

export interface ChronologyEntry {
  readonly at: Instant;
  readonly by: string;
  readonly event: string;
  readonly why: string;
}

/** What a partner was asked, and how long it was in their court. */
export interface PartnerFacts {
  readonly partner: string;
  readonly what: string;
  readonly reference?: string;
  readonly askedAt: Instant;
  readonly promisedBy?: Instant;
  readonly doneAt?: Instant;
  readonly waited: Length;
}

export interface ActionFacts {
  readonly at: Instant;
  readonly by: string;
  /** Reports signed before there were kinds have none. */
  readonly kind?: ActionKind;
  readonly what: string;
  readonly where?: string;
  readonly before?: string;
  readonly after?: string;
}

/** How often a follow-up report is made. */
export type Period = "daily" | "weekly" | "monthly";

/** A follow-up report: the figures of a period, kept as they were made. */
export interface FollowUpReport {
  readonly id: string;
  readonly period: Period;
  readonly from: Instant;
  readonly to: Instant;
  /** The site it is about; undefined: all. */
  readonly site?: string;
  readonly madeAt: Instant;
  readonly figures: FollowUpFigures;
}

/** Everything that the report shows, without words of a language. Definitions are printed with it (text catalogue, `figure.*`). */
export interface FollowUpFigures {
  readonly opened: number;
  readonly closed: number;
  /** Not closed at the end of the period. */
  readonly open: number;
  readonly majors: number;
  readonly falseAlarms: number;
  readonly healed: number;
  /** Messages that reached a person outside hours of service, and after how many of those incidents a person acted within two hours. */
  readonly pagesOutside: number;
  readonly pagesOutsideActed: number;
  readonly sessions: { readonly hit: number; readonly saved: number; readonly lost: number; readonly clinicalMinutes: number };
  readonly promises: { readonly made: number; readonly kept: number; readonly broken: number };
  /** Of incidents restored or taken in the period, on the wall clock; undefined: none. */
  readonly medianTakeMs?: number;
  readonly medianRestoreMs?: number;
  readonly bySymptom: readonly { readonly symptom: string; readonly count: number; readonly majors: number }[];
  readonly bySite: readonly { readonly site: string; readonly count: number; readonly majors: number; readonly downMs: number }[];
  readonly openList: readonly OpenFacts[];
  readonly reportsOwed: readonly { readonly number: string; readonly dueAt?: Instant }[];
}

/** One open incident, as the follow-up lists it. */
export interface OpenFacts {
  readonly id: string;
  readonly number: string;
  readonly site: string;
  readonly room?: string;
  readonly device?: string;
  readonly symptom: string;
  readonly severity: Severity;
  readonly level: number;
  readonly state: IncidentState;
  readonly openedAt: Instant;
  /** Who has the next move: a holder, a partner, or nobody. */
  readonly waitingOn?: string;
  /** Its timer was due before the end of the period. */
  readonly overdue: boolean;
  /** Its next timer is due within four hours of service. */
  readonly atRisk: boolean;
  readonly nextAt?: Instant;
}
