/**
 * How one fping run is laid out in time, so that its last host is judged before the deadline of the first look in it.
 *
 * Pure. Measured on 2 cores: a packet costs fping 0.02 ms of CPU, its answer and the kernel included.
 */

/** What one packet costs a run at most, in milliseconds: six times what was measured, for slower and busier machines. */
const packetMs = 0.12;
/** What the start of fping and the way back take at most. */
const overheadMs = 60;

export interface RunPlan {
  /** How long targets are gathered before a run starts. */
  readonly gatherMs: number;
  /** Between two packets to the same host. */
  readonly periodMs: number;
  /** How long each packet's answer is waited for. */
  readonly answerMs: number;
}

/** How many hosts fit in a run: sending may take three tenths of the time there is. At least 16, at most 2,000. */
export function hostsPerRun(timeoutMs: number, count: number): number {
  return Math.min(2_000, Math.max(16, Math.floor((timeoutMs * 0.3) / (count * packetMs))));
}

/** The plan for `hosts` hosts whose look must end within `timeoutMs`. */
export function planRun(run: {
  readonly timeoutMs: number;
  readonly count: number;
  readonly periodMs: number;
  readonly hosts: number;
}): RunPlan {
  const gatherMs = gatherFor(run.timeoutMs);
  const periodMs = Math.max(10, Math.min(run.periodMs, Math.floor(run.timeoutMs / 10)));
  const sendingMs = Math.max((run.count - 1) * periodMs + run.hosts * packetMs, run.count * run.hosts * packetMs);
  const answerMs = Math.max(10, Math.floor(run.timeoutMs - gatherMs - sendingMs - overheadMs));
  return { gatherMs, periodMs, answerMs };
}

/** A tenth of the time there is, at most 200 ms. */
export function gatherFor(timeoutMs: number): number {
  return Math.min(200, Math.floor(timeoutMs / 10));
}

/**
 * Are hosts of a kind asked so fast that gathering them for longer pays? Runs of 67 hosts five times a second cost 2.3 times the CPU of one
 * of 333 each second: fping starts less often, and runs that are over before the next one begins hear none of its packets.
 */
export function gatherLonger(lastBatch: number | undefined): boolean {
  return lastBatch !== undefined && lastBatch >= 4;
}

/** How long a look may be held beyond its timeout, so that many are asked at once: a tenth of its interval, at most a second. */
export function patienceFor(intervalMs: number): number {
  return Math.min(1_000, Math.floor(intervalMs / 10));
}
