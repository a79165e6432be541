/**
 * The Poly dialect: HDX and RealPresence Group over SSH or telnet. Prompt `-> `; replies have no end but their own shape.
 *
 * Nothing is registered: `notify` and `callstate register` are kept in the device's flash and bound to the port (HDX manual), so they
 * would be writing to it. Nothing but the state of calls is asked while one sets up (same manual). Names and numbers of far ends are
 * dropped while a reply is read.
 */
import { type Grammar, openCommandLine, type Place, type Reply } from "./command-line.ts";
import type { Answer, Dialect } from "./dialect.ts";
import { callInfo, callState, durationSeconds, identity, isSettingUp, netStats, refusalOf, setting } from "./poly-lines.ts";

/** HDX Integrator manual p130 and drivers: at least 200 ms between commands. */
const PACE_MS = 200;
const GUARD = "getcallstate";
/** The last line of the whoami block, which is the greeting over SSH. */
const LAST_OF_GREETING = /^\s*SNMP Enabled:/m;

export const poly: Dialect = {
  greeted,
  open: (line, ears, signal) => openCommandLine(line, ears, signal, grammar()),
};

function greeted(text: string): boolean {
  return LAST_OF_GREETING.test(text) || isPrompt(text.slice(text.lastIndexOf("\n") + 1));
}

function isPrompt(tail: string): boolean {
  return tail.trim() === "->";
}

/** A grammar of one session: it remembers which calls set up. */
export function grammar(): Grammar {
  const settingUp = new Set<string>();
  return {
    paceMs: PACE_MS,
    greeted,
    isPrompt,
    bare: (line) => line.replace(/^(?:->\s*)+/, "").trim(),
    preferences: [],
    reply,
    overhear: (line) => {
      const call = callState(line);
      if (call === undefined) return;
      if (isSettingUp(call.state)) settingUp.add(call.id);
      else settingUp.delete(call.id);
    },
    guard: { command: GUARD, heldBack: () => (settingUp.size === 0 ? undefined : "a call is being set up") },
  };
}

type Tree = Readonly<Record<string, unknown>>;
/** How a kind of reply is read: what a line is to it, and what it says. */
interface Shape {
  place(line: string, lines: readonly string[]): Place;
  read(lines: readonly string[]): Tree;
}

const NOT_IN_CALL = /^system is not in a call/i;

const STATUS: Shape = {
  place: (line) => (/^status end$/i.test(line) ? "end" : /^\w+ \w+$/.test(line) ? "part" : "other"),
  read: (lines) =>
    Object.fromEntries(
      lines.flatMap((line): readonly (readonly [string, string])[] => {
        const found = /^(\w{1,40}) (online|offline)$/i.exec(line);
        return found?.[1] === undefined || found[2] === undefined ? [] : [[found[1].toLowerCase(), found[2].toLowerCase()]];
      }),
    ),
};
const CALL_STATE: Shape = {
  place: (line) => (NOT_IN_CALL.test(line) ? "end" : callState(line) === undefined ? "other" : "maybe-last"),
  read: (lines) => ({ call: lines.map(callState).filter((call) => call !== undefined) }),
};
const CALL_INFO: Shape = {
  place: (line) =>
    NOT_IN_CALL.test(line) || /^callinfo end$/i.test(line) ? "end" : /^callinfo(?::| begin$)/i.test(line) ? "part" : "other",
  read: (lines) => ({ call: lines.map(callInfo).filter((call) => call !== undefined) }),
};
const NET_STATS: Shape = {
  place: (line, lines) =>
    NOT_IN_CALL.test(line)
      ? "end"
      : /^call:\d+ /.test(line) ||
          (lines.length > 0 && /^[%\w]+:\S/.test(line) && !/^(?:notification|cs|active|cleared|ended|info):/i.test(line))
        ? "maybe-last"
        : "other",
  read: (lines) => ({ call: netStats(lines) }),
};
const WHO_AM_I: Shape = {
  place: (line) => (/^SNMP Enabled:/i.test(line) ? "end" : /^[A-Z][\w /.,-]{0,40}:/.test(line) ? "part" : "other"),
  read: identity,
};
const UPTIME: Shape = {
  place: (line) => (durationSeconds(line) === undefined ? "other" : "end"),
  read: (lines) => ({ seconds: String(durationSeconds(lines[0] ?? "") ?? "") }),
};

/** Every other command: one line that begins as the command does. */
function settingShape(command: string): Shape {
  return {
    place: (line) => (setting(command, line) === undefined ? "other" : "end"),
    read: (lines) => setting(command, lines[0] ?? "") ?? {},
  };
}

function shapeOf(command: string): Shape {
  switch (command.toLowerCase()) {
    case "status":
      return STATUS;
    case GUARD:
      return CALL_STATE;
    case "callinfo all":
      return CALL_INFO;
    case "advnetstats":
    case "netstats":
      return NET_STATS;
    case "whoami":
      return WHO_AM_I;
    case "uptime get":
      return UPTIME;
    default:
      return settingShape(command);
  }
}

/** Reads the reply to a command. Pure. */
export function reply(command: string): Reply {
  const shape = shapeOf(command);
  const lines: string[] = [];
  let problem: string | undefined;
  return {
    line(text) {
      problem = refusalOf(text);
      if (problem !== undefined) return "end";
      const place = shape.place(text, lines);
      if (place !== "other") lines.push(text);
      return place;
    },
    answer(): Answer {
      return problem === undefined ? { form: "json", status: shape.read(lines) } : { form: "json", status: undefined, problem };
    },
  };
}
