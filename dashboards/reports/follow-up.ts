/**
 * A follow-up report, from its figures. What each figure means is printed at its end.
 */
import type { FollowUpReport, OpenFacts } from "../../daemon/model/report.ts";
import { say, sayDuration } from "../../daemon/text/catalogue.ts";
import { type Block, type ReportDocument, tableUnder } from "./document.ts";
import type { ReportVoice } from "./major.ts";

export interface FollowUpVoice extends Pick<ReportVoice, "language" | "issuer" | "demo" | "name" | "time"> {
  readonly symptom: (code: string) => string;
  /** A holder, a partner or a function. */
  readonly who: (id: string) => string;
}

export function followUpReport(report: FollowUpReport, voice: FollowUpVoice): ReportDocument {
  const { language } = voice;
  const place = report.site === undefined ? say(language, "follow.all") : voice.name(report.site);
  const span = say(language, "follow.span", { from: voice.time(report.from), to: voice.time(report.to) });
  return {
    language,
    title: say(language, `period.${report.period}`),
    subtitle: `${place}, ${span}`,
    issuer: voice.issuer,
    foot: say(language, "follow.made", { at: voice.time(report.madeAt) }),
    ...(voice.demo ? { watermark: say(language, "report.demo") } : {}),
    blocks: [
      { kind: "heading", text: say(language, "follow.figures") },
      { kind: "figures", items: figures(report, voice) },
      ...open(report, voice),
      ...bySymptom(report, voice),
      ...(report.site === undefined ? bySite(report, voice) : []),
      ...owed(report, voice),
      ...definitions(voice),
    ],
  };
}

function figures({ figures: of }: FollowUpReport, { language }: FollowUpVoice) {
  const item = (label: Parameters<typeof say>[1], value: string | number, note?: string) => ({
    label: say(language, label),
    value: String(value),
    ...(note === undefined ? {} : { note }),
  });
  const length = (ms: number | undefined) => (ms === undefined ? "–" : sayDuration(language, ms));
  const share = of.opened === 0 ? "–" : `${Math.round((100 * of.majors) / of.opened)} %`;
  const { hit, saved, lost, clinicalMinutes } = of.sessions;
  return [
    item("figure.opened", of.opened),
    item("figure.closed", of.closed),
    item("figure.open", of.open),
    item("figure.majors", share, `${of.majors} / ${of.opened}`),
    item("figure.overdue", of.openList.filter(({ overdue }) => overdue).length),
    item("figure.at-risk", of.openList.filter(({ atRisk }) => atRisk).length),
    item("figure.sessions", hit, say(language, "figure.sessions-note", { saved, lost })),
    item("figure.clinical", clinicalMinutes),
    item("figure.take", length(of.medianTakeMs)),
    item("figure.restore", length(of.medianRestoreMs)),
    item("figure.pages", of.pagesOutside, say(language, "figure.pages-note", { n: of.pagesOutsideActed })),
    item("figure.promises", `${of.promises.kept} / ${of.promises.made}`),
    item("figure.false-alarms", of.falseAlarms),
    item("figure.healed", of.healed),
  ];
}

function open({ figures: { openList } }: FollowUpReport, voice: FollowUpVoice): Block[] {
  const { language, name, time, symptom, who } = voice;
  const place = ({ site, room, device }: OpenFacts) =>
    [name(site), room ?? device]
      .filter((id) => id !== undefined)
      .map((id, at) => (at === 0 ? id : name(id)))
      .join(", ");
  const next = ({ nextAt, overdue, atRisk }: OpenFacts) => {
    if (nextAt === undefined) return "";
    const at = time(nextAt);
    return overdue ? say(language, "follow.overdue", { at }) : atRisk ? say(language, "follow.at-risk", { at }) : at;
  };
  return [
    ...tableUnder(
      language,
      "follow.open",
      "follow.open-none",
      [
        ["follow.number", 1.5],
        ["follow.place", 2],
        ["follow.what", 1.8],
        ["follow.severity", 0.9],
        ["follow.level", 0.7],
        ["follow.state", 1],
        ["follow.waiting", 1.2],
        ["follow.next", 1.5],
      ],
      openList.map((each) => [
        each.number,
        place(each),
        symptom(each.symptom),
        say(language, `severity.${each.severity}`),
        String(each.level),
        say(language, `state.${each.state}`),
        each.waitingOn === undefined ? say(language, "follow.nobody") : who(each.waitingOn),
        next(each),
      ]),
    ),
  ];
}

function bySymptom({ figures: of }: FollowUpReport, { language, symptom }: FollowUpVoice): Block[] {
  return [
    ...tableUnder(
      language,
      "follow.by-symptom",
      "follow.none",
      [
        ["follow.what", 4],
        ["follow.count", 1, "right"],
        ["follow.majors", 1, "right"],
      ],
      of.bySymptom.map((each) => [symptom(each.symptom), String(each.count), String(each.majors)]),
    ),
  ];
}

function bySite({ figures: of }: FollowUpReport, { language, name }: FollowUpVoice): Block[] {
  return [
    ...tableUnder(
      language,
      "follow.by-site",
      "follow.none",
      [
        ["follow.place", 4],
        ["follow.count", 1, "right"],
        ["follow.majors", 1, "right"],
        ["follow.down", 1.4, "right"],
      ],
      of.bySite.map((each) => [name(each.site), String(each.count), String(each.majors), sayDuration(language, each.downMs)]),
    ),
  ];
}

function owed({ figures: { reportsOwed } }: FollowUpReport, { language, time }: FollowUpVoice): Block[] {
  return [
    ...tableUnder(
      language,
      "follow.owed",
      "follow.owed-none",
      [["follow.number", 2], ["follow.due"]],
      reportsOwed.map(({ number, dueAt }) => [number, dueAt === undefined ? "" : time(dueAt)]),
    ),
  ];
}

const defined = ["opened", "majors", "overdue", "sessions", "pages", "promises", "times", "counts"] as const;

function definitions({ language }: FollowUpVoice): Block[] {
  return [
    { kind: "heading", text: say(language, "follow.definitions") },
    ...defined.map((each): Block => ({ kind: "paragraph", tone: "small", text: say(language, `define.${each}`) })),
  ];
}
