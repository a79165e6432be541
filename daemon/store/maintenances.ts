/**
 * Maintenance and silences, between rows and the vocabulary.
 *
 * When a flexible one began is a column of its own: the evaluator writes it while people may write the rest.
 */
import type { Maintenance } from "../model/maintenance.ts";
import type { Instant } from "../model/time.ts";
import type { MaintenanceQuery } from "../ports-maintenance.ts";
import { raiseRevision } from "./kept.ts";
import { jsonOf, maybe, numberOf } from "./rows.ts";
import type { Row, Session } from "./session.ts";

export async function saveMaintenance(session: Session, maintenance: Maintenance): Promise<void> {
  const { beganAt, ...body } = maintenance;
  const { id, kind, createdAt } = maintenance;
  const row = { id, kind, created_at: createdAt, ends_at: lastInForce(maintenance), began_at: beganAt ?? null, body: JSON.stringify(body) };
  await session.run(session.sql("maintenances").insert(row).onConflict("id").merge(["kind", "ends_at", "body"]));
  await raiseRevision(session, "maintenance");
}

/** Null: it comes again without end. */
function lastInForce({ when, cancelled }: Maintenance): Instant | null {
  if (cancelled !== undefined) return cancelled.at;
  switch (when.kind) {
    case "once":
      return when.to;
    case "flexible":
      return when.to + when.lengthMs;
    case "recurring":
      return null;
  }
}

export async function beginMaintenance(session: Session, id: string, at: Instant): Promise<boolean> {
  const began = (await session.run(session.sql("maintenances").where({ id }).whereNull("began_at").update({ began_at: at }))) === 1;
  if (began) await raiseRevision(session, "maintenance");
  return began;
}

export async function moveBeginning(session: Session, id: string, at: Instant): Promise<void> {
  await session.run(session.sql("maintenances").where({ id }).whereNotNull("began_at").update({ began_at: at }));
  await raiseRevision(session, "maintenance");
}

/** `locking`: within a transaction that writes it again. */
export async function findMaintenance(
  session: Session,
  id: string,
  locking: "for-update" | "none" = "none",
): Promise<Maintenance | undefined> {
  const found = session.sql("maintenances").where({ id }).first();
  const row = await session.row(locking === "for-update" && session.kind === "postgresql" ? found.forUpdate() : found);
  return row === undefined ? undefined : maintenanceOf(row);
}

export async function findMaintenances(session: Session, { endAfter, limit }: MaintenanceQuery): Promise<readonly Maintenance[]> {
  const found = session
    .sql("maintenances")
    .orderBy([
      { column: "created_at", order: "desc" },
      { column: "id", order: "desc" },
    ])
    .limit(limit);
  if (endAfter !== undefined) found.where((or) => void or.whereNull("ends_at").orWhere("ends_at", ">", endAfter));
  return (await session.rows(found)).map(maintenanceOf);
}

function maintenanceOf(row: Row): Maintenance {
  return { ...jsonOf<Omit<Maintenance, "beganAt">>(row.body), ...maybe("beganAt", row.began_at, numberOf) };
}
