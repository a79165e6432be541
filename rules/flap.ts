/**
 * Flap detection: a ring of the last 20 looks, one bit each (did the alarm change?), newer bits weigh more.
 *
 * Pure. Weights 0.80 (oldest) to 1.18 (newest), start above 30 %, stop at 25 % or below (Icinga 2); six changes in a row start it.
 * Computed in hundredths, as integers: the limits are exact.
 */

/** Looks that the ring remembers. */
export const FLAP_BITS = 20;

const MASK = (1 << FLAP_BITS) - 1;
const NEWEST_WEIGHT = 118;
const WEIGHT_STEP = 2;
/** 30 % and 25 % of 20 looks, in hundredths of a weight. */
const START_ABOVE = 600;
const STOP_AT = 500;

/** The ring with one more look in it; the newest is bit 0. */
export function pushFlap(ring: number, changed: boolean): number {
  return ((ring << 1) & MASK) | (changed ? 1 : 0);
}

function weigh(ring: number): number {
  let sum = 0;
  for (let age = 0, bits = ring; bits !== 0; age += 1, bits >>= 1) {
    if ((bits & 1) === 1) sum += NEWEST_WEIGHT - age * WEIGHT_STEP;
  }
  return sum;
}

/** Is it flapping, given the ring and whether it was flapping before? */
export function isFlapping(ring: number, was: boolean): boolean {
  if (ring === 0) return false;
  const sum = weigh(ring);
  return was ? sum > STOP_AT : sum > START_ABOVE;
}
