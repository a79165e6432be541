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
  const answered = trips.filter((trip) => trip !== undefined);
  const lost = trips.length - answered.length;
  const loss: Sample = { name: "icmp_loss_ratio", value: trips.length === 0 ? 1 : lost / trips.length };
  const kept = trace === undefined ? {} : { trace };
  if (answered.length === 0) {
    const detail = `${address}: none of ${trips.length} echo requests was answered`;
    return { status: "down", code: "icmp.no-answer", detail, samples: [loss], readings: [], faults: [], ...kept };
  }
  const seconds = answered.map((trip) => trip / 1_000);
  const trip: readonly Sample[] = [
    { name: "icmp_rtt_min_seconds", value: Math.min(...seconds) },
    { name: "icmp_rtt_avg_seconds", value: seconds.reduce((sum, one) => sum + one, 0) / seconds.length },
    { name: "icmp_rtt_max_seconds", value: Math.max(...seconds) },
    loss,
  ];
  const jitter = jitterOf(seconds);
  // What is concatenated has no room to grow, as a spread has, and is kept until the next look.
  const samples = jitter === undefined ? trip : trip.concat([{ name: "icmp_jitter_seconds", value: jitter }]);
  return { status: "up", samples, readings: [], faults: [], ...kept };
}

/** Mean absolute difference of neighbours; undefined for fewer than two values. */
export function jitterOf(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  let sum = 0;
  for (let i = 1; i < values.length; i += 1) sum += Math.abs((values[i] ?? 0) - (values[i - 1] ?? 0));
  return sum / (values.length - 1);
}
