/**
 * Counters to rates a second, with wrap and restart handled.
 *
 * Pure. A 32-bit counter that went back wrapped, if the step over the wrap is at most half its range; else, and for every 64-bit counter
 * (583 years at 1 Gb/s), it was set back. The first look, and the first after a restart, give no rate: missing, never zero.
 */

/** A counter as it was read. `atMs` never jumps. */
export interface CounterReading {
  readonly value: bigint;
  readonly atMs: number;
}

/** Beyond this gap a 32-bit counter may have wrapped more than once unseen. */
const gapAtMostMs = 30 * 60_000;

export type Rate =
  | { readonly perSecond: number; readonly why: "counted" | "wrapped" }
  | { readonly perSecond: undefined; readonly why: "first" | "restarted" | "set-back" | "gap" };

export function rateOf(
  before: CounterReading | undefined,
  now: CounterReading,
  how: { readonly bits: 32 | 64; readonly restarted: boolean },
): Rate {
  if (before === undefined) return { perSecond: undefined, why: "first" };
  if (how.restarted) return { perSecond: undefined, why: "restarted" };
  const seconds = (now.atMs - before.atMs) / 1_000;
  if (!(seconds > 0) || (how.bits === 32 && now.atMs - before.atMs > gapAtMostMs)) return { perSecond: undefined, why: "gap" };
  const step = now.value - before.value;
  if (step >= 0n) return { perSecond: Number(step) / seconds, why: "counted" };
  const over = step + (1n << 32n);
  if (how.bits === 64 || over < 0n || over > 1n << 31n) return { perSecond: undefined, why: "set-back" };
  return { perSecond: Number(over) / seconds, why: "wrapped" };
}
