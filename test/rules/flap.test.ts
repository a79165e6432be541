/** The flap ring against a slow reference in floating point and arrays. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isFlapping, pushFlap } from "../../rules/flap.ts";

/** 20 bits, oldest first, weight 0.80 + 0.02 × index (Icinga 2). */
function slowRatio(history: readonly boolean[]): number {
  const bits = [...Array<boolean>(20).fill(false), ...history].slice(-20);
  return Math.round(bits.reduce((sum, bit, index) => sum + (bit ? 80 + 2 * index : 0), 0)) / 2000;
}

describe("the flap ring", () => {
  it("equals the slow reference after any history", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (history) => {
        let ring = 0;
        let flapping = false;
        let slow = false;
        for (const [index, bit] of history.entries()) {
          ring = pushFlap(ring, bit);
          flapping = isFlapping(ring, flapping);
          const ratio = slowRatio(history.slice(0, index + 1));
          slow = slow ? ratio > 0.25 : ratio > 0.3;
          expect(flapping).toBe(slow);
        }
      }),
    );
  });

  it.each([
    [5, false],
    [6, true],
  ])("%i changes in a row start it: %s", (changes, starts) => {
    let ring = 0;
    for (let n = 0; n < changes; n += 1) ring = pushFlap(ring, true);
    expect(isFlapping(ring, false)).toBe(starts);
  });

  it("between the two limits what flaps goes on and what does not stays quiet", () => {
    let ring = 0;
    for (let n = 0; n < 5; n += 1) ring = pushFlap(ring, true);
    expect(isFlapping(ring, true)).toBe(true);
    expect(isFlapping(ring, false)).toBe(false);
  });

  const historyOf = (ring: number) => Array.from({ length: 20 }, (_, index) => ((ring >> (19 - index)) & 1) === 1);
  const ringOf = (ages: readonly number[]) => ages.reduce((ring, age) => ring | (1 << age), 0);

  it("exactly 25 % stops it, exactly 30 % does not start it", () => {
    const quarter = ringOf([7, 8, 9, 10, 11]);
    expect([slowRatio(historyOf(quarter)), isFlapping(quarter, true)]).toEqual([0.25, false]);
    const third = ringOf([4, 7, 8, 10, 11, 14]);
    expect([slowRatio(historyOf(third)), isFlapping(third, false), isFlapping(third, true)]).toEqual([0.3, false, true]);
  });
});
