/**
 * Roll-ups keep what a device page needs: three significant digits, exact small whole numbers, and the order min, mean, max.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { ByteReader, ByteWriter } from "../../daemon/store/bytes.ts";
import { readColumn, writeColumn } from "../../daemon/store/column.ts";
import { packChunk, unpackChunk } from "../../daemon/store/rollup-chunk.ts";
import { packSlot, unpackSlot } from "../../daemon/store/rollup-slot.ts";

function through(values: readonly number[], fineness: 64 | 128 = 128): readonly number[] {
  const out = new ByteWriter();
  writeColumn(out, values, fineness);
  const from = new ByteReader(out.done());
  const read = readColumn(from, values.length);
  expect(from.more).toBe(false);
  return read;
}

it("small whole numbers and constants come back exactly", () => {
  for (const values of [[1, 1, 1], [0, 1, 0, 1], [7], [-5, 3, 12], [41.25, 41.25], [1e15, 1e15 + 7], [0.1]])
    expect(through(values)).toEqual(values);
});

it("any positive number comes back within half a percent, zero as zero", () => {
  const value = fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1e15, noNaN: true }));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), (values) => {
      const size = Math.max(...values);
      for (const [index, read] of through(values).entries()) {
        const wanted = values[index] ?? 0;
        // A narrow band keeps steps of its width instead.
        const narrow = size - Math.min(...values) <= 0.01 * size;
        expect(Math.abs(read - wanted)).toBeLessThanOrEqual(narrow ? 0.00002 * size : 0.008 * wanted);
      }
    }),
  );
});

it("negative and tiny numbers survive", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 }), (values) => {
      const size = Math.max(...values.map(Math.abs));
      for (const [index, read] of through(values).entries())
        expect(Math.abs(read - (values[index] ?? 0))).toBeLessThanOrEqual(0.008 * size);
    }),
  );
});

it("an uptime of 100 days moves by seconds, not by days", () => {
  const values = Array.from({ length: 24 }, (_, slot) => 8_640_000 + slot * 300);
  for (const [index, read] of through(values).entries()) expect(Math.abs(read - (values[index] ?? 0))).toBeLessThan(10);
});

it("a slot comes back as it was, in 32-bit floats", () => {
  const points = [
    { series: 3, slotAt: 600_000, count: 5, min: 0.25, mean: 0.5, max: 4 },
    { series: 300, slotAt: 600_000, count: 1, min: 1, mean: 1, max: 1 },
  ];
  expect(unpackSlot(packSlot(points), 600_000)).toEqual(points);
});

it("a chunk keeps every point of every slot, gaps too, and min ≤ mean ≤ max", () => {
  const point = fc.record({
    series: fc.integer({ min: 1, max: 400 }),
    slot: fc.integer({ min: 0, max: 23 }),
    count: fc.integer({ min: 1, max: 10 }),
    low: fc.double({ min: 0, max: 1e9, noNaN: true }),
    spread: fc.double({ min: 0, max: 1e3, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.uniqueArray(point, { selector: ({ series, slot }) => `${series}@${slot}`, minLength: 1, maxLength: 200 }), (some) => {
      const points = some.map(({ series, slot, count, low, spread }) => ({
        series,
        slotAt: 7_200_000 + slot * 300_000,
        count,
        min: low,
        mean: low + spread / 3,
        max: low + spread,
      }));
      const read = unpackChunk(packChunk(7_200_000, points), 7_200_000);
      const sorted = points.sort((a, b) => a.slotAt - b.slotAt || a.series - b.series);
      expect(read.map(({ series, slotAt, count }) => ({ series, slotAt, count }))).toEqual(
        sorted.map(({ series, slotAt, count }) => ({ series, slotAt, count })),
      );
      for (const { min, mean, max } of read) {
        expect(min).toBeLessThanOrEqual(mean);
        expect(mean).toBeLessThanOrEqual(max);
      }
    }),
  );
});
