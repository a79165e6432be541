/**
 * `vigie sessions list` and `vigie sessions import`: the booked sessions, and a spreadsheet of them into the book.
 *
 * Works on the database beside a running daemon, which asks it each second whether something was written.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { joinSessions } from "../../rules/sessions.ts";
import { systemClock } from "../clock.ts";
import type { Config } from "../model/config.ts";
import { DAY } from "../model/time.ts";
import type { Store } from "../ports.ts";
import { sessionsInCsv } from "../sessions/csv.ts";
import { SessionDesk } from "../sessions/desk.ts";
import { mostBytes } from "../sessions/fetch.ts";
import { decodeText } from "./csv.ts";
import type { Io } from "./io.ts";
import { onStore } from "./on-store.ts";

const help = `vigie sessions list [--days N] [--config vigie.yaml] [--json]
vigie sessions import FILE.csv [--config vigie.yaml] [--json]

list    the sessions of the next N days (default 7), by their beginning
import  books the sessions of a spreadsheet (comma or semicolon; UTF-8 or Windows-1252). The first row names the columns, in
        English or in French: rooms (salles) with ids of rooms, from (début), to (fin), and if you like kind (genre), priority
        (priorité), specialty (spécialité), bridge (pont), key (identifiant). Other columns are not read. Rows with a problem are
        left out and named by their number; the others are booked.

  --config FILE  default vigie.yaml
  --json         print one JSON object
  --help         this text

Exit code: 0 done, 1 a row was left out, or the configuration or the database cannot be read, 2 wrong use.`;

interface Asked {
  readonly what: "list" | "import";
  readonly csv: string;
  readonly days: number;
  readonly config: string;
  readonly json: boolean;
}

export async function sessions(argv: string[], io: Io): Promise<number> {
  const asked = readArgs(argv);
  if (typeof asked === "string") {
    if (asked === "help") io.out(help);
    else io.err(`vigie sessions: ${asked}\n\n${help}`);
    return asked === "help" ? 0 : 2;
  }
  return onStore(asked.config, io, (store, config) => (asked.what === "list" ? list(asked, store, io) : load(asked, store, config, io)));
}

function readArgs(argv: string[]): Asked | string {
  try {
    const options = {
      config: { type: "string", default: "vigie.yaml" },
      days: { type: "string", default: "7" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    } as const;
    const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true });
    if (values.help === true) return "help";
    const [what, csv = "", ...more] = positionals;
    if (what !== "list" && what !== "import") return "write list, or import and a file";
    if (more.length > 0 || (what === "list") !== (csv === "")) return what === "list" ? "list takes no file" : "name one CSV file";
    if (what === "import" && !existsSync(csv)) return "the CSV file is not there";
    const days = Number(values.days);
    if (!Number.isInteger(days) || days < 1 || days > 366) return "--days is a whole number from 1 to 366";
    if (!existsSync(values.config)) return `${values.config} is not there; name the file with --config`;
    return { what, csv, days, config: resolve(values.config), json: values.json };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function list({ days, json }: Asked, store: Store, io: Io): Promise<number> {
  const now = systemClock.now();
  const found = joinSessions(await store.sessions({ endAfter: now, beginBefore: now + days * DAY, limit: 20_000 }));
  if (json) {
    const items = found.map(({ from, to, ...rest }) => ({ ...rest, from: new Date(from).toISOString(), to: new Date(to).toISOString() }));
    io.out(JSON.stringify({ items }));
    return 0;
  }
  for (const { id, rooms, from, to, kind, state } of found) {
    const times = `${new Date(from).toISOString().slice(0, 16)}Z  ${Math.round((to - from) / 60_000)} min`;
    io.out(`${times}  ${kind.padEnd(14)}  ${rooms.join(" + ")}  ${id}${state === "cancelled" ? "  cancelled" : ""}`);
  }
  if (found.length === 0) io.out("no session is booked");
  return 0;
}

async function load({ csv, json }: Asked, store: Store, config: Config, io: Io): Promise<number> {
  const bytes = await readFile(csv);
  if (bytes.length > mostBytes) {
    io.err(`vigie sessions: the file has ${bytes.length} bytes; import at most ${mostBytes} at once`);
    return 1;
  }
  const { sessions: found, errors } = sessionsInCsv(decodeText(bytes).text, config);
  const desk = new SessionDesk({ store, clock: systemClock, config: () => config, changed: async () => undefined });
  const { added, changed } = await desk.book("csv", found, `cli:${userInfo().username}`);
  if (json) io.out(JSON.stringify({ added, changed, errors }));
  else {
    for (const error of errors) io.err(error);
    io.out(`${added} booked, ${changed} changed, ${errors.length} problems`);
  }
  return errors.length === 0 ? 0 : 1;
}
