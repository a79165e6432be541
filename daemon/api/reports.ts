/**
 * Reports over REST: the one of a major incident, from its first draft to its signature, and follow-up reports; each as data and as a file.
 */
import { followUpReport } from "../../dashboards/reports/follow-up.ts";
import { majorReport } from "../../dashboards/reports/major.ts";
import { hasInsuranceNumber } from "../../probes/privacy.ts";
import { missingIn, reportDueAt } from "../../rules/report.ts";
import type { FollowUpReport, IncidentFacts, Length, ProposedCause } from "../model/report.ts";
import { MINUTE } from "../model/time.ts";
import type { ReportQuery } from "../ports-reports.ts";
import { mediaTypes, ReportFiles } from "../reporting/files.ts";
import { voiceOf } from "../reporting/voice.ts";
import { hoursOf } from "../roles/hours.ts";
import type { Caller } from "./access.ts";
import {
  type FollowUpItemShape,
  FollowUpListQuery,
  type IncidentReportShape,
  ReportFileQuery,
  type ReportItemShape,
  ReportListQuery,
  ReportVersionQuery,
} from "./contract-reports.ts";
import type { ApiDeps } from "./deps.ts";
import { type Operation, operation } from "./operation.ts";
import { HttpProblem } from "./problem.ts";
import { iso, present } from "./shape.ts";
import { followUpFor, followUpsFor } from "./site-reports.ts";

const patientWarning =
  "A text seems to hold a health insurance number (four letters, eight digits). No patient data belongs here: save it again without.";

type Result = Awaited<ReturnType<ApiDeps["reports"]["of"]>>;

function must(result: Result): Extract<Result, { ok: true }> {
  if (result.ok) return result;
  throw new HttpProblem(result.status, `report-${result.status}`, result.problem);
}

function minutes({ wallMs, serviceMs }: Length) {
  return { wallMinutes: Math.round(wallMs / MINUTE), serviceMinutes: Math.round(serviceMs / MINUTE) };
}

function factsView(facts: IncidentFacts): IncidentReportShape["facts"][number] {
  const { number, site, state, detect, take, restore, down, sites, rooms, devices, sessions, clinicalMs } = facts;
  return {
    ...{ number, site, state, detect: minutes(detect), down: minutes(down) },
    ...(take === undefined ? {} : { take: minutes(take) }),
    ...(restore === undefined ? {} : { restore: minutes(restore) }),
    ...{ sites: [...sites], rooms: [...rooms], devices: [...devices], sessions: sessions.length },
    clinicalMinutes: Math.round(clinicalMs / MINUTE),
  };
}

/** The report about an incident, as the API gives it. */
export async function reportView(deps: ApiDeps, incident: string): Promise<IncidentReportShape> {
  return view(deps, must(await deps.reports.of(incident)));
}

function view(deps: ApiDeps, { report, facts, proposed }: Omit<Extract<Result, { ok: true }>, "ok">): IncidentReportShape {
  const { id, version, at, by, texts, signed } = report;
  const dueAt = signed === undefined ? dueOf(deps, facts[0]) : undefined;
  const suspicious = Object.values(texts).some((each) => hasInsuranceNumber(typeof each === "string" ? each : JSON.stringify(each)));
  return {
    ...{ id, version, by, texts: texts as IncidentReportShape["texts"] },
    at: iso(at),
    incidents: facts.map(({ number }) => number),
    missing: signed === undefined ? [...missingIn(texts), "signature"] : [],
    ...(proposed === undefined ? {} : { proposed: proposedView(proposed) }),
    ...(dueAt === undefined ? {} : { dueAt: iso(dueAt) }),
    ...(signed === undefined ? {} : { signed: { ...signed, at: iso(signed.at) } }),
    facts: facts.map(factsView),
    ...(suspicious ? { warnings: [patientWarning] } : {}),
  };
}

function proposedView({ texts, diagnosis, verdict, confidence }: ProposedCause) {
  return { cause: { ...texts }, diagnosis, verdict, confidence };
}

function dueOf({ config }: ApiDeps, facts: IncidentFacts | undefined): number | undefined {
  return facts === undefined ? undefined : reportDueAt(facts, hoursOf(config(), facts.site, facts.device), config().reports.majorDueDays);
}

/** Latest versions, the last written first, without their facts. */
export async function reportItems(deps: ApiDeps, query: ReportQuery): Promise<readonly ReportItemShape[]> {
  const items: ReportItemShape[] = [];
  for (const { id } of await deps.store.reports(query)) {
    const { facts: _f, warnings: _w, proposed: _p, ...item } = view(deps, must(await deps.reports.get(id)));
    items.push(item);
  }
  return items;
}

export function followUpItem({ id, period, from, to, site, madeAt }: FollowUpReport): FollowUpItemShape {
  return { id, period, from: iso(from), to: iso(to), madeAt: iso(madeAt), ...(site === undefined ? {} : { site }) };
}

/** Who answers for some sites has those about them. */
async function followUpOf(deps: ApiDeps, { sites }: Caller, id: string | undefined): Promise<FollowUpReport> {
  const found = await followUpFor(deps, sites, id ?? "");
  if (found !== undefined) return found;
  throw new HttpProblem(404, "no-such-report", "There is no follow-up report of this id; GET /api/v1/follow-up-reports lists them.");
}

const major: readonly Operation[] = [
  operation({
    id: "incidentReport",
    method: "get",
    path: "/api/v1/incidents/{id}/report",
    summary: "The report about an incident, its facts filled in; version 0 while nothing was saved.",
    access: "read",
    may: "read",
    answer: "IncidentReport",
    run: async ({ deps, params }) => ({ content: await reportView(deps, params.id ?? "") }),
  }),
  operation({
    id: "saveIncidentReport",
    method: "post",
    path: "/api/v1/incidents/{id}/report",
    summary: "Saves a new version of the report; texts that are not sent stay. `incidents` makes it one report about several of one cause.",
    access: "write",
    may: "handle",
    body: "SaveReport",
    answer: "IncidentReport",
    run: async ({ deps, params, body, caller }) => {
      const { version, texts, incidents, accept } = body;
      const acceptCause = accept === undefined ? {} : { acceptCause: true };
      const change = { version, texts: present(texts), ...(incidents === undefined ? {} : { incidents }), ...acceptCause };
      return { content: view(deps, must(await deps.reports.save(params.id ?? "", caller.name, change))) };
    },
  }),
  operation({
    id: "reports",
    method: "get",
    path: "/api/v1/reports",
    summary: "Reports of major incidents, each in its latest version, the last written first.",
    access: "read",
    may: "read",
    query: ReportListQuery,
    answer: "IncidentReportList",
    run: async ({ deps, query }) => {
      const signed = query.signed === undefined ? {} : { signed: query.signed === "true" };
      return { content: { items: await reportItems(deps, { ...signed, limit: query.limit }) } };
    },
  }),
  operation({
    id: "report",
    method: "get",
    path: "/api/v1/reports/{id}",
    summary: "A report, in its latest version or another.",
    access: "read",
    may: "read",
    query: ReportVersionQuery,
    answer: "IncidentReport",
    run: async ({ deps, params, query }) => ({ content: view(deps, must(await deps.reports.get(params.id ?? "", query.version))) }),
  }),
  operation({
    id: "signReports",
    method: "post",
    path: "/api/v1/reports/sign",
    summary: "Signs reports as they are, one or several at once. Each answers for itself: what is missing in one holds up no other.",
    access: "write",
    may: "decide",
    body: "SignReports",
    answer: "ReportsSigned",
    run: async ({ deps, body, caller }) => {
      const items = [];
      for (const { id, version } of body.reports) {
        const result = await deps.reports.sign(id, version, { by: caller.name, function: caller.function });
        items.push(result.ok ? { id, ok: true, version: result.report.version } : { id, ok: false, problem: result.problem });
      }
      const [first] = items;
      if (items.length === 1 && first?.ok === false) throw new HttpProblem(409, "not-signed", first.problem ?? "It was not signed.");
      return { content: { items } };
    },
  }),
];

const followUps: readonly Operation[] = [
  operation({
    id: "followUps",
    method: "get",
    path: "/api/v1/follow-up-reports",
    summary: "Follow-up reports that were made, the last first; of a caller with sites, those about these.",
    access: "read",
    may: "read-site",
    query: FollowUpListQuery,
    answer: "FollowUpReportList",
    run: async ({ deps, query, caller }) => {
      const { limit, period, site } = query;
      const of = { limit, ...(period === undefined ? {} : { period }), ...(site === undefined ? {} : { site }) };
      return { content: { items: (await followUpsFor(deps, caller.sites, of)).map(followUpItem) } };
    },
  }),
  operation({
    id: "makeFollowUp",
    method: "post",
    path: "/api/v1/follow-up-reports",
    summary: "Makes the follow-up report of a period, for all sites or one; the one that was made already, where there is one.",
    access: "write",
    may: "handle",
    body: "MakeFollowUpReport",
    answer: "FollowUpReport",
    run: async ({ deps, body }) => {
      const { period, at, site } = body;
      const { network } = deps.config();
      if (site !== undefined && !network.sites.has(site))
        throw new HttpProblem(
          422,
          "no-such-site",
          `site: no site of the configuration is "${body.site}"; write one of them, or leave it out for all.`,
        );
      const when = at === undefined ? { at: deps.clock.now(), which: "last" as const } : { at: Date.parse(at), which: "holding" as const };
      const report = await deps.makeFollowUp({ period, ...when, ...(site === undefined ? {} : { site }) });
      return { content: { ...followUpItem(report), figures: report.figures } };
    },
  }),
  operation({
    id: "followUp",
    method: "get",
    path: "/api/v1/follow-up-reports/{id}",
    summary: "A follow-up report with its figures.",
    access: "read",
    may: "read-site",
    answer: "FollowUpReport",
    run: async ({ deps, params, caller }) => {
      const report = await followUpOf(deps, caller, params.id);
      return { content: { ...followUpItem(report), figures: report.figures } };
    },
  }),
];

const asFiles = (files: ReportFiles): readonly Operation[] => [
  operation({
    id: "incidentReportFile",
    method: "get",
    path: "/api/v1/incidents/{id}/report/file",
    summary: "The report about an incident as PDF, DOCX or CSV, in French or English.",
    access: "read",
    may: "read",
    query: ReportFileQuery,
    answer: "IncidentReport",
    files: Object.values(mediaTypes),
    run: async ({ deps, params, query }) => {
      const now = must(await deps.reports.of(params.id ?? ""));
      const { report, facts } =
        query.version === undefined || query.version === now.report.version
          ? now
          : must(await deps.reports.get(now.report.id, query.version));
      const language = query.language ?? deps.config().instance.language;
      const document = majorReport(report, facts, voiceOf(deps.config(), language));
      return { file: await files.of(document, query.format, `${facts[0]?.number ?? report.id}-v${report.version}-${language}`) };
    },
  }),
  operation({
    id: "followUpFile",
    method: "get",
    path: "/api/v1/follow-up-reports/{id}/file",
    summary: "A follow-up report as PDF, DOCX or CSV, in French or English.",
    access: "read",
    may: "read-site",
    query: ReportFileQuery,
    answer: "FollowUpReport",
    files: Object.values(mediaTypes),
    run: async ({ deps, params, query, caller }) => {
      const report = await followUpOf(deps, caller, params.id);
      const language = query.language ?? deps.config().instance.language;
      return { file: await files.of(followUpReport(report, voiceOf(deps.config(), language)), query.format, `${report.id}-${language}`) };
    },
  }),
];

export function reportOperations(): readonly Operation[] {
  return [...major, ...followUps, ...asFiles(new ReportFiles())];
}
