/**
 * Device families and rules: the shipped ones, then those of the file. One of the file with a shipped id replaces it, with a warning.
 */
import { join } from "node:path";
import { projectRoot } from "../../probes/built.ts";
import { loadFamilies } from "../../probes/families.ts";
import { type ParsedDiagnosis, parseDiagnosis } from "../../rules/diagnosisschema.ts";
import { parsePack } from "../../rules/pack.ts";
import { parseSeverity } from "../../rules/severityschema.ts";
import type { ConfigProblem } from "../model/config.ts";
import type { Family } from "../model/family.ts";
import { keptByText } from "../model/kept.ts";
import type { Rule } from "../model/rule.ts";
import type { SeverityTable } from "../model/severity.ts";
import type { Loading } from "./context.ts";
import type { Path } from "./problems.ts";
import { checkReference } from "./reading.ts";
import * as schema from "./schema.ts";
import { expand } from "./source.ts";

/** Where knowledge comes from; tests bring their own. */
export interface KnowledgeSources {
  readonly familyFolders: readonly string[];
  readonly packFolders: readonly string[];
  loadFamilies(folders: readonly string[]): { readonly families: ReadonlyMap<string, Family>; readonly problems: readonly ConfigProblem[] };
  parsePack(file: string, text: string): { readonly rules: readonly Rule[]; readonly problems: readonly ConfigProblem[] };
  /** The shipped table of severities. */
  readonly severityFile: string;
  parseSeverity(file: string, text: string): { readonly rows: SeverityTable; readonly problems: readonly ConfigProblem[] };
  /** The shipped table of diagnoses. */
  readonly diagnosisFile: string;
  parseDiagnosis(file: string, text: string): ParsedDiagnosis;
}

/** A reload, and every check of a configuration, meets the same tables and packs. */
const kept = {
  parsePack: keptByText(parsePack),
  parseSeverity: keptByText(parseSeverity),
  parseDiagnosis: keptByText(parseDiagnosis),
};

/** What the project ships. */
export function shippedKnowledge(): KnowledgeSources {
  const root = projectRoot();
  return {
    familyFolders: [join(root, "probes", "devices")],
    packFolders: [join(root, "rules", "packs")],
    loadFamilies,
    severityFile: join(root, "rules", "severity.yaml"),
    diagnosisFile: join(root, "rules", "diagnosis.yaml"),
    ...kept,
  };
}

/** The files that `<section>.include` names, in its order, each with the path of the entry that names it. */
export async function includedFiles(
  { source }: Loading,
  section: string,
  include: readonly string[],
): Promise<readonly { readonly path: Path; readonly file: string }[]> {
  const found: { readonly path: Path; readonly file: string }[] = [];
  for (const [index, pattern] of include.entries()) {
    const path: Path = [section, "include", index];
    const files = await expand(source, pattern, source.folderOf(path), `${section}.include[${index}]`, source.locate(path));
    for (const file of files) found.push({ path, file });
  }
  return found;
}

export async function readFamilies(loading: Loading, sources: KnowledgeSources): Promise<ReadonlyMap<string, Family>> {
  const { findings, sections, source } = loading;
  const shipped = sources.loadFamilies(sources.familyFolders);
  const own: string[] = [];
  for (const [index, pattern] of (sections.setting("families", schema.families)?.include ?? []).entries()) {
    const path: Path = ["families", "include", index];
    for (const file of await expand(source, pattern, source.folderOf(path), `families.include[${index}]`, source.locate(path))) {
      // Read here too, so that the file counts in the hash and is watched.
      if ((await source.readText(file, path, source.locate(path))) !== undefined) own.push(file);
    }
  }
  // All together, because a family of the file may use a shipped set of facts.
  const all = own.length === 0 ? shipped : sources.loadFamilies([...sources.familyFolders, ...own]);
  findings.problems.push(...all.problems.map((problem) => ({ ...problem, file: source.shown(problem.file) })));
  for (const [id, family] of all.families) {
    const before = shipped.families.get(id);
    if (before === undefined || JSON.stringify(before) === JSON.stringify(family)) continue;
    findings.warn(["families", "include"], `family "${id}" replaces the shipped one; rename it if that is not wanted`);
  }
  return all.families;
}

export async function readRules(loading: Loading, sources: KnowledgeSources): Promise<readonly Rule[]> {
  const { findings, sections, source } = loading;
  const raw = sections.setting("rules", schema.rules);
  const rules = new Map<string, Rule>();
  for (const folder of sources.packFolders) {
    const place = { file: folder };
    for (const file of await expand(source, join(folder, "*.yaml"), folder, "rules", place)) {
      await readPack(loading, sources, file, ["rules"], (rule) => rules.set(rule.id, rule));
    }
  }
  for (const [index, pattern] of (raw?.include ?? []).entries()) {
    const path: Path = ["rules", "include", index];
    for (const file of await expand(source, pattern, source.folderOf(path), `rules.include[${index}]`, source.locate(path))) {
      await readPack(loading, sources, file, path, (rule) => {
        if (rules.has(rule.id)) findings.warn(path, `rule "${rule.id}" replaces another of that id; rename it if that is not wanted`);
        rules.set(rule.id, rule);
      });
    }
  }
  for (const [index, id] of (raw?.disabled ?? []).entries()) {
    if (checkReference(findings, ["rules", "disabled", index], "rule", id, sections.ids(rules.keys()))) rules.delete(id);
  }
  return [...rules.values()];
}

async function readPack(loading: Loading, sources: KnowledgeSources, file: string, path: Path, add: (rule: Rule) => void): Promise<void> {
  const { source, findings } = loading;
  const text = await source.readText(file, path, source.locate(path));
  if (text === undefined) return;
  const pack = sources.parsePack(source.shown(file), text);
  findings.problems.push(...pack.problems);
  for (const rule of pack.rules) add(rule);
}
