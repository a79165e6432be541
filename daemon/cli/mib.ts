/**
 * `vigie mib`: names of notifications and objects out of users' MIB files, for a running daemon to show.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { compileMibs, type ModuleNames, missingModules } from "../../probes/mib/compile.ts";
import { type Module, parseMib } from "../../probes/mib/parse.ts";
import { textOfMib } from "../../probes/mib/text.ts";
import type { MibProblem } from "../../probes/mib/tokens.ts";
import { mibNamesFile, readImported, writeImported } from "../mib-names.ts";
import type { Io } from "./io.ts";
import { counted, lineOf, list, remove } from "./mib-kept.ts";
import { storageConfig } from "./storage-config.ts";

const HELP = `Usage: vigie mib import FILE... [--dir DIR]... [--config FILE] [--json]
       vigie mib list [--config FILE] [--json]
       vigie mib remove MODULE... [--config FILE] [--json]

Compiles MIB files into names: a trap that no device family knows is then shown by its name, and its values by theirs. Names only: what a
trap means (symptom, raise or clear) is written in a device family, see docs/families.md.

All files are compiled together. What they import is looked for among them, beside them, and in each DIR, by the module's name (ACME-MIB,
ACME-MIB.mib, .my, .txt). A running daemon takes the names in within seconds. A module that was imported before is replaced.
With a problem in any file nothing is imported.

list prints the modules that were imported, remove takes some of them away by their names (ACME-MIB).

  --dir DIR      a folder of other MIB files; may be given several times
  --config FILE  default: vigie.yaml; the names are kept in its state folder
  --json         print one JSON object: modules with the number of their names, problems
  --help         this text

Exit code: 0 done, 1 problems, 2 wrong use.`;

const maxBytes = 4 << 20;
const suffixes = ["", ".mib", ".my", ".txt", ".MIB"];

function asked(argv: readonly string[]) {
  const options = {
    dir: { type: "string", multiple: true, default: [] as string[] },
    config: { type: "string", default: "vigie.yaml" },
    json: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  } as const;
  return parseArgs({ args: [...argv], options, strict: true, allowPositionals: true });
}

export async function mib(argv: readonly string[], io: Io): Promise<number> {
  let given: ReturnType<typeof asked>;
  try {
    given = asked(argv);
  } catch (error) {
    io.err(`vigie mib: ${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  const { values, positionals } = given;
  const [act, ...files] = positionals;
  if (values.help === true) {
    io.out(HELP);
    return 0;
  }
  if (!isKnown(act) || (files.length === 0) !== (act === "list")) {
    io.err('vigie mib: write "vigie mib import FILE...", "vigie mib list" or "vigie mib remove MODULE..."; see vigie mib --help');
    return 2;
  }
  const json = values.json === true;
  const compiled = act === "import" ? compileFiles(files, values.dir) : { names: [], problems: [] };
  if (compiled.problems.length > 0) return refuse(compiled.problems, json, io);
  const config = await storageConfig(values.config, io);
  if (config === undefined) return 1;
  switch (act) {
    case "list":
      return list(config.stateDir, json, io);
    case "remove":
      return remove(config.stateDir, files, json, io);
    case "import":
      writeImported(config.stateDir, readImported(config.stateDir), compiled.names);
      tell(compiled.names, mibNamesFile(config.stateDir), json, io);
      return 0;
  }
}

function isKnown(act: string | undefined): act is "import" | "list" | "remove" {
  return act === "import" || act === "list" || act === "remove";
}

function compileFiles(
  files: readonly string[],
  dirs: readonly string[],
): { names: readonly ModuleNames[]; problems: readonly MibProblem[] } {
  const read = files.map(readMib);
  const problems = read.flatMap((one) => one.problems);
  const modules = read.flatMap((one) => one.modules);
  const compiled = compileMibs(modules, besides(modules, [...new Set([...files.map((file) => dirname(file)), ...dirs])]));
  // Where a file could not be read to its end, what hangs on the missing part is no news.
  return { names: compiled.names, problems: problems.length > 0 ? problems : compiled.problems };
}

function readMib(file: string): { readonly modules: readonly Module[]; readonly problems: readonly MibProblem[] } {
  const refused = (message: string) => ({ modules: [], problems: [{ file, line: 1, message }] });
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return refused("there is no such file");
  if (!stat.isFile()) return refused("is not a file; give the MIB files in it (their imports are found in it with --dir)");
  if (stat.size > maxBytes) return refused(`is larger than ${maxBytes >> 20} MiB; that is no MIB`);
  return parseMib(file, textOfMib(readFileSync(file)));
}

/** The modules that these import places from, and those that they import from in turn, as far as they can be found. */
function besides(wanted: readonly Module[], dirs: readonly string[]): readonly Module[] {
  const found: Module[] = [];
  const tried = new Set<string>();
  for (;;) {
    const next = missingModules([...wanted, ...found]).filter((name) => !tried.has(name));
    if (next.length === 0) return found;
    for (const name of next) {
      tried.add(name);
      const file = fileOf(name, dirs);
      if (file !== undefined) found.push(...readMib(file).modules);
    }
  }
}

function fileOf(module: string, dirs: readonly string[]): string | undefined {
  const usual = dirs.flatMap((dir) => suffixes.map((suffix) => join(dir, module + suffix))).find((file) => existsSync(file));
  if (usual !== undefined) return usual;
  // acme-mib.mib for ACME-MIB.
  const lower = module.toLowerCase();
  for (const dir of dirs) {
    const name = existsSync(dir) ? readdirSync(dir).find((each) => each.toLowerCase().replace(/\.(mib|my|txt)$/, "") === lower) : undefined;
    if (name !== undefined) return join(dir, name);
  }
  return undefined;
}

function refuse(problems: readonly MibProblem[], json: boolean, io: Io): number {
  if (json) io.out(JSON.stringify({ ok: false, modules: [], problems }));
  else {
    for (const { file, line, message } of problems) io.err(`${file}:${line}: ${message}`);
    io.err(`${problems.length} ${problems.length === 1 ? "problem" : "problems"}: nothing was imported`);
  }
  return 1;
}

function tell(names: readonly ModuleNames[], file: string, json: boolean, io: Io): void {
  const modules = counted(Object.fromEntries(names.map((each) => [each.module, each])));
  if (json) io.out(JSON.stringify({ ok: true, file, modules, problems: [] }));
  else for (const each of modules) io.out(`${lineOf(each)}; in ${file}`);
}
