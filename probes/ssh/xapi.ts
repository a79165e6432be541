/**
 * The xAPI dialect: Cisco CE and RoomOS codecs over a kept shell without a terminal.
 *
 * There is no prompt: a line `OK` says ready (banner texts can be switched off), answers are JSON and carry our resultId.
 */
import { type Answer, type Answered, type Conversation, type Dialect, type Ears, MAX_ANSWER_BYTES } from "../shell/dialect.ts";
import type { Line, Stream } from "../shell/line.ts";
import { done, down, failed, type Outcome, within } from "../shell/outcome.ts";
import { XapiFramer } from "./xapi-framer.ts";

/** Lines whose words are the firmware's own. Any other line may hold a name: only its length is told. */
const HARMLESS_LINE =
  /^(?:OK|ERROR|\*\* end|Command not recognized\.|\*r Login successful|Cisco Codec Release [\w .,()-]{1,80}|SW Release Date: [\w .,:-]{1,60})$/;

export const xapi: Dialect = {
  open: async (connection, ears, signal) => {
    const shell = await connection.shell(signal);
    if (!shell.ok) return shell;
    const conversation = new XapiConversation(connection, shell.value, ears);
    const ready = await conversation.begin(signal);
    return ready.ok ? done(conversation) : ready;
  },
};

type Settle<T> = (outcome: Outcome<T>) => void;

/** Questions under way: their ids count up from `first`. */
interface Asked {
  readonly first: number;
  readonly answers: (Answer | undefined)[];
  left: number;
  readonly answered: Answered;
  readonly settle: Settle<readonly Answer[]>;
}

class XapiConversation implements Conversation {
  readonly #connection: Line;
  readonly #channel: Stream;
  readonly #ears: Ears;
  readonly #framer: XapiFramer;
  #lastId = 0;
  #asked: Asked | undefined;
  #readyWait: Settle<undefined> | undefined;
  #bytes = 0;

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
      this.#readyWait?.(failed(failure));
      this.#asked?.settle(failed(failure));
    });
  }

  /** Waits for the greeting's `OK`, turns the echo off, asks for JSON. */
  async begin(signal: AbortSignal): Promise<Outcome<undefined>> {
    const greeted = await this.#untilOk(signal, undefined);
    if (!greeted.ok) return greeted;
    const quiet = await this.#untilOk(signal, "echo off");
    if (quiet.ok) this.#channel.write("xpreferences outputmode json\n");
    return quiet;
  }

  /** In one write: a codec works its lines off one by one, and a packet a question costs us three times what the question does. */
  async ask(commands: readonly string[], signal: AbortSignal, answered: Answered): Promise<Outcome<readonly Answer[]>> {
    if (commands.length === 0) return done([]);
    const first = this.#lastId + 1;
    this.#lastId += commands.length;
    this.#bytes = 0;
    const outcome = await within<readonly Answer[]>(signal, (settle) => {
      const { ended } = this.#connection;
      if (ended !== undefined) {
        settle(failed(ended));
        return;
      }
      this.#asked = { first, answers: commands.map(() => undefined), left: commands.length, answered, settle };
      this.#channel.write(commands.map((command, at) => `${command} | resultId="${first + at}"\n`).join(""));
    });
    this.#asked = undefined;
    return outcome;
  }

  async #untilOk(signal: AbortSignal, command: string | undefined): Promise<Outcome<undefined>> {
    const outcome = await within<undefined>(signal, (settle) => {
      const { ended } = this.#connection;
      if (ended !== undefined) {
        settle(failed(ended));
        return;
      }
      this.#readyWait = settle;
      if (command !== undefined) this.#channel.write(`${command}\n`);
    });
    this.#readyWait = undefined;
    return outcome;
  }

  #feed(bytes: Buffer): void {
    if (this.#connection.ended !== undefined || !this.#count(bytes.length)) return;
    if (!this.#framer.feed(bytes)) this.#overflow();
  }

  /** False once too much came for one question. */
  #count(length: number): boolean {
    this.#bytes += length;
    if (this.#bytes <= MAX_ANSWER_BYTES) return true;
    this.#overflow();
    return false;
  }

  #overflow(): void {
    this.#connection.end(down("ssh.protocol", `the device sent more than ${MAX_ANSWER_BYTES} octets for one question`));
  }

  #line(text: string): void {
    this.#ears.note(`< ${HARMLESS_LINE.test(text) ? text : `(a line of ${text.length} characters)`}`);
    if (text === "OK") this.#readyWait?.(done(undefined));
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
    if (id === undefined) this.#ears.unasked(parsed);
    else if (!this.#answer(Number(id), object)) this.#ears.note("< (a late answer to an earlier question)");
  }

  /** False when nobody waits for this answer. */
  #answer(id: number, object: Readonly<Record<string, unknown>>): boolean {
    const asked = this.#asked;
    const at = asked === undefined ? -1 : id - asked.first;
    if (asked === undefined || !(at in asked.answers) || asked.answers[at] !== undefined) return false;
    const answer = readAnswer(object);
    // What one answer may hold is counted anew for the next.
    this.#bytes = 0;
    asked.answers[at] = answer;
    asked.left -= 1;
    asked.answered(at, answer);
    if (asked.left === 0) asked.settle(done(asked.answers.filter((each) => each !== undefined)));
    return true;
  }
}

/** The Status tree of an answer, or the device's refusal: `{"status":"Error"}` directly or below CommandResponse. */
export function readAnswer(object: Readonly<Record<string, unknown>>): Answer {
  const { Status, CommandResponse } = object;
  const refusal =
    refusalOf(Status) ??
    Object.values(recordOf(CommandResponse))
      .map(refusalOf)
      .find((found) => found !== undefined);
  if (refusal !== undefined) return { form: "json", status: undefined, problem: refusal };
  return { form: "json", status: Status };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function refusalOf(value: unknown): string | undefined {
  const { status, Reason } = recordOf(value);
  if (status !== "Error" && status !== "ParameterError") return undefined;
  const reason = recordOf(Reason).Value;
  return `${status}: ${typeof reason === "string" && /^[\w ./-]{1,80}$/.test(reason) ? reason : "no reason"}`;
}
