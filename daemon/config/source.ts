/**
 * The main file and what it includes, merged into one tree that remembers where every key stands.
 *
 * Sections of entries (devices, sites …) are merged by id; an id or a single setting in two files is a problem, never a silent winner.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { type Path, type Place, pathText } from "./problems.ts";
import { pathKey, readYaml } from "./tree.ts";

/** Sections whose entries may stand in several files. */
export const ENTRY_SECTIONS = [
  "credentials",
  "calendars",
  "sites",
  "rooms",
  "devices",
  "links",
  "contacts",
  "functions",
  "partners",
  "channels",
  "tickets",
  "policies",
  "tokens",
] as const;

export interface SourceProblem extends Place {
  readonly path: string;
  readonly message: string;
}

type Entries = Record<string, unknown>;

/** Files up to this size are read; a bigger one is not a configuration. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Everything that was read for one load. */
export class Source {
  /** Merged data, by top-level key. */
  readonly root: Entries = Object.create(null);
  /** Absolute paths of the files read, in reading order; tried ones that cannot be read too, so that a watcher sees them appear. */
  readonly files: string[] = [];
  readonly problems: SourceProblem[] = [];
  readonly warnings: SourceProblem[] = [];
  readonly #folder: string;
  #incomplete = false;
  readonly #places = new Map<string, { readonly file: string; readonly line: number }>();
  readonly #hash = createHash("sha256");

  constructor(mainFile: string) {
    this.#folder = dirname(resolve(mainFile));
    this.files.push(resolve(mainFile));
  }

  /** Where a path stands; for a key that is missing, where its nearest parent stands. */
  locate(path: Path): Place {
    const found = this.#find(path);
    return found === undefined ? { file: this.shown(this.mainFile) } : { file: this.shown(found.file), line: found.line };
  }

  /** The folder that relative paths at this place are relative to. */
  folderOf(path: Path): string {
    return dirname(this.#find(path)?.file ?? this.mainFile);
  }

  get mainFile(): string {
    return this.files[0] ?? this.#folder;
  }

  /** A file as messages name it: relative to the main file's folder. */
  shown(file: string): string {
    const short = relative(this.#folder, file);
    return short === "" ? basename(file) : short.startsWith("..") ? file : short;
  }

  /** True when a file could not be read: what it would have said is not held against the others. */
  get incomplete(): boolean {
    return this.#incomplete;
  }

  /** Something that should have been read was not. */
  markIncomplete(): void {
    this.#incomplete = true;
  }

  /** SHA-256 over the files read so far. */
  hash(): string {
    return this.#hash.copy().digest("hex");
  }

  /** Reads a file that belongs to the configuration; undefined, with a problem, when it cannot be read. */
  async readText(file: string, path: Path, at: Place): Promise<string | undefined> {
    if (!this.files.includes(file)) this.files.push(file);
    const text = await readFileText(file);
    if (typeof text === "string") {
      this.#hash.update(`${this.shown(file)}\0${text}\0`);
      return text;
    }
    this.#incomplete = true;
    this.problems.push({ path: pathText(path), message: `file ${this.shown(file)} ${text.why}`, ...at });
    return undefined;
  }

  add(file: string, data: unknown, lines: ReadonlyMap<string, number>): void {
    if (data === null || data === undefined) return;
    if (typeof data !== "object" || Array.isArray(data)) {
      this.#incomplete = true;
      this.problems.push({
        path: "",
        message: "must be a map (key: value) at the top; see docs/configuration.md",
        file: this.shown(file),
        line: 1,
      });
      return;
    }
    const taken = new Set<string>();
    for (const [key, value] of Object.entries(data)) {
      if (key === "include") continue;
      this.#merge(file, key, value, lines, taken);
    }
    for (const [key, line] of lines) {
      if (taken.has(key.split("\0", 1)[0] ?? "") || taken.has(key.split("\0", 2).join("\0"))) continue;
      if (!this.#places.has(key)) this.#places.set(key, { file, line });
    }
  }

  /** Puts one top-level key in; what is refused is added to `taken`, so that its lines do not replace the first one's. */
  #merge(file: string, key: string, value: unknown, lines: ReadonlyMap<string, number>, taken: Set<string>): void {
    const sections: readonly string[] = ENTRY_SECTIONS;
    const before = this.root[key];
    if (before === undefined) {
      this.root[key] = isEntries(value) ? Object.assign(Object.create(null), value) : value;
      return;
    }
    if (!sections.includes(key) || !isEntries(before) || !isEntries(value)) {
      if (value === null && sections.includes(key)) return;
      if (before === null && sections.includes(key)) this.root[key] = value;
      else this.#twice([key], file, lines, taken);
      return;
    }
    for (const [id, entry] of Object.entries(value)) {
      if (Object.hasOwn(before, id)) this.#twice([key, id], file, lines, taken);
      else before[id] = entry;
    }
  }

  #twice(path: Path, file: string, lines: ReadonlyMap<string, number>, taken: Set<string>): void {
    taken.add(pathKey(path));
    const first = this.locate(path);
    const line = lines.get(pathKey(path));
    const message = `is already given in ${first.file}:${first.line ?? 1}; keep one`;
    this.problems.push({ path: pathText(path), message, file: this.shown(file), ...(line === undefined ? {} : { line }) });
  }

  #find(path: Path): { readonly file: string; readonly line: number } | undefined {
    for (let length = path.length; length > 0; length--) {
      const place = this.#places.get(pathKey(path.slice(0, length)));
      if (place !== undefined) return place;
    }
    return undefined;
  }
}

function isEntries(value: unknown): value is Entries {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads the main file and its includes, theirs too. */
export async function readSource(mainFile: string): Promise<Source> {
  const source = new Source(mainFile);
  await readInto(source, source.mainFile, [], { file: source.shown(source.mainFile) });
  return source;
}

async function readInto(source: Source, file: string, above: readonly string[], from: Place): Promise<void> {
  const text = await source.readText(file, above.length === 0 ? [] : ["include"], from);
  if (text === undefined) return;
  const yaml = readYaml(text);
  for (const { path, message, line } of yaml.problems)
    source.problems.push({ path: pathText(path), message, file: source.shown(file), line });
  if (yaml.data === undefined) {
    source.markIncomplete();
    return;
  }
  if (yaml.data === null && above.length === 0) {
    source.markIncomplete();
    source.problems.push({
      path: "",
      message: "the file is empty; see docs/configuration.md for a first one",
      file: source.shown(file),
      line: 1,
    });
  }
  source.add(file, yaml.data, yaml.lines);
  const chain = [...above, file];
  for (const { pattern, place, path } of includesOf(source, file, yaml.data, yaml.lines)) {
    for (const found of await expand(source, pattern, dirname(file), path, place)) {
      // A pattern beside the file itself matches it too.
      if (found === file && pattern.includes("*")) continue;
      if (chain.includes(found)) {
        const round = [...chain.slice(chain.indexOf(found)), found].map((step) => source.shown(step)).join(" → ");
        source.problems.push({ path, message: `goes in a circle: ${round}; take one include out`, ...place });
      } else if (source.files.includes(found)) {
        source.problems.push({ path, message: `${source.shown(found)} is included twice; keep one include`, ...place });
      } else await readInto(source, found, chain, place);
    }
  }
}

interface Include {
  readonly pattern: string;
  readonly path: string;
  readonly place: Place;
}

function includesOf(source: Source, file: string, data: unknown, lines: ReadonlyMap<string, number>): Include[] {
  const include = isEntries(data) ? data.include : undefined;
  if (include === undefined || include === null) return [];
  const shown = source.shown(file);
  const at = (path: Path): Place => ({ file: shown, line: lines.get(pathKey(path)) ?? lines.get("include") ?? 1 });
  if (!Array.isArray(include)) {
    source.problems.push({ path: "include", message: "must be a list; write include: [sites/*.yaml]", ...at(["include"]) });
    return [];
  }
  return include.flatMap((pattern: unknown, index) => {
    const place = at(["include", index]);
    const path = `include[${index}]`;
    if (typeof pattern === "string" && pattern !== "") return [{ pattern, path, place }];
    source.problems.push({ path, message: "must be a file name; write sites/*.yaml or one file", ...place });
    return [];
  });
}

/** The files of a pattern, sorted; `*` only in the last part. */
export async function expand(source: Source, pattern: string, folder: string, path: string, place: Place): Promise<readonly string[]> {
  const full = isAbsolute(pattern) ? pattern : join(folder, pattern);
  if (!full.includes("*")) return [full];
  if (dirname(full).includes("*")) {
    source.problems.push({ path, message: `"${pattern}" has a * in a folder's name; use * only in the last part`, ...place });
    return [];
  }
  const escaped = basename(full).replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  const wanted = new RegExp(`^${escaped.replaceAll(/\*+/g, ".*")}$`, "s");
  const names = await readdir(dirname(full)).catch(() => []);
  const found = names.filter((name) => wanted.test(name) && !name.startsWith(".")).sort();
  if (found.length === 0)
    source.warnings.push({ path, message: `"${pattern}" matches no file; check the folder, or take it out`, ...place });
  return found.map((name) => join(dirname(full), name));
}

/** A file's text, or why it cannot be had. */
export async function readFileText(file: string): Promise<string | { readonly why: string }> {
  try {
    const info = await stat(file);
    if (!info.isFile()) return { why: "is not a file; name one" };
    if (info.size > MOST_BYTES) return { why: `is larger than ${MOST_BYTES / 1024 / 1024} MiB; split it` };
    return (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return { why: "does not exist; check the path" };
    if (code === "EACCES" || code === "EPERM") return { why: "may not be read by this user; check its owner and mode" };
    return { why: `cannot be read (${code ?? "unknown"}); check the path` };
  }
}
