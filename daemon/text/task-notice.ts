/**
 * What a partner reads of a task, and what our own people read of a partner. Each message stands alone, in its reader's language.
 */

import type { Instant, Language } from "../model/time.ts";
import type { PartnerTask, TaskNotice } from "../model/work.ts";
import { say, sayDuration, sayTime } from "./catalogue.ts";

export interface TaskNoticeInput {
  readonly kind: TaskNotice;
  readonly language: Language;
  readonly task: PartnerTask;
  readonly number: string;
  readonly instanceName: string;
  readonly partnerName: string;
  readonly siteName: string;
  /** The circuit's name and number, when it is about one. */
  readonly circuit?: string;
  readonly since: Instant;
  readonly timezone: string;
  /** Where the partner answers; undefined where no address of ours is known. */
  readonly page?: string;
  readonly digits: string;
  /** Of the incident, for our own people. */
  readonly incidentPage?: string;
  readonly court: { readonly wallMs: number; readonly serviceMs: number };
  /** Whom of theirs was asked, by name. */
  readonly asked: readonly string[];
  readonly demo: boolean;
}

export function renderTaskNotice(input: TaskNoticeInput): { readonly subject: string; readonly text: string } {
  const { language, kind, task, siteName, partnerName, demo } = input;
  const head = say(language, `task.subject-${kind}`, { partner: partnerName, site: siteName });
  const lines = kind === "task" || kind === "task-withdrawn" ? toPartner(input) : toUs(input);
  return { subject: `${demo ? `${say(language, "notice.demo")} ` : ""}[${task.id}] ${head}`, text: `${[head, "", ...lines].join("\n")}\n` };
}

function facts({ language, task, number, siteName, circuit, since, timezone }: TaskNoticeInput): readonly string[] {
  return [
    say(language, "task.number", { number, task: task.id }),
    say(language, "notice.where", { where: circuit === undefined ? siteName : `${siteName}, ${circuit}` }),
    say(language, "notice.since", { at: sayTime(since, timezone) }),
    ...(task.ticket === undefined ? [] : [say(language, "task.ticket", { ticket: task.ticket })]),
    ...(task.promisedBy === undefined ? [] : [say(language, "task.promised", { at: sayTime(task.promisedBy, timezone) })]),
  ];
}

function toPartner(input: TaskNoticeInput): readonly string[] {
  const { language, task, kind, page, digits, instanceName } = input;
  const asked = say(language, "task.asked", { asked: task.asked });
  if (kind === "task-withdrawn") return [say(language, "task.withdrawn", { instance: instanceName }), "", asked, ...facts(input)];
  const how = [say(language, "task.by-mail"), ...(page === undefined ? [] : [say(language, "task.by-page", { page, digits })])];
  return [asked, "", ...facts(input), "", ...how];
}

function toUs(input: TaskNoticeInput): readonly string[] {
  const { language, task, kind, partnerName, court, asked, incidentPage } = input;
  const wall = sayDuration(language, court.wallMs);
  const service = sayDuration(language, court.serviceMs);
  const news =
    kind === "task-answered"
      ? say(language, "task.says", { partner: partnerName, answer: task.answer ?? "" })
      : say(language, "task.silent", { partner: partnerName, asked: asked.join(", ") });
  return [
    news,
    "",
    say(language, "task.asked", { asked: task.asked }),
    ...facts(input),
    say(language, "task.court", { wall, service }),
    ...(incidentPage === undefined ? [] : ["", say(language, "notice.link", { url: incidentPage })]),
  ];
}
