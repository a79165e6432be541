/**
 * `vigie backup`: a consistent copy of the database while the daemon runs.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { StoreUnavailable } from "../ports.ts";
import { backupStorage } from "../store/backup.ts";
import type { Io } from "./io.ts";
import { type StorageConfig, storageConfig } from "./storage-config.ts";

const HELP = `Usage: vigie backup [--config FILE] [--out FILE] [--json]

Copies the database while the daemon runs, and writes FILE.sha256 beside the copy (sha256sum -c reads it).
PostgreSQL is copied by pg_dump; without it, the command to run elsewhere is printed.

  --config FILE  default: vigie.yaml
  --out FILE     default: <state_dir>/backups/vigie-<time>.db (PostgreSQL: .dump)
  --json         print one JSON object: file, checksum
  --help         this text

Exit code: 0 copied, 1 not copied, 2 wrong use.`;

function asked(argv: readonly string[]) {
  const options = {
    config: { type: "string", default: "vigie.yaml" },
    out: { type: "string" },
    json: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  } as const;
  return parseArgs({ args: [...argv], options, strict: true }).values;
}

export async function backup(argv: readonly string[], io: Io): Promise<number> {
  let values: ReturnType<typeof asked>;
  try {
    values = asked(argv);
  } catch (error) {
    io.err(`vigie backup: ${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  if (values.help === true) {
    io.out(HELP);
    return 0;
  }
  const config = await storageConfig(values.config, io);
  if (config === undefined) return 1;
  if (config.storage.kind === "sqlite" && !existsSync(config.storage.path)) {
    io.err(`storage.sqlite: there is no database at ${config.storage.path}; has the daemon run yet?`);
    return 1;
  }
  return copy(config, resolve(values.out ?? defaultOut(config)), values.json === true, io);
}

function defaultOut({ storage, stateDir }: StorageConfig): string {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  return join(stateDir, "backups", `vigie-${time}.${storage.kind === "sqlite" ? "db" : "dump"}`);
}

async function copy({ storage }: StorageConfig, file: string, json: boolean, io: Io): Promise<number> {
  try {
    await backupStorage(storage, file);
  } catch (error) {
    if (error instanceof StoreUnavailable && error.code === "PG_DUMP_MISSING") {
      io.err("storage.postgresql: pg_dump was not found; install postgresql-client, or run where it is installed:");
      io.err(`  pg_dump --format=custom --file ${file} "$DATABASE_URL"`);
      return 1;
    }
    const code = error instanceof StoreUnavailable ? error.code : ((error as NodeJS.ErrnoException).code ?? "UNKNOWN");
    io.err(`backup: nothing was copied to ${file} (${code}); check that the folder can be written and has room`);
    return 1;
  }
  if (json) io.out(JSON.stringify({ file, checksum: `${file}.sha256` }));
  else {
    io.out(`copied to ${file}`);
    io.out(`check it with: cd ${dirname(file)} && sha256sum -c ${basename(file)}.sha256`);
  }
  return 0;
}
