/**
 * What one turn of the evaluator is to judge, and how much of it comes out of the inbox.
 */
import type { Swap } from "../model/inventory.ts";
import type { Observation } from "../model/observation.ts";
import type { InboxMessage } from "../ports.ts";
import { type Call, callOf, type Move, movesOf, swapIn } from "./desk-word.ts";
import type { Wide } from "./intent.ts";

/** What people have said. */
export interface People {
  readonly moves: readonly Move[];
  readonly calls: readonly Call[];
}

export interface Input {
  readonly observations: readonly Observation[];
  /** The last message of the inbox that is judged with it; undefined: none was read. */
  readonly cursor?: number | undefined;
  readonly wide?: readonly Wide[];
  readonly people?: People;
  /** Units that people have replaced. */
  readonly swaps?: readonly Swap[];
}

/** `isMoved`: people did something to incidents, even if no alarm moves. */
export function inputOf(messages: readonly InboxMessage[]): { readonly input: Input; readonly isMoved: boolean } {
  const moves = messages.flatMap((message) => movesOf(message) ?? []);
  const calls = messages.flatMap((message) => callOf(message) ?? []);
  const swaps = messages.flatMap((message) => swapIn(message) ?? []);
  const input = { observations: messages.flatMap(heard), cursor: messages.at(-1)?.seq, people: { moves, calls }, swaps };
  return { input, isMoved: messages.some((message) => movesOf(message) !== undefined) };
}

/** Inbox messages that carry an observation; the others are for later readers. */
function heard(message: InboxMessage): readonly Observation[] {
  const body = message.body as { readonly observation?: Observation };
  if (body.observation === undefined) return [];
  return [{ ...body.observation, id: `inbox:${message.seq}`, seq: body.observation.seq }];
}
