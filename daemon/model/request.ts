/**
 * What a person told us: a request with its own number. Its incident is what people handle; several requests may share one.
 */
import type { Instant, Language } from "./time.ts";

/** What people complain of, beside the symptoms that devices tell: one list, so that both meet. */
export const toldSymptoms = ["no-sound", "no-image", "frozen", "cannot-dial", "dropped", "echo", "user-assistance"] as const;

/** phone, form, mail: taken in by a person or a page. button: the codec's own. */
export type RequestSource = "phone" | "form" | "mail" | "button";

/** Who called. Kept apart from the rest, and for less long. */
export interface Caller {
  readonly name?: string;
  readonly phone?: string;
  /** Where a mail came from. */
  readonly mail?: string;
}

/** agreed: the caller says it is over. not-reached: tried twice, on record. withdrawn: there was nothing after all. */
export type RequestEnd = "agreed" | "not-reached" | "withdrawn";

/**
 * What the sender of a mail was told last, after the number: it is worked on; service is back, is it solved?; it came back; it is over.
 */
export type CallerNews = "number" | "taken" | "restored" | "again" | "over";

export interface HelpRequest {
  /** The number; of a button, its incident's number and `-B`. */
  readonly id: string;
  /** `VIG-2026-000123-45`: told to the caller before anything else was kept. */
  readonly number: string;
  readonly source: RequestSource;
  readonly at: Instant;
  /** The token that took it in; of a button, the device. */
  readonly by: string;
  /** Empty: nobody knows yet; then its site may be empty too, and no incident has it. */
  readonly room: string;
  readonly site: string;
  readonly symptom: string;
  /** The caller's. */
  readonly language: Language;
  readonly note?: string;
  /** What its sender called it, with the sender: the same again is the same request. */
  readonly key?: string;
  readonly caller?: Caller;
  /** A session is hit, or would be within the hour: as the caller said, else as the book of sessions says. */
  readonly sessionAffected: boolean;
  /** The session of the book. */
  readonly session?: string;
  /** Id of the incident that has it now; undefined: the evaluator has not come to it yet. */
  readonly incident?: string;
  /** Attempts to reach the caller for their agreement. */
  readonly attempts: readonly { readonly at: Instant; readonly by: string; readonly note?: string }[];
  /** While its room is not known: when level 1 is told again, and how often it was. */
  readonly waits?: { readonly wakeAt: Instant; readonly told: number };
  /** By mail: what its sender heard last, and in how many mails. Undefined: nobody is told by mail. */
  readonly heard?: { readonly news: CallerNews; readonly mails: number };
  readonly ended?: { readonly how: RequestEnd; readonly at: Instant; readonly by: string; readonly note?: string };
  readonly version: number;
}
