/**
 * One measured figure, as the table shows it and as docs/benchmarks.json keeps it.
 */
import { cpus, loadavg, release, totalmem, type } from "node:os";

export interface Figure {
  /** `bench: what`; the part before the colon is the bench that measured it. */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Undefined: for information. */
  readonly target?: number;
  readonly better: "lower" | "higher";
  /** null: no target. */
  readonly met: boolean | null;
  /** What it was measured on, and how busy that was. */
  readonly machine: string;
}

/** Cores, memory, Node, and the load of the last minute. */
export function machine(): string {
  const [first] = cpus();
  const gigabytes = (totalmem() / 2 ** 30).toFixed(0);
  const load = loadavg()[0]?.toFixed(1) ?? "?";
  return `${cpus().length} × ${first?.model.trim() ?? "CPU"}, ${gigabytes} GiB, ${type()} ${release()}, Node ${process.version}, load ${load}`;
}

/** A figure that is better when it is lower. */
export function lower(name: string, value: number, unit: string, target?: number): Figure {
  return figure("lower", name, value, unit, target);
}

/** A figure that is better when it is higher. */
export function higher(name: string, value: number, unit: string, target?: number): Figure {
  return figure("higher", name, value, unit, target);
}

function figure(better: "lower" | "higher", name: string, value: number, unit: string, target: number | undefined): Figure {
  const met = target === undefined ? null : better === "lower" ? value <= target : value >= target;
  return { name, value: rounded(value), unit, ...(target === undefined ? {} : { target }), better, met, machine: machine() };
}

/** Three digits say enough. */
function rounded(value: number): number {
  return Number.isInteger(value) || Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(3));
}

/** The value at a share of the sorted values; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** What a bench hands back: its figures, and for docs/benchmarks.md what else there is to say. */
export interface Report {
  readonly figures: readonly Figure[];
  /** Paragraphs and tables in Markdown: how it was measured, where the time goes. */
  readonly notes: readonly string[];
}
