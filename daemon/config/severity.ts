/**
 * The table of severities: the shipped rows, and those of the file before them. One of the file with a shipped id replaces it, with a warning.
 */
import type { SeverityRow, SeverityTable } from "../model/severity.ts";
import type { Loading } from "./context.ts";
import { includedFiles, type KnowledgeSources } from "./knowledge.ts";
import type { Path } from "./problems.ts";
import { checkReference } from "./reading.ts";
import * as schema from "./schema.ts";

export async function readSeverity(loading: Loading, sources: KnowledgeSources): Promise<SeverityTable> {
  const { findings, sections, source } = loading;
  const raw = sections.setting("severity", schema.severity);
  const shipped = new Map((await readTable(loading, sources, sources.severityFile, ["severity"])).map((row) => [row.id, row]));
  const own = new Map<string, SeverityRow>();
  for (const { path, row } of await includedRows(loading, sources, raw?.include ?? [])) {
    if (own.has(row.id) || shipped.has(row.id))
      findings.warn(path, `row "${row.id}" replaces another of that id; rename it if that is not wanted`);
    (shipped.has(row.id) ? shipped : own).set(row.id, row);
  }
  const known = sections.ids([...own.keys(), ...shipped.keys()]);
  for (const [index, id] of (raw?.disabled ?? []).entries()) {
    if (!checkReference(findings, ["severity", "disabled", index], "row", id, known)) continue;
    own.delete(id);
    shipped.delete(id);
  }
  const table = [...own.values(), ...shipped.values()];
  if (table.length > 0 && !source.incomplete) checkWhole(loading, table);
  return table;
}

async function includedRows(
  loading: Loading,
  sources: KnowledgeSources,
  include: readonly string[],
): Promise<readonly { readonly path: Path; readonly row: SeverityRow }[]> {
  const found: { readonly path: Path; readonly row: SeverityRow }[] = [];
  for (const { path, file } of await includedFiles(loading, "severity", include))
    for (const row of await readTable(loading, sources, file, path)) found.push({ path, row });
  return found;
}

/** Some row says something of every incident, so that none is without a reason. */
function checkWhole({ findings }: Loading, table: SeverityTable): void {
  for (const what of ["severity", "urgency"] as const) {
    if (table.some((row) => row[what] !== undefined && Object.keys(row.when).length === 0)) continue;
    findings.problem(["severity"], `no row with "when: {}" gives a ${what}, so some incidents would have none; keep or write one`);
  }
}

async function readTable(loading: Loading, sources: KnowledgeSources, file: string, path: Path): Promise<SeverityTable> {
  const { source, findings } = loading;
  const text = await source.readText(file, path, source.locate(path));
  if (text === undefined) return [];
  const { rows, problems } = sources.parseSeverity(source.shown(file), text);
  findings.problems.push(...problems);
  return rows;
}
