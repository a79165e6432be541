/**
 * Where in a YAML file something stands.
 *
 * Pure. An alias is followed: what is written once stands where it is written.
 */
import { type Document, isAlias, isMap, type LineCounter, type Node } from "yaml";

export type Path = readonly PropertyKey[];

/** The line of a path; the nearest one above when the key is missing. */
export function lineOf(document: Document, lines: LineCounter, path: Path): number | undefined {
  let node: unknown = document.contents;
  let line: number | undefined;
  for (const step of [undefined, ...path]) {
    if (step !== undefined) {
      if (isAlias(node)) node = node.resolve(document);
      if (isMap(node)) {
        const pair = node.items.find((item) => String(item.key) === String(step));
        const key = pair?.key as Node | undefined;
        if (key?.range) line = lines.linePos(key.range[0]).line;
        node = pair?.value;
        continue;
      }
      node = (node as { items?: unknown[] } | undefined)?.items?.[Number(step)];
    }
    const range = (node as Node | undefined)?.range;
    if (range) line = lines.linePos(range[0]).line;
  }
  return line;
}

/** `rules[3].tests[0].steps`. */
export function words(path: Path): string {
  return path.reduce<string>(
    (text, step) => (typeof step === "number" ? `${text}[${step}]` : `${text}${text === "" ? "" : "."}${String(step)}`),
    "",
  );
}
