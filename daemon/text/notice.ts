/**
 * The message about one incident for one reader. It stands alone: number, room, what, why, how long it can wait, what to do first.
 */
import { sureness } from "../../rules/diagnosis.ts";
import type { Judgement } from "../model/diagnosis.ts";
import type { Incident, NoticeKind } from "../model/incident.ts";
import type { SupportFacts } from "../model/inventory.ts";
import type { Rule } from "../model/rule.ts";
import type { Instant, Language } from "../model/time.ts";
import { say, sayDuration, sayTime } from "./catalogue.ts";
import { partText } from "./facts.ts";
import { type Instead, insteadText } from "./session-notice.ts";
import { smsSegment } from "./sms.ts";
import { supportLines } from "./support.ts";
import { whatHas } from "./symptom.ts";
import { whyText } from "./why.ts";

export interface NoticeInput {
  readonly incident: Incident;
  readonly kind: NoticeKind;
  readonly language: Language;
  readonly siteName: string;
  readonly roomName?: string;
  readonly roomPhone?: string;
  readonly deviceName?: string;
  /** Of the circuit, when it is about no device; without it the id in the fingerprint is shown. */
  readonly linkName?: string;
  /** Undefined when the rule has left the configuration. */
  readonly rule?: Rule;
  readonly publicUrl?: string;
  /** How late the message is, when the daemon was down while it was due. */
  readonly lateMs?: number;
  /** From level 3 on. */
  readonly support?: SupportFacts;
  /** The site's zone. */
  readonly timezone: string;
  /** The session that it hits, or hits next. `rooms`: their names. Never its specialty. */
  readonly session?: { readonly from: Instant; readonly to: Instant; readonly rooms: readonly string[]; readonly runs: boolean };
  /** Where that session could be held instead; undefined: what has failed does not keep it from being held. */
  readonly instead?: Instead;
  /** When the next people are told, if nobody takes it. */
  readonly deadlineAt?: Instant;
  /** Names of the rooms and sites that it came to reach after it was taken. */
  readonly reaches?: readonly string[];
  readonly demo?: boolean;
  /** Name of the other system that could not be told. */
  readonly ticketSystem?: string;
  /** Where the fault lies, as far as the first diagnosis knows by the time of sending. */
  readonly judged?: Judgement;
  /** A reason in the reader's language, where the table of severities and the names of the configuration are known. */
  readonly why?: (text: string) => string;
}

export interface NoticeText {
  readonly subject: string;
  readonly text: string;
  /** One SMS segment: at most 160 characters of GSM 03.38. */
  readonly sms: string;
}

export function renderNotice(input: NoticeInput): NoticeText {
  const { language, incident, kind } = input;
  const what = whatText(input);
  const where = whereText(input);
  const severity = say(language, `severity.${incident.severity}`);
  const lead = kind === "problem" ? severity : kind === "restored" ? say(language, "kind.restored") : headline(input);
  const demo = input.demo === true ? `${say(language, "notice.demo")} ` : "";
  const number = incident.number;
  const into = incident.foldedInto ?? "";
  const sms =
    kind === "merged"
      ? say(language, "sms.merged", { number, into, what, where })
      : kind === "restored"
        ? say(language, "sms.restored", { number, what, where })
        : say(language, "sms.body", {
            number,
            severity,
            what,
            where,
            wait: `${shortSession(input)}${say(language, `sms.wait-${incident.urgency}`)}`,
          });
  return {
    subject: `${demo}[${number}] ${lead} : ${what} (${where})`.replace(" : ", language === "fr" ? " : " : ": "),
    text: `${bodyLines(input, what, where).join("\n")}\n`,
    sms: smsSegment(sms),
  };
}

/** The line under a message that may be a repeat. */
export function repeatNote(language: Language): string {
  return say(language, "notice.repeat");
}

function headline({ language, incident, kind }: NoticeInput): string {
  return say(language, `kind.${kind}`, { level: say(language, `level.${levelOf(incident)}`) });
}

function levelOf(incident: Incident): 1 | 2 | 3 | 4 {
  const { level } = incident;
  return level === 1 || level === 2 || level === 3 ? level : 4;
}

function whatText(input: NoticeInput): string {
  const { language, incident, rule, deviceName } = input;
  const device = deviceName ?? incident.device;
  const words = (about?: string) => whatHas(language, about, incident.symptom, rule === undefined ? [] : [rule]);
  const symptom = words();
  const part = incident.part === undefined ? "" : ` (${partText(language, incident.part)})`;
  // Several circuits at once have no name together.
  if (device === undefined && incident.rootCause === "link:*")
    return `${say(language, "verdict.ritm-core")}${language === "fr" ? " : " : ": "}${symptom}`;
  const link = device === undefined ? (input.linkName ?? /^link:([^|]+)/.exec(incident.fingerprint)?.[1]) : undefined;
  if (link !== undefined) return `${link}${language === "fr" ? " : " : ": "}${symptom}${part}`;
  return `${words(device)}${part}`;
}

function whereText({ siteName, roomName, incident }: NoticeInput): string {
  const room = roomName ?? incident.room;
  return room === undefined ? siteName : `${siteName}, ${room}`;
}

function bodyLines(input: NoticeInput, what: string, where: string): string[] {
  const { incident, language, timezone, kind } = input;
  const restored = kind === "restored";
  const lines = [headline(input), ""];
  if (input.lateMs !== undefined) lines.push(say(language, "notice.late", { late: sayDuration(language, input.lateMs) }), "");
  lines.push(say(language, "notice.number", { number: incident.number }));
  lines.push(say(language, "notice.where", { where }));
  if (input.roomPhone !== undefined) lines.push(say(language, "notice.phone", { phone: input.roomPhone }));
  lines.push(say(language, "notice.what", { what }));
  if (input.reaches !== undefined) lines.push(say(language, "notice.reaches", { places: input.reaches.join(", ") }));
  lines.push(say(language, "notice.since", { at: sayTime(incident.firstBadAt, timezone) }));
  if (incident.occurrences > 1) lines.push(say(language, "notice.again", { count: incident.occurrences }));
  if (incident.restoredAt !== undefined) lines.push(say(language, "notice.restored-at", { at: sayTime(incident.restoredAt, timezone) }));
  const severity = say(language, `severity.${incident.severity}`);
  const settled = incident.severitySettled === undefined ? "severity-settled.provisional" : "severity-settled.settled";
  lines.push(say(language, "notice.severity", { severity, settled: say(language, settled), why: reason(input, incident.severityWhy) }));
  if (incident.verdict !== undefined)
    lines.push(say(language, "notice.verdict", { verdict: say(language, `verdict.${incident.verdict}`) }));
  if (!restored && input.judged !== undefined && input.judged.verdict !== "unknown") lines.push(diagnosisLine(input, input.judged));
  lines.push(say(language, "notice.level", { level: say(language, `level.${levelOf(incident)}`) }));
  if (incident.holder !== undefined) lines.push(say(language, "notice.holder", { holder: incident.holder }));
  if (kind === "hand-over" && incident.handOver !== undefined) {
    const { by, note } = incident.handOver;
    lines.push("", say(language, "notice.offered", { by, note }));
  }
  if (kind === "merged") lines.push("", say(language, "notice.merged-note", { into: incident.foldedInto ?? "" }));
  else if (restored) lines.push("", say(language, "notice.restored-note"));
  else if (kind === "ticket-given-up") lines.push("", say(language, "notice.ticket-given-up", { system: input.ticketSystem ?? "" }));
  else if (kind === "report-due") lines.push("", say(language, "notice.report-due"));
  else lines.push(...waitLines(input), ...supplierLines(input), ...firstSteps(input));
  if (input.publicUrl !== undefined) lines.push("", say(language, "notice.link", { url: incidentUrl(input.publicUrl, incident) }));
  return lines;
}

function diagnosisLine(input: NoticeInput, { verdict, confidence, why }: Judgement): string {
  const { language } = input;
  const said = say(language, `diagnosis-verdict.${verdict}`);
  return say(language, "notice.diagnosis", {
    verdict: said,
    sure: say(language, `sureness.${sureness(confidence)}`),
    why: reason(input, why),
  });
}

/** `Session 14:00. `, or nothing. */
function shortSession({ language, session, timezone }: NoticeInput): string {
  return session === undefined ? "" : `${say(language, "sms.session", { time: sayTime(session.from, timezone).slice(-5) })} `;
}

function sessionLines({ language, session, timezone }: NoticeInput): string[] {
  if (session === undefined) return [];
  const about = { from: sayTime(session.from, timezone), to: sayTime(session.to, timezone).slice(-5), rooms: session.rooms.join(" – ") };
  return [say(language, session.runs ? "notice.session-runs" : "notice.session", about)];
}

/** A workaround first, then the cure. */
function insteadLines({ language, session, instead }: NoticeInput): readonly string[] {
  return session === undefined || instead === undefined ? [] : insteadText(language, instead);
}

function waitLines(input: NoticeInput): string[] {
  const { incident, language, deadlineAt, timezone } = input;
  const lines = [
    ...sessionLines(input),
    ...insteadLines(input),
    say(language, `notice.wait-${incident.urgency}`, { why: reason(input, incident.urgencyWhy) }),
  ];
  if (deadlineAt !== undefined) lines.push(say(language, "notice.deadline", { at: sayTime(deadlineAt, timezone) }));
  return lines;
}

function reason({ why, language }: NoticeInput, text: string): string {
  return why?.(text) ?? whyText(text, language);
}

function supplierLines({ language, support }: NoticeInput): readonly string[] {
  const lines = support === undefined ? [] : supportLines(language, support);
  return lines.length === 0 ? [] : ["", ...lines];
}

function firstSteps({ rule, language }: NoticeInput): string[] {
  const text = rule?.text[language];
  if (text === undefined || text.steps.length === 0) return ["", say(language, "notice.steps-none")];
  const steps = text.steps.map((step, index) => `  ${index + 1}. ${step}`);
  return ["", say(language, "notice.clinic", { clinic: text.clinic }), "", say(language, "notice.steps"), ...steps];
}

function incidentUrl(publicUrl: string, incident: Incident): string {
  return `${publicUrl.replace(/\/+$/, "")}/incidents/${encodeURIComponent(incident.number)}`;
}
