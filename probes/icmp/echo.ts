/**
 * What the echo requests to one host say: round trip times in, finding out.
 *
 * Pure. Jitter is the mean absolute difference of consecutive round trip times (of those that were answered), in seconds.
 */
import type { Finding, Sample } from "../../daemon/model/observation.ts";

/** Round trip times in milliseconds, in the order sent; undefined is an echo request that nobody answered. */
export type RoundTrips = readonly (number | undefined)[];

/** The finding of one look: up when at least one echo came back. Loss is a sample, for the rules to judge. */
export function judgeEchoes(address: string, trips: RoundTrips, trace?: readonly string[]): Finding {
  const seconds: number[] = [];
  for (const trip of trips) if (trip !== undefined) seconds.push(trip / 1_000);
  const loss: Sample = { name: "icmp_loss_ratio", value: trips.length === 0 ? 1 : (trips.length - seconds.length) / trips.length };
  if (seconds.length === 0) {
    const detail = `${address}: none of ${trips.length} echo requests was answered`;
    const silent: Finding = { status: "down", code: "icmp.no-answer", detail, samples: [loss], readings: none, faults: none };
    return trace === undefined ? silent : { ...silent, trace };
  }
  const samples = samplesOf(seconds, loss);
  const up: Finding = { status: "up", samples, readings: none, faults: none };
  return trace === undefined ? up : { ...up, trace };
}

/** Lists that are empty for good: one for all hosts. */
const none: readonly never[] = [];

/** Written out: what grows has room to grow more, and is kept until the next look. */
function samplesOf(seconds: readonly number[], loss: Sample): readonly Sample[] {
  let [least, most, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const one of seconds) {
    least = Math.min(least, one);
    most = Math.max(most, one);
    sum += one;
  }
  const min: Sample = { name: "icmp_rtt_min_seconds", value: least };
  const avg: Sample = { name: "icmp_rtt_avg_seconds", value: sum / seconds.length };
  const max: Sample = { name: "icmp_rtt_max_seconds", value: most };
  const jitter = jitterOf(seconds);
  return jitter === undefined ? [min, avg, max, loss] : [min, avg, max, loss, { name: "icmp_jitter_seconds", value: jitter }];
}

/** Mean absolute difference of neighbours; undefined for fewer than two values. */
export function jitterOf(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  let sum = 0;
  for (let i = 1; i < values.length; i += 1) sum += Math.abs((values[i] ?? 0) - (values[i - 1] ?? 0));
  return sum / (values.length - 1);
}
