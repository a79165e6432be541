/**
 * A conversation with a command line that has no request ids: one command at a time, each reply known by its own shape.
 *
 * What belongs to no reply (notifications, late replies to what was asked before, the echo) is passed over. What a grammar knows is
 * pure; time, octets and the end of the line are here.
 */
import { type Answer, type Answered, type Conversation, type Ears, MAX_ANSWER_BYTES } from "./dialect.ts";
import type { Line, Stream } from "./line.ts";
import { LineCutter } from "./line-cutter.ts";
import { done, down, failed, type Outcome, within } from "./outcome.ts";

/** What a line is to the reply under way: its end, part of it, part of it that may have been the last one, or none of it. */
export type Place = "end" | "part" | "maybe-last" | "other";

/** Reads the reply to one command, line by line. */
export interface Reply {
  line(text: string): Place;
  /** The answer, once the end was seen. */
  answer(): Answer;
}

export interface Grammar {
  /** Least time between the end of a reply and the next command. */
  readonly paceMs: number;
  /** Whether all text so far ends where the first command may be sent. */
  greeted(text: string): boolean;
  /** A line without its prompt. */
  bare(line: string): string;
  /** Is the unfinished line a prompt? A reply that may have been complete then is. */
  isPrompt(tail: string): boolean;
  /** Sent once before the first question; preferences of this session alone, their replies are waited for when `reply` is given. */
  readonly preferences: readonly { readonly command: string; readonly reply: boolean }[];
  reply(command: string): Reply;
  /** Hears every line, whoever it is for. */
  overhear?(line: string): void;
  /** Why nothing may be sent to the device now; undefined when it may. `guard` is asked first, always, to know. */
  readonly guard?: { readonly command: string; heldBack(): string | undefined };
}

/** After a line that may have been the last, silence this long ends the reply. */
const QUIET_MS = 500;
const GREETING_TEXT = 8_192;
const NOT_ASKED: Answer = { form: "json", status: undefined };

interface Waiting {
  readonly command: string;
  readonly reply: Reply;
  /** What was placed in the reply, for whoever records; empty when nobody does. */
  readonly lines: string[];
  readonly settle: (outcome: Outcome<Answer>) => void;
  begun: boolean;
  /** The last line may have been the last. */
  maybe: boolean;
  quiet: NodeJS.Timeout | undefined;
}

export class CommandLine implements Conversation {
  readonly #line: Line;
  readonly #stream: Stream;
  readonly #ears: Ears;
  readonly #grammar: Grammar;
  readonly #cutter: LineCutter;
  #bytes = 0;
  #greeting = "";
  #greeted: (() => void) | undefined;
  #waiting: Waiting | undefined;
  /** The turn under way, or the last. Never rejects. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Monotonic ms of the last command and of the end of the last reply, for the pace. */
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(line: Line, stream: Stream, ears: Ears, grammar: Grammar) {
    this.#line = line;
    this.#stream = stream;
    this.#ears = ears;
    this.#grammar = grammar;
    this.#cutter = new LineCutter((text) => this.#hear(text));
  }

  /** Waits for the greeting, then sends the preferences. */
  async begin(signal: AbortSignal): Promise<Outcome<undefined>> {
    const greeted = within<undefined>(signal, (settle) => {
      this.#line.onEnd((failure) => settle(failed(failure)));
      this.#greeted = () => settle(done(undefined));
    });
    this.#listen();
    const outcome = await greeted;
    this.#greeted = undefined;
    if (!outcome.ok) return outcome;
    for (const { command, reply } of this.#grammar.preferences) {
      if (reply) {
        const answer = await this.#one(command, signal);
        if (!answer.ok) return answer;
      } else {
        await this.#pace(signal);
        this.#send(command);
      }
    }
    return done(undefined);
  }

  /** One turn after the other: two at once could not tell their replies apart. */
  ask(commands: readonly string[], signal: AbortSignal, answered: Answered): Promise<Outcome<readonly Answer[]>> {
    const turn = this.#turn.then(() => this.#askAll(commands, signal, answered));
    this.#turn = turn;
    return turn;
  }

  async #askAll(commands: readonly string[], signal: AbortSignal, answered: Answered): Promise<Outcome<readonly Answer[]>> {
    const { guard } = this.#grammar;
    const answers: Answer[] = [];
    if (commands.length === 0) return done(answers);
    if (guard !== undefined && commands[0] !== guard.command) {
      const asked = await this.#one(guard.command, signal);
      if (!asked.ok) return asked;
    }
    for (const [at, command] of commands.entries()) {
      const held = command === guard?.command ? undefined : guard?.heldBack();
      if (held !== undefined) this.#ears.note(`"${command}" was not asked: ${held}`);
      const answer: Outcome<Answer> = held === undefined ? await this.#one(command, signal) : done(NOT_ASKED);
      if (!answer.ok) return answer;
      answers.push(answer.value);
      answered(at, answer.value);
    }
    return done(answers);
  }

  async #one(command: string, signal: AbortSignal): Promise<Outcome<Answer>> {
    await this.#pace(signal);
    let forget = (): void => undefined;
    const outcome = await within<Answer>(signal, (settle) => {
      this.#waiting = { command, reply: this.#grammar.reply(command), lines: [], settle, begun: false, maybe: false, quiet: undefined };
      this.#bytes = 0;
      forget = this.#line.onEnd((failure) => settle(failed(failure)));
      this.#send(command);
    });
    forget();
    clearTimeout(this.#waiting?.quiet);
    this.#waiting = undefined;
    this.#lastMs = performance.now();
    return outcome;
  }

  #send(command: string): void {
    if (this.#line.ended === undefined) this.#stream.write(`${command}\r`);
    this.#lastMs = performance.now();
  }

  async #pace(signal: AbortSignal): Promise<void> {
    const waitMs = this.#lastMs + this.#grammar.paceMs - performance.now();
    if (waitMs <= 0) return;
    let timer: NodeJS.Timeout | undefined;
    await within<undefined>(signal, (settle) => {
      timer = setTimeout(() => settle(done(undefined)), waitMs);
    });
    clearTimeout(timer);
  }

  #listen(): void {
    const { transport } = this.#line;
    const stream = this.#stream;
    stream.on("data", (bytes: Buffer) => this.#feed(bytes));
    stream.stderr?.on("data", (bytes: Buffer) => this.#count(bytes.length));
    stream.on("close", () => this.#line.end(down(`${transport}.protocol`, "the device closed the command line")));
    stream.on("error", () => this.#line.end(down(`${transport}.protocol`, "the command line broke off")));
  }

  #feed(bytes: Buffer): void {
    if (this.#line.ended !== undefined || !this.#count(bytes.length)) return;
    this.#cutter.feed(bytes);
    const { tail } = this.#cutter;
    if (this.#greeted !== undefined) {
      if (this.#grammar.greeted(this.#greeting + tail)) this.#greeted();
      return;
    }
    const waiting = this.#waiting;
    if (waiting?.maybe === true && this.#grammar.isPrompt(tail)) this.#settle(waiting);
  }

  /** False once too much came for one question, or between two. */
  #count(length: number): boolean {
    this.#bytes += length;
    if (this.#bytes <= MAX_ANSWER_BYTES) return true;
    this.#line.end(down(`${this.#line.transport}.protocol`, `the device sent more than ${MAX_ANSWER_BYTES} octets for one question`));
    return false;
  }

  #hear(line: string): void {
    const text = this.#grammar.bare(line);
    if (text !== "") this.#grammar.overhear?.(text);
    if (this.#greeted !== undefined) {
      this.#greeting = `${this.#greeting}${line}\n`.slice(-GREETING_TEXT);
      return;
    }
    const waiting = this.#waiting;
    if (waiting === undefined) {
      if (text !== "") this.#ears.note(`< (a line of ${text.length} characters that nobody asked for)`);
      return;
    }
    if (!waiting.begun && text.toLowerCase() === waiting.command.toLowerCase()) return;
    this.#place(waiting, text);
  }

  #place(waiting: Waiting, text: string): void {
    const place = waiting.reply.line(text);
    if (place === "other") {
      if (text !== "") this.#ears.note(`< (a line of ${text.length} characters that is no part of the answer)`);
      return;
    }
    waiting.begun = true;
    if (this.#ears.reply !== undefined) waiting.lines.push(text);
    waiting.maybe = place === "maybe-last";
    clearTimeout(waiting.quiet);
    if (place === "end") this.#settle(waiting);
    else if (place === "maybe-last") waiting.quiet = setTimeout(() => this.#settle(waiting), QUIET_MS);
  }

  #settle(waiting: Waiting): void {
    clearTimeout(waiting.quiet);
    if (this.#waiting === waiting) this.#waiting = undefined;
    this.#ears.reply?.(waiting.command, waiting.lines);
    waiting.settle(done(waiting.reply.answer()));
  }
}

/** Opens a command line with a terminal and waits for its greeting. */
export async function openCommandLine(line: Line, ears: Ears, signal: AbortSignal, grammar: Grammar): Promise<Outcome<Conversation>> {
  const shell = await line.shell(signal, "terminal");
  if (!shell.ok) return shell;
  const conversation = new CommandLine(line, shell.value, ears, grammar);
  const ready = await conversation.begin(signal);
  return ready.ok ? done(conversation) : ready;
}
