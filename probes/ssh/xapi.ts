/**
 * The xAPI dialects, over a kept shell without a terminal: `xapi` (CE and RoomOS codecs: JSON) and `terminal` (TC software: lines).
 *
 * There is no prompt: a line `OK` says ready (banner texts can be switched off). A codec that refuses JSON is spoken to in lines. JSON answers
 * carry our number; in lines they come in order, and a block about another node than the one asked for is feedback.
 */
import {
  type Answer,
  type Answered,
  type Conversation,
  type Dialect,
  type Ears,
  type Listening,
  MAX_ANSWER_BYTES,
} from "../shell/dialect.ts";
import type { Line, Stream } from "../shell/line.ts";
import { done, down, failed, type Outcome, within } from "../shell/outcome.ts";
import { Questions, type Waiting } from "../shell/questions.ts";
import { merge, type Pruned } from "../shell/tree.ts";
import { readAnswer, refusal } from "./xapi-answer.ts";
import { XapiFramer } from "./xapi-framer.ts";
import { type Block, answers as mayAnswer, TerminalReader, type TreeNode } from "./xapi-terminal.ts";

/** Lines whose words are the firmware's own. Any other line may hold a name: only its length is told. */
const HARMLESS_LINE =
  /^(?:OK|ERROR|\*\* end|Command not recognized\.|\*r Login successful|Cisco Codec Release [\w .,()-]{1,80}|SW Release Date: [\w .,:-]{1,60})$/;
const NOT_RECOGNIZED = /^Command not recognized\b/i;
const HEARTBEAT = "xStatus SystemUnit Uptime";
/** A refusal in words names no question: it is the last one's when nothing more comes for this long. */
const REFUSED_AFTER_MS = 3_000;
/** A block may go on in another, up to the `OK` after them; where none comes, silence this long ends the answer. */
const GOES_ON_MS = 300;
/** Feedback that a codec may send in a window without being asked; beyond it, something is broken. */
const FEEDBACK_WINDOW_MS = 10_000;
const FEEDBACK_BYTES = 8 * MAX_ANSWER_BYTES;

export const xapi: Dialect = opening("json");
export const terminal: Dialect = opening("terminal");

type Mode = "json" | "terminal";
interface Held extends Waiting {
  readonly status: TreeNode;
  readonly timer: NodeJS.Timeout;
}
type Settle<T> = (outcome: Outcome<T>) => void;

function opening(mode: Mode): Dialect {
  return {
    open: async (connection, ears, signal) => {
      const shell = await connection.shell(signal);
      if (!shell.ok) return shell;
      const conversation = new XapiConversation(connection, shell.value, ears);
      const ready = await conversation.begin(mode, signal);
      return ready.ok ? done(conversation) : ready;
    },
  };
}

class XapiConversation implements Conversation {
  readonly #connection: Line;
  readonly #channel: Stream;
  readonly #ears: Ears;
  readonly #framer: XapiFramer;
  readonly #reader = new TerminalReader((block) => this.#block(block));
  readonly #questions = new Questions();
  #mode: Mode | undefined;
  #readyWait: Settle<undefined> | undefined;
  /** Octets since something whole came. */
  #bytes = 0;
  #unasked = { bytes: 0, sinceMs: 0 };
  #heardAtMs = performance.now();
  /** Lines `Command not recognized` that belong to no question yet. */
  #refusals = 0;
  #refusalTimer: NodeJS.Timeout | undefined;
  /** A block ended an answer: the `OK` or `ERROR` after it belongs to it. */
  #trailing = false;
  /** An answer in lines that may go on: a VCS prints a block an alarm. */
  #held: Held | undefined;

  readonly listening: Listening = {
    register: (expression) => `xfeedback register ${expression}`,
    heartbeat: HEARTBEAT,
    heardAtMs: () => this.#heardAtMs,
  };

  constructor(connection: Line, channel: Stream, ears: Ears) {
    this.#connection = connection;
    this.#channel = channel;
    this.#ears = ears;
    this.#framer = new XapiFramer({ object: (text) => this.#object(text), line: (text) => this.#line(text) }, MAX_ANSWER_BYTES);
    channel.on("data", (bytes: Buffer) => this.#feed(bytes));
    channel.stderr?.on("data", (bytes: Buffer) => this.#count(bytes.length));
    channel.on("close", () => connection.end(down("ssh.protocol", "the device closed the shell")));
    channel.on("error", () => connection.end(down("ssh.protocol", "the shell broke off")));
    connection.onEnd((failure) => {
      clearTimeout(this.#refusalTimer);
      clearTimeout(this.#held?.timer);
      this.#readyWait?.(failed(failure));
    });
  }

  /** A late answer is told from the next one's by its number. */
  get numbered(): boolean {
    return this.#mode === "json";
  }

  /** Waits for the greeting's `OK`, turns the echo off, and learns from a first question whether the codec speaks JSON. */
  async begin(mode: Mode, signal: AbortSignal): Promise<Outcome<undefined>> {
    const greeted = await this.#untilReady(signal, undefined);
    if (!greeted.ok) return greeted;
    const quiet = await this.#untilReady(signal, "echo off\n");
    if (!quiet.ok) return quiet;
    this.#channel.write(`xpreferences outputmode ${mode}\n`);
    const spoken = await this.ask([HEARTBEAT], signal, () => undefined);
    if (!spoken.ok) return spoken;
    this.#mode ??= mode;
    this.#ears.note(`the device speaks ${this.#mode === "json" ? "JSON" : "lines"}`);
    return done(undefined);
  }

  /** In one write: a codec works its lines off one by one, and a packet a question costs us three times what the question does. */
  async ask(commands: readonly string[], signal: AbortSignal, answered: Answered): Promise<Outcome<readonly Answer[]>> {
    if (commands.length === 0) return done([]);
    let forget = (): void => undefined;
    const outcome = await within<readonly Answer[]>(signal, (settle) => {
      const { ended } = this.#connection;
      if (ended !== undefined) {
        settle(failed(ended));
        return;
      }
      const batch = this.#questions.add(commands, answered, (answers) => settle(done(answers)));
      const unwatch = this.#connection.onEnd((failure) => settle(failed(failure)));
      forget = () => {
        unwatch();
        batch.forget();
      };
      this.#channel.write(commands.map((command, at) => `${command} | resultId="${batch.first + at}"\n`).join(""));
    });
    forget();
    return outcome;
  }

  async #untilReady(signal: AbortSignal, written: string | undefined): Promise<Outcome<undefined>> {
    const outcome = await within<undefined>(signal, (settle) => {
      const { ended } = this.#connection;
      if (ended !== undefined) {
        settle(failed(ended));
        return;
      }
      this.#readyWait = settle;
      if (written !== undefined) this.#channel.write(written);
    });
    this.#readyWait = undefined;
    return outcome;
  }

  #feed(bytes: Buffer): void {
    if (this.#connection.ended !== undefined || !this.#count(bytes.length)) return;
    this.#heardAtMs = performance.now();
    if (!this.#framer.feed(bytes)) this.#overflow("for one question");
  }

  /** False once too much came for one answer. */
  #count(length: number): boolean {
    this.#bytes += length;
    if (this.#bytes <= MAX_ANSWER_BYTES) return true;
    this.#overflow("for one question");
    return false;
  }

  #overflow(what: string): void {
    this.#connection.end(down("ssh.protocol", `the device sent more than ${MAX_ANSWER_BYTES} octets ${what}`));
  }

  #line(text: string): void {
    const inBlock = this.#readyWait === undefined && this.#mode !== "json" && this.#reader.line(text);
    if (inBlock) return;
    this.#ears.note(`< ${HARMLESS_LINE.test(text) ? text : `(a line of ${text.length} characters)`}`);
    if (this.#readyWait !== undefined) {
      if (text === "OK") this.#readyWait(done(undefined));
    } else if (NOT_RECOGNIZED.test(text)) this.#notRecognized();
    else if ((text === "OK" || text === "ERROR") && this.#mode === "terminal") this.#trailer(text);
  }

  /** `OK` alone answers a command that has no lines to print, as a registration. */
  #trailer(text: "OK" | "ERROR"): void {
    this.#deliver();
    if (this.#trailing) {
      this.#trailing = false;
      return;
    }
    const oldest = this.#questions.oldest();
    if (oldest === undefined) return;
    if (text === "ERROR") this.#answer(oldest.id, { form: "json", status: undefined, problem: refusal("Error", undefined) });
    else if (!/^x(?:status|configuration)\b/i.test(oldest.command)) this.#answer(oldest.id, { form: "json", status: undefined });
  }

  /** Lines answer in order: it is the oldest. With numbers it shows when a later one is answered, or when nothing more comes. */
  #notRecognized(): void {
    if (this.#questions.waiting === 0) return;
    this.#refusals += 1;
    if (this.#mode === "terminal") {
      this.#refuseBefore(Number.POSITIVE_INFINITY);
      return;
    }
    clearTimeout(this.#refusalTimer);
    this.#refusalTimer = setTimeout(() => {
      if (this.#refusals >= this.#questions.waiting) this.#refuseBefore(Number.POSITIVE_INFINITY);
      this.#refusals = 0;
    }, REFUSED_AFTER_MS);
  }

  #refuseBefore(id: number): void {
    for (
      let oldest = this.#questions.oldest();
      oldest !== undefined && oldest.id < id && this.#refusals > 0;
      oldest = this.#questions.oldest()
    ) {
      this.#refusals -= 1;
      this.#questions.answer(oldest.id, { form: "json", status: undefined, problem: "Error: the command is not recognized" });
    }
  }

  #object(text: string): void {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      // Balanced braces, no JSON: noise between answers; the next object stands on its own.
      this.#ears.note(`< (${text.length} characters in braces that are no JSON)`);
      return;
    }
    const object = parsed as Readonly<Record<string, unknown>>;
    const id = object.ResultId;
    if (id === undefined) {
      this.#hear(parsed, text.length);
      return;
    }
    this.#mode ??= "json";
    if (!this.#answer(Number(id), readAnswer(object))) this.#ears.note("< (a late answer to an earlier question)");
  }

  #block(block: Block): void {
    const oldest = this.#questions.oldest(this.#held?.id);
    if (this.#goesOn(block, oldest)) return;
    const answers = oldest !== undefined && mayAnswer(block, oldest.command);
    // Before the mode is known, a refusal is the answer to the wish for JSON.
    if (this.#mode === undefined && (block.words.length === 0 || !answers)) return;
    const id = block.resultId === undefined ? oldest?.id : Number(block.resultId);
    if (id === undefined || (!answers && block.resultId === undefined)) {
      if (block.words.length > 0) this.#hear({ Status: block.status }, this.#bytes);
      this.#bytes = 0;
      return;
    }
    this.#deliver();
    this.#mode = "terminal";
    this.#trailing = true;
    if (block.refused === undefined && block.words.length > 0 && oldest?.id === id) {
      this.#held = { ...oldest, status: block.status, timer: setTimeout(() => this.#deliver(), GOES_ON_MS) };
      return;
    }
    const answer: Answer = { form: "json", status: block.words.length === 0 ? undefined : block.status };
    if (!this.#answer(id, block.refused === undefined ? answer : { ...answer, problem: block.refused }))
      this.#ears.note("< (a late answer to an earlier question)");
  }

  /** A block of the node that was answered last, and of no question after it, belongs to that answer. */
  #goesOn(block: Block, next: Waiting | undefined): boolean {
    const held = this.#held;
    if (held === undefined || block.refused !== undefined || block.words.length === 0) return false;
    const mine = block.resultId === undefined ? mayAnswer(block, held.command) : Number(block.resultId) === held.id;
    const others = block.resultId === undefined && next !== undefined && mayAnswer(block, next.command);
    if (!mine || others) return false;
    merge(held.status as Pruned, block.status as Pruned);
    held.timer.refresh();
    return true;
  }

  #deliver(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    clearTimeout(held.timer);
    if (!this.#answer(held.id, { form: "json", status: held.status })) this.#ears.note("< (a late answer to an earlier question)");
  }

  /** False when nobody waits for this answer. */
  #answer(id: number, answer: Answer): boolean {
    // What one answer may hold is counted anew for the next.
    this.#bytes = 0;
    if (this.#refusals > 0 && this.#questions.awaits(id)) {
      this.#refuseBefore(id);
      this.#refusals = 0;
    }
    return this.#questions.answer(id, answer);
  }

  #hear(object: unknown, bytes: number): void {
    const now = performance.now();
    if (now - this.#unasked.sinceMs > FEEDBACK_WINDOW_MS) this.#unasked = { bytes: 0, sinceMs: now };
    this.#unasked.bytes += bytes;
    if (this.#unasked.bytes > FEEDBACK_BYTES) {
      this.#connection.end(down("ssh.protocol", `the device floods: more than ${FEEDBACK_BYTES} octets within 10 s that nobody asked for`));
      return;
    }
    this.#bytes = 0;
    this.#ears.unasked(object);
  }
}
