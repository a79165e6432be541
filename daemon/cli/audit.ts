/**
 * `vigie audit verify`: whether the timelines of all incidents and the audit log are as they were written.
 *
 * Reads the database beside a running daemon; writes nothing.
 */
import { existsSync } from "node:fs";
import { systemClock } from "../clock.ts";
import { StoreUnavailable } from "../ports.ts";
import { openStore } from "../store/open.ts";
import { configAndJson } from "./config-and-json.ts";
import type { Io } from "./io.ts";
import { storageConfig } from "./storage-config.ts";

const help = `Usage: vigie audit verify [--config vigie.yaml] [--json]

Recomputes the chain of hashes of every incident's timeline and of the audit log, and says where the first is broken: a line that was
changed, taken away or put in, or an end that was cut off. A text that was erased on purpose keeps its hash: its chain holds.

Exit code: 0 all hold, 1 one is broken or the database cannot be read, 2 wrong use.`;

export async function audit([what, ...rest]: string[], io: Io): Promise<number> {
  if (what === "--help" || what === "-h") {
    io.out(help);
    return 0;
  }
  if (what !== "verify") {
    io.err(`vigie audit: write "vigie audit verify"${what === undefined ? "" : `; there is no "${what}"`}\n\n${help}`);
    return 2;
  }
  const asked = configAndJson("audit verify", help, rest, io);
  if (typeof asked === "number") return asked;
  const config = await storageConfig(asked.file, io);
  if (config === undefined) return 1;
  const { storage, stateDir } = config;
  if (storage.kind === "sqlite" && !existsSync(storage.path)) {
    io.err(`storage.sqlite: there is no database at ${storage.path}; has the daemon run yet?`);
    return 1;
  }
  const store = await openStore({ storage, stateDir, clock: systemClock });
  try {
    const [timelines, log] = [await store.verifyTimeline(), await store.verifyAudit()];
    const ok = timelines.brokenAt === undefined && log.brokenAt === undefined;
    if (asked.json) io.out(JSON.stringify({ ok, timelines, audit: log }));
    else for (const line of words(timelines, log)) io.out(line);
    return ok ? 0 : 1;
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    io.err(`audit: the database cannot be read (${error.code}); if it is from an older version, start the daemon once`);
    return 1;
  } finally {
    await store.close();
  }
}

type Timelines = Awaited<ReturnType<Awaited<ReturnType<typeof openStore>>["verifyTimeline"]>>;
type Log = Awaited<ReturnType<Awaited<ReturnType<typeof openStore>>["verifyAudit"]>>;

function words({ checked, brokenAt }: Timelines, log: Log): readonly string[] {
  const broken = "was changed, taken away or put in; compare it with a backup";
  return [
    brokenAt === undefined
      ? `timelines: all ${checked} lines hold`
      : `timelines: BROKEN at ${brokenAt.incident}, line ${brokenAt.seq}: it ${broken}`,
    log.brokenAt === undefined ? `audit log: all ${log.checked} entries hold` : `audit log: BROKEN at entry ${log.brokenAt}: it ${broken}`,
  ];
}
