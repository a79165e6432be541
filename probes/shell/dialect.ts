/**
 * A dialect: how one kind of shell is asked, over a connection that something else keeps.
 *
 * Framing (pure files) is apart from transport: SSH and telnet both offer a line, and a dialect does not know which it has.
 */

import type { Line } from "./line.ts";
import type { Failure, Outcome } from "./outcome.ts";

/** One answer: structured, or text. `problem` is the device's own word that it does not know what was asked. */
export type Answer =
  | { readonly form: "json"; readonly status: unknown; readonly problem?: string }
  | { readonly form: "text"; readonly text: string };

/** What a conversation may report. */
export interface Ears {
  /** One line of the trace, already free of far-end identity. */
  note(line: string): void;
  /** An object that answers no question: feedback of a kept session. */
  unasked(object: unknown): void;
  /**
   * The lines of the reply to a command as they came, far ends among them: for a recording, which takes those out. Only command lines
   * without structure (Poly, LifeSize, gatekeeper) call it.
   */
  reply?(command: string, lines: readonly string[]): void;
}

/** The answer to the question at this place. */
export type Answered = (at: number, answer: Answer) => void;

export interface Conversation {
  /**
   * Asks all of them, in order; the answers come in the same order. `answered` is called for each as it comes.
   * What comes late, after the turn ended, answers nothing.
   */
  ask(commands: readonly string[], signal: AbortSignal, answered: Answered): Promise<Outcome<readonly Answer[]>>;
  /** Answers carry the number of their question: several may be asked at once, and a session outlives a late answer. Default false. */
  readonly numbered?: boolean;
  /** The device can tell by itself what changes; undefined: it only answers. */
  readonly listening?: Listening;
}

/** How to have a device tell what changes; `Ears.unasked` gets what it tells. */
export interface Listening {
  /** The command that registers for an expression; registrations end with the session. */
  register(expression: string): string;
  /** A question that costs the device next to nothing. */
  readonly heartbeat: string;
  /** When the device last said anything, in milliseconds of performance.now(). */
  heardAtMs(): number;
}

export interface Dialect {
  /**
   * Whether the text that a device printed before the first question ends where this dialect begins. Carriers that log in by text
   * (telnet) stop answering prompts there; absent: the dialect is not spoken over them.
   */
  greeted?(text: string): boolean;
  /** Why a device may close before it greets, where the dialect knows: a status port that refuses our address. */
  closedEarly?(where: string): Failure;
  /** Prepares the shell until the first question may be asked. */
  open(line: Line, ears: Ears, signal: AbortSignal): Promise<Outcome<Conversation>>;
}

/** Octets of one answer (and of what comes between two answers); more ends the session. */
export const MAX_ANSWER_BYTES = 1024 * 1024;
