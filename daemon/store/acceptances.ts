/**
 * Signed acceptance sheets, between rows and the vocabulary.
 */
import type { Acceptance } from "../model/acceptance.ts";
import { jsonOf } from "./rows.ts";
import type { Session } from "./session.ts";

/** The same id again is the sheet withdrawn; nothing else of it changes. */
export async function saveAcceptance(session: Session, acceptance: Acceptance): Promise<void> {
  const { id, place, at, withdrawn } = acceptance;
  const row = { id, place, at, withdrawn_at: withdrawn?.at ?? null, body: JSON.stringify(acceptance) };
  await session.run(session.sql("acceptances").insert(row).onConflict("id").merge(["withdrawn_at", "body"]));
}

/** The newest first. */
export async function findAcceptances(session: Session, place?: string): Promise<readonly Acceptance[]> {
  const found = session.sql("acceptances").orderBy([
    { column: "at", order: "desc" },
    { column: "id", order: "desc" },
  ]);
  if (place !== undefined) found.where({ place });
  return (await session.rows(found)).map((row) => jsonOf<Acceptance>(row.body));
}
