/**
 * A task of a partner: whose court it is in, for how long, and who hears when they are silent.
 *
 * Pure. Silence goes to their next contact, then to our own people in our service hours, and never to on-call at night. Time in their
 * court is measured by the clock on the wall and by their own hours.
 */
import type { Incident, TimelineEntry } from "../daemon/model/incident.ts";
import type { Clock } from "../daemon/model/policy.ts";
import { DAY, type Instant } from "../daemon/model/time.ts";
import type { OpenTask, PartnerTask, TaskContact, TaskNotice, TaskState } from "../daemon/model/work.ts";
import { deadline, elapsed, type Hours, nextService } from "./clock.ts";
import { line, type Notice } from "./incident.ts";

/** What a partner's clock is measured by. */
export interface TaskTerms {
  readonly theirs: Hours;
  readonly ours: Hours;
  readonly answerWithin: Clock;
  /** Functions of ours that hear when nobody of theirs answers. */
  readonly fallback: readonly string[];
}

/** What follows: the task, its line on the incident's timeline, who is told. */
export interface TaskDecision {
  readonly task: PartnerTask;
  readonly timeline: readonly TimelineEntry[];
  readonly notices: readonly Notice[];
}

export interface Asking {
  readonly id: string;
  readonly partner: string;
  readonly ladder: readonly string[];
  readonly asked: string;
  readonly by: string;
  readonly at: Instant;
  readonly ticket?: string;
  readonly spokenTo?: string;
  readonly promisedBy?: Instant;
}

export function askPartner(incident: Incident, asking: Asking, terms: TaskTerms): TaskDecision {
  const { at, by, asked, partner, id, spokenTo } = asking;
  const spoken: readonly TaskContact[] = spokenTo === undefined ? [] : [{ at, by, how: "telephone", who: spokenTo, note: asked }];
  const task: PartnerTask = {
    ...asking,
    incident: incident.id,
    state: "waiting",
    broken: 0,
    court: [{ from: at }],
    contacts: spoken,
    rung: 0,
    told: 0,
    wakeAt: nextLook(asking.promisedBy, terms, at),
    version: 1,
  };
  const opened = line(incident, at, by, "task-opened", asked, {
    task: id,
    partner,
    ...(asking.ticket === undefined ? {} : { ticket: asking.ticket }),
  });
  const told = tellPartner(task, incident, at);
  return { ...told, timeline: [opened] };
}

/** The next time that somebody of ours looks: what they promised, or the time in which they have to answer. */
function nextLook(promisedBy: Instant | undefined, { theirs, answerWithin }: TaskTerms, at: Instant): Instant {
  return promisedBy !== undefined && promisedBy > at ? promisedBy : deadline(theirs, answerWithin, at);
}

/** To the contact at the present rung; one without any goes to our own people when its time is over. */
function tellPartner(task: PartnerTask, incident: Incident, at: Instant): Omit<TaskDecision, "timeline"> {
  const who = task.ladder[task.rung];
  if (who === undefined) return { task, notices: [] };
  const contact: TaskContact = { at, by: "system", how: "message", who, note: "" };
  const next = { ...task, told: task.told + 1, contacts: [...task.contacts, contact] };
  return { task: next, notices: [taskNotice("task", next, incident, { contacts: [who], at })] };
}

interface Told {
  readonly tell?: readonly string[];
  readonly contacts?: readonly string[];
  readonly at: Instant;
}

function taskNotice(kind: TaskNotice, task: PartnerTask, incident: Incident, { tell = [], contacts = [], at }: Told): Notice {
  const { level, occurrence } = incident;
  return { kind, level, occurrence, tell, contacts, notBefore: at, about: `${task.id}#${task.told}` };
}

/** Its time came: no answer, or a promise that passed. Undefined: nothing is due. */
export function wakeTask(task: PartnerTask, incident: Incident, terms: TaskTerms, now: Instant): TaskDecision | undefined {
  if (task.state !== "waiting" || task.wakeAt === undefined || task.wakeAt > now) return undefined;
  // Our own people hear by day: what comes due at night waits for it.
  const day = nextService(terms.ours, now);
  if (task.rung + 1 >= task.ladder.length && day > now)
    return { task: { ...task, wakeAt: day, version: task.version + 1 }, timeline: [], notices: [] };
  const broken = task.promisedBy !== undefined && task.promisedBy <= now;
  const { promisedBy, ...rest } = task;
  const silent = broken || promisedBy === undefined ? rest : task;
  const rung = Math.min(task.rung + 1, task.ladder.length);
  const raised: PartnerTask = { ...silent, rung, broken: task.broken + (broken ? 1 : 0), version: task.version + 1 };
  const why = broken ? `what ${task.partner} promised has passed` : `${task.partner} has not answered in its time`;
  const data = { task: task.id, partner: task.partner, rung };
  const timeline = [line(incident, now, "system", "task-silent", why, data)];
  if (rung < task.ladder.length) {
    const told = tellPartner({ ...raised, wakeAt: deadline(terms.theirs, terms.answerWithin, now) }, incident, now);
    return { ...told, timeline };
  }
  // Everybody of theirs was asked: our own people, by day, once a working day until somebody does something.
  const next = { ...raised, told: raised.told + 1, wakeAt: deadline(terms.ours, { ms: DAY, in: "working-days" }, now) };
  return { task: next, timeline, notices: [taskNotice("task-silent", next, incident, { tell: terms.fallback, at: now })] };
}

/** The same task after a jump of the wall clock: a time that has elapsed moves with it, a promise and the next day do not. */
export function moveTask(task: PartnerTask, incident: Incident, terms: TaskTerms, { ms, at }: { ms: number; at: Instant }): TaskMoved {
  const { wakeAt } = task;
  const last = task.court.at(-1);
  if (task.state !== "waiting" || wakeAt === undefined || last === undefined) return undefined;
  // How long it has been in their court is elapsed time, whatever their next look waits for.
  const court = [...task.court.slice(0, -1), { ...last, from: last.from + ms }];
  const runs = waitsFor(task, terms, wakeAt, at - ms);
  const next = { ...task, court, wakeAt: runs === "wall" ? wakeAt + ms : wakeAt, version: task.version + 1 };
  if (runs !== "wall") return { task: next, timeline: [] };
  const why = `the wall clock jumped by ${Math.round(ms / 1000)} s; the timer moved with it`;
  return { task: next, timeline: [line(incident, at, "system", "clock-jumped", why, { ms, task: task.id })] };
}

type TaskMoved = Omit<TaskDecision, "notices"> | undefined;

/** In what kind of time its present timer runs. `calendar`: it waits for what was promised, or for our day to begin. */
function waitsFor(task: PartnerTask, terms: TaskTerms, wakeAt: Instant, before: Instant): Clock["in"] | "calendar" {
  if (task.promisedBy === wakeAt || task.rung >= task.ladder.length) return "calendar";
  const isOurDay = task.rung + 1 === task.ladder.length && wakeAt > before && nextService(terms.ours, wakeAt - 1) === wakeAt;
  return isOurDay ? "calendar" : terms.answerWithin.in;
}

/** What was heard of a partner, or done with their task. */
export interface Heard {
  readonly by: string;
  readonly at: Instant;
  readonly how: TaskContact["how"];
  readonly who?: string | undefined;
  readonly note: string;
  readonly ticket?: string | undefined;
  readonly promisedBy?: Instant | undefined;
  /** `answered`: the ball is ours. `waiting`: it is theirs, still or again. Left out: as it is. */
  readonly state?: TaskState | undefined;
}

/** Why it cannot be; undefined when it can. */
export function notHearable({ id, state }: PartnerTask): string | undefined {
  return state === "done" || state === "withdrawn" ? `${id} is ${state}; ask for something new with another task` : undefined;
}

const events: Readonly<Record<TaskState, string>> = {
  waiting: "task-asked-again",
  answered: "task-answered",
  done: "task-done",
  withdrawn: "task-withdrawn",
};

/** A contact, an answer, its end: any word of theirs begins their time anew, and a new promise stands in place of the old one. */
export function hearTask(task: PartnerTask, incident: Incident, heard: Heard, terms: TaskTerms): TaskDecision {
  const { by, at, note, how, who, ticket, promisedBy } = heard;
  const state = heard.state ?? task.state;
  const { wakeAt: _w, promisedBy: before, ...rest } = task;
  const ended = state === "done" || state === "withdrawn";
  // What they promised they kept or broke by their answer: asked again, they have promised nothing yet.
  const promise = promisedBy ?? (state === "waiting" && task.state !== "waiting" ? undefined : before);
  const next: PartnerTask = {
    ...rest,
    state,
    court: courtOf(task, state, at),
    contacts: [...task.contacts, { at, by, how, note, ...(who === undefined ? {} : { who }) }],
    rung: state === "waiting" ? Math.min(task.rung, Math.max(0, task.ladder.length - 1)) : task.rung,
    ...(ticket === undefined ? {} : { ticket }),
    ...(promise === undefined ? {} : { promisedBy: promise }),
    ...(state === "answered" ? { answer: note } : {}),
    ...(ended ? { endedAt: at } : {}),
    ...(state === "waiting" ? { wakeAt: nextLook(promise, terms, at) } : {}),
    version: task.version + 1,
  };
  const moved = state !== task.state;
  const event = moved ? events[state] : promisedBy === undefined ? "task-contact" : "task-promised";
  const data = {
    task: task.id,
    partner: task.partner,
    ...(promisedBy === undefined ? {} : { until: promisedBy }),
    ...(ticket === undefined ? {} : { ticket }),
  };
  const timeline = [line(incident, at, by, event, note, data)];
  return { ...(moved ? tellMoved(next, task, incident, { terms, at }) : { task: next, notices: [] }), timeline };
}

function courtOf(task: PartnerTask, state: TaskState, at: Instant): PartnerTask["court"] {
  const last = task.court.at(-1);
  const theirs = last !== undefined && last.to === undefined;
  if (state === "waiting") return theirs ? task.court : [...task.court, { from: at }];
  return theirs ? [...task.court.slice(0, -1), { from: last.from, to: Math.max(at, last.from) }] : task.court;
}

function tellMoved(
  next: PartnerTask,
  before: PartnerTask,
  incident: Incident,
  { terms, at }: { readonly terms: TaskTerms; readonly at: Instant },
): Omit<TaskDecision, "timeline"> {
  switch (next.state) {
    case "waiting":
      return tellPartner(next, incident, at);
    case "answered": {
      // An answer is ours to look at, by day unless it cannot wait.
      const told = { ...next, told: next.told + 1 };
      const start = incident.urgency === "now" ? at : nextService(terms.ours, at);
      const { steps } = incident.policy.tracks[incident.severity];
      const tell = steps.find(({ level }) => level === Math.min(incident.level, steps.length))?.tell ?? [];
      return { task: told, notices: [taskNotice("task-answered", told, incident, { tell, at: start })] };
    }
    case "withdrawn": {
      const told = { ...next, told: next.told + 1 };
      const contacts = before.ladder.slice(0, before.rung + 1);
      return { task: told, notices: [taskNotice("task-withdrawn", told, incident, { contacts, at })] };
    }
    case "done":
      return { task: next, notices: [] };
  }
}

/** What of its tasks an incident has to know. */
export function openTasksOf(before: readonly OpenTask[] | undefined, task: PartnerTask): readonly OpenTask[] {
  const others = (before ?? []).filter(({ id }) => id !== task.id);
  if (task.state === "done" || task.state === "withdrawn") return others;
  return [...others, { id: task.id, partner: task.partner, waiting: task.state === "waiting" }];
}

/** The incident with its tasks as they are now; without any it has no such field. */
export function withTask(incident: Incident, task: PartnerTask): Incident {
  const { openTasks, ...rest } = incident;
  const open = openTasksOf(openTasks, task);
  return open.length === 0 ? rest : { ...rest, openTasks: open };
}

/** How long it has been in their court: by the clock on the wall, and in their own hours. */
export function courtTime(
  task: Pick<PartnerTask, "court">,
  theirs: Hours,
  now: Instant,
): { readonly wallMs: number; readonly serviceMs: number } {
  let [wallMs, serviceMs] = [0, 0];
  for (const { from, to = now } of task.court) {
    wallMs += Math.max(0, to - from);
    serviceMs += elapsed(theirs, "service", from, to);
  }
  return { wallMs, serviceMs };
}

/** What people wrote into a task, as the timeline has it too. */
export function textsOf({ asked, answer, contacts }: PartnerTask): ReadonlySet<string> {
  return new Set([asked, ...(answer === undefined ? [] : [answer]), ...contacts.filter(isByPerson).map(({ note }) => note)]);
}

const erasedText = "erased";
const isByPerson = ({ by }: TaskContact) => by !== "system";

/** The task without its texts and without whom anybody spoke to: when who did what stays, and what is still owed. */
export function withoutTexts(task: PartnerTask, by: string, at: Instant): PartnerTask {
  const { spokenTo: _s, answer, contacts, ...rest } = task;
  return {
    ...rest,
    ...(answer === undefined ? {} : { answer: erasedText }),
    asked: erasedText,
    contacts: contacts.map((each) => (isByPerson(each) ? bareContact(each) : each)),
    erased: { by, at },
    version: task.version + 1,
  };
}

function bareContact({ who: _w, ...contact }: TaskContact): TaskContact {
  return { ...contact, note: erasedText };
}

/** Is there anything in it to erase? */
export function hasTexts(task: PartnerTask): boolean {
  const isNamed = task.spokenTo !== undefined || task.contacts.some((each) => isByPerson(each) && each.who !== undefined);
  return isNamed || [...textsOf(task)].some((text) => text !== erasedText);
}
