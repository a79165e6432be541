/**
 * What a command line without structure printed, line by line without the far end: so that a replay prints what its dialect can read.
 *
 * Pure. A line is kept only in a form that is known here; what else a reply may hold is nobody's business.
 */
import type { ShellDialect } from "../../daemon/model/family.ts";
import { callInfo, callState, identity } from "../shell/poly-lines.ts";
import { diagnosticTypes } from "./diagnostic-types.ts";

/** The reply to a command, without names and numbers of far ends. Undefined where the dialect prints structured answers. */
export function withoutFarEnd(dialect: ShellDialect | undefined, command: string, lines: readonly string[]): readonly string[] {
  switch (dialect) {
    case "poly":
      return lines.flatMap((line) => polyLine(command.toLowerCase(), line) ?? []);
    case "lifesize":
      return lines.flatMap((line) => lifesizeLine(command.toLowerCase(), line) ?? []);
    case "gnugk":
      return lines.flatMap((line) => gatekeeperLine(line) ?? []);
    case "xapi":
    case "terminal":
    case "exec":
    case undefined:
      return [];
  }
}

function polyLine(command: string, line: string): string | undefined {
  switch (command) {
    case "getcallstate": {
      const call = callState(line);
      if (call === undefined) return /^system is not in a call/i.test(line) ? line : undefined;
      const speed = call.speed === undefined ? "" : ` speed[${call.speed}]`;
      return call.state === "inactive" ? `cs: call[${call.id}] inactive` : `cs: call[${call.id}]${speed} dialstr[---] state[${call.state}]`;
    }
    case "callinfo all": {
      const call = callInfo(line);
      if (call === undefined) return /^(?:callinfo (?:begin|end)|system is not in a call)/i.test(line) ? line : undefined;
      return `callinfo:${call.id}:---:---:${call.speed}:${call.status}:${call.mute}:${call.direction}:${call.type}`;
    }
    case "whoami":
      return Object.keys(identity([line])).length > 0 ? line : undefined;
    case "advnetstats":
    case "netstats":
      // Both describe the far end.
      return line.replace(/\b(rsid|ccaps):.*?(?=\s+[%\w]{1,12}:|$)/g, "$1:---");
    default:
      return line;
  }
}

/** Call, conference, state, incoming, type, number, name, muted, protocol, secure, duration. */
const callColumns = 11;

function lifesizeLine(command: string, line: string): string | undefined {
  if (line === "" || /^(?:ok|error)\b/.test(line)) return line;
  if (!command.startsWith("status call")) return line;
  if (command.startsWith("status call statistics")) return line;
  const fields = line.split(",");
  if (!command.startsWith("status call active") || fields.length < callColumns) return undefined;
  return [...fields.slice(0, 5), "---", "---", ...fields.slice(-4)].join(",");
}

function gatekeeperLine(line: string): string | undefined {
  const registered = /^RCF\|([^|]{2,60})\|/.exec(line)?.[1];
  if (registered !== undefined) return line.endsWith(";") ? undefined : `RCF|${registered}|---|terminal|---`;
  return /^(?:;|AllRegistrations|CurrentCalls|-- Endpoint Statistics --|(?:Number of|Total|Current) (?:Endpoints|Calls):\s*\d.{0,80})$/i.test(
    line,
  )
    ? line
    : undefined;
}

/** Words that a dialect's replies are read by, which the families' data does not name; nobody is called so in these replies. */
const words: Readonly<Partial<Record<ShellDialect, string>>> = {
  poly:
    "cs speed dialstr allocated ringing bonding connecting complete disconnecting opened preconnect callinfo begin muted notmuted videocall " +
    "audiocall in a is day days hour hours minute minutes second seconds my build information time last total sntp service local enabled snmp " +
    "inacall autoanswerp2p remotecontrol visualboard globaldirectory presenceservice logthreshold meetingpassword provisioning rpms modularroom",
  gnugk: "allregistrations currentcalls endpoint endpoints statistics rcf terminal of total current gatekeeper gnu gkstatus",
};

export function wordsOfDialect(dialect: ShellDialect | undefined): readonly string[] {
  if (dialect === undefined) return [];
  return dialect === "xapi" || dialect === "terminal" ? diagnosticTypes : (words[dialect] ?? "").split(" ");
}
