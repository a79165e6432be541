/**
 * Feedback: what changed between two states of the document, for the expressions that a session registered.
 *
 * Pure. Feedback looks like the answer to a question, without a result id; an item that is gone carries `ghost`.
 */
import { type Branch, type LeafAt, leaves, quoted, type Step, spoken, words } from "./xapi-tree.ts";

/** A leaf that is new or different, or an item that is gone. */
export type Change = (LeafAt & { readonly gone?: undefined }) | { readonly path: readonly Step[]; readonly gone: true };

const key = (path: readonly Step[]): string => path.map((step) => `${step.name}[${step.id ?? ""}]`).join("/");

/** The ways to every item of every list, outermost first. */
function items(all: readonly LeafAt[]): Map<string, readonly Step[]> {
  const found = new Map<string, readonly Step[]>();
  for (const { path } of all)
    for (const [index, step] of path.entries()) {
      if (step.id === undefined) continue;
      const way = path.slice(0, index + 1);
      found.set(key(way), way);
    }
  return found;
}

export function changes(before: Branch, after: Branch): readonly Change[] {
  const [old, now] = [leaves(before), leaves(after)];
  const known = new Map(old.map((leaf) => [key(leaf.path), leaf.value]));
  const [had, has] = [items(old), items(now)];
  const gone = [...had]
    .filter(([name, way]) => !has.has(name) && outermost(way, had, has))
    .map(([, path]) => ({ path, gone: true as const }));
  return [...now.filter((leaf) => known.get(key(leaf.path)) !== leaf.value), ...gone];
}

/** An item inside one that is gone itself is not told apart. */
function outermost(way: readonly Step[], had: ReadonlyMap<string, unknown>, has: ReadonlyMap<string, unknown>): boolean {
  return !way.slice(0, -1).some((_, index) => {
    const outer = key(way.slice(0, index + 1));
    return had.has(outer) && !has.has(outer);
  });
}

/** Whether a change lies under an expression: `/Status/SIP`, `Status/Call[1]`, `/Status/SIP/Registration/Status` for all items. */
export function covers(expression: string, change: Change): boolean {
  const [root, ...wanted] = words(expression).map((word) => word.toLowerCase());
  if (root !== "status") return false;
  let at = 0;
  for (const step of change.path) {
    if (at >= wanted.length) return true;
    if (wanted[at] !== step.name.toLowerCase()) return false;
    at += 1;
    if (step.id !== undefined && /^\d+$/.test(wanted[at] ?? "")) {
      if (wanted[at] !== step.id) return false;
      at += 1;
    }
  }
  // A deletion is told to whoever listens to something inside what is gone, too.
  return at >= wanted.length || change.gone === true;
}

/** All changes of one moment in one JSON object, as the codec prints them. */
export function asJson(all: readonly Change[]): object {
  const status: Record<string, unknown> = {};
  for (const change of all) {
    const place = descend(status, change.gone ? change.path : change.path.slice(0, -1));
    const last = change.path.at(-1);
    if (change.gone) place.ghost = "True";
    else if (last !== undefined) place[last.name] = { Value: change.value };
  }
  return { Status: status };
}

function descend(root: Record<string, unknown>, path: readonly Step[]): Record<string, unknown> {
  let place = root;
  for (const { name, id } of path) {
    if (id === undefined) {
      place[name] ??= {};
      place = place[name] as Record<string, unknown>;
      continue;
    }
    place[name] ??= [];
    const list = place[name] as Record<string, unknown>[];
    const known = list.find((one) => one.id === id);
    const item = known ?? { id };
    if (known === undefined) list.push(item);
    place = item;
  }
  return place;
}

/** The same in terminal mode. */
export function asLines(all: readonly Change[]): string {
  const lines = all.map((change) =>
    change.gone ? `*s ${spoken(change.path)} (ghost=True):\r\n` : `*s ${spoken(change.path)}: ${quoted(change.value)}\r\n`,
  );
  return `${lines.join("")}** end\r\n\r\n`;
}
