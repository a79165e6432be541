/** Request numbers survive being read aloud. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkDigits, formatNumber } from "../../rules/number.ts";

/** Year and sequence with their check digits leave 1 by 97. */
function fits(number: string): boolean {
  return BigInt(number.replace(/\D/g, "")) % 97n === 1n;
}

describe("request numbers", () => {
  it("agree with the worked example of ISO/IEC 7064 MOD 97-10: 794 has the check digits 44", () => {
    expect(checkDigits("794")).toBe("44");
  });

  it("have prefix, year, six digits and a check", () => {
    expect(formatNumber("VIG", 2026, 123)).toMatch(/^VIG-2026-000123-\d\d$/);
    expect(fits(formatNumber("VIG", 2026, 123))).toBe(true);
  });

  it("notice every single wrong digit and every two neighbours swapped", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_999_999 }), fc.nat(), fc.integer({ min: 1, max: 9 }), (sequence, where, add) => {
        const number = formatNumber("VIG", 2026, sequence);
        const places = [...number].flatMap((char, index) => (/\d/.test(char) ? [index] : []));
        const at = places[where % places.length] ?? 0;
        const wrong = `${number.slice(0, at)}${(Number(number[at]) + add) % 10}${number.slice(at + 1)}`;
        expect(fits(wrong)).toBe(false);
        const next = places[(where % places.length) + 1];
        if (next !== undefined && number[at] !== number[next]) {
          const chars = [...number];
          [chars[at], chars[next]] = [chars[next] ?? "", chars[at] ?? ""];
          expect(fits(chars.join(""))).toBe(false);
        }
      }),
    );
  });
});
