/**
 * Takes the sections out of the tree, each entry on its own, so that one bad entry hides no problem of another.
 */
import type { z } from "zod";
import { type Findings, insteadOf, nearest, type Path } from "./problems.ts";
import { badId } from "./scalars.ts";
import { TOP_LEVEL } from "./schema.ts";
import type { Source } from "./source.ts";

/** The entries of one section: those that could be read, and the ids of all (a reference to a bad entry is not a second problem). */
export interface Section<T> {
  readonly entries: ReadonlyMap<string, T>;
  readonly ids: ReadonlySet<string>;
}

export class SectionReader {
  readonly #root: Readonly<Record<string, unknown>>;
  readonly #findings: Findings;

  constructor(source: Source, findings: Findings) {
    this.#root = source.root;
    this.#findings = findings;
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
    if (raw === undefined || raw === null) return { entries, ids: new Set() };
    if (typeof raw !== "object" || Array.isArray(raw)) {
      this.#findings.problem([key], `must be a map (id: …), found ${kindOf(raw)}; write one entry a line under it`);
      return { entries, ids: new Set() };
    }
    for (const [id, value] of Object.entries(raw)) {
      const bad = badId(id);
      if (bad !== undefined) this.#findings.problem([key, id], bad);
      const entry = this.#parse([key, id], schema, value ?? {});
      if (entry !== undefined && bad === undefined) entries.set(id, entry);
    }
    return { entries, ids: new Set(Object.keys(raw)) };
  }

  #parse<T extends z.ZodType>(path: Path, schema: T, value: unknown): z.output<T> | undefined {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues) this.#report(path, issue, value);
    return undefined;
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

/** Reports a reference to something that is not there. */
export function checkReference(findings: Findings, path: Path, what: string, id: string, known: ReadonlySet<string>): boolean {
  if (known.has(id)) return true;
  const plural = what.endsWith("y") ? `${what.slice(0, -1)}ies` : `${what}s`;
  findings.problem(path, `there is no ${what} "${id}"; ${insteadOf(id, known, `add it under ${plural}, or name another`)}`);
  return false;
}
