/**
 * Patterns that users may write about text that devices send: matched in linear time, whatever either of them contains.
 *
 * Literals, `.`, classes, `^`, `$`, and `*` `+` `?` behind one of those. No groups, no alternation: what cannot nest cannot explode.
 * Matching walks a set of positions (Thompson), so even `.*.*.*x` costs text × pattern.
 */

/** Device text beyond this is not looked at. */
export const patternTextLimit = 4_096;
const patternLimit = 200;

interface Atom {
  readonly fits: (code: number) => boolean;
  readonly least: 0 | 1;
  readonly many: boolean;
}

/** A pattern that compiled. */
export interface SafePattern {
  readonly source: string;
  /** True when the pattern occurs in the first 4 KB of the text. */
  matches(text: string): boolean;
}

/** The pattern, or one sentence on what is not allowed in it. */
export function safePattern(source: string): SafePattern | { readonly refused: string } {
  if (source.length === 0) return { refused: "an empty pattern matches everything; write what the text contains" };
  if (source.length > patternLimit) return { refused: `the pattern is longer than ${patternLimit} characters` };
  const fromStart = source.startsWith("^");
  const toEnd = source.endsWith("$") && !source.endsWith("\\$");
  const parsed = parseAtoms(source.slice(fromStart ? 1 : 0, toEnd ? -1 : undefined));
  if ("refused" in parsed) return parsed;
  return { source, matches: (text) => walk(parsed.atoms, text.slice(0, patternTextLimit), fromStart, toEnd) };
}

function parseAtoms(body: string): { readonly atoms: readonly Atom[] } | { readonly refused: string } {
  const atoms: Atom[] = [];
  let at = 0;
  while (at < body.length) {
    const one = readAtom(body, at);
    if ("refused" in one) return one;
    at = one.next;
    const quantifier = body[at];
    const quantified = quantifier === "*" || quantifier === "+" || quantifier === "?";
    if (quantified) at += 1;
    if (quantified && "*+?{".includes(body[at] ?? " "))
      return { refused: `"${quantifier}${body[at]}" is not allowed; one of * + ? behind a character` };
    atoms.push({ fits: one.fits, least: quantifier === "*" || quantifier === "?" ? 0 : 1, many: quantifier === "*" || quantifier === "+" });
  }
  return { atoms };
}

type Read = { readonly fits: (code: number) => boolean; readonly next: number } | { readonly refused: string };

function readAtom(body: string, at: number): Read {
  const char = body.charAt(at);
  if ("(){}|".includes(char)) return { refused: `"${char}" is not allowed; write several patterns instead of groups and alternatives` };
  if ("*+?".includes(char)) return { refused: `"${char}" has nothing before it to repeat` };
  if (char === "^" || char === "$")
    return { refused: `"${char}" is only allowed at the ${char === "^" ? "start" : "end"}; write \\${char} for the character` };
  if (char === ".") return { fits: (code) => code !== 10, next: at + 1 };
  if (char === "[") return readClass(body, at + 1);
  if (char === "\\") return readEscape(body, at + 1);
  const wanted = char.charCodeAt(0);
  return { fits: (code) => code === wanted, next: at + 1 };
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isWord = (code: number): boolean => isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || code === 160;

const escapes: Readonly<Record<string, (code: number) => boolean>> = {
  d: isDigit,
  D: (code) => !isDigit(code),
  w: isWord,
  W: (code) => !isWord(code),
  s: isSpace,
  S: (code) => !isSpace(code),
  n: (code) => code === 10,
  r: (code) => code === 13,
  t: (code) => code === 9,
};

function readEscape(body: string, at: number): Read {
  const char = body.charAt(at);
  if (char === "") return { refused: "the pattern ends with a lone backslash" };
  const known = escapes[char];
  if (known !== undefined) return { fits: known, next: at + 1 };
  if (/[A-Za-z0-9]/.test(char)) return { refused: `"\\${char}" is not allowed; known are \\d \\w \\s \\D \\W \\S \\n \\r \\t` };
  const wanted = char.charCodeAt(0);
  return { fits: (code) => code === wanted, next: at + 1 };
}

function readClass(body: string, start: number): Read {
  let at = start;
  const negated = body[at] === "^";
  if (negated) at += 1;
  const tests: ((code: number) => boolean)[] = [];
  while (at < body.length && body[at] !== "]") {
    const low = body[at] === "\\" ? readEscape(body, at + 1) : literal(body, at);
    if ("refused" in low) return low;
    const dash = body[low.next] === "-" && body[low.next + 1] !== "]" && low.next + 1 < body.length;
    if (dash && body[at] !== "\\") {
      const from = body.charCodeAt(at);
      const to = body.charCodeAt(low.next + 1);
      if (to < from) return { refused: `the range "${body.slice(at, low.next + 2)}" runs backwards` };
      tests.push((code) => code >= from && code <= to);
      at = low.next + 2;
    } else {
      tests.push(low.fits);
      at = low.next;
    }
  }
  if (at >= body.length) return { refused: 'a "[" has no "]"' };
  if (tests.length === 0) return { refused: "an empty class [] matches nothing" };
  return { fits: (code) => tests.some((test) => test(code)) !== negated, next: at + 1 };
}

function literal(body: string, at: number): { readonly fits: (code: number) => boolean; readonly next: number } {
  const wanted = body.charCodeAt(at);
  return { fits: (code) => code === wanted, next: at + 1 };
}

/** Walks all positions of the pattern at once; `live[i]` says that the first i atoms are matched. */
function walk(atoms: readonly Atom[], text: string, fromStart: boolean, toEnd: boolean): boolean {
  let live = new Uint8Array(atoms.length + 1);
  live[0] = 1;
  skipOptional(atoms, live);
  if (live[atoms.length] === 1 && (!toEnd || text.length === 0)) return true;
  for (let index = 0; index < text.length; index += 1) {
    live = step(atoms, live, text.charCodeAt(index));
    if (!fromStart) live[0] = 1;
    skipOptional(atoms, live);
    if (live[atoms.length] === 1 && (!toEnd || index === text.length - 1)) return true;
  }
  return toEnd && live[atoms.length] === 1;
}

function step(atoms: readonly Atom[], live: Uint8Array, code: number): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(atoms.length + 1);
  for (const [index, atom] of atoms.entries()) {
    // Position index + 1 stays where it is when its atom may repeat: the atom just matched takes one more.
    if (atom.many && live[index + 1] === 1 && atom.fits(code)) next[index + 1] = 1;
    if (live[index] === 1 && atom.fits(code)) next[index + 1] = 1;
  }
  return next;
}

function skipOptional(atoms: readonly Atom[], live: Uint8Array): void {
  for (const [index, atom] of atoms.entries()) if (atom.least === 0 && live[index] === 1) live[index + 1] = 1;
}
