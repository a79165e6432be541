/**
 * Patterns that users may write about text that devices send: matched in linear time, whatever either of them contains.
 *
 * All ways through the pattern are walked at once, one character at a time (Thompson, with Pike's order of threads for the group), so even
 * `.*.*.*x` costs text × pattern. What is allowed in a pattern: pattern-steps.ts.
 */
import { type Refused, readSteps, type Step, type Steps } from "./pattern-steps.ts";

/** Device text beyond this is not looked at. */
export const patternTextLimit = 4_096;

/** A pattern that compiled. */
export interface SafePattern {
  readonly source: string;
  /** True when the pattern occurs in the first 4 KB of the text. */
  matches(text: string): boolean;
}

/** A pattern with one group. */
export interface GroupPattern {
  readonly source: string;
  /** The group in the first line that matches, of the first 4 KB; undefined when none does. */
  first(text: string): string | undefined;
}

/** The pattern, or one sentence on what is not allowed in it. */
export function safePattern(source: string): SafePattern | Refused {
  const steps = readSteps(source, 0);
  if ("refused" in steps) return steps;
  return { source, matches: (text) => walk(steps, text.slice(0, patternTextLimit)) !== undefined };
}

/** The pattern with its group, or one sentence on what is not allowed in it. `^` and `$` are a line's. */
export function groupPattern(source: string): GroupPattern | Refused {
  const steps = readSteps(source, 1);
  if ("refused" in steps) return steps;
  const first = (text: string): string | undefined => {
    for (const line of text.slice(0, patternTextLimit).split(/\r?\n/)) {
      const found = walk(steps, line);
      if (found !== undefined) return line.slice(found.from, found.to);
    }
    return undefined;
  };
  return { source, first };
}

/** One way through the pattern: the next step, and where its group began and ended. */
interface Thread {
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** The match that a backtracking engine would find: leftmost, each repeat as long as it can be. */
function walk(pattern: Steps, text: string): Thread | undefined {
  const seen = new Int32Array(pattern.steps.length + 1).fill(-1);
  let threads: Thread[] = [];
  let best: Thread | undefined;
  for (let index = 0; index <= text.length; index += 1) {
    const starts = best === undefined && (index === 0 || !pattern.fromStart);
    // A later start is worth less than any earlier one, so it comes last.
    if (starts) follow(pattern.steps, { at: 0, from: index, to: index }, { index, seen, into: threads });
    const next: Place = { index: index + 1, seen, into: [] };
    best = advance(pattern, threads, text, next) ?? best;
    threads = next.into;
    if (threads.length === 0 && (best !== undefined || pattern.fromStart)) return best;
  }
  return best;
}

/** Every thread takes one character; the first that is through the pattern is the match, and ends those behind it. */
function advance({ steps, toEnd }: Steps, threads: readonly Thread[], text: string, next: Place): Thread | undefined {
  const code = text.charCodeAt(next.index - 1);
  for (const thread of threads) {
    const step = steps[thread.at];
    if (step === undefined) {
      if (!toEnd || next.index > text.length) return thread;
    } else if ("fits" in step && next.index <= text.length && step.fits(code)) {
      follow(steps, { at: step.does === "loop" ? thread.at : thread.at + 1, from: thread.from, to: thread.to }, next);
    }
  }
  return undefined;
}

interface Place {
  readonly index: number;
  /** Step → the last index at which a thread stood there: a second one there could only do the same, later. */
  readonly seen: Int32Array;
  readonly into: Thread[];
}

/** Adds the thread, and those that skip what may be skipped; taking goes before skipping. */
function follow(steps: readonly Step[], thread: Thread, { index, seen, into }: Place): void {
  let { at, from, to } = thread;
  for (;;) {
    if (seen[at] === index) return;
    seen[at] = index;
    const does = steps[at]?.does;
    if (does === "open") from = index;
    else if (does === "close") to = index;
    else into.push({ at, from, to });
    if (does === undefined || does === "take") return;
    at += 1;
  }
}
