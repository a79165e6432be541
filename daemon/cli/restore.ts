/**
 * `vigie restore`: puts a backup in the place of the present database, and says what is lost since it was made.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { SchemaRefused } from "../store/errors.ts";
import { type Held, holdState, StateHeld } from "../store/hold.ts";
import { BadCopy, type Contents, checkCopy, contentsOf, putInPlace } from "../store/restore.ts";
import type { Io } from "./io.ts";
import { storageConfig } from "./storage-config.ts";

const HELP = `Usage: vigie restore FILE [--config FILE] [--json]

Puts FILE, made by vigie backup, in the place of the database. The present one is kept beside it. Refuses while a daemon runs.
Says what is lost since the copy was made. Request numbers continue above the highest one ever issued.
PostgreSQL is restored by pg_restore; the command is printed.

  --config FILE  default: vigie.yaml
  --json         print one JSON object: restored, aside, lost
  --help         this text

Exit code: 0 restored, 1 not restored, 2 wrong use.`;

function asked(argv: readonly string[]) {
  const options = {
    config: { type: "string", default: "vigie.yaml" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h" },
  } as const;
  return parseArgs({ args: [...argv], options, strict: true, allowPositionals: true });
}

export async function restore(argv: readonly string[], io: Io): Promise<number> {
  let words: ReturnType<typeof asked>;
  try {
    words = asked(argv);
  } catch (error) {
    io.err(`vigie restore: ${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  if (words.values.help === true) {
    io.out(HELP);
    return 0;
  }
  const [file, ...more] = words.positionals;
  if (file === undefined || more.length > 0) {
    io.err(HELP);
    return 2;
  }
  const config = await storageConfig(words.values.config, io);
  if (config === undefined) return 1;
  if (config.storage.kind === "postgresql") {
    io.err("storage.postgresql: stop the daemon, then run where postgresql-client is installed:");
    io.err(`  pg_restore --clean --if-exists --single-transaction --dbname "$DATABASE_URL" ${file}`);
    io.err(`request numbers continue above the mark in ${config.stateDir}/numbers.json by themselves`);
    return 1;
  }
  const where = { copy: resolve(file), database: config.storage.path, stateDir: config.stateDir };
  let held: Held | undefined;
  try {
    held = await holdState(config.stateDir);
    return await replace(where, words.values.json, io);
  } catch (error) {
    if (!(error instanceof StateHeld || error instanceof BadCopy || error instanceof SchemaRefused)) throw error;
    io.err(`restore: ${error.message}`);
    return 1;
  } finally {
    await held?.release();
  }
}

interface Where {
  readonly copy: string;
  readonly database: string;
  readonly stateDir: string;
}

async function replace(where: Where, json: boolean, io: Io): Promise<number> {
  await checkCopy(where.copy);
  const present = await contentsOf(where.database);
  const now = Date.now();
  if (present?.leasedUntil !== undefined && present.leasedUntil > now) {
    const seconds = Math.ceil((present.leasedUntil - now) / 1_000);
    io.err(`restore: a daemon holds ${where.database}; stop it first (if it crashed, its leases end in ${seconds} s)`);
    return 1;
  }
  const copy = await contentsOf(where.copy);
  const aside = `${where.database}.before-restore-${new Date(now).toISOString().replace(/[-:]|\.\d+/g, "")}`;
  await putInPlace({ ...where, aside }, present);
  if (json) {
    const kept = present === undefined ? {} : { aside, lost: difference(present, copy) };
    io.out(JSON.stringify({ restored: where.copy, ...kept }));
    return 0;
  }
  io.out(`restored ${where.copy}`);
  if (present === undefined) return 0;
  io.out(`the database that was here is kept as ${aside}`);
  for (const line of lost(present, copy)) io.out(line);
  return 0;
}

const time = (at: number | undefined) => (at === undefined ? "nothing" : new Date(at).toISOString());

/** What the present database knows and the copy does not. */
function difference(present: Contents, copy: Contents | undefined) {
  const lines = Math.max(0, present.lines - (copy?.lines ?? 0));
  const incidents = Math.max(0, present.incidents - (copy?.incidents ?? 0));
  return { timelineLines: lines, incidents, since: time(copy?.newestTimelineAt), until: time(present.newestTimelineAt) };
}

/** In words: what the present database knows and the copy does not. */
function lost(present: Contents, copy: Contents | undefined): readonly string[] {
  const same = present.newestTimelineAt === copy?.newestTimelineAt && present.newestOutboxAt === copy?.newestOutboxAt;
  if (same && present.lines === copy?.lines && present.incidents === copy?.incidents) return ["nothing is lost: the copy holds the same"];
  return [
    "lost since the copy was made:",
    `  timeline: the copy ends at ${time(copy?.newestTimelineAt)}, what was here at ${time(present.newestTimelineAt)} (${Math.max(0, present.lines - (copy?.lines ?? 0))} lines)`,
    `  messages: the copy ends at ${time(copy?.newestOutboxAt)}, what was here at ${time(present.newestOutboxAt)}`,
    `  incidents: ${Math.max(0, present.incidents - (copy?.incidents ?? 0))}`,
    "messages that the copy holds as unsent are sent again, marked as maybe repeated",
  ];
}
