/**
 * One device's roll-ups of one five-minute slot, as bytes. Kept only until the slots of some hours are packed into a chunk.
 *
 * A point: series number, count with a bit that says "flat" (min = mean = max), mean, and min and max unless flat; 32-bit floats.
 */
import type { RollupPoint } from "../ports.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";

/** A point whose series is a number of the series table. */
export interface NumberedPoint extends Omit<RollupPoint, "series"> {
  readonly series: number;
}

export function packSlot(points: readonly NumberedPoint[]): Buffer {
  const out = new ByteWriter();
  for (const { series, count, mean, min, max } of points) {
    const flat = min === mean && max === mean;
    out.varint(series);
    out.varint(count * 2 + (flat ? 1 : 0));
    out.float(mean);
    if (flat) continue;
    out.float(min);
    out.float(max);
  }
  return out.done();
}

export function unpackSlot(bytes: Buffer, slotAt: number): readonly NumberedPoint[] {
  const from = new ByteReader(bytes);
  const points: NumberedPoint[] = [];
  while (from.more) {
    const series = from.varint();
    const head = from.varint();
    const mean = from.float();
    const flat = head % 2 === 1;
    points.push({ series, slotAt, count: Math.floor(head / 2), mean, min: flat ? mean : from.float(), max: flat ? mean : from.float() });
  }
  return points;
}
