/**
 * What people say, on its way to the evaluator, which alone changes alarms and inventories: which incident each alarm is in from now on,
 * who asks for help, which unit was replaced.
 *
 * It travels in the inbox, in the transaction of the act, so that it is neither lost nor done twice.
 */
import type { Swap } from "../model/inventory.ts";
import type { Instant } from "../model/time.ts";
import type { InboxMessage } from "../ports.ts";

/** An alarm goes to another incident. */
export interface Move {
  readonly alarm: string;
  readonly incident: string;
}

/** Somebody asks for help, by whatever way: telephone, page, mail. Nothing of what they said travels with it. */
export interface Call {
  readonly room: string;
  /** What they complain of, of the list that people and devices share; `user-assistance` when it is not known. */
  readonly symptom: string;
  readonly at: Instant;
  /** One English sentence for the timeline: `somebody phoned`. */
  readonly why: string;
  /** What was kept of it, by its number; the incident that it opens has that number too. */
  readonly request?: string;
}

const source = "desk";
const callSource = "request";
const swapSource = "swap";

/** `act`: unique for the act. */
export function deskMessage(act: string, moves: readonly Move[], at: Instant): Omit<InboxMessage, "seq"> {
  return { at, source, key: `${source}/${act}`, body: { moves } };
}

/** Undefined: the message is about something else. */
export function movesOf(message: InboxMessage): readonly Move[] | undefined {
  return message.source === source ? ((message.body as { readonly moves?: readonly Move[] }).moves ?? []) : undefined;
}

/**
 * What the intake leaves in the inbox with what else it keeps: the call gets an incident with a number, or meets the one of a device of
 * its room. `id`: the same call again is one call. See `requestRule` before promising that.
 */
export function callMessage(id: string, call: Call): Omit<InboxMessage, "seq"> {
  return { at: call.at, source: callSource, key: `${callSource}/${id}`, body: { call } };
}

/** Undefined: the message is about something else. */
export function callOf(message: InboxMessage): Call | undefined {
  return message.source === callSource ? (message.body as { readonly call?: Call }).call : undefined;
}

/** A unit was replaced; the act is the action. */
export function swapMessage(swap: Swap): Omit<InboxMessage, "seq"> {
  return { at: swap.at, source: swapSource, key: `${swapSource}/${swap.action}`, body: { swap } };
}

/** Undefined: the message is about something else. */
export function swapIn(message: InboxMessage): Swap | undefined {
  return message.source === swapSource ? (message.body as { readonly swap?: Swap }).swap : undefined;
}
