/**
 * Diagnoses of an incident: what was found out, where the fault lies, what is done first; ask for one, tick a step.
 */
import { adviceFor, sureness } from "../../rules/diagnosis.ts";
import { diagnosisCsv } from "../export/diagnosis-csv.ts";
import type { Diagnosis, DiagnosisTable, Judgement } from "../model/diagnosis.ts";
import type { Incident } from "../model/incident.ts";
import { proposedCause } from "../reporting/proposed.ts";
import type { DiagnosisListShape, DiagnosisShape } from "./contract-diagnoses.ts";
import type { ApiDeps } from "./deps.ts";
import { type Operation, operation } from "./operation.ts";
import { patientWarning } from "./patient-data.ts";
import { HttpProblem } from "./problem.ts";
import { iso, present } from "./shape.ts";

export async function diagnosisList(deps: ApiDeps, idOrNumber: string): Promise<DiagnosisListShape> {
  const incident = await deps.store.incident(idOrNumber);
  if (incident === undefined)
    throw new HttpProblem(404, "no-such-incident", "No incident has this id or number; GET /api/v1/incidents lists them.");
  const all = await deps.store.diagnoses(incident.id);
  return {
    items: all.map((each) => diagnosisView(deps, incident, each)),
    ...present({ workarounds: workaroundsView(deps, incident), cause: proposedCause(deps.config(), all)?.texts }),
  };
}

function workaroundsView({ workarounds }: ApiDeps, incident: Incident) {
  const found = workarounds(incident);
  if (found === undefined) return undefined;
  const { rooms, devices, bridges, telephones } = found;
  return { rooms: [...rooms], devices: [...devices], bridges: [...bridges], telephones: [...telephones] };
}

export function diagnosisView(deps: ApiDeps, incident: Incident, diagnosis: Diagnosis): DiagnosisShape {
  const { table } = deps.config().diagnosis;
  const { id, level, by, state, attempts, timedOut, askedAt, startedAt, endedAt, judged, also, facts, paths = [], why } = diagnosis;
  const { figures = [], moments = [], farEnd } = diagnosis;
  return {
    ...{ id, incident: incident.number, level, by, state, attempts, timedOut: [...timedOut], askedAt: iso(askedAt) },
    also: also.map((each) => judgementView(table, each)),
    facts: facts.map(({ at, ...fact }) => ({ ...fact, at: iso(at) })),
    paths: paths.map(({ to, hops, reached }) => ({ to, hops: hops.map((hop) => hop ?? "*"), reached })),
    figures: figures.map((each) => ({ ...each })),
    moments: moments.map(({ at, ...rest }) => ({ ...rest, at: iso(at) })),
    steps: judged === undefined ? [] : stepViews(table, judged, diagnosis),
    ...present({
      startedAt: startedAt === undefined ? undefined : iso(startedAt),
      endedAt: endedAt === undefined ? undefined : iso(endedAt),
      judged: judged === undefined ? undefined : judgementView(table, judged),
      why,
      farEnd,
    }),
  };
}

function judgementView({ rows }: DiagnosisTable, { verdict, confidence, row, why }: Judgement) {
  // A row that has left the configuration said it in English.
  const text = rows.find(({ id }) => id === row)?.why ?? { fr: why, en: why };
  return { verdict, confidence, sureness: sureness(confidence), row, why: text };
}

/** The checklist of the verdict, and what was ticked of another's before: both stand. */
function stepViews(table: DiagnosisTable, judged: Judgement, { answers }: Diagnosis): DiagnosisShape["steps"] {
  const latest = new Map(answers.map((each) => [each.step, each]));
  const own = adviceFor(table, judged).steps;
  const others = [...table.advice.values()]
    .flatMap(({ steps }) => steps)
    .filter(({ id }) => latest.has(id) && !own.some((each) => each.id === id));
  const steps = new Map([...own, ...others].map((step) => [step.id, step]));
  return [...steps.values()].map(({ id, text, asks }) => {
    const said = latest.get(id);
    const about = said === undefined ? {} : { answer: said.answer, by: said.by, at: iso(said.at), ...present({ note: said.note }) };
    return { id, text, asks, ...about };
  });
}

export const diagnosisOperations: readonly Operation[] = [
  operation({
    id: "listDiagnoses",
    method: "get",
    path: "/api/v1/incidents/{id}/diagnoses",
    summary: "What was found out about it: verdicts, evidence, first steps; the last one first. And how the session can be held meanwhile.",
    access: "read",
    may: "read",
    answer: "DiagnosisList",
    run: async ({ deps, params }) => ({ content: await diagnosisList(deps, params.id ?? "") }),
  }),
  operation({
    id: "diagnosisFile",
    method: "get",
    path: "/api/v1/incidents/{id}/diagnoses/{diagnosis}/file",
    summary: "What was found out, as CSV: facts, ways, figures and moments on one time axis; for a partner. It names no person.",
    access: "read",
    may: "read",
    answer: "Diagnosis",
    files: ["text/csv"],
    run: async ({ deps, params }) => {
      const { items } = await diagnosisList(deps, params.id ?? "");
      const found = items.find(({ id }) => id === params.diagnosis);
      if (found === undefined) throw new HttpProblem(404, "no-such-diagnosis", "It has no such diagnosis; GET …/diagnoses lists them.");
      return { file: { name: `${found.id}.csv`, type: "text/csv; charset=utf-8", bytes: Buffer.from(diagnosisCsv(found)) } };
    },
  }),
  operation({
    id: "diagnoseIncident",
    method: "post",
    path: "/api/v1/incidents/{id}/diagnose",
    summary: "Asks for a diagnosis: it waits for its turn, and is read with GET …/diagnoses. Level 2: the detailed checks.",
    access: "write",
    may: "handle",
    body: "Diagnose",
    answer: "Diagnosis",
    run: async ({ deps, params, caller, body: { level = 1, to } }) => {
      const result = await deps.diagnosing.ask(params.id ?? "", caller.name, level, to);
      if (!result.ok) throw new HttpProblem(result.status, `act-${result.status}`, result.problem);
      return { content: diagnosisView(deps, result.incident, result.diagnosis) };
    },
  }),
  operation({
    id: "tickStep",
    method: "post",
    path: "/api/v1/incidents/{id}/diagnoses/{diagnosis}/steps",
    summary: "A first step is done, or answered; what is answered is evidence, and the verdict may move with it.",
    access: "write",
    may: "handle",
    body: "DiagnosisStep",
    answer: "Diagnosis",
    run: async ({ deps, params, caller, body: { step, answer, note } }) => {
      const said = { step, answer, by: caller.name, ...(note === undefined ? {} : { note }) };
      const result = await deps.diagnosing.tick(params.id ?? "", params.diagnosis ?? "", said);
      if (!result.ok) throw new HttpProblem(result.status, `act-${result.status}`, result.problem);
      const warning = patientWarning("The note", [note], "have the note erased");
      return {
        content: { ...diagnosisView(deps, result.incident, result.diagnosis), ...(warning === undefined ? {} : { warnings: [warning] }) },
      };
    },
  }),
];
