/**
 * Where the problems of one load are gathered: all of them, each with its path, what was found, the remedy, file and line.
 *
 * No value of a secret may ever get here; whoever reports decides what is shown.
 */
import type { ConfigProblem } from "../model/config.ts";

/** Keys and list indexes from the root of the file. */
export type Path = readonly (string | number)[];

/** Where something stands: the file as shown (relative to the main file's folder) and the line, from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
}

/** `devices.x.parents[2]`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

/** `devices.x.checks.snmp.interval: "500ms" is below the 1s minimum; write 1s or more   (vigie.yaml:41)`. */
export function formatProblem(problem: ConfigProblem): string {
  const where = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`;
  return problem.path === "" ? `${problem.message}   (${where})` : `${problem.path}: ${problem.message}   (${where})`;
}

/** Gathers problems (the load fails) and warnings (it does not) of one load. */
export class Findings {
  readonly problems: ConfigProblem[] = [];
  readonly warnings: ConfigProblem[] = [];
  readonly #locate: (path: Path) => Place;

  constructor(locate: (path: Path) => Place) {
    this.#locate = locate;
  }

  problem(path: Path, message: string): void {
    this.problems.push({ path: pathText(path), message, ...this.#locate(path) });
  }

  /** Is there a problem at this path or below? */
  touch(path: Path): boolean {
    const at = pathText(path);
    return this.problems.some((problem) => problem.path === at || problem.path.startsWith(`${at}.`));
  }

  warn(path: Path, message: string): void {
    this.warnings.push({ path: pathText(path), message, ...this.#locate(path) });
  }
}

/** The known word nearest to a mistyped one, at most two edits, and a third of its length, away. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.min(2, Math.floor(word.length / 3))) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = edits(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** The remedy for a name that is not there: the nearest one, or the few that are. */
export function insteadOf(word: string, known: Iterable<string>, otherwise: string): string {
  const names = [...known];
  const near = nearest(word, names);
  if (near !== undefined) return `did you mean "${near}"?`;
  return names.length > 0 && names.length <= 12 ? `${otherwise}; there is ${names.join(", ")}` : otherwise;
}

/** Levenshtein distance with neighbouring letters swapped counted as one edit. */
function edits(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
