/**
 * A real PostgreSQL of the test's own: a temporary folder, a unix socket, no TCP port. Stopped by the process that was started.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface Postgres {
  /** For a database of this name, which is made. */
  database(name: string): string;
  stop(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** PostgreSQL refuses to run as root. */
function asPostgres(program: string, args: readonly string[]): readonly [string, readonly string[]] {
  return process.getuid?.() === 0 ? ["runuser", ["-u", "postgres", "--", program, ...args]] : [program, args];
}

export async function startPostgres(program: string): Promise<Postgres> {
  // A link on the PATH: initdb and the others stand beside what it points to.
  const postgres = realpathSync(program);
  const folder = mkdtempSync(join(tmpdir(), "vigie-pg-"));
  if (process.getuid?.() === 0) {
    const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
    chownSync(folder, id("-u"), id("-g"));
  }
  const data = join(folder, "data");
  const run = (name: string, args: readonly string[]) => {
    const [program, all] = asPostgres(join(dirname(postgres), name), args);
    execFileSync(program, [...all], { stdio: "pipe", cwd: "/" });
  };
  run("initdb", ["-D", data, "-U", "vigie", "-A", "trust", "--no-sync", "-E", "UTF8"]);
  let server: ChildProcess | undefined;
  const start = async () => {
    const settings = [
      "-k",
      folder,
      "-c",
      "listen_addresses=",
      "-c",
      "fsync=off",
      "-c",
      "full_page_writes=off",
      "-c",
      "shared_buffers=32MB",
      "-c",
      "max_connections=60",
    ];
    const [program, all] = asPostgres(postgres, ["-D", data, ...settings]);
    server = spawn(program, [...all], { stdio: "ignore", cwd: "/" });
    const deadline = Date.now() + 60_000;
    for (;;) {
      try {
        return run("pg_isready", ["-h", folder, "-U", "vigie", "-q"]);
      } catch {
        if (Date.now() > deadline) throw new Error("postgres did not start");
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  };
  const stop = async () => {
    run("pg_ctl", ["-D", data, "-m", "immediate", "-w", "stop"]);
    if (server?.exitCode === null) await new Promise((resolve) => server?.once("exit", resolve));
  };
  await start();
  return {
    database: (name) => {
      run("createdb", ["-h", folder, "-U", "vigie", name]);
      return `postgresql://vigie@localhost/${name}?host=${folder}`;
    },
    start,
    stop,
    remove: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
