/**
 * Request numbers: prefix, year, sequence and ISO 7064 MOD 97-10 check digits, so that a number survives being read aloud.
 *
 * `VIG-2026-000123-78`. The check covers year and sequence; any single wrong digit and any two swapped ones are noticed.
 */

/** Two check digits for a run of decimal digits, ISO/IEC 7064 MOD 97-10: number × 100 + check ≡ 1 (mod 97). */
export function checkDigits(digits: string): string {
  return String(98 - remainder97(`${digits}00`)).padStart(2, "0");
}

/** The number as it is shown. `sequence` ≥ 1. */
export function formatNumber(prefix: string, year: number, sequence: number): string {
  const digits = String(sequence).padStart(6, "0");
  return `${prefix}-${year}-${digits}-${checkDigits(`${year}${digits}`)}`;
}

function remainder97(digits: string): number {
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
  return rest;
}
