/**
 * The steps of a pattern: what people write, read into characters to take, optional ones, loops, and the marks of a group.
 *
 * Literals, `.`, classes, `^`, `$`, and `*` `+` `?` behind one of those; where a group is wanted, exactly one. No alternation, nothing
 * repeats a group: what cannot nest cannot explode.
 */

/** One step. `take` takes one character; `try` may; `loop` takes any number; the marks take none. */
export type Step =
  | { readonly does: "take" | "try" | "loop"; readonly fits: (code: number) => boolean }
  | { readonly does: "open" | "close" };

export interface Steps {
  readonly steps: readonly Step[];
  readonly fromStart: boolean;
  readonly toEnd: boolean;
}

/** One sentence on what is not allowed. */
export interface Refused {
  readonly refused: string;
}

const patternLimit = 200;

/** @param groups how many groups the pattern must have. */
export function readSteps(source: string, groups: 0 | 1): Steps | Refused {
  if (source.length === 0) return { refused: "an empty pattern matches everything; write what the text contains" };
  if (source.length > patternLimit) return { refused: `the pattern is longer than ${patternLimit} characters` };
  const fromStart = source.startsWith("^");
  const toEnd = source.endsWith("$") && !source.endsWith("\\$");
  const body = source.slice(fromStart ? 1 : 0, toEnd ? -1 : undefined);
  const steps: Step[] = [];
  for (let at = 0; at < body.length; ) {
    const read = groups === 1 && "()".includes(body.charAt(at)) ? readMark(body, at, steps) : readAtom(body, at, steps);
    if ("refused" in read) return read;
    at = read.next;
  }
  const marks = steps.filter((step) => step.does === "open" || step.does === "close").length;
  if (marks !== groups * 2) return { refused: "needs exactly one group ( ) around what is wanted" };
  return { steps, fromStart, toEnd };
}

type Next = { readonly next: number } | Refused;

function readMark(body: string, at: number, steps: Step[]): Next {
  const opens = body[at] === "(";
  const opened = steps.some((step) => step.does === "open");
  const closed = steps.some((step) => step.does === "close");
  if (opens ? opened : !opened || closed) return { refused: "needs exactly one group ( ) around what is wanted" };
  if (opens && body[at + 1] === "?") return { refused: '"(?" is not allowed; a plain group is enough' };
  if (!opens && "*+?{".includes(body[at + 1] ?? " ")) return { refused: `")${body[at + 1]}" repeats a group; repeat a character` };
  steps.push({ does: opens ? "open" : "close" });
  return { next: at + 1 };
}

function readAtom(body: string, at: number, steps: Step[]): Next {
  const one = readCharacter(body, at);
  if ("refused" in one) return one;
  const { fits, next } = one;
  const quantifier = body.charAt(next);
  if (quantifier === "" || !"*+?".includes(quantifier)) {
    steps.push({ does: "take", fits });
    return { next };
  }
  if ("*+?{".includes(body[next + 1] ?? " "))
    return { refused: `"${quantifier}${body[next + 1]}" is not allowed; one of * + ? behind a character` };
  if (quantifier === "+") steps.push({ does: "take", fits });
  steps.push({ does: quantifier === "?" ? "try" : "loop", fits });
  return { next: next + 1 };
}

type Read = { readonly fits: (code: number) => boolean; readonly next: number } | Refused;

function readCharacter(body: string, at: number): Read {
  const char = body.charAt(at);
  if ("(){}|".includes(char)) return { refused: `"${char}" is not allowed; write several patterns instead of groups and alternatives` };
  if ("*+?".includes(char)) return { refused: `"${char}" has nothing before it to repeat` };
  if (char === "^" || char === "$")
    return { refused: `"${char}" is only allowed at the ${char === "^" ? "start" : "end"}; write \\${char} for the character` };
  if (char === ".") return { fits: (code) => code !== 10, next: at + 1 };
  if (char === "[") return readClass(body, at + 1);
  if (char === "\\") return readEscape(body, at + 1);
  return literal(body, at);
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
