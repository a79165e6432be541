/**
 * Patterns of the family data, matched against what a device says: they may not be made to run for minutes.
 *
 * JavaScript's engine backtracks; so patterns that could are refused, and a line is cut before it is matched.
 */

const MAX_LINE = 256;
const MAX_REPEATS = 3;

/** Why a pattern is refused; undefined when it may be used. One group, no look-around or back-reference, no nested repeats. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length > 500) return "is longer than 500 characters";
  try {
    new RegExp(pattern);
  } catch {
    return "is no regular expression";
  }
  const bare = pattern.replace(/\\./g, "x").replace(/\[[^\]]*\]/g, "x");
  if (/\\[1-9k]/.test(pattern.replace(/\\\\/g, ""))) return "has a back-reference";
  if (/\(\?(?!:)/.test(bare)) return "has a look-around or a named group";
  if ((bare.match(/\((?!\?)/g) ?? []).length !== 1) return "needs exactly one group";
  if (/\)(?:[*+]|\{\d+,\d*\})/.test(bare)) return "repeats a group";
  const repeats = (bare.match(/[*+]|\{\d*,\d*\}/g) ?? []).length + (bare.startsWith("^") ? 0 : 1);
  if (repeats > MAX_REPEATS) return `repeats more than ${MAX_REPEATS - 1} times; anchor it with ^ or write it in fewer`;
  return undefined;
}

/** The group of the first line that matches; undefined when none does or the pattern is refused. */
export function firstMatch(pattern: string, text: string): string | undefined {
  const compiled = compile(pattern);
  if (compiled === undefined) return undefined;
  for (const line of text.split(/\r?\n/)) {
    const found = compiled.exec(line.slice(0, MAX_LINE));
    if (found?.[1] !== undefined) return found[1];
  }
  return undefined;
}

function compile(pattern: string): RegExp | undefined {
  return patternProblem(pattern) === undefined ? new RegExp(pattern) : undefined;
}
