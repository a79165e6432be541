/**
 * What a device answered, as a tree of plain text: leaves are strings, and nothing is deeper, longer or more than a device has reason for.
 *
 * Pure. A number may be somebody's telephone number: as text it passes the privacy filter as every other text does.
 */

export type Plain = { [name: string]: Plain } | Plain[] | string;

export const MAX_DEPTH = 32;
/** Values of one answer, lists and structures among them. */
export const MAX_NODES = 20_000;
/** Characters of one value; patterns see no more. */
export const MAX_TEXT = 4_096;

/** Undefined for what is no JSON, or beyond the bounds. A list at the top is `items`, a bare value is `value`. */
export function readJson(text: string): Plain | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // No JSON; what it is instead is nobody's business.
    return undefined;
  }
  return rooted(plain(parsed, 0, { nodes: 0 }));
}

/** A tree whose top is a structure, so that every path has a first step. */
export function rooted(tree: Plain | undefined): Plain | undefined {
  if (Array.isArray(tree)) return named({ items: tree });
  return typeof tree === "string" ? named({ value: tree }) : tree;
}

/** A structure that inherits nothing: `__proto__` is a name like any other. */
export function named(fields: Readonly<Record<string, Plain>>): { [name: string]: Plain } {
  return Object.assign(Object.create(null) as { [name: string]: Plain }, fields);
}

function plain(value: unknown, depth: number, count: { nodes: number }): Plain | undefined {
  count.nodes += 1;
  if (depth > MAX_DEPTH || count.nodes > MAX_NODES) return undefined;
  switch (typeof value) {
    case "string":
      return value.slice(0, MAX_TEXT);
    case "number":
    case "boolean":
      return String(value);
    case "object":
      if (value === null) return "";
      return Array.isArray(value) ? list(value, depth, count) : structure(value, depth, count);
    default:
      return undefined;
  }
}

function list(items: readonly unknown[], depth: number, count: { nodes: number }): Plain | undefined {
  const made: Plain[] = [];
  for (const item of items) {
    const inside = plain(item, depth + 1, count);
    if (inside === undefined) return undefined;
    made.push(inside);
  }
  return made;
}

function structure(value: object, depth: number, count: { nodes: number }): Plain | undefined {
  const made = named({});
  for (const [name, child] of Object.entries(value)) {
    const inside = plain(child, depth + 1, count);
    if (inside === undefined) return undefined;
    made[name] = inside;
  }
  return made;
}
