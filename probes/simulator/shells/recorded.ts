/**
 * A recorded shell: answers what was recorded, in the frame of its dialect, and refuses the rest as the device would.
 */
import type { ShellKind } from "../makes.ts";
import type { Exchange } from "../recording.ts";
import type { Session } from "./session.ts";

/** How a command ends when it has no answer, and what stands around one that has. */
interface Frame {
  /** Commands about the session itself; the live shell of the make answers them. */
  readonly session: RegExp;
  readonly wrap: (typed: string, answer: string) => string;
  readonly refusal: string;
  /** What waits for a command; a greeting ends with it, whether it was recorded or not. */
  readonly prompt?: string;
}

const line = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\r\n`);
const nothing = /^$/;

const frames: Readonly<Record<ShellKind, Frame>> = {
  xapi: {
    session: /^(echo|xpreferences|xfeedback|bye|exit)\b/i,
    wrap: (_, answer) => line(answer),
    refusal: '*r Result (status=Error):\r\n    Reason: "No match on address expression"\r\n** end\r\n\r\nERROR\r\n\r\n',
  },
  expressway: {
    session: /^(echo|xpreferences|bye|exit)\b/i,
    wrap: (_, answer) => `${line(answer)}${/^OK\r?$/m.test(answer) ? "" : "\r\nOK\r\n\r\n"}`,
    refusal: '*r Result (status=Error):\r\n  Reason: "No match on address expression"\r\n*r/end\r\n\r\nERROR\r\n\r\n',
  },
  poly: {
    session: /^(exit|quit|notify)\b/i,
    wrap: (typed, answer) => `${typed}\r\n${line(answer)}-> `,
    refusal: "error: command not found",
    prompt: "-> ",
  },
  lifesize: {
    session: /^(exit|quit|set help-mode)\b/i,
    wrap: (_, answer) => `${line(answer)}${/^(ok|error)\b/m.test(answer) ? "" : "\r\nok,00\r\n"}$ `,
    refusal: "\r\nerror,09",
    prompt: "$ ",
  },
  gnugk: {
    session: /^(exit|quit|q|trace)\b/i,
    wrap: (_, answer) => `${line(answer)}${/^;\r?$/m.test(answer) ? "" : ";\r\n"}`,
    refusal: "Error: Unknown command",
  },
  none: { session: nothing, wrap: (_, answer) => line(answer), refusal: "" },
};

export class RecordedShell implements Session {
  readonly #live: Session;
  readonly #kind: ShellKind;
  readonly #answers: ReadonlyMap<string, string>;
  #json = false;

  constructor(live: Session, kind: ShellKind, exchanges: readonly Exchange[]) {
    this.#live = live;
    this.#kind = kind;
    this.#answers = new Map(exchanges.map(({ ask, answer }) => [normal(ask), answer.replace(/\r?\n/g, "\r\n")]));
  }

  greeting(): string {
    const recorded = this.#answers.get("");
    if (recorded === undefined) return this.#live.greeting();
    const { prompt } = frames[this.#kind];
    if (prompt === undefined) return line(recorded);
    const text = recorded.trimEnd();
    return `${line(text.endsWith(prompt.trim()) ? text.slice(0, -prompt.trim().length).trimEnd() : text)}${prompt}`;
  }

  line(raw: string): string | undefined {
    const typed = raw.trim();
    const { session, wrap, refusal } = frames[this.#kind];
    if (typed === "" || session.test(typed)) {
      if (/^xpreferences outputmode json/i.test(typed)) this.#json = true;
      return this.#live.line(raw);
    }
    const answer = this.#answers.get(normal(typed));
    if (this.#kind === "xapi" && this.#json) return numbered(answer, typed);
    return wrap(typed, answer ?? refusal);
  }

  closed(): void {
    this.#live.closed?.();
  }
}

/** The same question however it is spaced, in whatever case, with whatever number. */
function normal(ask: string): string {
  return ask
    .replace(/\|\s*resultId=.*$/i, "")
    .trim()
    .replace(/\s+/g, " ")
    .toLowerCase();
}

/** A recorded JSON answer with the number of this question; text that is no JSON is told as it was. */
function numbered(answer: string | undefined, typed: string): string {
  const id = /resultId="([^"]*)"/i.exec(typed)?.[1];
  const result = id === undefined ? {} : { ResultId: id };
  if (answer === undefined) {
    const error = { status: "Error", Reason: { Value: "No match on address expression" }, XPath: { Value: "" } };
    return `${JSON.stringify({ CommandResponse: { Status: error }, ...result }, null, 2)}\r\n`;
  }
  try {
    const { ResultId: _recorded, ...body } = JSON.parse(answer) as Record<string, unknown>;
    return `${JSON.stringify({ ...body, ...result }, null, 2)}\r\n`;
  } catch {
    // Not one JSON object: the device said it so, and so do we.
    return line(answer);
  }
}
