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
  const { steps, counts } = wayOf(path);
  const founds: Found[] = [];
  const status: Place = { node: answer.status, id: undefined, place: undefined, item: undefined };
  if (counts !== undefined) {
    let count = 0;
    walk(status, { steps, where }, 0, ({ node }) => {
      for (const item of items(child(node, counts))) if (fits(item, where)) count += 1;
    });
    return [{ raw: String(count) }];
  }
  walk(status, { steps, where }, 0, ({ node, id, place, item }) => {
    const raw = leaf(node);
    if (raw === undefined) return;
    if (item === undefined) founds.push({ raw });
    else founds.push(id === undefined ? { raw, item, place: place ?? "" } : { raw, item, place: place ?? "", id });
  });
  return founds;
}

/** The group of the first match; undefined without one, or when the pattern is not linear. */
export function firstGroup(source: string, text: string): string | undefined {
  const pattern = groupPattern(source);
  return "refused" in pattern ? undefined : pattern.first(text);
}

interface Place {
  readonly node: unknown;
  readonly id: string | undefined;
  readonly place: string | undefined;
  readonly item: unknown;
}

interface Step {
  readonly name: string;
  readonly isList: boolean;
  /** `where` is about the innermost items. */
  readonly isInnermost: boolean;
}

interface Way {
  readonly steps: readonly Step[];
  /** The list at the end whose items are counted. */
  readonly counts: string | undefined;
}

/** Ways to the paths that were asked; a family has some tens of them, and every finding of every device goes them all. */
const known = new Map<string, Way>();
const knownAtMost = 5_000;

function wayOf(path: string): Way {
  let way = known.get(path);
  if (way === undefined) {
    way = readWay(path);
    if (known.size < knownAtMost) known.set(path, way);
  }
  return way;
}

function readWay(path: string): Way {
  const words = path.split(".");
  const counts = path.endsWith("[]") ? words.pop()?.slice(0, -2) : undefined;
  const innermost = words.findLastIndex((word) => word.endsWith("[]"));
  const steps = words.map((word, at): Step => {
    const isList = word.endsWith("[]");
    return { name: isList ? word.slice(0, -2) : word, isList, isInnermost: at === innermost };
  });
  return { steps, counts };
}

interface Walk {
  readonly steps: readonly Step[];
  /** Which array items are wanted. */
  readonly where: ShellValue["where"];
}

function fits(item: unknown, where: ShellValue["where"]): boolean {
  return where === undefined || where.in.includes(leaf(child(item, where.field)) ?? "");
}

/** Calls `reached` at each place at the end of the way from this step on. */
function walk(from: Place, ways: Walk, at: number, reached: (place: Place) => void): void {
  let { node } = from;
  for (let next = at; next < ways.steps.length; next += 1) {
    const step = ways.steps[next];
    if (step === undefined) return;
    const below = child(node, step.name);
    if (below === undefined) return;
    if (step.isList) {
      walkItems({ ...from, node: below }, ways, next, reached);
      return;
    }
    node = Array.isArray(below) ? items(below)[0] : below;
  }
  reached(node === from.node ? from : { ...from, node });
}

function walkItems(from: Place, ways: Walk, at: number, reached: (place: Place) => void): void {
  const isInnermost = ways.steps[at]?.isInnermost === true;
  for (const item of items(from.node)) {
    if (isInnermost && !fits(item, ways.where)) continue;
    const id = idOf(item);
    const place = `${from.place === undefined ? "" : `${from.place}/`}${id ?? ""}`;
    walk({ node: item, item, place, id: id ?? from.id }, ways, at + 1, reached);
  }
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
