/**
 * The rule packs that `vigie rules` speaks about: the shipped ones and those of the configuration, or the files that were named.
 */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { type Pack, parsePack } from "../../rules/pack.ts";
import { shippedKnowledge } from "../config/knowledge.ts";
import { type LoadOptions, loadConfig } from "../config/load.ts";
import type { Config, ConfigProblem } from "../model/config.ts";
import type { Rule } from "../model/rule.ts";

export interface PackFile extends Pack {
  /** As messages name it. */
  readonly file: string;
  readonly shipped: boolean;
}

export interface Gathered {
  readonly packs: readonly PackFile[];
  /** The configuration in force, if there is one and it is good. */
  readonly config?: Config;
  /** What is wrong with the configuration beside its packs. */
  readonly problems: readonly ConfigProblem[];
}

/** What was asked for cannot be read: one sentence. */
export type Unreadable = string;

function shown(file: string): string {
  const short = relative(process.cwd(), file);
  return short.startsWith("..") ? file : short;
}

async function readPack(file: string, shipped: boolean): Promise<PackFile | Unreadable> {
  try {
    return { file: shown(file), shipped, ...parsePack(shown(file), await readFile(file, "utf8")) };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "it cannot be read";
    return `${file}: cannot be read (${code}); name a rule pack, a YAML file`;
  }
}

async function readAll(files: readonly string[], shipped: boolean): Promise<readonly PackFile[] | Unreadable> {
  const packs = await Promise.all(files.map((file) => readPack(file, shipped)));
  const bad = packs.find((pack) => typeof pack === "string");
  return typeof bad === "string" ? bad : packs.filter((pack) => typeof pack !== "string");
}

async function shippedFiles(): Promise<readonly string[]> {
  const folders = shippedKnowledge().packFolders;
  const names = await Promise.all(folders.map(async (folder) => (await readdir(folder)).map((name) => join(folder, name))));
  return names
    .flat()
    .filter((name) => name.endsWith(".yaml"))
    .sort();
}

/** Reads the configuration with an ear for the packs that it names. */
async function ofConfig(file: string, options: LoadOptions): Promise<Gathered> {
  const packs: PackFile[] = [];
  const shipped = shippedKnowledge();
  const sources = {
    ...(options.sources ?? shipped),
    parsePack: (name: string, text: string): Pack => {
      const pack = parsePack(name, text);
      packs.push({ file: name, shipped: shipped.packFolders.some((folder) => name.startsWith(folder)), ...pack });
      return pack;
    },
  };
  const result = await loadConfig(file, { ...options, sources });
  const inPacks = new Set(packs.flatMap(({ problems }) => problems.map(({ file: where, line }) => `${where}:${line}`)));
  if (result.ok) return { packs, config: result.config, problems: [] };
  return { packs, problems: result.problems.filter(({ file: where, line }) => !inPacks.has(`${where}:${line}`)) };
}

export interface Wanted {
  /** Packs by name: only these. */
  readonly files: readonly string[];
  /** A configuration by name; undefined: vigie.yaml, if there is one. */
  readonly config: string | undefined;
}

export async function gatherPacks({ files, config }: Wanted, options: LoadOptions): Promise<Gathered | Unreadable> {
  if (files.length > 0) {
    const packs = await readAll(files, false);
    return typeof packs === "string" ? packs : { packs, problems: [] };
  }
  if (config !== undefined && !existsSync(config)) return `${config}: there is no such file; name the configuration`;
  const present = config ?? (existsSync("vigie.yaml") ? "vigie.yaml" : undefined);
  if (present !== undefined) return ofConfig(present, options);
  const packs = await readAll(await shippedFiles(), true);
  return typeof packs === "string" ? packs : { packs, problems: [] };
}

/** One rule, where it stands, and whether it is in force. */
export interface ListedRule {
  readonly rule: Rule;
  readonly file: string;
  readonly shipped: boolean;
  readonly enabled: boolean;
}

/** Every rule by its id, a later pack's in place of an earlier one's; not enabled when the configuration disables it. */
export function listRules({ packs, config }: Gathered): readonly ListedRule[] {
  const enabled = config === undefined ? undefined : new Set(config.rules.map(({ id }) => id));
  const byId = new Map<string, ListedRule>();
  for (const { file, shipped, rules } of packs)
    for (const rule of rules) byId.set(rule.id, { rule, file, shipped, enabled: enabled?.has(rule.id) ?? true });
  return [...byId.values()];
}
