/**
 * One YAML file as plain data, with the line of every key and list item kept beside it.
 *
 * The parser's own messages are not shown: they may quote the source, and the source may hold a secret.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLError } from "yaml";
import { type PlainEntry, readPlainEntry } from "./plain-entry.ts";
import type { Path } from "./problems.ts";

export interface YamlProblem {
  readonly path: Path;
  readonly message: string;
  readonly line: number;
}

/** What one file says. `data` is undefined when it cannot be read as YAML. */
export interface YamlFile {
  readonly data: unknown;
  /** pathKey → line, from 1. */
  readonly lines: ReadonlyMap<string, number>;
  readonly problems: readonly YamlProblem[];
}

/** A path as a map key; no key of a file holds U+0000. */
export function pathKey(path: Path): string {
  return path.join("\0");
}

/** Nodes that aliases may add up to; more is an expansion bomb. */
const MOST_ALIASED_NODES = 100_000;
const DEEPEST = 32;

const SYNTAX: Readonly<Record<string, string>> = {
  BAD_INDENT: "the indentation does not fit, or a bracket or quote above is not closed; indent alike, close what is open",
  BLOCK_AS_IMPLICIT_KEY: "a key needs its value on the same line or indented below; check the colons",
  MISSING_CHAR: "a closing quote, bracket, brace, comma or colon is missing; add it",
  MULTILINE_IMPLICIT_KEY: "a key runs over several lines; check the colons and quotes",
  MULTIPLE_DOCS: "there is a second YAML document (---); one file holds one",
  TAB_AS_INDENT: "a tab indents this line; use spaces",
  UNEXPECTED_TOKEN: "something here does not belong; check brackets, braces, quotes and commas",
  BAD_ALIAS: "an alias (*name) has no anchor (&name) before it; define the anchor first",
  RESOURCE_EXHAUSTION: "the nesting is too deep; flatten it",
};

/** Reads one YAML text. Never throws for what stands in it. */
export function readYaml(text: string): YamlFile {
  const plain = new Map<number, PlainEntry>();
  const rest = text.split("\n").map((line, index) => {
    const entry = readPlainEntry(line);
    if (entry === undefined) return line;
    plain.set(index + 1, entry);
    return `${line.slice(0, line.indexOf(":"))}: ${PLACE}`;
  });
  // Any doubt (an error anywhere, a line that was no entry after all: of a text of several lines, say), and the parser reads it all.
  return (plain.size > 0 ? parse(rest.join("\n"), plain) : undefined) ?? (parse(text, new Map()) as YamlFile);
}

/** Stands for the value of an entry that was read already. */
const PLACE = "~";

/** Undefined when not every plain entry turned out to be an entry of a section, or when anything is wrong. */
function parse(text: string, plain: ReadonlyMap<number, PlainEntry>): YamlFile | undefined {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, uniqueKeys: false, keepSourceTokens: false });
  if (document.errors.length > 0) {
    if (plain.size > 0) return undefined;
    return { data: undefined, lines: new Map(), problems: syntaxProblems(document.errors, counter) };
  }
  const reader = new Reader(document, counter, plain);
  const data = reader.read(document.contents, [], 0);
  if (plain.size > 0 && (reader.plainRead !== plain.size || reader.problems.length > 0)) return undefined;
  return { data, lines: reader.lines, problems: reader.problems };
}

function syntaxProblems(errors: readonly YAMLError[], counter: LineCounter): YamlProblem[] {
  const seen = new Set<number>();
  const problems: YamlProblem[] = [];
  for (const error of errors) {
    const line = counter.linePos(error.pos[0]).line;
    // One mistake makes the parser stumble several times on the same line.
    if (seen.has(line)) continue;
    seen.add(line);
    problems.push({
      path: [],
      line,
      message: `not valid YAML: ${SYNTAX[error.code] ?? "this line cannot be read; check its quotes and colons"}`,
    });
  }
  return problems;
}

class Reader {
  readonly lines = new Map<string, number>();
  readonly problems: YamlProblem[] = [];
  readonly #document: Document;
  readonly #counter: LineCounter;
  readonly #plain: ReadonlyMap<number, PlainEntry>;
  /** How many plain entries were met where an entry may stand. */
  plainRead = 0;
  #aliased = 0;
  #inAlias = false;

  constructor(document: Document, counter: LineCounter, plain: ReadonlyMap<number, PlainEntry>) {
    this.#document = document;
    this.#counter = counter;
    this.#plain = plain;
  }

  read(node: unknown, path: Path, depth: number): unknown {
    if (depth > DEEPEST) return this.#refuse(node, path, `is nested more than ${DEEPEST} levels deep; flatten it`);
    if (this.#inAlias && ++this.#aliased > MOST_ALIASED_NODES) {
      if (this.#aliased === MOST_ALIASED_NODES + 1) this.#refuse(node, path, "aliases (*name) expand to too much; write it out");
      return null;
    }
    if (isAlias(node)) return this.#alias(node, path, depth);
    if (isMap(node)) return this.#map(node.items, path, depth);
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        this.#mark(item, [...path, index]);
        return this.read(item, [...path, index], depth + 1);
      });
    }
    return isScalar(node) ? node.value : null;
  }

  #alias(node: { resolve(document: Document): Node | undefined }, path: Path, depth: number): unknown {
    const target = node.resolve(this.#document);
    if (target === undefined) return this.#refuse(node, path, "an alias (*name) has no anchor (&name) before it; define the anchor first");
    const outer = this.#inAlias;
    this.#inAlias = true;
    const value = this.read(target, path, depth + 1);
    this.#inAlias = outer;
    return value;
  }

  #map(items: readonly { key: unknown; value: unknown }[], path: Path, depth: number): Record<string, unknown> {
    // No prototype: a key named __proto__ is a key like any other, and then an unknown one.
    const result: Record<string, unknown> = Object.create(null);
    for (const { key, value } of items) {
      if (!isScalar(key)) {
        this.#refuse(key, path, "a key must be a plain word; check the brackets and braces");
        continue;
      }
      const name = String(key.value);
      if (Object.hasOwn(result, name)) {
        this.#refuse(key, [...path, name], "stands here twice; keep one");
        continue;
      }
      this.#mark(key, [...path, name]);
      const plain = path.length === 1 && !this.#inAlias ? this.#plain.get(this.#line(key)) : undefined;
      result[name] = plain?.id === name ? this.#take(plain) : this.read(value, [...path, name], depth + 1);
    }
    return result;
  }

  /** What stands inside needs no line of its own: it is the entry's. */
  #take(entry: PlainEntry): unknown {
    this.plainRead += 1;
    return entry.value;
  }

  #mark(node: unknown, path: Path): void {
    if (!this.#inAlias) this.lines.set(pathKey(path), this.#line(node));
  }

  #line(node: unknown): number {
    const range = (node as { range?: readonly number[] | null } | null | undefined)?.range;
    return this.#counter.linePos(range?.[0] ?? 0).line;
  }

  #refuse(node: unknown, path: Path, message: string): null {
    this.problems.push({ path, message, line: this.#line(node) });
    return null;
  }
}
