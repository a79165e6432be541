/**
 * A column of numbers in few bytes: what is constant costs its value once, small whole numbers stay exact, everything else keeps
 * about three significant digits.
 */
import type { ByteReader, ByteWriter } from "./bytes.ts";

const CONSTANT = 0;
const WHOLE = 1;
/** A narrow band far from zero (an uptime): steps of its width, not of its size. */
const BAND = 2;
/** Logarithmic steps; zero has a code of its own. */
const LOG = 3;
/** Whatever the others cannot carry. */
const RAW = 4;

/** Steps a doubling: 128 is ± 0.27 %, 64 is ± 0.54 %. */
export type Fineness = 64 | 128;

const MAX_WHOLE_SPAN = 1_023;
const MAX_WHOLE = 2 ** 50;
const BAND_SHARE = 0.01;
const BAND_STEPS = 500;
/** So that codes are positive: 2^-64 is the smallest value above zero. */
const LOG_OFFSET = 64;
const SIGNIFICANT = 3;

/** Writes finite numbers; the reader needs to know how many. */
export function writeColumn(out: ByteWriter, values: readonly number[], fineness: Fineness): void {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let whole = true;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
    whole &&= Number.isInteger(value);
  }
  const span = max - min;
  const size = Math.max(Math.abs(min), Math.abs(max));
  if (whole && span <= MAX_WHOLE_SPAN && size < MAX_WHOLE) {
    out.byte(WHOLE);
    out.signed(min);
    packed(
      out,
      values.map((value) => value - min),
    );
    return;
  }
  const step = Math.fround(span / BAND_STEPS);
  if (span === 0 || (step === 0 && span <= size * BAND_SHARE)) {
    out.byte(CONSTANT);
    out.double(min);
    return;
  }
  if (span <= size * BAND_SHARE) {
    out.byte(BAND);
    out.double(min);
    out.float(step);
    packed(
      out,
      values.map((value) => Math.round((value - min) / step)),
    );
    return;
  }
  if (min < 0 || max > 2 ** 100 || max < 2 ** -60) {
    out.byte(RAW);
    for (const value of values) out.double(value);
    return;
  }
  writeLog(out, values, fineness);
}

function writeLog(out: ByteWriter, values: readonly number[], fineness: Fineness): void {
  const codes = values.map((value) => (value < 2 ** -63 ? 0 : Math.round((Math.log2(value) + LOG_OFFSET) * fineness)));
  // Zero is the code just below the smallest one in use, so that it does not widen the column.
  const base = Math.min(...codes.filter((code) => code > 0)) - 1;
  out.byte(LOG);
  out.byte(fineness);
  out.varint(base);
  packed(
    out,
    codes.map((code) => (code === 0 ? 0 : code - base)),
  );
}

/** Not negative integers, as they are or as differences, whichever is narrower. */
function packed(out: ByteWriter, values: readonly number[]): void {
  const plain = widthOf(Math.max(...values));
  const steps = values.slice(1).map((value, index) => value - (values[index] ?? 0));
  const least = Math.min(0, ...steps);
  const stepped = widthOf(Math.max(0, ...steps) - least);
  if (stepped + 1 >= plain) {
    out.byte(plain);
    out.bits(values, plain);
    return;
  }
  out.byte(stepped | STEPPED);
  out.varint(values[0] ?? 0);
  out.signed(least);
  out.bits(
    steps.map((step) => step - least),
    stepped,
  );
}

const STEPPED = 0x80;

function widthOf(max: number): number {
  return max <= 0 ? 0 : 32 - Math.clz32(max);
}

function unpacked(from: ByteReader, count: number): number[] {
  const head = from.byte();
  if ((head & STEPPED) === 0) return from.bits(count, head);
  let value = from.varint();
  const least = from.signed();
  const values = [value];
  for (const step of from.bits(count - 1, head & ~STEPPED)) {
    value += step + least;
    values.push(value);
  }
  return values;
}

/** `count` is at least 1. */
export function readColumn(from: ByteReader, count: number): readonly number[] {
  const form = from.byte();
  if (form === WHOLE) {
    const min = from.signed();
    return unpacked(from, count).map((value) => value + min);
  }
  if (form === CONSTANT) {
    const value = from.double();
    return Array.from({ length: count }, () => value);
  }
  if (form === BAND) {
    const min = from.double();
    const step = from.float();
    return unpacked(from, count).map((value) => min + value * step);
  }
  if (form === LOG) {
    const fineness = from.byte();
    const base = from.varint();
    return unpacked(from, count).map((code) => (code === 0 ? 0 : rounded(2 ** ((code + base) / fineness - LOG_OFFSET))));
  }
  return Array.from({ length: count }, () => from.double());
}

/** What is shown is not more precise than what was kept. */
function rounded(value: number): number {
  return Number(value.toPrecision(SIGNIFICANT));
}
