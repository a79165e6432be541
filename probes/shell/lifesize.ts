/**
 * The LifeSize dialect: the classic automation command line, over SSH or telnet. Prompt `$ `; rows, a blank line, `ok,00` or `error,09`.
 *
 * `set help-mode off` is sent first: a preference of this session that the manual asks of programs, nothing that the device keeps.
 * Call histories are not asked for at all; of a call's row the far end's name and number are dropped while it is read.
 */
import { type Grammar, openCommandLine, type Reply } from "./command-line.ts";
import type { Answer, Dialect } from "./dialect.ts";
import { codeOf, isAsync, type LifesizeCode, rowsOf } from "./lifesize-rows.ts";

export const lifesize: Dialect = {
  greeted,
  open: (line, ears, signal) => openCommandLine(line, ears, signal, LIFESIZE),
};

function greeted(text: string): boolean {
  return /(?:^|\n)[ \t\r]*\$\s*$/.test(text);
}

function isPrompt(tail: string): boolean {
  return tail.trim() === "$";
}

export const LIFESIZE: Grammar = {
  paceMs: 0,
  greeted,
  isPrompt,
  bare: (line) => line.replace(/^(?:\$\s+)+/, "").trim(),
  preferences: [{ command: "set help-mode off", reply: true }],
  reply,
};

/** What these codes say is no trouble: there is nothing to read. */
const NOTHING: ReadonlySet<LifesizeCode> = new Set(["no-data", "not-in-call", "not-in-list", "no-match"]);

/** Reads the reply to a command. Pure. */
export function reply(command: string): Reply {
  const lines: string[] = [];
  let code: LifesizeCode | undefined;
  return {
    line(text) {
      // Told between rows and after them, by themselves; they hold names.
      if (isAsync(text)) return "other";
      code = codeOf(text);
      if (code !== undefined) return "end";
      if (text !== "") lines.push(text);
      return "part";
    },
    answer(): Answer {
      if (code === "success") return { form: "json", status: rowsOf(command, lines) };
      if (code !== undefined && NOTHING.has(code)) return { form: "json", status: undefined };
      return { form: "json", status: undefined, problem: `error: ${code ?? "no code"}` };
    },
  };
}
