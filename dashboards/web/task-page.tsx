/**
 * One task, for a partner without an account: what is asked, and a form to answer it. Needs no script, and leads nowhere else.
 */
import type { VNode } from "preact";
import type { TaskState } from "../../daemon/model/work.ts";
import { Bare } from "./bare.tsx";
import { Pairs } from "./inventory-parts.tsx";
import { taskWords } from "./task-words.ts";

export interface TaskPageProps {
  readonly language: "fr" | "en";
  readonly instanceName: string;
  /** Undefined: the link is none of ours. */
  readonly task?: {
    readonly id: string;
    readonly asked: string;
    readonly where: string;
    readonly state: TaskState;
    readonly ticket?: string;
    readonly promisedBy?: string;
    readonly zone: string;
  };
  readonly said?: "thanks" | "wrong" | "wait" | "missing" | "over";
}

export function TaskPage({ language, instanceName, task, said }: TaskPageProps): VNode {
  const w = taskWords[language];
  return (
    <Bare language={language} instanceName={instanceName} title={task === undefined ? w.none : `${w.title} ${task.id}`}>
      {said === undefined ? null : (
        <p class="banner" role="status">
          {w[said]}
        </p>
      )}
      {task === undefined ? <p>{w.noneNote}</p> : <Asked language={language} task={task} />}
    </Bare>
  );
}

function Asked({ language, task }: { readonly language: "fr" | "en"; readonly task: NonNullable<TaskPageProps["task"]> }): VNode {
  const w = taskWords[language];
  const rows = [
    [w.number, task.id],
    [w.where, task.where],
    [w.asked, task.asked],
    [w.yours, task.ticket],
    [w.promised, task.promisedBy],
    [w.state, w.states[task.state]],
  ] as const;
  const open = task.state === "waiting" || task.state === "answered";
  return (
    <>
      <Pairs rows={rows} />
      {open ? <AnswerForm language={language} zone={task.zone} /> : null}
    </>
  );
}

function AnswerForm({ language, zone }: { readonly language: "fr" | "en"; readonly zone: string }): VNode {
  const w = taskWords[language];
  return (
    <form method="post">
      <h2>{w.answer}</h2>
      <p class="calm">{w.private}</p>
      <p>
        <label for="note">{w.note}</label>
        <br />
        <textarea id="note" name="note" rows={4} maxLength={2000} />
      </p>
      <p>
        <label for="promised">{`${w.promise}, ${w.zone} ${zone}`}</label>
        <br />
        <input id="promised" name="promised" type="datetime-local" />
      </p>
      <p>
        <label for="ticket">{w.ticket}</label>
        <br />
        <input id="ticket" name="ticket" maxLength={100} autocomplete="off" />
      </p>
      <p>
        <label for="digits">{w.digits}</label>
        <br />
        <input id="digits" name="digits" inputMode="numeric" maxLength={4} required autocomplete="off" />
      </p>
      <p>
        <button type="submit" name="state" value="waiting">
          {w.working}
        </button>{" "}
        <button type="submit" name="state" value="answered">
          {w.solved}
        </button>
      </p>
    </form>
  );
}
