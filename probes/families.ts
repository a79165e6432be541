/**
 * Device families from their YAML files: read, checked, all problems at once.
 *
 * A file is a family (`id:`) or a set of facts that families share by name (`set:`, used with `sets: [system]`).
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import type { ConfigProblem } from "../daemon/model/config.ts";
import type { Family } from "../daemon/model/family.ts";
import { keptByText } from "../daemon/model/kept.ts";
import { projectRoot } from "./built.ts";
import { buildFamily } from "./family-build.ts";
import { type FamilyFile, familySchema, type SetFile, setSchema } from "./family-schema.ts";

export { recognise, type Said } from "./recognise.ts";

/** Families and sets as written, with where each came from. */
interface Gathered {
  readonly families: {
    readonly file: string;
    readonly data: FamilyFile;
    readonly line: (path: readonly PropertyKey[]) => number | undefined;
  }[];
  readonly sets: Map<string, SetFile>;
  readonly problems: ConfigProblem[];
}

/** The folder of the families that come with the project. */
export function shippedFamilies(): string {
  return join(projectRoot(), "probes", "devices");
}

/**
 * Reads every `.yaml` file of the folders (and of their direct subfolders), in the order given; a path may also be one file.
 * A later family with the id of an earlier one replaces it, so that a site can correct what is shipped; twice in one folder, or among the files that are named one by one, is a problem.
 */
export function loadFamilies(folders: readonly string[]): {
  readonly families: ReadonlyMap<string, Family>;
  readonly problems: readonly ConfigProblem[];
} {
  const gathered: Gathered = { families: [], sets: new Map(), problems: [] };
  const firstIn = new Map<string, string>();
  const named = new Set<string>();
  for (const folder of folders) {
    for (const file of filesOf(folder, gathered.problems)) {
      if (file === folder && named.has(file)) continue;
      named.add(file);
      gather(file, { place: file === folder ? "" : folder, firstIn }, gathered);
    }
  }
  const families = new Map<string, Family>();
  for (const { file, data, line } of gathered.families) {
    const at = (path: readonly PropertyKey[], message: string): ConfigProblem => problem(file, path, message, line(path));
    families.set(data.id, buildFamily(data, gathered.sets, at, gathered.problems));
  }
  return { families, problems: gathered.problems };
}

function filesOf(path: string, problems: ConfigProblem[]): readonly string[] {
  if (!existsSync(path)) {
    problems.push({ path: "", file: path, message: "is not there; correct the path under families.include" });
    return [];
  }
  if (statSync(path).isFile()) return [path];
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  const here = entries.filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name)).map((entry) => join(path, entry.name));
  const below = entries.filter((entry) => entry.isDirectory()).flatMap((entry) => filesOf(join(path, entry.name), problems));
  return [...here, ...below];
}

/** A file as written, or what is wrong with it. Its lines are looked for only when something is to be said of them. */
interface Read {
  readonly data?: FamilyFile | SetFile;
  readonly problems: readonly ConfigProblem[];
  readonly line: (path: readonly PropertyKey[]) => number | undefined;
}

/** Of a file that did not change since, as it was read then: a reload is of few files. */
const readFile = keptByText((file, text): Read => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const notYaml = document.errors.map((error) => {
    const message = `is not YAML: ${error.message.split("\n")[0]}`;
    return { path: "", file, line: lines.linePos(error.pos[0]).line, message };
  });
  if (notYaml.length > 0) return { problems: notYaml, line: () => undefined };
  const raw: unknown = document.toJS();
  const isSet = typeof raw === "object" && raw !== null && "set" in raw;
  const parsed = isSet ? setSchema.safeParse(raw) : familySchema.safeParse(raw);
  const at = (path: readonly PropertyKey[]) => lineOf(document, lines, path);
  if (!parsed.success)
    return { problems: parsed.error.issues.map((issue) => problem(file, issue.path, sentence(issue), at(issue.path))), line: at };
  // The document is not kept, which is many times its text.
  return { data: parsed.data, problems: [], line: (path) => lineIn(text, path) };
});

function lineIn(text: string, path: readonly PropertyKey[]): number | undefined {
  const lines = new LineCounter();
  return lineOf(parseDocument(text, { lineCounter: lines }), lines, path);
}

/** Where a file was found (a folder, or among those named one by one), and which file had an id there first. */
interface Where {
  readonly place: string;
  readonly firstIn: Map<string, string>;
}

function gather(file: string, { place, firstIn }: Where, into: Gathered): void {
  const { data, problems, line } = readFile(file, readFileSync(file, "utf8"));
  into.problems.push(...problems);
  if (data === undefined) return;
  const [key, id] = "set" in data ? (["set", data.set] as const) : (["id", data.id] as const);
  const first = firstIn.get(`${key} ${id} ${place}`);
  if (first === undefined) firstIn.set(`${key} ${id} ${place}`, file);
  else into.problems.push(problem(file, [key], `"${id}" is there twice, in ${first} too; keep one`, line([key])));
  if ("set" in data) into.sets.set(data.set, data);
  else into.families.push({ file, data, line });
}

function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return `unknown key ${issue.keys.map((key) => `"${key}"`).join(", ")}; remove or correct it`;
  return issue.message;
}

function problem(file: string, path: readonly PropertyKey[], message: string, line: number | undefined): ConfigProblem {
  const text = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  return { path: text.replace(/^\./, ""), message, file, ...(line === undefined ? {} : { line }) };
}

/** The line of the deepest node on the path that exists: a missing key is reported where it should stand. */
function lineOf(document: ReturnType<typeof parseDocument>, lines: LineCounter, path: readonly PropertyKey[]): number | undefined {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node: unknown = document.getIn(path.slice(0, depth), true);
    if (typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range))
      return lines.linePos(Number(node.range[0])).line;
  }
  return undefined;
}
