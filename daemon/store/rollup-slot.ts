/**
 * One device's roll-ups of one five-minute slot, as bytes: series number, count, mean, and how far below and above it went.
 *
 * Kept only until the slots of some hours are packed into a chunk.
 */
import type { RollupPoint } from "../ports.ts";

/** A point whose series is a number of the series table. */
export interface NumberedPoint extends Omit<RollupPoint, "series"> {
  readonly series: number;
}

/** series, count (both 32 bits), mean (64), min, max (32 each). */
const BYTES = 24;

export function packSlot(points: readonly NumberedPoint[]): Buffer {
  const bytes = Buffer.allocUnsafe(points.length * BYTES);
  let at = 0;
  for (const point of points) {
    bytes.writeUInt32LE(point.series, at);
    bytes.writeUInt32LE(point.count, at + 4);
    bytes.writeDoubleLE(point.mean, at + 8);
    bytes.writeFloatLE(point.min, at + 16);
    bytes.writeFloatLE(point.max, at + 20);
    at += BYTES;
  }
  return bytes;
}

export function unpackSlot(bytes: Buffer, slotAt: number): readonly NumberedPoint[] {
  const points: NumberedPoint[] = [];
  for (let at = 0; at + BYTES <= bytes.length; at += BYTES) {
    points.push({
      series: bytes.readUInt32LE(at),
      slotAt,
      count: bytes.readUInt32LE(at + 4),
      mean: bytes.readDoubleLE(at + 8),
      min: bytes.readFloatLE(at + 16),
      max: bytes.readFloatLE(at + 20),
    });
  }
  return points;
}
