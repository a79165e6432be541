/**
 * The xAPI's document: a tree of named nodes, lists of numbered items, and text at the leaves. How to find in it, and how codecs print it.
 *
 * Pure.
 */

export type Leaf = string;
export type Node = Leaf | Branch | readonly Item[];
export interface Branch {
  readonly [key: string]: Node;
}
export interface Item {
  readonly id: string;
  readonly of: Branch;
}

/** One step of a path; `id` picks an item of a list. */
export interface Step {
  readonly name: string;
  readonly id?: string;
}

export interface Found {
  readonly node: Node;
  readonly path: readonly Step[];
}

export function isList(node: Exclude<Node, string>): node is readonly Item[] {
  return Array.isArray(node);
}

/** The words of an address, whichever way it is written: `SIP Registration 1`, `/Status/SIP/Registration[1]`. */
export function words(address: string): readonly string[] {
  return address.split(/[\s/[\]]+/).filter((word) => word !== "");
}

/** Follows the words of an address, without regard to case; a list takes an item's number. */
export function find(node: Node, address: readonly string[], path: readonly Step[] = []): Found | undefined {
  const [word, ...rest] = address;
  if (word === undefined) return { node, path };
  if (typeof node === "string") return undefined;
  if (isList(node)) {
    const item = node.find((one) => one.id === word);
    const last = path.at(-1);
    if (item === undefined || last === undefined) return undefined;
    return find(item.of, rest, [...path.slice(0, -1), { name: last.name, id: item.id }]);
  }
  const name = Object.keys(node).find((key) => key.toLowerCase() === word.toLowerCase());
  const inside = name === undefined ? undefined : node[name];
  return name === undefined || inside === undefined ? undefined : find(inside, rest, [...path, { name }]);
}

/** A node as JSON mode prints it: leaves under `Value`, items with their `id`, empty lists left out. */
export function json(node: Node): unknown {
  if (typeof node === "string") return { Value: node };
  if (isList(node)) return node.map((item) => ({ id: item.id, ...(json(item.of) as object) }));
  const entries = Object.entries(node).filter(([, inside]) => !(Array.isArray(inside) && inside.length === 0));
  return Object.fromEntries(entries.map(([key, inside]) => [key, json(inside)]));
}

/** What was found, inside everything that leads to it. */
export function jsonOf(found: Found): unknown {
  return found.path.reduceRight<unknown>(
    (inside, step) => (step.id === undefined ? { [step.name]: inside } : { [step.name]: [{ id: step.id, ...(inside as object) }] }),
    json(found.node),
  );
}

export interface LeafAt {
  readonly path: readonly Step[];
  readonly value: Leaf;
}

/** Every leaf with the way to it, in the order of the document. */
export function leaves(node: Node, path: readonly Step[] = []): readonly LeafAt[] {
  if (typeof node === "string") return [{ path, value: node }];
  if (isList(node)) {
    const last = path.at(-1);
    return last === undefined ? [] : node.flatMap((item) => leaves(item.of, [...path.slice(0, -1), { name: last.name, id: item.id }]));
  }
  return Object.entries(node).flatMap(([name, inside]) => leaves(inside, [...path, { name }]));
}

/** `SIP Registration 1 Status`, as terminal mode prints a path. */
export function spoken(path: readonly Step[]): string {
  return path.map((step) => (step.id === undefined ? step.name : `${step.name} ${step.id}`)).join(" ");
}

/** Words and numbers stand alone in terminal mode, everything else is quoted. */
export function quoted(value: Leaf): string {
  return /^-?\d+$|^[A-Z][A-Za-z]*$/.test(value) ? value : `"${value}"`;
}
