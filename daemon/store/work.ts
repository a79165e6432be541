/**
 * Tasks of partners, actions, and numbers in other systems, between rows and the vocabulary.
 */
import type { Instant } from "../model/time.ts";
import type { PartnerTask, Reference, WorkAction } from "../model/work.ts";
import { RaceLost } from "../ports.ts";
import type { ActionQuery, TaskQuery, WorkTx } from "../ports-work.ts";
import { jsonOf, numberOf, textOf } from "./rows.ts";
import type { Row, Session } from "./session.ts";

function taskRow(task: PartnerTask): Record<string, unknown> {
  const { id, incident, partner, at, version, wakeAt, state } = task;
  const open = state === "waiting" || state === "answered" ? 1 : 0;
  return { id, incident, partner, opened_at: at, is_open: open, wake_at: wakeAt ?? null, version, body: JSON.stringify(task) };
}

/** The columns that may move are read from the row. */
function taskOf(row: Row): PartnerTask {
  return { ...jsonOf<PartnerTask>(row.body), incident: textOf(row.incident) };
}

export async function findTask(session: Session, id: string): Promise<PartnerTask | undefined> {
  const row = await session.row(session.sql("partner_tasks").where({ id }).first());
  return row === undefined ? undefined : taskOf(row);
}

export async function findTasks(session: Session, { incident, partner, open, limit }: TaskQuery): Promise<readonly PartnerTask[]> {
  const found = session
    .sql("partner_tasks")
    .orderBy([
      { column: "opened_at", order: "desc" },
      { column: "id", order: "desc" },
    ])
    .limit(limit);
  if (incident !== undefined) found.where({ incident });
  if (partner !== undefined) found.where({ partner });
  if (open === true) found.where({ is_open: 1 });
  return (await session.rows(found)).map(taskOf);
}

async function dueTasks(session: Session, at: Instant, limit: number): Promise<readonly PartnerTask[]> {
  const due = session.sql("partner_tasks").whereRaw("wake_at is not null and wake_at <= ?", [at]).orderBy(["wake_at", "id"]).limit(limit);
  return (await session.rows(due)).map(taskOf);
}

async function saveTask(session: Session, task: PartnerTask): Promise<void> {
  const { id, version } = task;
  const written =
    version === 1
      ? (await session.rows(session.sql("partner_tasks").insert(taskRow(task)).onConflict("id").ignore().returning("id"))).length
      : await session.run(
          session
            .sql("partner_tasks")
            .where({ id, version: version - 1 })
            .update(taskRow(task)),
        );
  if (written !== 1) throw new RaceLost(`task ${id} is no longer at version ${version - 1}`);
}

/** What is erased is overwritten in the file, not only unlinked. */
async function eraseTask(session: Session, task: PartnerTask): Promise<void> {
  if (session.kind === "sqlite") await session.run(session.sql.raw("PRAGMA secure_delete=ON"));
  await saveTask(session, task);
  if (session.kind === "sqlite") await session.run(session.sql.raw("PRAGMA secure_delete=OFF"));
}

export function taskTx(session: Session): Pick<WorkTx, "task" | "tasksOf" | "dueTasks" | "saveTask" | "eraseTask"> {
  return {
    task: (id) => findTask(session, id),
    tasksOf: (incident) => findTasks(session, { incident, limit: 1_000 }),
    dueTasks: (at, limit) => dueTasks(session, at, limit),
    saveTask: (task) => saveTask(session, task),
    eraseTask: (task) => eraseTask(session, task),
  };
}

export async function moveWork(session: Session, from: string, to: string): Promise<void> {
  for (const table of ["partner_tasks", "incident_actions", "attachments"])
    await session.run(session.sql(table).where({ incident: from }).update({ incident: to }));
}

export async function findActions(session: Session, { id, incident, waiting }: ActionQuery): Promise<readonly WorkAction[]> {
  const found = session.sql("incident_actions").orderBy(["at", "id"]).limit(1_000);
  if (id !== undefined) found.where({ id });
  if (incident !== undefined) found.where({ incident });
  if (waiting === true) found.where({ is_waiting: 1 });
  return (await session.rows(found)).map((row) => ({ ...jsonOf<WorkAction>(row.body), incident: textOf(row.incident) }));
}

export async function saveAction(session: Session, action: WorkAction): Promise<void> {
  const { id, incident, at, state } = action;
  const row = { id, incident, at, is_waiting: state === "waiting" ? 1 : 0, body: JSON.stringify(action) };
  await session.run(session.sql("incident_actions").insert(row).onConflict("id").merge());
}

export async function findReferences(
  session: Session,
  { incident, number }: { readonly incident?: string; readonly number?: string },
): Promise<readonly Reference[]> {
  const found = session.sql("incident_references").orderBy(["at", "system", "number"]).limit(1_000);
  if (incident !== undefined) found.where({ incident });
  if (number !== undefined) found.whereRaw("lower(number) = lower(?)", [number]);
  return (await session.rows(found)).map((row) => ({
    incident: textOf(row.incident),
    system: textOf(row.system),
    number: textOf(row.number),
    by: textOf(row.by),
    at: numberOf(row.at),
  }));
}

export async function addReference(session: Session, reference: Reference): Promise<void> {
  await session.run(session.sql("incident_references").insert(reference).onConflict(["incident", "system", "number"]).ignore());
}

export async function removeReference(
  session: Session,
  { incident, system, number }: Pick<Reference, "incident" | "system" | "number">,
): Promise<boolean> {
  return (await session.run(session.sql("incident_references").where({ incident, system, number }).delete())) > 0;
}
