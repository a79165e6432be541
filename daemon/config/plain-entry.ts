/**
 * An entry on one line in the plainest YAML, read without the parser: `  mgh-codec-1: { site: mgh, address: 10.1.1.11, snmp_port: 161 }`.
 *
 * Pure. A file of 10,000 devices is mostly such lines, and the parser takes seconds for them. Only what can mean one thing is read:
 * anything else (quotes with escapes, anchors, unusual numbers, comments) is `undefined`, and the parser's.
 */

export interface PlainEntry {
  readonly id: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** Deep enough for any entry; deeper is the parser's to refuse. */
const DEEPEST = 6;
const ENTRY = /^ +([A-Za-z][A-Za-z0-9-]*): (?=\{.*\} *$)/;
const KEY = /[A-Za-z][A-Za-z0-9_-]*(?=: )/y;
/** No escape and no control character inside. */
const QUOTED = /"([^"\\\p{Cc}\ufeff]*)"(?= *[,}\]])/uy;
const WORDS = /[A-Za-z0-9][A-Za-z0-9./_-]*(?: [A-Za-z0-9./_]+)*(?= *[,}\]])/y;
/** Words of the core schema that are no text in one spelling or another. */
const LITERAL = /^(?:true|false|null)$/i;
const WHOLE = /^(?:0|[1-9]\d{0,14})$/;
/** Begins with a digit and is text all the same: an IPv4 address, a duration. */
const TEXT_OF_DIGITS = /^\d+(?:\.\d+){3}$|^\d+(?:ms|s|m|h|d)$/;

/** A whole line, without its line end. */
export function readPlainEntry(line: string): PlainEntry | undefined {
  const entry = ENTRY.exec(line);
  if (entry === null) return undefined;
  const reader = new LineReader(line, entry[0].length);
  const value = reader.map(0);
  return value === undefined || !reader.atEnd() ? undefined : { id: entry[1] ?? "", value };
}

/** Reads from left to right; `undefined` anywhere ends it. */
class LineReader {
  readonly #line: string;
  #at: number;

  constructor(line: string, at: number) {
    this.#line = line;
    this.#at = at;
  }

  atEnd(): boolean {
    this.#skip();
    return this.#at === this.#line.length;
  }

  map(depth: number): Record<string, unknown> | undefined {
    const result: Record<string, unknown> = Object.create(null);
    const read = this.#items("}", depth, () => {
      const key = this.#match(KEY)?.[0];
      if (key === undefined || LITERAL.test(key) || key in result) return false;
      this.#at += 2;
      const value = this.#value(depth);
      result[key] = value;
      return value !== undefined;
    });
    return read ? result : undefined;
  }

  #list(depth: number): unknown[] | undefined {
    const result: unknown[] = [];
    const read = this.#items("]", depth, () => {
      const value = this.#value(depth);
      result.push(value);
      return value !== undefined;
    });
    return read ? result : undefined;
  }

  /** `{ a, b }` or `[a, b]`, from its opening bracket on; false when an item could not be read. */
  #items(close: string, depth: number, item: () => boolean): boolean {
    if (depth >= DEEPEST) return false;
    this.#at += 1;
    if (this.#next(close)) return true;
    for (;;) {
      this.#skip();
      if (!item()) return false;
      if (this.#next(close)) return true;
      if (!this.#next(",")) return false;
    }
  }

  #value(depth: number): unknown {
    this.#skip();
    const first = this.#line[this.#at];
    if (first === "{") return this.map(depth + 1);
    if (first === "[") return this.#list(depth + 1);
    if (first === '"') return this.#match(QUOTED)?.[1];
    const words = this.#match(WORDS)?.[0];
    return words === undefined ? undefined : scalar(words);
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#line) ?? undefined;
    if (found !== undefined) this.#at = pattern.lastIndex;
    return found;
  }

  #next(character: string): boolean {
    this.#skip();
    if (this.#line[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #skip(): void {
    while (this.#line[this.#at] === " ") this.#at += 1;
  }
}

function scalar(words: string): unknown {
  if (words === "true" || words === "false") return words === "true";
  if (LITERAL.test(words)) return undefined;
  if (!/^\d/.test(words)) return words;
  if (WHOLE.test(words)) return Number(words);
  return TEXT_OF_DIGITS.test(words) ? words : undefined;
}
