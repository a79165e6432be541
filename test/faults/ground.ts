/**
 * Empty, migrated databases for one story after another: made once, then copied or emptied.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../daemon/model/config.ts";
import { oneConnection, openPostgres, type Pools } from "../../daemon/store/connect.ts";
import { openPools, openStore } from "../../daemon/store/open.ts";
import { startPostgres } from "../contracts/postgres.ts";
import { FakeClock } from "../fakes/clock.ts";
import { marksOf, postgresImages, sequencesOf, sqliteImages } from "./image.ts";

/** What is killed here is a process, not the machine: nothing has to reach a disk. */
export const memory = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

export interface Ground {
  readonly kind: "sqlite" | "postgresql";
  /** An empty database, and a state folder of its own. */
  fresh(): Promise<Place>;
  /** The database server goes away, and comes back. */
  readonly server?: { stop(): Promise<void>; start(): Promise<void> };
  remove(): Promise<void>;
}

export interface Place {
  readonly stateDir: string;
  readonly storage: Config["storage"];
  /** Connections of one process. */
  connect(): Pools;
  /** The leases end now, as if nobody had renewed them for their time. */
  endLeases(): Promise<void>;
  /** What has stood still inside a transaction for a minute is cut off, as PostgreSQL does by itself. */
  cutOff(): Promise<void>;
  /** All that somebody who starts anew here finds. */
  image(): Promise<string>;
  remove(): Promise<void>;
}

export async function sqliteGround(): Promise<Ground> {
  const folder = mkdtempSync(join(memory, "vigie-faults-"));
  const template = join(folder, "template.db");
  const store = await openStore({ storage: { kind: "sqlite", path: template }, stateDir: folder, clock: new FakeClock() });
  await store.migrate();
  await store.close();
  const imageOf = await sqliteImages(template);
  let places = 0;
  return {
    kind: "sqlite",
    fresh: async () => {
      places += 1;
      const stateDir = join(folder, `state-${places}`);
      mkdirSync(stateDir);
      const storage = { kind: "sqlite", path: join(stateDir, "vigie.db") } as const;
      copyFileSync(template, storage.path);
      return {
        ...{ stateDir, storage },
        connect: () => openPools(storage),
        endLeases: async () => {
          const raw = oneConnection(storage.path);
          await raw("leases").update({ expires_at: 0 });
          await raw.destroy();
        },
        cutOff: async () => {},
        image: async () => (await imageOf(storage.path)) + marksOf(stateDir),
        remove: async () => rmSync(stateDir, { recursive: true, force: true }),
      };
    },
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What migrations themselves wrote stays. */
const kept = "schema_versions";

export async function postgresGround(program: string): Promise<Ground> {
  const server = await startPostgres(program);
  const folder = mkdtempSync(join(memory, "vigie-faults-"));
  const url = server.database("faults");
  const storage = { kind: "postgresql", url: { ref: "env:X", reveal: () => url, toJSON: () => "***", toString: () => "***" } } as const;
  const store = await openStore({ storage, stateDir: folder, clock: new FakeClock() });
  await store.migrate();
  await store.close();
  const { writer: raw } = openPostgres(url);
  const { rows } = (await raw.raw("select tablename from pg_tables where schemaname = 'public'")) as { rows: { tablename: string }[] };
  const tables = rows.map(({ tablename }) => tablename).filter((name) => name !== kept);
  const sequences = await sequencesOf(raw);
  const imageNow = postgresImages(raw, tables, sequences);
  // Not TRUNCATE, which makes each file of each table anew; the timeline's triggers refuse a delete, and stand aside for a replica.
  const emptied = [
    "set session_replication_role = replica",
    ...tables.map((table) => `delete from ${table}`),
    ...sequences.map((name) => `select setval('${name}', 1, false)`),
    "set session_replication_role = origin",
  ].join("; ");
  let places = 0;
  return {
    kind: "postgresql",
    server,
    fresh: async () => {
      places += 1;
      const stateDir = join(folder, `state-${places}`);
      mkdirSync(stateDir);
      await raw.raw(emptied);
      // The log's chain begins anew: its head is there from the migration on.
      await raw("audit_head").insert({ id: 1, seq: 0, hash: "", base_seq: 0, base_hash: "" });
      return {
        ...{ stateDir, storage },
        connect: () => openPools(storage),
        endLeases: async () => {
          await raw("leases").update({ expires_at: 0 });
        },
        cutOff: async () => {
          await raw.raw("select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction'");
        },
        image: async () => (await imageNow()) + marksOf(stateDir),
        remove: async () => rmSync(stateDir, { recursive: true, force: true }),
      };
    },
    remove: async () => {
      await raw.destroy();
      await server.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
