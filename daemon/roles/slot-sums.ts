/**
 * The samples of one slot, summed up: count, least, most and sum of every series of every device.
 *
 * 10,000 devices have 150,000 series: as objects they were 30 MB that the collector walked over and over, as rows of numbers they are 8.
 */
import type { Sample } from "../model/observation.ts";
import type { Instant } from "../model/time.ts";
import type { RollupPoint } from "../ports.ts";

/** Numbers of one series in a row: count, min, max, sum. */
const WIDTH = 4;

interface DeviceSums {
  /** Number of the series of each row; a look tells its samples in the same order each time. */
  readonly series: number[];
  rows: Float64Array;
}

export class SlotSums {
  readonly #devices = new Map<string, DeviceSums>();
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];

  /** Adds the samples of one look; what is no number is left out. */
  add(device: string, samples: readonly Sample[]): void {
    let sums = this.#devices.get(device);
    if (sums === undefined) {
      sums = { series: [], rows: new Float64Array(WIDTH * samples.length) };
      this.#devices.set(device, sums);
    }
    let row = -1;
    for (const { name, part, value } of samples) {
      if (!Number.isFinite(value)) continue;
      row = rowOf(sums, this.#numberOf(part === undefined ? name : `${name}|${part}`), row + 1);
      fold(sums.rows, row * WIDTH, value);
    }
  }

  /** Device by device, made when asked for: all points at once would be as much again as the sums. */
  *points(slotAt: Instant): Iterable<readonly [device: string, points: readonly RollupPoint[]]> {
    for (const [device, { series, rows }] of this.#devices) {
      yield [device, series.map((number, row) => this.#point(slotAt, number, rows.subarray(row * WIDTH, (row + 1) * WIDTH)))];
    }
  }

  #point(slotAt: Instant, number: number, [count = 0, min = 0, max = 0, sum = 0]: Float64Array): RollupPoint {
    return { series: this.#names[number] ?? "", slotAt, count, min, max, mean: sum / count };
  }

  #numberOf(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#names.push(name) - 1;
      this.#numbers.set(name, number);
    }
    return number;
  }
}

/** The row of a series, looked for where it is expected first; a new one is appended. */
function rowOf(sums: DeviceSums, number: number, expected: number): number {
  const { series } = sums;
  if (series[expected] === number) return expected;
  const found = series.indexOf(number);
  if (found >= 0) return found;
  const row = series.push(number) - 1;
  if (series.length * WIDTH > sums.rows.length) {
    const wider = new Float64Array(Math.max(series.length + 4, Math.ceil(series.length * 1.5)) * WIDTH);
    wider.set(sums.rows);
    sums.rows = wider;
  }
  return row;
}

function fold(rows: Float64Array, at: number, value: number): void {
  const count = rows[at] ?? 0;
  rows[at] = count + 1;
  rows[at + 1] = count === 0 ? value : Math.min(rows[at + 1] ?? value, value);
  rows[at + 2] = count === 0 ? value : Math.max(rows[at + 2] ?? value, value);
  rows[at + 3] = (rows[at + 3] ?? 0) + value;
}
