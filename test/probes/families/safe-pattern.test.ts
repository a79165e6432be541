/** The safe patterns agree with JavaScript's on what both can say, and never take long. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { safePattern } from "../../../probes/safe-pattern.ts";

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
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
