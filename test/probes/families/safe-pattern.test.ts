/** The safe patterns agree with JavaScript's on what both can say, and never take long. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupPattern, safePattern } from "../../../probes/safe-pattern.ts";

function matches(source: string, text: string): boolean {
  const pattern = safePattern(source);
  if ("refused" in pattern) throw new Error(pattern.refused);
  return pattern.matches(text);
}

describe("a safe pattern", () => {
  it("agrees with JavaScript's on random patterns and texts", () => {
    const atom = fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "[a-c]", "\\d", "\\S", "\\.");
    const piece = fc.tuple(atom, fc.constantFrom("", "", "*", "+", "?")).map((pair) => pair.join(""));
    const source = fc
      .tuple(fc.constantFrom("", "^"), fc.array(piece, { minLength: 1, maxLength: 6 }), fc.constantFrom("", "$"))
      .map(([start, pieces, end]) => start + pieces.join("") + end);
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "d", "1", ".", "\n", " "), maxLength: 12 });
    fc.assert(
      fc.property(source, text, (pattern, said) => {
        expect(matches(pattern, said)).toBe(new RegExp(pattern).test(said));
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ["(a+)+", '"("'],
    ["a|b", '"|"'],
    ["a{3}", '"{"'],
    ["a**", '"**"'],
    ["*a", "nothing before it"],
    ["a$b", "only allowed at the end"],
    ["\\bword", '"\\b"'],
    ["[abc", 'no "]"'],
    ["", "empty"],
    ["a\\", "lone backslash"],
    ["x".repeat(201), "longer than 200"],
  ])("%s is refused, and says why", (source, why) => {
    const pattern = safePattern(source);
    expect("refused" in pattern ? pattern.refused : "").toContain(why);
  });

  it("walks the worst text in the time of text times pattern", () => {
    const began = performance.now();
    expect(matches(`${".*".repeat(60)}x$`, "a".repeat(1_000_000))).toBe(false);
    expect(performance.now() - began).toBeLessThan(10_000); // a backtracking engine takes for ever
  });
});

describe("a pattern with a group", () => {
  const group = (source: string, text: string): string | undefined => {
    const pattern = groupPattern(source);
    if ("refused" in pattern) throw new Error(pattern.refused);
    return pattern.first(text);
  };

  it("takes what JavaScript's takes, on random patterns and texts", () => {
    const atom = fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "\\d", "\\S");
    const piece = fc.tuple(atom, fc.constantFrom("", "", "*", "+", "?")).map((pair) => pair.join(""));
    const pieces = fc.array(piece, { maxLength: 4 }).map((all) => all.join(""));
    const source = fc
      .tuple(fc.constantFrom("", "^"), pieces, pieces, pieces, fc.constantFrom("", "$"))
      .map(([start, before, inside, behind, end]) => `${start}${before}(${inside})${behind}${end}`);
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "1", " "), maxLength: 12 });
    fc.assert(
      fc.property(source, text, (pattern, said) => {
        expect(group(pattern, said), `${pattern} on "${said}"`).toBe(new RegExp(pattern).exec(said)?.[1]);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ["a+", "exactly one group"],
    ["(a)(b)", "exactly one group"],
    ["((a))", "exactly one group"],
    ["a)(", "exactly one group"],
    ["(a", "exactly one group"],
    ["(?:a)", '"(?" is not allowed'],
    ["(a+)+b", '")+" repeats a group'],
    ["(a|aa)b", '"|" is not allowed'],
    ["(a)\\1", '"\\1" is not allowed'],
  ])("%s is refused, and says why", (source, why) => {
    const pattern = groupPattern(source);
    expect("refused" in pattern ? pattern.refused : "").toContain(why);
  });

  it("takes the group of the first line that matches", () => {
    expect(group("^(\\d+) s$", "x\r\n12 s\r\n13 s")).toBe("12");
    expect(group("load average: ([0-9.]+)", " 10:02 up 3 days, load average: 0.42, 0.30")).toBe("0.42");
  });

  it("looks at 4 KB and no further", () => {
    expect(group("(b)", `${"a".repeat(4_095)}b`)).toBe("b");
    expect(group("(b)", `${"a".repeat(4_096)}b`)).toBeUndefined();
  });

  it("walks the worst text in the time of text times pattern", () => {
    const began = performance.now();
    expect(group(`(${".*".repeat(60)})x$`, "a".repeat(1_000_000))).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(10_000); // a backtracking engine takes for ever
  });
});
