/**
 * Diagnoses, between rows and the vocabulary.
 */
import type { Diagnosis, DiagnosisState } from "../model/diagnosis.ts";
import type { Instant } from "../model/time.ts";
import { RaceLost } from "../ports.ts";
import type { DiagnosisStore, DiagnosisTx } from "../ports-diagnosis.ts";
import type { Incidents } from "./incidents.ts";
import { jsonOf, textOf } from "./rows.ts";
import type { Row, Session } from "./session.ts";

const table = "diagnoses";
const mostOfOne = 100;

function rowOf(diagnosis: Diagnosis): Record<string, unknown> {
  const { id, incident, state, askedAt, version } = diagnosis;
  return { id, incident, state, asked_at: askedAt, version, body: JSON.stringify(diagnosis) };
}

/** The columns that may move are read from the row. */
function diagnosisOf(row: Row): Diagnosis {
  return { ...jsonOf<Diagnosis>(row.body), incident: textOf(row.incident) };
}

async function findOne(session: Session, id: string): Promise<Diagnosis | undefined> {
  const row = await session.row(session.sql(table).where({ id }).first());
  return row === undefined ? undefined : diagnosisOf(row);
}

async function findOf(session: Session, incident: string): Promise<readonly Diagnosis[]> {
  const found = session
    .sql(table)
    .where({ incident })
    .orderBy([
      { column: "asked_at", order: "desc" },
      { column: "id", order: "desc" },
    ])
    .limit(mostOfOne);
  return (await session.rows(found)).map(diagnosisOf);
}

async function findIn(session: Session, states: readonly DiagnosisState[], limit: number): Promise<readonly Diagnosis[]> {
  const found = session.sql(table).whereIn("state", [...states]);
  return (await session.rows(found.orderBy(["asked_at", "id"]).limit(limit))).map(diagnosisOf);
}

async function save(session: Session, diagnosis: Diagnosis): Promise<void> {
  const { id, version } = diagnosis;
  const written =
    version === 1
      ? (await session.rows(session.sql(table).insert(rowOf(diagnosis)).onConflict("id").ignore().returning("id"))).length
      : await session.run(
          session
            .sql(table)
            .where({ id, version: version - 1 })
            .update(rowOf(diagnosis)),
        );
  if (written !== 1) throw new RaceLost(`diagnosis ${id} is no longer at version ${version - 1}`);
}

/** With the incidents they are about. */
export async function deleteDiagnoses({ sql, run }: Session, incidents: readonly string[]): Promise<void> {
  await run(
    sql(table)
      .whereIn("incident", [...incidents])
      .delete(),
  );
}

export function diagnosisReads(session: Session, incidents: Incidents): DiagnosisStore {
  return {
    diagnosis: (id) => findOne(session, id),
    diagnoses: (incident) => findOf(session, incident),
    diagnosesIn: (states, limit) => findIn(session, states, limit),
    undiagnosed: (since: Instant, limit: number) => incidents.undiagnosed(session, since, limit),
  };
}

export function diagnosisTx(session: Session): DiagnosisTx {
  return {
    diagnosis: (id) => findOne(session, id),
    diagnosesOf: (incident) => findOf(session, incident),
    saveDiagnosis: (diagnosis) => save(session, diagnosis),
  };
}
