/**
 * Brings the schema up to date, one transaction for all steps; refuses a schema that is newer than this daemon.
 */
import type { Instant } from "../model/time.ts";
import type { Pools } from "./connect.ts";
import { SchemaRefused } from "./errors.ts";
import { first } from "./migrations/001-first.ts";
import { lightsAndInventory } from "./migrations/002-lights-and-inventory.ts";
import { acceptance } from "./migrations/003-acceptance.ts";
import { sessions } from "./migrations/004-sessions.ts";
import { looks } from "./migrations/005-looks.ts";
import { joining } from "./migrations/006-joining.ts";
import { maintenance } from "./migrations/007-maintenance.ts";
import { reports } from "./migrations/008-reports.ts";
import { onCall } from "./migrations/009-on-call.ts";
import { problems } from "./migrations/010-problems.ts";
import { notify } from "./migrations/011-notify.ts";
import { work } from "./migrations/012-work.ts";
import { actions } from "./migrations/013-actions.ts";
import { attachments } from "./migrations/014-attachments.ts";
import { auditChain } from "./migrations/015-audit-chain.ts";
import { requests } from "./migrations/016-requests.ts";
import { intake } from "./migrations/017-intake.ts";
import { outboxDue } from "./migrations/018-outbox-due.ts";
import { diagnoses } from "./migrations/019-diagnoses.ts";
import { firstOfSite } from "./migrations/020-first-of-site.ts";
import { numberOf } from "./rows.ts";
import { inTransaction, type Session } from "./session.ts";

export interface Migration {
  readonly version: number;
  readonly name: string;
  up(session: Session): Promise<void>;
}

/** In order; a version once released never changes. */
export const migrations: readonly Migration[] = [
  first,
  lightsAndInventory,
  acceptance,
  sessions,
  looks,
  joining,
  maintenance,
  reports,
  onCall,
  problems,
  notify,
  work,
  actions,
  attachments,
  auditChain,
  requests,
  intake,
  outboxDue,
  diagnoses,
  firstOfSite,
];

/** PostgreSQL: two daemons that start together migrate one after the other. */
const ADVISORY_KEY = 0x56494749;

/** The schema version in the database; 0 when it is empty. */
export async function schemaVersion(session: Session): Promise<number> {
  const { sql, kind } = session;
  const known =
    kind === "sqlite"
      ? sql.raw("select count(*) as n from sqlite_master where type = 'table' and name = 'schema_versions'")
      : sql.raw("select count(*) as n from pg_tables where tablename = 'schema_versions' and schemaname = any (current_schemas(false))");
  if (numberOf((await session.row(known))?.n) === 0) return 0;
  return numberOf((await session.row(sql.raw("select max(version) as version from schema_versions")))?.version);
}

/** Throws SchemaRefused: what was found, what this daemon knows, what to do. */
export function refuseNewer(found: number, known: readonly Migration[] = migrations): void {
  const newest = known.at(-1)?.version ?? 0;
  if (found <= newest) return;
  throw new SchemaRefused(
    `storage: the database has schema version ${found}, this daemon knows versions up to ${newest}; ` +
      "start the newer daemon again, or restore the backup it took before the upgrade (vigie restore <file>)",
  );
}

/** Applies what is missing; `before` runs first when there is something to apply to a database that is not empty. */
export async function migrateSchema(
  pools: Pools,
  at: Instant,
  before: (from: number) => Promise<void>,
  steps: readonly Migration[] = migrations,
): Promise<void> {
  const found = await inTransaction(pools.kind, pools.writer, schemaVersion);
  refuseNewer(found, steps);
  if (found === steps.at(-1)?.version) return;
  if (found > 0) await before(found);
  await inTransaction(pools.kind, pools.writer, async (session) => {
    const { sql } = session;
    if (pools.kind === "postgresql") await session.run(sql.raw("select pg_advisory_xact_lock(?)", [ADVISORY_KEY]));
    const now = await schemaVersion(session);
    refuseNewer(now, steps);
    if (now === 0) {
      await session.run(
        sql.raw("create table if not exists schema_versions (version integer primary key, name text not null, applied_at bigint not null)"),
      );
    }
    for (const step of steps.filter((each) => each.version > now)) {
      await step.up(session);
      await session.run(sql("schema_versions").insert({ version: step.version, name: step.name, applied_at: at }));
    }
  });
}
