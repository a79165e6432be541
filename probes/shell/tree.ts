/**
 * Status trees cut down to what the family's data reads, and what a device tells of changes put into them.
 *
 * Pure. A kept session holds only the values that are read, not all that a codec says; a change elsewhere in the tree is none.
 */
import type { ShellAsk } from "../../daemon/model/family.ts";
import { child, idOf, isGhost } from "./find.ts";

/** Which nodes are read; a name without nodes below it is a leaf. */
export type Wanted = ReadonlyMap<string, Wanted>;
type Growing = Map<string, Growing>;

/** Leaves are strings; items keep their `id` and `ghost`. */
export interface Pruned {
  [name: string]: Pruned | Pruned[] | string;
}

/** More items of one list than any device has; what a device adds beyond them is left out. */
const MAX_ITEMS = 500;

/** What the values of one question read. */
export function wantedBy(ask: ShellAsk): Wanted {
  const root: Growing = new Map();
  for (const { path, where, label, of } of ask.values) {
    const steps = path.split(".");
    grow(root, steps);
    const item = steps.slice(0, steps.findLastIndex((step) => step.endsWith("[]")) + 1);
    const beside = [
      ...(where === undefined ? [] : [where.field]),
      ...(of === undefined ? [] : [of]),
      ...(label ?? []).flatMap((words) => words.split("|")),
    ];
    for (const relative of beside) if (!relative.startsWith("=")) grow(root, [...item, ...relative.split(".")]);
  }
  return root;
}

function grow(root: Growing, steps: readonly string[]): void {
  let at = root;
  for (const step of steps) {
    const name = step.replace(/\[\]$/, "");
    let next = at.get(name);
    if (next === undefined) {
      next = new Map();
      at.set(name, next);
    }
    at = next;
  }
}

/** What of a node is read; undefined when nothing of it is. */
export function prune(node: unknown, wanted: Wanted): Pruned | undefined {
  if (typeof node !== "object" || node === null || Array.isArray(node)) return undefined;
  const kept: Pruned = Object.create(null) as Pruned;
  let any = false;
  for (const [name, below] of wanted) {
    const value = cut(child(node, name), below);
    if (value === undefined) continue;
    kept[name] = value;
    any = true;
  }
  const id = idOf(node);
  if (id !== undefined) kept.id = id;
  if (isGhost(node)) kept.ghost = "True";
  return any || id !== undefined || kept.ghost !== undefined ? kept : undefined;
}

function cut(value: unknown, below: Wanted): Pruned | Pruned[] | string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) {
    // Items without any of the wanted nodes still count: `Call[]` asks how many there are.
    return value.slice(0, MAX_ITEMS).map((item) => cutItem(item, below));
  }
  // A node may have a value and nodes below it.
  const inner = below.size === 0 ? undefined : prune(value, below);
  return inner ?? leafOf(value) ?? prune(value, below) ?? (below.size === 0 ? (Object.create(null) as Pruned) : undefined);
}

/** An item of a list: one that is a leaf itself keeps its value. */
function cutItem(item: unknown, below: Wanted): Pruned {
  const kept = prune(item, below) ?? (Object.create(null) as Pruned);
  const leaf = below.size === 0 ? leafOf(item) : undefined;
  if (leaf !== undefined) kept.Value = leaf;
  return kept;
}

function leafOf(value: unknown): string | undefined {
  const inner = child(value, "Value") ?? value;
  return typeof inner === "string" || typeof inner === "number" || typeof inner === "boolean" ? String(inner) : undefined;
}

/** Puts what was told into a tree; true when that changed anything. Items are known by their id; a ghost takes its node away. */
export function merge(into: Pruned, told: Pruned): boolean {
  let changed = false;
  for (const [name, value] of Object.entries(told)) {
    if (name === "id" || name === "ghost") continue;
    changed = mergeNode(into, name, value) || changed;
  }
  return changed;
}

function mergeNode(into: Pruned, name: string, value: Pruned | Pruned[] | string): boolean {
  const there = into[name];
  if (typeof value === "string") {
    if (there === value) return false;
    into[name] = value;
    return true;
  }
  if (Array.isArray(value) || Array.isArray(there)) return mergeItems(into, name, Array.isArray(value) ? value : [value]);
  if (value.ghost !== undefined) return take(into, name);
  if (typeof there === "object") return merge(there, value);
  into[name] = value;
  return true;
}

function take(into: Pruned, name: string): boolean {
  if (into[name] === undefined) return false;
  delete into[name];
  return true;
}

function mergeItems(into: Pruned, name: string, told: readonly Pruned[]): boolean {
  const there = into[name];
  const list = Array.isArray(there) ? there : typeof there === "object" ? [there] : [];
  into[name] = list;
  let changed = false;
  for (const [index, item] of told.entries()) changed = mergeItem(list, item, index) || changed;
  return changed;
}

function mergeItem(list: Pruned[], item: Pruned, index: number): boolean {
  const at = item.id === undefined ? (index < list.length ? index : -1) : list.findIndex(({ id }) => id === item.id);
  const there = list[at];
  if (item.ghost !== undefined) {
    if (there === undefined) return false;
    list.splice(at, 1);
    return true;
  }
  if (there !== undefined) return merge(there, item);
  if (list.length >= MAX_ITEMS) return false;
  list.push(item);
  return true;
}
