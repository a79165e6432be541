/**
 * Takes the sections out of the tree, each entry on its own, so that one bad entry hides no problem of another.
 */
import type { z } from "zod";
import { type Findings, insteadOf, nearest, type Path } from "./problems.ts";
import { badId, UNREAD } from "./scalars.ts";
import { TOP_LEVEL } from "./schema.ts";
import type { Source } from "./source.ts";

/**
 * The entries of one section: those that could be read, and the ids of all (a reference to a bad entry is not a second problem).
 * Of a section that could not be read, every id is taken to be there.
 */
export interface Section<T> {
  readonly entries: ReadonlyMap<string, T>;
  readonly ids: ReadonlySet<string>;
}

class AnyId extends Set<string> {
  override has(): boolean {
    return true;
  }
}

export class SectionReader {
  readonly #source: Source;
  readonly #root: Readonly<Record<string, unknown>>;
  readonly #findings: Findings;

  constructor(source: Source, findings: Findings) {
    this.#root = source.root;
    this.#findings = findings;
    this.#source = source;
    for (const key of Object.keys(source.root)) {
      if (!(TOP_LEVEL as readonly string[]).includes(key)) findings.problem([key], unknownKey(key, TOP_LEVEL));
    }
  }

  has(key: string): boolean {
    return this.#root[key] !== undefined && this.#root[key] !== null;
  }

  /** A single setting; undefined when it is not there or could not be read. */
  setting<T extends z.ZodType>(key: string, schema: T): z.output<T> | undefined {
    return this.has(key) ? this.#parse([key], schema, this.#root[key]) : undefined;
  }

  /** A section of entries by id. */
  section<T extends z.ZodType>(key: string, schema: T): Section<z.output<T>> {
    const raw = this.#root[key];
    const entries = new Map<string, z.output<T>>();
    if (raw === undefined || raw === null) return { entries, ids: this.ids([]) };
    if (typeof raw !== "object" || Array.isArray(raw)) {
      this.#findings.problem([key], `must be a map (id: …), found ${kindOf(raw)}; write one entry a line under it`);
      return { entries, ids: new AnyId() };
    }
    for (const [id, value] of Object.entries(raw)) {
      const bad = badId(id);
      if (bad !== undefined) this.#findings.problem([key, id], bad);
      const entry = this.#parse([key, id], schema, value ?? {});
      if (entry !== undefined && bad === undefined) entries.set(id, entry);
    }
    return { entries, ids: this.ids(Object.keys(raw)) };
  }

  /** Ids as a set; when a file could not be read, any id may be there. */
  ids(ids: Iterable<string>): ReadonlySet<string> {
    return this.#source.incomplete ? new AnyId(ids) : new Set(ids);
  }

  #parse<T extends z.ZodType>(path: Path, schema: T, value: unknown): z.output<T> | undefined {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues) this.#report(path, issue, value);
    // What is left is checked against the rest of the file all the same.
    const marked = without(value, result.error.issues, "mark");
    const rest = schema.safeParse(marked);
    if (rest.success) return rest.data;
    const less = schema.safeParse(without(marked, rest.error.issues, "drop"));
    return less.success ? less.data : undefined;
  }

  #report(base: Path, issue: z.core.$ZodIssue, value: unknown): void {
    const path = [...base, ...issue.path.map((step) => (typeof step === "number" ? step : String(step)))];
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) this.#findings.problem([...path, key], unknownKey(key, issue.message.split(",")));
      return;
    }
    if (issue.code === "invalid_type") {
      const found = issue.path.reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step], value);
      const wanted = issue.expected === "array" ? "a list ([a, b])" : "a map (key: value)";
      this.#findings.problem(path, found === undefined ? `is missing; write ${wanted}` : `must be ${wanted}, found ${kindOf(found)}`);
      return;
    }
    this.#findings.problem(path, issue.message);
  }
}

/** The value without what was refused; `mark` puts UNREAD where a scalar was. */
function without(value: unknown, issues: readonly z.core.$ZodIssue[], how: "mark" | "drop"): unknown {
  const copy: unknown = structuredClone(value);
  // From the last, so that dropping an item of a list moves no other that is to go.
  for (const issue of issues.toReversed()) {
    if (issue.code === "unrecognized_keys") {
      const holder = holderOf(copy, issue.path);
      for (const key of holder === undefined ? [] : issue.keys) delete holder?.[key];
      continue;
    }
    const holder = holderOf(copy, issue.path.slice(0, -1));
    const last = issue.path[issue.path.length - 1];
    if (holder === undefined || last === undefined) continue;
    if (how === "mark" && issue.code === "custom") holder[last] = UNREAD;
    else if (Array.isArray(holder) && typeof last === "number") holder.splice(last, 1);
    else delete holder[last];
  }
  return copy;
}

function holderOf(value: unknown, path: readonly PropertyKey[]): Record<PropertyKey, unknown> | undefined {
  let holder = value;
  for (const step of path) holder = (holder as Record<PropertyKey, unknown> | null | undefined)?.[step];
  return typeof holder === "object" && holder !== null ? (holder as Record<PropertyKey, unknown>) : undefined;
}

function unknownKey(key: string, known: readonly string[]): string {
  if (known.length === 1 && known[0] === "") return "is not a known key; none belongs here, take it out";
  const near = nearest(key, known);
  return `is not a known key; ${near === undefined ? `known here: ${known.join(", ")}` : `did you mean "${near}"?`}`;
}

/** The kind of a value; never the value, which may be a secret in the wrong place. */
function kindOf(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (typeof value === "string") return "a text";
  return typeof value === "number" ? "a number" : "true or false";
}

/** A section's ids and those that are built in. */
export function withIds(section: ReadonlySet<string>, more: Iterable<string>): ReadonlySet<string> {
  return section instanceof AnyId ? section : new Set([...more, ...section]);
}

/** Reports a reference to something that is not there. */
export function checkReference(findings: Findings, path: Path, what: string, id: string, known: ReadonlySet<string>): boolean {
  if (known.has(id)) return true;
  if (id === UNREAD && findings.problems.length > 0) return false;
  const plural = what.replaceAll(/\w+/g, (word) => (word === "or" ? word : word.endsWith("y") ? `${word.slice(0, -1)}ies` : `${word}s`));
  findings.problem(path, `there is no ${what} "${id}"; ${insteadOf(id, known, `add it under ${plural}, or name another`)}`);
  return false;
}
