/**
 * How incidents are diagnosed, and the table that says where a fault lies: the rows of the file, then the shipped ones. One of the file with
 * a shipped id replaces it, with a warning; the file's advice for a verdict replaces the shipped one.
 */
import type { Config } from "../model/config.ts";
import type { DiagnosisAdvice, DiagnosisRow, DiagnosisTable, DiagnosisVerdict } from "../model/diagnosis.ts";
import type { Loading } from "./context.ts";
import { DEFAULT_DIAGNOSIS } from "./defaults.ts";
import { includedFiles, type KnowledgeSources } from "./knowledge.ts";
import type { Path } from "./problems.ts";
import { checkReference } from "./reading.ts";
import * as schema from "./schema.ts";

export async function readDiagnosis(loading: Loading, sources: KnowledgeSources): Promise<Config["diagnosis"]> {
  const raw = loading.sections.setting("diagnosis", schema.diagnosis);
  const usual = DEFAULT_DIAGNOSIS;
  return {
    automatic: raw?.automatic ?? usual.automatic,
    atOnce: raw?.at_once ?? usual.atOnce,
    withinMs: raw?.within ?? usual.withinMs,
    checkWithinMs: raw?.check_within ?? usual.checkWithinMs,
    table: await readWhole(loading, sources, { include: raw?.include ?? [], disabled: raw?.disabled ?? [] }),
  };
}

interface Asked {
  readonly include: readonly string[];
  readonly disabled: readonly string[];
}

async function readWhole(loading: Loading, sources: KnowledgeSources, { include, disabled }: Asked): Promise<DiagnosisTable> {
  const { findings, sections } = loading;
  const shipped = await readTable(loading, sources, sources.diagnosisFile, ["diagnosis"]);
  const rows = new Map(shipped.rows.map((row) => [row.id, row]));
  const advice = new Map<DiagnosisVerdict, DiagnosisAdvice>(shipped.advice);
  const own = new Map<string, DiagnosisRow>();
  for (const { path, file } of await includedFiles(loading, "diagnosis", include)) {
    const table = await readTable(loading, sources, file, path);
    for (const row of table.rows) {
      if (own.has(row.id) || rows.has(row.id))
        findings.warn(path, `row "${row.id}" replaces another of that id; rename it if that is not wanted`);
      (rows.has(row.id) ? rows : own).set(row.id, row);
    }
    for (const [verdict, each] of table.advice) advice.set(verdict, each);
  }
  const known = sections.ids([...own.keys(), ...rows.keys()]);
  for (const [index, id] of disabled.entries()) {
    if (!checkReference(findings, ["diagnosis", "disabled", index], "row", id, known)) continue;
    own.delete(id);
    rows.delete(id);
  }
  const whole: DiagnosisTable = { rows: [...own.values(), ...rows.values()], advice };
  checkAnswers(loading, whole);
  return whole;
}

/** A row that waits for an answer that nobody is asked for would never hold. */
function checkAnswers({ findings, source }: Loading, { rows, advice }: DiagnosisTable): void {
  if (source.incomplete) return;
  const asks = new Set([...advice.values()].flatMap(({ steps }) => steps.flatMap(({ id, asks: isAsked }) => (isAsked ? [id] : []))));
  for (const { id, when } of rows)
    for (const name of Object.keys(when)) {
      const step = /^answer\.(.+)$/.exec(name)?.[1];
      if (step === undefined || asks.has(step)) continue;
      const what = `row "${id}" wants ${name}, and no step "${step}" asks`;
      findings.problem(["diagnosis", "include"], `${what}; write it under advice, with asks: true`);
    }
}

async function readTable(loading: Loading, sources: KnowledgeSources, file: string, path: Path): Promise<DiagnosisTable> {
  const { source, findings } = loading;
  const text = await source.readText(file, path, source.locate(path));
  if (text === undefined) return { rows: [], advice: new Map() };
  const { rows, advice, problems } = sources.parseDiagnosis(source.shown(file), text);
  findings.problems.push(...problems);
  return { rows, advice };
}
