/**
 * Tickets in other systems: which system hears of which incidents, in which words, and where its own number is taken from.
 */
import type { Severity } from "./incident.ts";
import type { Language } from "./time.ts";

/** What another system is told: that an incident is there, that it has changed, that its cause is dealt with, that it is over. */
export type TicketEvent = "opened" | "changed" | "resolved" | "closed";

export interface TicketText {
  readonly subject: string;
  readonly text: string;
}

export interface TicketSystem {
  /** Also the `system` of the references that come of it. */
  readonly id: string;
  readonly name: string;
  /** A mail or a webhook channel. */
  readonly channel: string;
  /** Where mails go; of a webhook the system's id. */
  readonly to: string;
  /** Both: one text in French, then the same in English. */
  readonly language: Language | "both";
  /** It opens none by itself: a person asks for it. */
  readonly onDemand?: true;
  /** Which incidents; what is undefined does not matter. */
  readonly when: {
    readonly severity?: readonly Severity[];
    /** From this level on. */
    readonly level?: number;
    readonly sites?: readonly string[];
    /** One of them is asked something about it. */
    readonly partners?: readonly string[];
  };
  /**
   * Where the system's own number is: in the JSON answer of the webhook, `result.number`; or by a linear-time pattern with one group in
   * the subject of the mail it answers with. Undefined: it tells none.
   */
  readonly reference?: { readonly answer: string } | { readonly subject: string };
  /** In place of the shipped ones. */
  readonly texts: Readonly<Partial<Record<TicketEvent, TicketText>>>;
}
