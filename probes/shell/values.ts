/**
 * Answers become samples and readings, as the family's data says.
 *
 * Pure. What a device does not have gives nothing: a missing node is "not applicable", never a fault.
 */
import type { ShellAsk, ShellValue } from "../../daemon/model/family.ts";
import type { Reading, Sample } from "../../daemon/model/observation.ts";
import { dropFarEnd, isFarEndField, scrub } from "../privacy.ts";
import { groupPattern } from "../safe-pattern.ts";
import type { Answer } from "./dialect.ts";

/** One raw value; `id` is the array item's, for the part. */
export interface Found {
  readonly raw: string;
  readonly id?: string;
}

/** The last raw value of each counter of a device, by name and part. */
export type Counters = Map<string, { readonly raw: number; readonly atMs: number }>;

export interface Values {
  readonly samples: Sample[];
  readonly readings: Reading[];
  /** Names of readings of which every part was listed. */
  readonly whole: readonly string[];
}

type Into = Pick<Values, "samples" | "readings">;

export interface Asked {
  readonly ask: ShellAsk;
  readonly answer: Answer;
}

/** @param atMs monotonic milliseconds, for counters. */
export function readValues(
  asked: readonly Asked[],
  at: { readonly counters: Counters; readonly atMs: number; readonly inventory: ReadonlySet<string> },
): Values {
  const into: Into = { samples: [], readings: [] };
  for (const { ask, answer } of asked) {
    for (const value of ask.values) {
      for (const found of find(answer, value.path, value.where)) addValue(value, found, at, into);
    }
  }
  return { ...into, whole: wholeOf(asked) };
}

/** A name is whole when every value of that name says so and was answered. */
function wholeOf(asked: readonly Asked[]): readonly string[] {
  const names = new Map<string, boolean>();
  for (const { ask, answer } of asked) {
    const answered = answer.form === "text" || answer.problem === undefined;
    for (const { name, whole } of ask.values) names.set(name, (names.get(name) ?? true) && whole === true && answered);
  }
  return [...names].flatMap(([name, whole]) => (whole ? [name] : []));
}

function addValue(
  value: ShellValue,
  found: Found,
  at: { readonly counters: Counters; readonly atMs: number; readonly inventory: ReadonlySet<string> },
  into: Into,
): void {
  const part = partOf(value, found);
  const named = { name: value.name, ...(part === undefined ? {} : { part }) };
  if (value.as === "state" || value.as === "text") {
    if (isFarEndField(value.path)) return;
    const word = value.as === "text" ? found.raw : (value.states?.[found.raw] ?? found.raw.toLowerCase().replace(/\s+/g, "-"));
    const clean = scrub(word, at.inventory).slice(0, 200);
    if (clean !== "") into.readings.push({ ...named, value: clean });
    return;
  }
  const text = (value.as === "gauge" ? value.states?.[found.raw] : undefined) ?? found.raw;
  const raw = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(raw)) return;
  const scale = value.scale ?? 1;
  if (value.as === "gauge") {
    into.samples.push({ ...named, value: raw * scale });
    return;
  }
  const key = `${value.name}|${part ?? ""}`;
  const before = at.counters.get(key);
  at.counters.set(key, { raw, atMs: at.atMs });
  // A counter that went back was reset: no rate this time.
  if (before !== undefined && raw >= before.raw && at.atMs > before.atMs) {
    into.samples.push({ ...named, value: ((raw - before.raw) * scale * 1_000) / (at.atMs - before.atMs) });
  }
}

function partOf(value: ShellValue, found: Found): string | undefined {
  if (value.part === undefined) return undefined;
  // An id is a small number; anything longer could be somebody's.
  return found.id !== undefined && /^\d{1,6}$/.test(found.id) ? `${value.part} ${found.id}` : value.part;
}

/** Raw values at a path (xAPI) or of a pattern (text). A path that ends in `[]` gives how many items there are. */
export function find(answer: Answer, path: string, where?: ShellValue["where"]): readonly Found[] {
  if (answer.form === "text") {
    const pattern = groupPattern(path);
    const raw = "refused" in pattern ? undefined : pattern.first(answer.text);
    return raw === undefined ? [] : [{ raw: raw.trim() }];
  }
  if (answer.problem !== undefined) return [];
  const steps = path.split(".");
  const fits = (item: unknown): boolean => where === undefined || where.in.includes(leaf(child(item, where.field)) ?? "");
  if (path.endsWith("[]")) {
    const parents = walk(answer.status, { steps: steps.slice(0, -1), fits });
    const name = steps.at(-1)?.slice(0, -2) ?? "";
    return [{ raw: String(parents.reduce((count, { node }) => count + items(child(node, name)).filter(fits).length, 0)) }];
  }
  return walk(answer.status, { steps, fits }).flatMap(({ node, id }) => {
    const raw = leaf(node);
    return raw === undefined ? [] : [id === undefined ? { raw } : { raw, id }];
  });
}

interface Place {
  readonly node: unknown;
  readonly id: string | undefined;
}

interface Way {
  readonly steps: readonly string[];
  /** Which array items are wanted. */
  readonly fits: (item: unknown) => boolean;
}

function walk(node: unknown, { steps, fits }: Way, id?: string): readonly Place[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [{ node, id }];
  if (!step.endsWith("[]")) {
    const next = child(node, step);
    return next === undefined ? [] : walk(Array.isArray(next) ? items(next)[0] : next, { steps: rest, fits }, id);
  }
  const wanted = items(child(node, step.slice(0, -2))).filter(fits);
  return wanted.flatMap((item) => walk(item, { steps: rest, fits }, idOf(item) ?? id));
}

function child(node: unknown, name: string): unknown {
  return typeof node === "object" && node !== null && Object.hasOwn(node, name) ? (node as Record<string, unknown>)[name] : undefined;
}

/** The living items: a deletion is announced as a ghost. */
function items(node: unknown): readonly unknown[] {
  if (node === undefined) return [];
  return (Array.isArray(node) ? node : [node]).filter((item) => child(item, "ghost") !== "True");
}

function idOf(item: unknown): string | undefined {
  const id = child(item, "id");
  return typeof id === "string" || typeof id === "number" ? String(id) : undefined;
}

function leaf(node: unknown): string | undefined {
  const value = child(node, "Value") ?? node;
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** One line of the trace for an answer, without far-end identity. */
export function describe(answer: Answer, inventory: ReadonlySet<string>): string {
  if (answer.form === "text") return `< ${scrub(answer.text, inventory).replaceAll("\n", "\\n")}`;
  if (answer.problem !== undefined) return `< ${answer.problem}`;
  return `< ${answer.status === undefined ? "(nothing there)" : JSON.stringify(dropFarEnd(answer.status, inventory))}`;
}
