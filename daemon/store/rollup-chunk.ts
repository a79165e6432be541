/**
 * The roll-ups of one device over some hours, column by column.
 *
 * form 1 | number of slots | their times after the chunk's start | number of series | each series: number (as a step from the one
 * before), counts (0 = nothing in that slot), whether it is flat, means, and unless flat mins and maxes.
 */
import { ByteReader, ByteWriter } from "./bytes.ts";
import { readColumn, writeColumn } from "./column.ts";
import type { NumberedPoint } from "./rollup-slot.ts";

const FORM = 1;
/** Slots are told apart in seconds. */
const SECOND = 1_000;

export function packChunk(fromAt: number, points: readonly NumberedPoint[]): Buffer {
  const slots = [...new Set(points.map((point) => point.slotAt))].sort((a, b) => a - b);
  const bySeries = new Map<number, Map<number, NumberedPoint>>();
  for (const point of points) {
    const its = bySeries.get(point.series);
    if (its === undefined) bySeries.set(point.series, new Map([[point.slotAt, point]]));
    else its.set(point.slotAt, point);
  }
  const out = new ByteWriter();
  out.byte(FORM);
  out.varint(slots.length);
  let before = fromAt;
  for (const slot of slots) {
    out.varint(Math.round((slot - before) / SECOND));
    before = slot;
  }
  out.varint(bySeries.size);
  let last = 0;
  for (const [series, its] of [...bySeries].sort(([a], [b]) => a - b)) {
    out.varint(series - last);
    last = series;
    writeSeries(out, slots, its);
  }
  return out.done();
}

function writeSeries(out: ByteWriter, slots: readonly number[], its: ReadonlyMap<number, NumberedPoint>): void {
  const present = slots.flatMap((slot) => its.get(slot) ?? []);
  writeColumn(
    out,
    slots.map((slot) => its.get(slot)?.count ?? 0),
    64,
  );
  const flat = present.every(({ min, mean, max }) => min === mean && max === mean);
  out.byte(flat ? 1 : 0);
  writeColumn(
    out,
    present.map((point) => point.mean),
    128,
  );
  if (flat) return;
  for (const edge of ["min", "max"] as const) {
    writeColumn(
      out,
      present.map((point) => point[edge]),
      64,
    );
  }
}

/** Oldest slot first. */
export function unpackChunk(bytes: Buffer, fromAt: number): readonly NumberedPoint[] {
  const from = new ByteReader(bytes);
  const form = from.byte();
  if (form !== FORM) throw new Error(`a roll-up chunk has form ${form}, this daemon reads ${FORM}; install the newer daemon again`);
  const slots: number[] = [];
  let at = fromAt;
  for (let left = from.varint(); left > 0; left -= 1) {
    at += from.varint() * SECOND;
    slots.push(at);
  }
  const points: NumberedPoint[] = [];
  let series = 0;
  for (let left = from.varint(); left > 0; left -= 1) {
    series += from.varint();
    points.push(...readSeries(from, series, slots));
  }
  return points.sort((a, b) => a.slotAt - b.slotAt || a.series - b.series);
}

function readSeries(from: ByteReader, series: number, slots: readonly number[]): readonly NumberedPoint[] {
  const counts = readColumn(from, slots.length);
  const present = slots.flatMap((slotAt, index) => ((counts[index] ?? 0) > 0 ? [{ slotAt, count: counts[index] ?? 0 }] : []));
  const flat = from.byte() === 1;
  const means = readColumn(from, present.length);
  const mins = flat ? means : readColumn(from, present.length);
  const maxes = flat ? means : readColumn(from, present.length);
  return present.map((slot, index) => {
    const mean = means[index] ?? 0;
    // Each column is rounded on its own: the order of the three is kept.
    return { ...slot, series, mean, min: Math.min(mins[index] ?? mean, mean), max: Math.max(maxes[index] ?? mean, mean) };
  });
}
