/**
 * The report of a major incident, from its facts and the texts that people wrote.
 */
import type {
  ChronologyEntry,
  IncidentFacts,
  IncidentReport,
  Length,
  PartnerFacts,
  Remedial,
  SessionFacts,
} from "../../daemon/model/report.ts";
import { type Language, MINUTE } from "../../daemon/model/time.ts";
import { say, sayDuration } from "../../daemon/text/catalogue.ts";
import { type Block, type ReportDocument, tableUnder } from "./document.ts";

/** Names and words that depend on the configuration. */
export interface ReportVoice {
  readonly language: Language;
  readonly issuer: string;
  readonly demo: boolean;
  /** Of a site, room, device, circuit or partner; its id when it has left the configuration. */
  readonly name: (id: string) => string;
  /** Of a person, a function or a partner; without a name its id. */
  readonly who: (id: string) => string;
  /** Of a function; without a name its id. */
  readonly role: (id: string) => string;
  readonly time: (at: number) => string;
  readonly exact: (at: number) => string;
  readonly event: (code: string) => string;
  readonly why: (text: string) => string;
  /** What failed, as its messages say it. */
  readonly what: (facts: IncidentFacts) => string;
  readonly outcome: (code: string) => string;
}

/** Names of one kind that are listed; the rest is a number. */
const mostNames = 40;

export function majorReport(report: IncidentReport, facts: readonly IncidentFacts[], voice: ReportVoice): ReportDocument {
  const { language } = voice;
  const [leading, ...others] = facts;
  const number = leading?.number ?? "";
  const at = voice.time(report.signed?.at ?? report.at);
  const version = { version: report.version, at };
  return {
    language,
    title: say(language, "report.major"),
    subtitle: others.length === 0 ? number : say(language, "report.several", { number, n: others.length }),
    issuer: voice.issuer,
    foot: say(language, report.signed === undefined ? "report.foot-draft" : "report.foot-signed", version),
    ...watermark(report, voice),
    blocks: [
      ...facts.flatMap((each) => summary(each, voice)),
      ...reach(facts, voice),
      ...sessions(facts, voice),
      ...texts(report, voice),
      ...partners(facts, voice),
      ...actions(facts, voice),
      ...chronology(facts, voice),
      ...signature(report, voice),
    ],
  };
}

function watermark(report: IncidentReport, { language, demo }: ReportVoice): { watermark?: string } {
  if (demo) return { watermark: say(language, "report.demo") };
  return report.signed === undefined ? { watermark: say(language, "report.draft") } : {};
}

function summary(facts: IncidentFacts, voice: ReportVoice): Block[] {
  const { language, time, why } = voice;
  const where = facts.room === undefined ? voice.name(facts.site) : `${voice.name(facts.site)}, ${voice.name(facts.room)}`;
  const or = (at: number | undefined) => (at === undefined ? say(language, "report.not-yet") : time(at));
  const rows: (readonly [string, string])[] = [
    [say(language, "report.number"), facts.number],
    [say(language, "report.where"), where],
    [say(language, "report.what"), voice.what(facts)],
    [say(language, "report.severity"), `${say(language, `severity.${facts.severity}`)} (${why(facts.severityWhy)})`],
  ];
  if (facts.verdict !== undefined) rows.push([say(language, "report.verdict"), say(language, `verdict.${facts.verdict}`)]);
  rows.push(
    [say(language, "report.level"), say(language, `level.${levelOf(facts.level)}`)],
    [say(language, "report.state"), say(language, `state.${facts.state}`)],
    [say(language, "report.first-bad"), time(facts.firstBadAt)],
    [say(language, "report.opened"), time(facts.openedAt)],
    [say(language, "report.restored"), or(facts.restoredAt)],
  );
  if (facts.occurrences > 1) rows.push([say(language, "report.occurrences"), String(facts.occurrences)]);
  if (facts.disposition !== undefined) rows.push([say(language, "report.disposition"), say(language, `disposition.${facts.disposition}`)]);
  return [
    { kind: "heading", text: say(language, "report.summary") },
    { kind: "facts", rows },
    { kind: "figures", items: times(facts, language) },
    { kind: "paragraph", text: say(language, "report.time-note"), tone: "small" },
  ];
}

function levelOf(level: number): 1 | 2 | 3 | 4 {
  return level === 1 || level === 2 || level === 3 ? level : 4;
}

function times(facts: IncidentFacts, language: Language) {
  const figure = (label: "detect" | "take" | "restore" | "down", length: Length | undefined, without: string) => ({
    label: say(language, `report.time-${label}`),
    value: length === undefined ? without : sayDuration(language, length.wallMs),
    ...(length === undefined ? {} : { note: say(language, "report.in-service", { time: sayDuration(language, length.serviceMs) }) }),
  });
  return [
    figure("detect", facts.detect, ""),
    figure("take", facts.take, say(language, "report.nobody")),
    figure("restore", facts.restore, say(language, "report.not-yet")),
    figure("down", facts.down, ""),
  ];
}

function reach(facts: readonly IncidentFacts[], { language, name }: ReportVoice): Block[] {
  const listed = (of: (each: IncidentFacts) => readonly string[]) => {
    const ids = [...new Set(facts.flatMap(of))];
    if (ids.length === 0) return say(language, "report.none");
    const names = ids.slice(0, mostNames).map(name).sort();
    return ids.length > mostNames
      ? `${names.join(", ")}, ${say(language, "report.more", { n: ids.length - mostNames })}`
      : names.join(", ");
  };
  return [
    { kind: "heading", text: say(language, "report.reach") },
    {
      kind: "facts",
      rows: [
        [say(language, "report.sites"), listed(({ sites }) => sites)],
        [say(language, "report.rooms"), listed(({ rooms }) => rooms)],
        [say(language, "report.devices"), listed(({ devices }) => devices)],
      ],
    },
  ];
}

function sessions(facts: readonly IncidentFacts[], voice: ReportVoice): Block[] {
  const { language } = voice;
  const byId = new Map<string, SessionFacts>();
  for (const each of facts.flatMap((of) => of.sessions)) {
    const before = byId.get(each.id);
    if (before === undefined || before.overlapMs < each.overlapMs) byId.set(each.id, each);
  }
  const all = [...byId.values()].sort((a, b) => a.from - b.from);
  const minutes = Math.round(all.reduce((sum, { clinicalMs }) => sum + clinicalMs, 0) / MINUTE);
  return [
    ...tableUnder(
      language,
      "report.sessions",
      "report.sessions-none",
      [
        ["report.session-when", 1.4],
        ["report.session-rooms", 2.4],
        ["report.session-kind", 1],
        ["report.session-overlap", 1.1, "right"],
        ["report.session-lost", 1.1, "right"],
        ["report.session-fate", 1.3],
      ],
      all.map((each) => [
        voice.time(each.from),
        each.rooms.map(voice.name).join(", "),
        say(language, `report.session-kind-${each.kind}`),
        sayDuration(language, each.overlapMs),
        String(Math.round(each.clinicalMs / MINUTE)),
        each.outcome === undefined ? say(language, "report.session-estimate") : voice.outcome(each.outcome),
      ]),
    ),
    ...(all.length === 0 ? [] : [{ kind: "paragraph" as const, text: say(language, "report.clinical-total", { n: minutes }) }]),
  ];
}

/** What people wrote; what is missing stands out. */
function texts({ texts: of }: IncidentReport, { language }: ReportVoice): Block[] {
  const written = (label: "cause" | "organizational" | "clinical", text: string | undefined): Block[] => [
    { kind: "heading", text: say(language, `report.${label}`) },
    text === undefined || text.trim() === ""
      ? { kind: "paragraph", tone: "missing", text: say(language, "report.missing") }
      : { kind: "paragraph", text },
  ];
  return [
    ...written("cause", of.cause),
    ...written("organizational", of.organizational),
    ...written("clinical", of.clinical),
    { kind: "heading", text: say(language, "report.remedial") },
    ...remedial(of.remedial, language),
    ...(of.comment === undefined || of.comment.trim() === ""
      ? []
      : [
          { kind: "heading" as const, text: say(language, "report.comment") },
          { kind: "paragraph" as const, text: of.comment },
        ]),
  ];
}

function remedial(of: Remedial | undefined, language: Language): Block[] {
  if (of === undefined) return [{ kind: "paragraph", tone: "missing", text: say(language, "report.missing") }];
  if (of.kind === "none") return [{ kind: "paragraph", text: say(language, "report.remedial-none", { why: of.why }) }];
  return [
    { kind: "paragraph", text: of.what },
    {
      kind: "facts",
      rows: [
        [say(language, "report.owner"), of.owner],
        [say(language, "report.due"), of.due],
      ],
    },
  ];
}

function partners(facts: readonly IncidentFacts[], { language, name, time }: ReportVoice): Block[] {
  const row = (each: PartnerFacts) => [
    name(each.partner),
    `${each.what} (${time(each.askedAt)})`,
    each.reference ?? "",
    each.promisedBy === undefined ? "" : time(each.promisedBy),
    each.doneAt === undefined ? say(language, "report.not-yet") : time(each.doneAt),
    `${sayDuration(language, each.waited.wallMs)} (${say(language, "report.in-service", { time: sayDuration(language, each.waited.serviceMs) })})`,
  ];
  return [
    ...tableUnder(
      language,
      "report.partners",
      "report.partners-none",
      [
        ["report.partner", 1.3],
        ["report.asked", 2.4],
        ["report.reference", 1],
        ["report.promised", 1.2],
        ["report.done", 1.2],
        ["report.waited", 1.6],
      ],
      facts.flatMap((each) => each.partners).map(row),
    ),
  ];
}

function actions(facts: readonly IncidentFacts[], { language, name, time }: ReportVoice): Block[] {
  return [
    ...tableUnder(
      language,
      "report.actions",
      "report.actions-none",
      [
        ["report.when", 1.2],
        ["report.who", 1],
        ["report.action", 2.4],
        ["report.place", 1.2],
        ["report.before", 1.1],
        ["report.after", 1.1],
      ],
      facts
        .flatMap((each) => each.actions)
        .sort((a, b) => a.at - b.at)
        .map((each) => [
          time(each.at),
          each.by,
          each.kind === undefined ? each.what : `${say(language, `action.${each.kind}`)}: ${each.what}`,
          each.where === undefined ? "" : name(each.where),
          each.before ?? "",
          each.after ?? "",
        ]),
    ),
  ];
}

function chronology(facts: readonly IncidentFacts[], voice: ReportVoice): Block[] {
  const { language } = voice;
  const several = facts.length > 1;
  const lines = facts
    .flatMap(({ number, chronology: of }) => of.map((entry) => ({ number, entry })))
    .sort((a, b) => a.entry.at - b.entry.at);
  const row = ({ number, entry }: { number: string; entry: ChronologyEntry }) => [
    voice.exact(entry.at),
    entry.by === "system" || entry.by === "auditor" ? say(language, "report.system") : voice.who(entry.by),
    several ? `${voice.event(entry.event)} (${number})` : voice.event(entry.event),
    voice.why(entry.why),
  ];
  return [
    ...tableUnder(
      language,
      "report.chronology",
      "report.none",
      [
        ["report.when", 1.3],
        ["report.who", 1],
        ["report.event", 1.7],
        ["report.why", 3.2],
      ],
      lines.map(row),
    ),
  ];
}

function signature({ signed }: IncidentReport, { language, time, role, who }: ReportVoice): Block[] {
  if (signed === undefined) return [{ kind: "paragraph", tone: "missing", text: say(language, "report.unsigned") }];
  return [
    {
      kind: "signature",
      name: who(signed.by),
      role: role(signed.function),
      at: say(language, "report.signed-at", { at: time(signed.at) }),
    },
  ];
}
