/**
 * The GNU Gatekeeper dialect: its status port (TCP 7000, GnuGk manual, "Monitoring the Gatekeeper"), carried as telnet.
 *
 * The port lets nobody in until its configuration says so, and closes: that is unknown, with what to write where. `trace 0` is sent
 * first, which concerns this session alone: what everybody does on the gatekeeper is then not told to us. Of a registration only the
 * address is read; aliases, and everything about calls but their number, are dropped.
 */
import { type Grammar, openCommandLine, type Place, type Reply } from "./command-line.ts";
import type { Answer, Dialect } from "./dialect.ts";
import { unknown } from "./outcome.ts";

export const gnugk: Dialect = {
  greeted,
  closedEarly: (where) =>
    unknown(
      "telnet.auth-refused",
      `${where} closed at once: the status port refuses this address; allow Vigie's in [GkStatus::Auth] of gnugk.ini (rule=explicit, <address>=allow)`,
    ),
  open: (line, ears, signal) => openCommandLine(line, ears, signal, GNUGK),
};

/** The version block ends with a semicolon on its own line, as every block does. */
function greeted(text: string): boolean {
  return /(?:^|\n)[ \t]*;[ \t\r]*(?:\n|$)/.test(text);
}

export const GNUGK: Grammar = {
  paceMs: 0,
  greeted,
  isPrompt: () => false,
  bare: (line) => line.trim(),
  preferences: [{ command: "trace 0", reply: false }],
  reply,
};

/** The line with which the block of a command begins. */
const BEGINNINGS: Readonly<Record<string, string>> = {
  printallregistrations: "allregistrations",
  printcurrentcalls: "currentcalls",
  statistics: "-- endpoint statistics --",
};

/** Reads the reply to a command: from its first line to the semicolon. Pure. */
export function reply(command: string): Reply {
  const beginning = BEGINNINGS[command.toLowerCase().trim()];
  const lines: string[] = [];
  let begun = false;
  const place = (text: string): Place => {
    if (beginning === undefined) return "end";
    if (!begun) {
      begun = text.toLowerCase() === beginning;
      return begun ? "part" : "other";
    }
    if (text === ";") return "end";
    lines.push(text);
    return "part";
  };
  return {
    line: place,
    answer(): Answer {
      if (beginning === undefined) return { form: "json", status: undefined, problem: "this command is not known here, so not read" };
      return { form: "json", status: read(lines) };
    },
  };
}

function read(lines: readonly string[]): Readonly<Record<string, unknown>> {
  // An event of another client's is told as `RCF|…;`: a row of the list has no semicolon.
  const registered = lines.flatMap((line) =>
    line.endsWith(";") ? [] : (/^RCF\|(\[?[0-9a-fA-F.:]{2,45}\]?):\d{1,5}\|/.exec(line)?.[1] ?? []),
  );
  const addresses = [...new Set(registered.map((address) => address.replace(/^\[|\]$/g, "")))];
  const endpoints = numberAfter(lines, "Number of Endpoints") ?? numberAfter(lines, "Total Endpoints");
  const calls = numberAfter(lines, "Number of Calls") ?? numberAfter(lines, "Current Calls");
  return {
    // `peer` is a far end to the privacy filter: one that is not ours is never told.
    registration: addresses.map((peer) => ({ peer, state: "listed" })),
    ...(endpoints === undefined ? {} : { endpoints }),
    ...(calls === undefined ? {} : { calls }),
  };
}

function numberAfter(lines: readonly string[], name: string): string | undefined {
  const line = lines.find((text) => text.startsWith(`${name}:`));
  return line === undefined ? undefined : /^:\s*(\d{1,9})/.exec(line.slice(name.length))?.[1];
}
