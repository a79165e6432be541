/**
 * Device families from their YAML files: read, checked, all problems at once; and which family a device is by what it says.
 *
 * A file is a family (`id:`) or a set of facts that families share by name (`set:`, used with `sets: [system]`).
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import type { ConfigProblem } from "../daemon/model/config.ts";
import type { Certainty, Family, ReadAs, SnmpColumn, SnmpScalar, TrapMeaning } from "../daemon/model/family.ts";
import { projectRoot } from "./built.ts";
import { type FamilyFile, familySchema, type SetFile, setSchema } from "./family-schema.ts";
import { patternTextLimit, type SafePattern, safePattern } from "./safe-pattern.ts";

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
 * A later family with the id of an earlier one replaces it, so that a site can correct what is shipped; twice in one folder is a problem.
 */
export function loadFamilies(folders: readonly string[]): {
  readonly families: ReadonlyMap<string, Family>;
  readonly problems: readonly ConfigProblem[];
} {
  const gathered: Gathered = { families: [], sets: new Map(), problems: [] };
  const folderOf = new Map<string, string>();
  for (const folder of folders) for (const file of filesOf(folder, gathered.problems)) gather(file, folder, folderOf, gathered);
  const families = new Map<string, Family>();
  for (const { file, data, line } of gathered.families) {
    const at = (path: readonly PropertyKey[], message: string): ConfigProblem => problem(file, path, message, line(path));
    families.set(data.id, build(data, gathered.sets, at, gathered.problems));
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

function gather(file: string, folder: string, folderOf: Map<string, string>, into: Gathered): void {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, "utf8"), { lineCounter: lines, uniqueKeys: true });
  const line = (path: readonly PropertyKey[]): number | undefined => lineOf(document, lines, path);
  for (const error of document.errors)
    into.problems.push({ path: "", file, line: lines.linePos(error.pos[0]).line, message: `is not YAML: ${error.message.split("\n")[0]}` });
  if (document.errors.length > 0) return;
  const raw: unknown = document.toJS();
  const isSet = typeof raw === "object" && raw !== null && "set" in raw;
  const parsed = isSet ? setSchema.safeParse(raw) : familySchema.safeParse(raw);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) into.problems.push(problem(file, issue.path, sentence(issue), line(issue.path)));
    return;
  }
  const data = parsed.data;
  if ("set" in data) {
    into.sets.set(data.set, data);
    return;
  }
  if (folderOf.get(data.id) === folder)
    into.problems.push(problem(file, ["id"], `"${data.id}" is there twice in ${folder}; keep one`, line(["id"])));
  folderOf.set(data.id, folder);
  into.families.push({ file, data, line });
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

type At = (path: readonly PropertyKey[], message: string) => ConfigProblem;

function build(data: FamilyFile, sets: ReadonlyMap<string, SetFile>, at: At, problems: ConfigProblem[]): Family {
  const used = (data.sets ?? []).flatMap((name, index) => {
    const set = sets.get(name);
    if (set === undefined) problems.push(at(["sets", index], `there is no set "${name}"; known are ${[...sets.keys()].sort().join(", ")}`));
    return set === undefined ? [] : [set];
  });
  const scalars = [...used.flatMap((set) => set.scalars ?? []), ...(data.snmp?.scalars ?? [])];
  const columns = [...used.flatMap((set) => set.columns ?? []), ...(data.snmp?.columns ?? [])];
  const traps = [...used.flatMap((set) => set.traps ?? []), ...(data.traps ?? [])];
  checkFacts(data, { scalars, columns, traps }, at, problems);
  return {
    id: data.id,
    kind: data.kind,
    name: data.name,
    certainty: data.certainty,
    recognise: { sysObjectId: data.recognise.sys_object_id, sysDescr: data.recognise.sys_descr, banner: data.recognise.banner },
    checks: checksOf(data.checks),
    snmp: {
      scalars: scalars.map((read): SnmpScalar => ({ oid: read.oid, ...readAs(read, data.certainty) })),
      columns: columns.map((read): SnmpColumn => ({ ...columnOf(read), ...readAs(read, data.certainty) })),
    },
    ...(data.shell === undefined ? {} : { shell: shellOf(data.shell, data.certainty) }),
    traps: traps.map(trapOf),
  };
}

/** What no schema sees: patterns that are not safe, the same thing read twice, checks without anything to read. */
function checkFacts(
  data: FamilyFile,
  facts: {
    readonly scalars: readonly { readonly oid: string }[];
    readonly columns: readonly { readonly oid: string }[];
    readonly traps: readonly { readonly oid: string }[];
  },
  at: At,
  problems: ConfigProblem[],
): void {
  for (const field of ["sys_descr", "banner"] as const)
    for (const [index, source] of data.recognise[field].entries()) {
      const pattern = safePattern(source);
      if ("refused" in pattern) problems.push(at(["recognise", field, index], `"${source}": ${pattern.refused}`));
    }
  for (const [kind, list] of Object.entries(facts)) {
    const seen = new Set<string>();
    for (const { oid } of list) {
      if (seen.has(oid))
        problems.push(at([kind === "traps" ? "traps" : "snmp"], `${kind}: ${oid} is there twice, maybe through a set; keep one`));
      seen.add(oid);
    }
  }
  if (data.checks.ssh !== undefined && data.shell === undefined)
    problems.push(at(["checks", "ssh"], "there is no shell: to ask over ssh; add it or remove the check"));
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

function milliseconds(text: string): number {
  const [, count = "0", unit = "ms"] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  return Number(count) * (unitMs[unit] ?? 1);
}

function checksOf(checks: FamilyFile["checks"]): Family["checks"] {
  return (["icmp", "snmp", "ssh"] as const).flatMap((kind) => {
    const look = checks[kind];
    if (look === undefined) return [];
    return [
      { kind, intervalMs: milliseconds(look.interval), ...(look.timeout === undefined ? {} : { timeoutMs: milliseconds(look.timeout) }) },
    ];
  });
}

type WrittenRead = NonNullable<SetFile["scalars"]>[number];
type WrittenColumn = NonNullable<SetFile["columns"]>[number];

function readAs(read: Omit<WrittenRead, "oid">, certainty: Certainty): ReadAs {
  return {
    name: read.name,
    as: read.as,
    ...(read.scale === undefined ? {} : { scale: read.scale }),
    ...(read.states === undefined ? {} : { states: read.states }),
    ...(read.unit === undefined ? {} : { unit: read.unit }),
    certainty: read.certainty ?? certainty,
  };
}

function columnOf(read: WrittenColumn): Pick<SnmpColumn, "oid" | "part" | "labelOid" | "bits" | "where"> {
  return {
    oid: read.oid,
    part: read.part,
    ...(read.label_oid === undefined ? {} : { labelOid: read.label_oid }),
    ...(read.bits === undefined ? {} : { bits: read.bits }),
    ...(read.where === undefined ? {} : { where: read.where }),
  };
}

function shellOf(shell: NonNullable<FamilyFile["shell"]>, certainty: Certainty): NonNullable<Family["shell"]> {
  const asks = shell.asks.map((ask) => ({
    command: ask.command,
    values: ask.values.map((value) => ({
      path: value.path,
      ...readAs(value, certainty),
      ...(value.part === undefined ? {} : { part: value.part }),
      ...(value.where === undefined ? {} : { where: value.where }),
      ...(value.whole === undefined ? {} : { whole: value.whole }),
    })),
  }));
  return { dialect: shell.dialect, asks };
}

function trapOf(trap: NonNullable<SetFile["traps"]>[number]): TrapMeaning {
  return {
    oid: trap.oid,
    name: trap.name,
    effect: trap.effect,
    certainty: trap.certainty,
    ...(trap.symptom === undefined ? {} : { symptom: trap.symptom }),
    ...(trap.part === undefined ? {} : { part: trap.part }),
  };
}

/** What a device says about itself. */
export interface Said {
  readonly sysObjectId?: string;
  readonly sysDescr?: string;
  readonly banner?: string;
}

/**
 * The family that fits best: the longest object id prefix first, then the words of sysDescr, then of the banner; undefined when nothing fits.
 * Where families share an object id, the one whose words fit wins over one that names no words; one whose words do not fit comes last.
 */
export function recognise(families: ReadonlyMap<string, Family>, said: Said): Family | undefined {
  let best: { readonly family: Family; readonly score: number } | undefined;
  for (const family of families.values()) {
    const score = likeness(family, said);
    if (score > 0 && (best === undefined || score > best.score)) best = { family, score };
  }
  return best?.family;
}

function likeness(family: Family, said: Said): number {
  const { sysObjectId, sysDescr, banner } = family.recognise;
  const byOid = Math.max(0, ...sysObjectId.map((prefix) => prefixLength(prefix, said.sysObjectId)));
  const byDescr = anyMatches(sysDescr, said.sysDescr);
  const wordsMissed = sysDescr.length > 0 && said.sysDescr !== undefined && !byDescr;
  return byOid * 4 + (byDescr ? 2 : 0) + (anyMatches(banner, said.banner) ? 1 : 0) - (wordsMissed ? 1 : 0);
}

function prefixLength(prefix: string, oid: string | undefined): number {
  if (oid === undefined) return 0;
  const plain = oid.startsWith(".") ? oid.slice(1) : oid;
  return plain === prefix || plain.startsWith(`${prefix}.`) ? prefix.split(".").length : 0;
}

function anyMatches(sources: readonly string[], text: string | undefined): boolean {
  if (text === undefined) return false;
  const cut = text.slice(0, patternTextLimit);
  return sources.some((source) => {
    const pattern: SafePattern | { readonly refused: string } = safePattern(source);
    return "matches" in pattern && pattern.matches(cut);
  });
}
