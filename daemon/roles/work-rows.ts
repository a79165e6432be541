/**
 * Messages about the work on an incident: offers, and tasks of partners. They matter as long as what they are about does.
 */
import type { Incident, NoticeKind, OutboxRow } from "../model/incident.ts";
import type { TaskNotice, WorkNotice } from "../model/work.ts";

const kinds: Readonly<Record<WorkNotice | TaskNotice, true>> = {
  "hand-over": true,
  "hand-over-declined": true,
  "report-due": true,
  "ticket-given-up": true,
  task: true,
  "task-withdrawn": true,
  "task-silent": true,
  "task-answered": true,
};

export function isWork(kind: NoticeKind): kind is WorkNotice | TaskNotice {
  return kind in kinds;
}

/** To a partner: it waits neither for our service hours nor for the end of a silence of ours. */
export function isTheirs(kind: NoticeKind): boolean {
  return kind === "task" || kind === "task-withdrawn";
}

/** The id of the task that a message is about; undefined for every other message. */
export function taskOfRow({ kind, key }: Pick<OutboxRow, "kind" | "key">): string | undefined {
  if (kind !== "task" && kind !== "task-withdrawn" && kind !== "task-silent" && kind !== "task-answered") return undefined;
  return key.slice(key.lastIndexOf("/") + 1).split("#")[0];
}

/** Why such a message no longer matters, if it does not. */
export function mootWork(row: OutboxRow, incident: Incident): string | undefined {
  const { kind } = row;
  if (!isWork(kind)) return undefined;
  return mootOf(kind, incident, taskOfRow(row));
}

function mootOf(kind: WorkNotice | TaskNotice, incident: Incident, id: string | undefined): string | undefined {
  const task = incident.openTasks?.find((each) => each.id === id);
  switch (kind) {
    case "hand-over":
      return incident.handOver === undefined ? "it is offered to nobody any more" : undefined;
    case "hand-over-declined":
    case "report-due":
      return incident.state === "closed" ? "the incident is closed" : undefined;
    case "task":
    case "task-silent":
      return task?.waiting === true ? undefined : "the partner has it no more";
    case "task-answered":
      return task === undefined ? "the task is over" : undefined;
    case "task-withdrawn":
    case "ticket-given-up":
      return undefined;
  }
}
