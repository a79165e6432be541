/**
 * Raw values in an answer: at a path of the status tree (xAPI), or in the group of a pattern (text).
 *
 * Pure. What a device does not have gives nothing.
 */
import type { ShellValue } from "../../daemon/model/family.ts";
import { groupPattern } from "../safe-pattern.ts";
import type { Answer } from "./dialect.ts";

/** One raw value. */
export interface Found {
  readonly raw: string;
  /** The id of the array item it stands in, for the part. */
  readonly id?: string;
  /** The ids of all array items around it: what a counter is remembered by. */
  readonly place?: string;
  /** The innermost array item, for what stands beside the value. */
  readonly item?: unknown;
}

/** Raw values at a path (xAPI) or of a pattern (text). A path that ends in `[]` gives how many items there are. */
export function find(answer: Answer, path: string, where?: ShellValue["where"]): readonly Found[] {
  if (answer.form === "text") {
    const raw = firstGroup(path, answer.text);
    return raw === undefined ? [] : [{ raw: raw.trim() }];
  }
  if (answer.problem !== undefined) return [];
  const steps = stepsOf(path);
  const fits = (item: unknown): boolean => where === undefined || where.in.includes(leaf(child(item, where.field)) ?? "");
  if (path.endsWith("[]")) {
    const parents = walk({ node: answer.status }, { steps: steps.slice(0, -1), fits });
    const name = steps.at(-1)?.slice(0, -2) ?? "";
    return [{ raw: String(parents.reduce((count, { node }) => count + items(child(node, name)).filter(fits).length, 0)) }];
  }
  return walk({ node: answer.status }, { steps, fits }).flatMap(({ node, id, place, item }) => {
    const raw = leaf(node);
    if (raw === undefined) return [];
    return [item === undefined ? { raw } : { raw, item, place: place ?? "", ...(id === undefined ? {} : { id }) }];
  });
}

/** The group of the first match; undefined without one, or when the pattern is not linear. */
export function firstGroup(source: string, text: string): string | undefined {
  const pattern = groupPattern(source);
  return "refused" in pattern ? undefined : pattern.first(text);
}

interface Place {
  readonly node: unknown;
  readonly id?: string | undefined;
  readonly place?: string | undefined;
  readonly item?: unknown;
}

interface Way {
  readonly steps: readonly string[];
  /** Which array items are wanted. */
  readonly fits: (item: unknown) => boolean;
}

/** Steps of the paths that were asked; a family has some tens of them, and every finding of every device asks them all. */
const known = new Map<string, readonly string[]>();
const knownAtMost = 5_000;

function stepsOf(path: string): readonly string[] {
  let steps = known.get(path);
  if (steps === undefined) {
    steps = path.split(".");
    if (known.size < knownAtMost) known.set(path, steps);
  }
  return steps;
}

const isList = (step: string): boolean => step.endsWith("[]");

/** Places at the end of the way from this step on. */
function walk(from: Place, { steps, fits }: Way, at = 0): readonly Place[] {
  let { node } = from;
  for (let next = at; next < steps.length; next += 1) {
    const step = steps[next] ?? "";
    if (isList(step)) return walkItems({ ...from, node: child(node, step.slice(0, -2)) }, { steps, fits }, next + 1);
    const below = child(node, step);
    node = Array.isArray(below) ? items(below)[0] : below;
    if (below === undefined) return [];
  }
  return [{ ...from, node }];
}

function walkItems(from: Place, { steps, fits }: Way, at: number): readonly Place[] {
  const all = items(from.node);
  // `where` is about the innermost items.
  const wanted = steps.slice(at).some(isList) ? all : all.filter(fits);
  return wanted.flatMap((item) => {
    const id = idOf(item);
    const place = `${from.place === undefined ? "" : `${from.place}/`}${id ?? ""}`;
    return walk({ node: item, item, place, id: id ?? from.id }, { steps, fits }, at);
  });
}

/** The word at the first of these paths, relative to an array item, that has one: `Video.ChannelRole|Data.ChannelRole|=main`. */
export function wordAt(item: unknown, choices: string): string | undefined {
  for (const choice of choices.split("|")) {
    if (choice.startsWith("=")) return choice.slice(1);
    const word = leafAt(item, choice);
    if (word !== undefined && word !== "") return word;
  }
  return undefined;
}

/** The text of the node at a plain path below this one; of a list, the first item's. */
export function leafAt(node: unknown, path: string): string | undefined {
  const first = (at: unknown): unknown => (Array.isArray(at) ? items(at)[0] : at);
  return leaf(path.split(".").reduce<unknown>((at, step) => first(child(at, step)), node));
}

export function child(node: unknown, name: string): unknown {
  return typeof node === "object" && node !== null && Object.hasOwn(node, name) ? (node as Record<string, unknown>)[name] : undefined;
}

/** The living items: a deletion is announced as a ghost. */
export function items(node: unknown): readonly unknown[] {
  if (node === undefined) return [];
  return (Array.isArray(node) ? node : [node]).filter((item) => !isGhost(item));
}

/** Xapi's word for "this is gone". */
export function isGhost(node: unknown): boolean {
  const ghost = child(node, "ghost");
  return ghost === "True" || ghost === true;
}

export function idOf(item: unknown): string | undefined {
  const id = child(item, "id");
  return typeof id === "string" || typeof id === "number" ? String(id) : undefined;
}

function leaf(node: unknown): string | undefined {
  const value = child(node, "Value") ?? node;
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}
