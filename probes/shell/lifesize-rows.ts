/**
 * The rows and codes of the LifeSize automation command line (manual v4.6.0). Pure.
 */

/** In the order of their numbers. */
const CODES = [
  "success",
  "no-memory",
  "io-error",
  "invalid-instance",
  "invalid-parameter",
  "repeated",
  "not-in-list",
  "missing",
  "too-many",
  "invalid-command",
  "ambiguous",
  "conflict",
  "operational-error",
  "no-data",
  "not-in-call",
  "interrupted",
  "ambiguous-selection",
  "no-match",
  "not-supported",
] as const;

export type LifesizeCode = (typeof CODES)[number] | "unknown";

/** `ok,00`, `ok, 00`, a bare `ok` (verbose mode), `error,09`; undefined for a row. */
export function codeOf(line: string): LifesizeCode | undefined {
  const found = /^(ok|error)(?:\s*,\s*([0-9a-f]{2}))?$/i.exec(line);
  if (found === null) return undefined;
  if (found[2] === undefined) return found[1]?.toLowerCase() === "ok" ? "success" : "unknown";
  return CODES[Number.parseInt(found[2], 16)] ?? "unknown";
}

/** Call, conference and presence events, which come unasked. */
export function isAsync(line: string): boolean {
  return /^(?:CS|IC|PS),/.test(line);
}

type Row = Readonly<Record<string, string>>;

/**
 * The rows of an answer by column, counted from 1; `id` is the first one. A call's columns 6 and 7 (number, name) are dropped, and
 * whatever a comma in a name has made of them. `get system uptime` also gives its seconds.
 */
export function rowsOf(command: string, lines: readonly string[]): Readonly<Record<string, unknown>> {
  const asked = command.toLowerCase().replace(/\s+/g, " ").trim();
  const rows = lines.map((line) => line.split(",").map((field) => field.trim()));
  if (asked.startsWith("status call active")) return { row: rows.map(callRow).filter((row) => row !== undefined) };
  // A layout that is not known may hold a name anywhere (`status call history`).
  if (asked.startsWith("status call") && !asked.startsWith("status call statistics")) return { row: [] };
  const seconds = asked === "get system uptime" ? uptimeSeconds(rows[0]) : undefined;
  return { row: rows.map((fields) => columns(fields)), ...(seconds === undefined ? {} : { seconds: String(seconds) }) };
}

function columns(fields: readonly string[], first = 1): Row {
  const row = Object.fromEntries(fields.map((field, at) => [String(first + at), field]));
  return first === 1 ? { id: fields[0] ?? "", ...row } : row;
}

const CALL_COLUMNS = 11;

/** Call, conference, state, incoming, type, number, name, muted, protocol, secure, duration: read from both ends. */
function callRow(fields: readonly string[]): Row | undefined {
  if (fields.length < CALL_COLUMNS) return undefined;
  return { ...columns(fields.slice(0, 5)), ...columns(fields.slice(-4), 8) };
}

/** Days, hours, minutes, seconds. */
function uptimeSeconds(fields: readonly string[] | undefined): number | undefined {
  if (fields?.length !== 4 || !fields.every((field) => /^\d{1,6}$/.test(field))) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = fields.map(Number);
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}
