/**
 * The words of a MIB file, each with its line. Comments are gone, texts are one word.
 *
 * SMI is a small part of ASN.1 (RFC 2578 section 3): a comment runs from `--` to the next `--` or the end of the line.
 */

export interface Token {
  readonly text: string;
  readonly line: number;
  /** A text in quotes; its contents are of no use to us and are not kept. */
  readonly quoted?: true;
}

/** What is wrong in a file, for whoever gave it. */
export interface MibProblem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface Tokens {
  readonly tokens: readonly Token[];
  /** A text that never ends. */
  readonly unended?: Token;
}

// Sticky, and linear: no alternative can match what another one did.
const word = /--.*?(?:--|$)|::=|[A-Za-z][A-Za-z0-9-]*|-?\d+|'[^'\n]*'[HhBb]|"|[^\s]/gmy;
const space = /\s*/gy;

export function tokensOf(text: string): Tokens {
  const tokens: Token[] = [];
  const lineAt = lineCounter(text);
  let at = 0;
  for (;;) {
    space.lastIndex = at;
    space.exec(text);
    at = space.lastIndex;
    if (at >= text.length) return { tokens };
    word.lastIndex = at;
    const found = word.exec(text)?.[0] ?? text.charAt(at);
    const line = lineAt(at);
    at += found.length;
    if (found.startsWith("--")) continue;
    if (found !== '"') {
      tokens.push({ text: found, line });
      continue;
    }
    const end = text.indexOf('"', at);
    if (end < 0) return { tokens, unended: { text: found, line } };
    tokens.push({ text: "", line, quoted: true });
    at = end + 1;
  }
}

/** Line of a position; positions must not go back. */
function lineCounter(text: string): (at: number) => number {
  let line = 1;
  let counted = 0;
  return (at) => {
    for (let next = text.indexOf("\n", counted); next >= 0 && next < at; next = text.indexOf("\n", counted)) {
      line += 1;
      counted = next + 1;
    }
    return line;
  };
}
