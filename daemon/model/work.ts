/**
 * What people do about an incident while it is open: hand it over, ask a partner, change something, note another system's number.
 */
import type { Instant } from "./time.ts";

/** An offer to somebody. It counts when it is accepted; until then the giver holds the incident and the giver's clock runs. */
export interface HandOver {
  /** Whose it may become: these functions, or one person (a contact's id). */
  readonly to: { readonly functions: readonly string[]; readonly person?: string };
  /** The giver. */
  readonly by: string;
  readonly at: Instant;
  readonly note: string;
  /** The level it comes from, when it was raised because that level could not solve it; undefined: it stays on its level. */
  readonly fromLevel?: number;
}

/** What of a task an incident has to know: it is open, and whether the partner has it. */
export interface OpenTask {
  readonly id: string;
  readonly partner: string;
  /** In the partner's court; false: answered, and ours to look at. */
  readonly waiting: boolean;
}

/**
 * To whom an incident is offered, and to the giver when it is declined; to those who owe the report of a major incident; to who holds it,
 * when another system could not be told of it.
 */
export type WorkNotice = "hand-over" | "hand-over-declined" | "report-due" | "ticket-given-up";

/** To a partner's contacts, or to our people about a partner; the key of such a message ends with the task's id and a count. */
export type TaskNotice = "task" | "task-withdrawn" | "task-silent" | "task-answered";

/** `waiting`: in the partner's court. `answered`: they say something, and ours is to check it. The other two are its end. */
export type TaskState = "waiting" | "answered" | "done" | "withdrawn";

/** One time that we and a partner had to do with each other. */
export interface TaskContact {
  readonly at: Instant;
  /** Who wrote it down: a person's name, or `system`. */
  readonly by: string;
  readonly how: "message" | "mail" | "page" | "telephone" | "meeting";
  /** Who was written or spoken to: a contact's id, or a name. */
  readonly who?: string;
  readonly note: string;
}

/** What a partner is asked to do about an incident, and what became of it. */
export interface PartnerTask {
  /** The incident's number and a count: `VIG-2026-000123-45-T2`. */
  readonly id: string;
  readonly incident: string;
  readonly partner: string;
  /** Their contacts, in the order in which they are asked, as they were when it began. */
  readonly ladder: readonly string[];
  readonly asked: string;
  readonly by: string;
  readonly at: Instant;
  readonly state: TaskState;
  /** Their own number for it. */
  readonly ticket?: string;
  readonly spokenTo?: string;
  readonly promisedBy?: Instant;
  /** Promises that passed without an answer. */
  readonly broken: number;
  /** When it was in their court; the last one has no end while it is. */
  readonly court: readonly { readonly from: Instant; readonly to?: Instant }[];
  readonly contacts: readonly TaskContact[];
  /** How far up their ladder it has gone: 0 is the first contact; past the last, our own people hear. */
  readonly rung: number;
  /** How many messages have gone out for it; part of the key of each. */
  readonly told: number;
  readonly answer?: string;
  readonly endedAt?: Instant;
  readonly wakeAt?: Instant;
  /** Its texts are gone: what was asked, noted and answered, who was spoken to. */
  readonly erased?: { readonly by: string; readonly at: Instant };
  readonly version: number;
}

/** `swap`: one unit went and another came. `ip-change`: what it is reached by. */
export type ActionKind = "ip-change" | "swap" | "restart" | "configuration" | "firmware" | "cabling" | "other";

/** What somebody changed about an incident, or set about to change. */
export interface WorkAction {
  /** The incident's number and a count: `VIG-2026-000123-45-A1`. */
  readonly id: string;
  readonly incident: string;
  readonly kind: ActionKind;
  readonly what: string;
  /** Where: one of these, or none where it is nowhere of ours. */
  readonly device?: string;
  readonly room?: string;
  readonly link?: string;
  /** Which part of the device was swapped, as its inventory names it; undefined: the device itself. */
  readonly part?: string;
  readonly before?: string;
  readonly after?: string;
  /** Of the unit that went, and of the one that came. */
  readonly serialBefore?: string;
  readonly serialAfter?: string;
  readonly by: string;
  readonly at: Instant;
  /** `waiting`: the configuration in force does not have it yet. `expired`: it had not in time. */
  readonly state: "done" | "waiting" | "expired";
  /** When the configuration had it; undefined for what needs none. */
  readonly appliedAt?: Instant;
  /** Quiet until then at most, by this silence. */
  readonly quiet?: { readonly silence: string; readonly until: Instant };
}

/** A file that somebody attached; its content is kept beside it. */
export interface Attachment {
  /** The incident's number and a count: `VIG-2026-000123-45-F1`. */
  readonly id: string;
  readonly incident: string;
  readonly name: string;
  readonly type: string;
  readonly sizeBytes: number;
  /** Of its content, in hexadecimal. */
  readonly sha256: string;
  readonly by: string;
  readonly at: Instant;
  /** Its content and name are gone. */
  readonly erased?: { readonly by: string; readonly at: Instant };
}

/** The number that another system has for an incident: a ticket of a help desk, of a partner. */
export interface Reference {
  readonly incident: string;
  readonly system: string;
  readonly number: string;
  readonly by: string;
  readonly at: Instant;
}
