/**
 * Problems between rows and the vocabulary, and the counts by which they are found.
 */
import type { Problem } from "../model/problem.ts";
import type { Instant } from "../model/time.ts";
import { RaceLost } from "../ports.ts";
import type { FailureCount, ProblemQuery } from "../ports-problems.ts";
import { notCounted } from "./incidents.ts";
import { jsonOf, maybe, numberOf, textOf } from "./rows.ts";
import type { Session } from "./session.ts";

export async function saveProblem(session: Session, problem: Problem): Promise<void> {
  const { id, fingerprint, openedAt, closed } = problem;
  const state = closed === undefined ? "open" : "closed";
  const rival = session.sql("problems").where({ fingerprint, state: "open" }).whereNot({ id }).select("id").limit(1);
  if (state === "open" && (await session.row(rival)) !== undefined) throw new RaceLost(`another open problem has ${fingerprint}`);
  const row = { id, fingerprint, state, opened_at: openedAt, body: JSON.stringify(problem) };
  await session.run(session.sql("problems").insert(row).onConflict("id").merge(["state", "body"]));
}

export async function findProblem(session: Session, id: string): Promise<Problem | undefined> {
  const row = await session.row(session.sql("problems").where({ id }).first());
  return row === undefined ? undefined : jsonOf<Problem>(row.body);
}

export async function findProblems(session: Session, { state, fingerprint, limit }: ProblemQuery): Promise<readonly Problem[]> {
  const found = session
    .sql("problems")
    .orderBy([
      { column: "opened_at", order: "desc" },
      { column: "id", order: "desc" },
    ])
    .limit(limit);
  if (state !== undefined) found.where({ state });
  if (fingerprint !== undefined) found.where({ fingerprint });
  return (await session.rows(found)).map((row) => jsonOf<Problem>(row.body));
}

export async function failureCounts(session: Session, since: Instant, until: Instant): Promise<readonly FailureCount[]> {
  const query = session.sql.raw(
    `select fingerprint, max(device) as device, max(symptom) as symptom, count(*) as n from incidents
     where opened_at > ? and opened_at <= ? and is_folded = 0 and ${notCounted} group by fingerprint order by fingerprint`,
    [since, until],
  );
  return (await session.rows(query)).map((row) => ({
    fingerprint: textOf(row.fingerprint),
    ...maybe("device", row.device, textOf),
    symptom: textOf(row.symptom),
    count: numberOf(row.n),
  }));
}
