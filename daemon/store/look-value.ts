/**
 * The least and the most of a run of samples, in few bytes: three significant digits, rounded outwards, so that what lay between them
 * still does. A whole number stays itself.
 *
 * A number is its exponent and its mantissa; what that cannot carry, or must not be moved, is a double.
 */
import type { ByteReader, ByteWriter } from "./bytes.ts";

const EXACT = 15;
/** Exponents −12 to 2; a mantissa has at most three digits unless the value is a whole number of its own. */
const LEAST = -12;
const MANTISSA = 1_000;

interface Decimal {
  readonly mantissa: number;
  /** Counted from LEAST: 0 to 14. */
  readonly exponent: number;
}

function value({ mantissa, exponent }: Decimal): number {
  const power = exponent + LEAST;
  // Division is exact where multiplication by 0.001 is not: 37 / 1000 is the number that "0.037" is.
  return power < 0 ? mantissa / 10 ** -power : mantissa * 10 ** power;
}

/** The nearest three-digit decimal on one side; undefined where there is none. */
function rounded(number: number, side: "down" | "up"): Decimal | undefined {
  if (!Number.isFinite(number) || Object.is(number, -0)) return undefined;
  if (number === 0) return { mantissa: 0, exponent: -LEAST };
  if (Number.isInteger(number) && Math.abs(number) < 2 ** 40) return { mantissa: number, exponent: -LEAST };
  let exponent = Math.floor(Math.log10(Math.abs(number))) - 2 - LEAST;
  if (exponent < 0 || exponent > EXACT - 1) return undefined;
  const power = 10 ** -(exponent + LEAST);
  let mantissa = side === "down" ? Math.floor(number * power) : Math.ceil(number * power);
  while (mantissa !== 0 && mantissa % 10 === 0 && exponent < -LEAST) {
    mantissa /= 10;
    exponent += 1;
  }
  if (Math.abs(mantissa) > MANTISSA) return undefined;
  return { mantissa, exponent };
}

/** `side`: which way it may be moved; `same`: whether the moved value is as good to every rule. */
export function writeValue(out: ByteWriter, number: number, side: "down" | "up", same: (value: number) => boolean): void {
  const decimal = rounded(number, side);
  const moved = decimal === undefined ? Number.NaN : value(decimal);
  const outwards = side === "down" ? moved <= number : moved >= number;
  if (decimal !== undefined && outwards && (moved === number || same(moved))) {
    out.byte(decimal.exponent);
    out.signed(decimal.mantissa);
    return;
  }
  out.byte(EXACT);
  out.double(number);
}

export function readValue(from: ByteReader): number {
  const exponent = from.byte();
  return exponent === EXACT ? from.double() : value({ mantissa: from.signed(), exponent });
}
