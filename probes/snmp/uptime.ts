/**
 * Did it restart? sysUpTime counts hundredths in 32 bits and wraps after 497.1 days; snmpEngineBoots and snmpEngineTime tell that from a restart.
 *
 * Pure. What "it" is: the agent. Of most equipment agent and device are one; snmpd on a host can be restarted alone.
 */

/** 2^32 hundredths of a second: 497.1 days. */
const wrapTicks = 2 ** 32;
/** How far the device's clock and ours may drift apart between two looks, besides a tenth of the gap. */
const slackTicks = 6_000;

/** What one look saw. The engine's pair is missing on agents without SNMPv3. `atMs` never jumps. */
export interface UptimeReading {
  readonly ticks: number;
  readonly atMs: number;
  readonly engineBoots?: number;
  /** Seconds since the engine's last boot. */
  readonly engineTime?: number;
}

export interface UptimeVerdict {
  readonly restarted: boolean;
  readonly why: "first" | "runs" | "wrapped" | "booted" | "went-back";
}

export function judgeUptime(before: UptimeReading | undefined, now: UptimeReading): UptimeVerdict {
  if (before === undefined) return { restarted: false, why: "first" };
  const boots = compare(before.engineBoots, now.engineBoots);
  if (boots > 0) return { restarted: true, why: "booted" };
  if (now.ticks >= before.ticks) return { restarted: false, why: "runs" };
  const engineSeconds = boots === 0 ? advance(before.engineTime, now.engineTime) : undefined;
  if (engineSeconds !== undefined) {
    // The same boot, and so much later that the ticks must have come round.
    const cameRound = engineSeconds * 100 + slackTicks >= wrapTicks - before.ticks;
    return cameRound ? { restarted: false, why: "wrapped" } : { restarted: true, why: "went-back" };
  }
  return wrapFits(before, now) ? { restarted: false, why: "wrapped" } : { restarted: true, why: "went-back" };
}

/** 0 equal, 1 grew, -1 fell, NaN when one of the two is not known. */
function compare(before: number | undefined, now: number | undefined): number {
  return before === undefined || now === undefined ? Number.NaN : Math.sign(now - before);
}

function advance(before: number | undefined, now: number | undefined): number | undefined {
  return before === undefined || now === undefined ? undefined : now - before;
}

/** Without the engine's pair: the old value was so near the end, and the new one is so small, that the gap between the looks explains both. */
function wrapFits(before: UptimeReading, now: UptimeReading): boolean {
  const gap = (now.atMs - before.atMs) / 10;
  const most = gap * 1.1 + slackTicks;
  return before.ticks > wrapTicks - most && now.ticks < most;
}

/**
 * Seconds since it started. The engine's time says how often the ticks wrapped, when both started together.
 */
export function uptimeSeconds(reading: UptimeReading): number {
  const { ticks, engineTime } = reading;
  const seconds = ticks / 100;
  if (engineTime === undefined) return seconds;
  const wraps = Math.round((engineTime - seconds) / (wrapTicks / 100));
  const told = seconds + wraps * (wrapTicks / 100);
  return wraps >= 1 && Math.abs(engineTime - told) <= 600 ? told : seconds;
}
