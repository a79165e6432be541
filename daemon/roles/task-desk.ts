/**
 * Tasks of partners: opened, heard of, answered by the partner themselves, ended. Each act is one transaction with the incident's.
 */
import { carriedOn, clockAnew } from "../../rules/followup.ts";
import type { Person } from "../../rules/handover.ts";
import { line, raised } from "../../rules/incident.ts";
import {
  askPartner,
  type Heard,
  hasTexts,
  hearTask,
  notHearable,
  type TaskDecision,
  textsOf,
  withoutTexts,
  withTask,
} from "../../rules/task.ts";
import type { Incident } from "../model/incident.ts";
import type { Instant } from "../model/time.ts";
import type { PartnerTask, TaskContact, TaskState } from "../model/work.ts";
import { RaceLost, type Tx } from "../ports.ts";
import { type ActResult, actOn, type DeskDeps, type Refusal } from "./acting.ts";
import { hoursOf } from "./hours.ts";
import { rowsFor } from "./recipients.ts";
import { taskTerms } from "./task-terms.ts";

export type TaskResult = Extract<ActResult, { ok: false }> | { readonly ok: true; readonly incident: Incident; readonly task: PartnerTask };

export interface NewTask {
  readonly partner: string;
  readonly asked: string;
  readonly ticket?: string | undefined;
  readonly spokenTo?: string | undefined;
  readonly promisedBy?: Instant | undefined;
}

/** What a person writes down of a partner. */
export interface TaskWord {
  readonly how: TaskContact["how"];
  readonly who?: string | undefined;
  readonly note: string;
  readonly ticket?: string | undefined;
  readonly promisedBy?: Instant | undefined;
  readonly state?: TaskState | undefined;
}

/** What a partner says of their task, on its page or by mail. */
export type PartnerWord = Pick<TaskWord, "note" | "ticket" | "promisedBy"> & {
  readonly how: "page" | "mail";
  readonly state: "waiting" | "answered";
};

const furthestPromiseMs = 366 * 86_400_000;

export class TaskDesk {
  readonly #deps: DeskDeps;

  constructor(deps: DeskDeps) {
    this.#deps = deps;
  }

  async open(id: string, person: Person, { partner, asked, ticket, spokenTo, promisedBy }: NewTask): Promise<TaskResult> {
    const known = this.#deps.config().partners.get(partner);
    if (known === undefined) return refused(422, `partner: there is no partner "${partner}"; see GET /api/v1/partners`);
    return this.#change(id, person.name, async (incident, tx) => {
      if (incident.state === "resolved") return { refused: `${incident.number} is resolved; nothing is asked of a partner any more` };
      const at = this.#deps.clock.now();
      const late = notPromisable(promisedBy, at);
      if (late !== undefined) return { refused: late, status: 422 };
      const given = { ...(ticket === undefined ? {} : { ticket }), ...(spokenTo === undefined ? {} : { spokenTo }) };
      const asking = { id: await freeId(tx, incident), partner, ladder: known.contacts, asked, by: person.name, at, ...given };
      return askPartner(
        incident,
        promisedBy === undefined ? asking : { ...asking, promisedBy },
        taskTerms(this.#deps.config(), partner, incident),
      );
    });
  }

  /** A person writes down what was heard of a partner, that they are done, or that it is withdrawn. */
  async hear(task: string, person: Person, word: TaskWord): Promise<TaskResult> {
    return this.#heard(task, person.name, word, true);
  }

  /** The partner says it themselves. */
  async say(task: string, word: PartnerWord): Promise<TaskResult> {
    const found = await this.#deps.store.task(task);
    return this.#heard(task, found?.partner ?? "partner", word, false);
  }

  /**
   * A mail that answers a message about a task, by what it refers to (`In-Reply-To`, `References`: keys of the outbox). It must come from
   * an address of that partner. Its text is not kept; the mail lies where it was sent. Undefined: it is about no task.
   */
  async answeredByMail(refersTo: readonly string[], from: string, subject: string): Promise<TaskResult | undefined> {
    const keys = refersTo.map((each) => each.replace(/^<|@[^@]*>?$|>$/g, ""));
    const found = keys.flatMap((key) => /([A-Z]{2,5}-\d{4}-\d+-\d{2}-T\d+)#\d+$/.exec(key)?.[1] ?? []).at(-1);
    const id = found ?? /\[([A-Z]{2,5}-\d{4}-\d+-\d{2}-T\d+)\]/.exec(subject)?.[1];
    if (id === undefined) return undefined;
    const task = await this.#deps.store.task(id);
    if (task === undefined) return refused(404, `there is no task ${id}`);
    const { contacts } = this.#deps.config();
    const theirs = task.ladder.flatMap((each) => contacts.get(each)?.channels.map(({ address }) => address.toLowerCase()) ?? []);
    if (!theirs.includes(from.trim().toLowerCase()))
      return refused(422, `${id}: the sender is no contact of ${task.partner}; nothing was changed`);
    return this.say(id, { how: "mail", state: "answered", note: "answered by mail; the mail itself is not kept here" });
  }

  /**
   * Its texts go, here and on the timeline, whose chain holds; that there was a task stays, and what it owes. Of a closed incident too.
   * Backups keep them.
   */
  async erase(id: string, person: Person): Promise<TaskResult> {
    const { store, clock, changed } = this.#deps;
    const found = await store.task(id);
    const incident = found === undefined ? undefined : await store.incident(found.incident);
    if (found === undefined || incident === undefined) return refused(404, `there is no task ${id}; see GET /api/v1/tasks`);
    if (!hasTexts(found)) return refused(409, `${id}: its texts are erased already`);
    const at = clock.now();
    // The lines first: by the task's own texts they are known, also when this is done again after a fall.
    const opened = await store.incident(id.replace(/-T\d+$/, ""));
    const texts = textsOf(found);
    for (const of of new Set([incident.id, opened?.id ?? incident.id]))
      for (const { seq, data, why } of await store.timeline(of))
        if (data?.task === id && texts.has(why)) await store.redact(of, seq, person.name, at);
    const task = withoutTexts(found, person.name, at);
    try {
      await store.transaction(undefined, async (tx) => {
        await tx.eraseTask(task);
        await tx.audit([{ at, by: person.name, action: "task.erased", target: id, data: { partner: task.partner } }]);
        await tx.appendTimeline([line(incident, at, person.name, "task-erased", id)]);
      });
    } catch (error) {
      if (!(error instanceof RaceLost)) throw error;
      return refused(409, `${id} was written to meanwhile; try again`);
    }
    changed();
    return { ok: true, incident, task };
  }

  async #heard(id: string, by: string, word: TaskWord, ours: boolean): Promise<TaskResult> {
    const found = await this.#deps.store.task(id);
    if (found === undefined) return refused(404, `there is no task ${id}; see GET /api/v1/tasks`);
    return this.#change(
      found.incident,
      by,
      async (incident, tx) => {
        const task = await tx.task(id);
        if (task === undefined) return { refused: `there is no task ${id}`, status: 404 };
        const at = this.#deps.clock.now();
        const late = notPromisable(word.promisedBy, at);
        if (late !== undefined) return { refused: late, status: 422 };
        const over = notHearable(task);
        if (over !== undefined) return { refused: over };
        const heard: Heard = { ...word, by, at };
        return hearTask(task, incident, heard, taskTerms(this.#deps.config(), task.partner, incident));
      },
      ours,
    );
  }

  /** What is decided of a task is written with the incident: its open tasks, its follow-up clock, its lines, its messages. */
  async #change(
    id: string,
    by: string,
    decide: (incident: Incident, tx: Tx) => Promise<TaskDecision | Refusal>,
    ours = true,
  ): Promise<TaskResult> {
    const { clock, config } = this.#deps;
    let saved: PartnerTask | undefined;
    const result = await actOn(this.#deps, id, async (incident, tx) => {
      const decided = await decide(incident, tx);
      if ("refused" in decided) return decided;
      const { task, timeline, notices } = decided;
      const at = clock.now();
      const hours = hoursOf(config(), incident.site, incident.device);
      await tx.saveTask(task);
      if (task.ticket !== undefined) await tx.addReference({ incident: incident.id, system: task.partner, number: task.ticket, by, at });
      await tx.audit([{ at, by, action: `task.${task.state}`, target: task.id, data: { partner: task.partner } }]);
      // Theirs go out whatever else of the incident is dropped by this act.
      await tx.addOutbox(notices.flatMap((notice) => rowsFor(notice, incident, config(), at)));
      saved = task;
      const changed = withTask(incident, task);
      if (ours) return withoutDrop(carriedOn(incident, changed, { by, at, hours, takes: true }, timeline));
      return { incident: raised(clockAnew(changed, hours, at)), timeline, notices: [] };
    });
    return result.ok && saved !== undefined
      ? { ok: true, incident: result.incident, task: saved }
      : (result as Extract<ActResult, { ok: false }>);
  }
}

/** Pending messages are judged when they are sent: what is taken meanwhile is dropped then, and the task's own stays. */
function withoutDrop<T extends { readonly dropPending?: string }>(decision: T): Omit<T, "dropPending"> {
  const { dropPending: _d, ...rest } = decision;
  return rest;
}

function notPromisable(promisedBy: Instant | undefined, at: Instant): string | undefined {
  if (promisedBy === undefined) return undefined;
  if (promisedBy <= at) return "promisedBy: it is past; name a time to come";
  return promisedBy - at > furthestPromiseMs ? "promisedBy: it is more than a year away; name an earlier time" : undefined;
}

async function freeId(tx: Tx, { number, id }: Incident): Promise<string> {
  for (let count = (await tx.tasksOf(id)).length + 1; ; count += 1) {
    const made = `${number}-T${count}`;
    if ((await tx.task(made)) === undefined) return made;
  }
}

function refused(status: 404 | 409 | 422, problem: string): Extract<ActResult, { ok: false }> {
  return { ok: false, status, problem };
}
