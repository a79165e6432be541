/**
 * A YAML file against its form: what it holds, or every problem at once with its line.
 *
 * Pure. An alias is followed: what is written once stands where it is written.
 */
import { type Document, isAlias, isMap, LineCounter, type Node, parseDocument } from "yaml";
import type { z } from "zod";
import type { ConfigProblem } from "../daemon/model/config.ts";

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

/** A file that has its form, with the means to say where something in it stands. */
export type CheckedYaml<T> =
  | { readonly ok: true; readonly data: T; readonly lineOf: (path: Path) => number | undefined; readonly problem: ProblemAt }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

type ProblemAt = (path: Path, message: string, line?: number) => ConfigProblem;

/** `unknownKey`: what is said of a key that the form does not have. The file's name is only for the problems. */
export function checkedYaml<T extends z.ZodType>(file: string, text: string, form: T, unknownKey: string): CheckedYaml<z.infer<T>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const at = (path: Path) => lineOf(document, lines, path);
  const problem: ProblemAt = (path, message, line = at(path)) => ({
    path: words(path),
    message,
    file,
    ...(line === undefined ? {} : { line }),
  });
  if (document.errors.length > 0) {
    const said = (error: Error) => `is not YAML: ${error.message.split("\n")[0]}; correct it`;
    return { ok: false, problems: document.errors.map((error) => problem([], said(error), error.linePos?.[0].line)) };
  }
  const checked = form.safeParse(document.toJS());
  if (checked.success) return { ok: true, data: checked.data, lineOf: at, problem };
  const told = checked.error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => problem([...issue.path, key], unknownKey))
      : [problem(issue.path, issue.message)],
  );
  return { ok: false, problems: told.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
}
