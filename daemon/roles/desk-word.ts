/**
 * What people decide about alarms, on its way to the evaluator, which alone changes them: which incident each is in from now on.
 *
 * It travels in the inbox, in the transaction of the act, so that it is neither lost nor done twice.
 */
import type { Instant } from "../model/time.ts";
import type { InboxMessage } from "../ports.ts";

/** An alarm goes to another incident. */
export interface Move {
  readonly alarm: string;
  readonly incident: string;
}

const source = "desk";

/** `act`: unique for the act. */
export function deskMessage(act: string, moves: readonly Move[], at: Instant): Omit<InboxMessage, "seq"> {
  return { at, source, key: `${source}/${act}`, body: { moves } };
}

/** Undefined: the message is about something else. */
export function movesOf(message: InboxMessage): readonly Move[] | undefined {
  return message.source === source ? ((message.body as { readonly moves?: readonly Move[] }).moves ?? []) : undefined;
}
