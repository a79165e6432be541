/**
 * What discovery may send: no window of one second, wherever it begins, holds more probes than the limit.
 *
 * Counted from when a probe has left and not from when it was paid for: fping gathers and starts, and a busy machine is late. Who pays
 * holds a place until it says that its probe has left, and for a second more; so all that leave within a second hold a place at once.
 */
import { setMaxListeners } from "node:events";
import { type CeilingClock, createRateCeiling } from "../rate-ceiling.ts";
import { Turnstile } from "../turnstile.ts";

/** To be called when the probe has left (later is slower, and safe); a second call does nothing. */
export type Left = () => void;

/** Waits until so many probes may leave. Undefined: the run has ended, and nothing may be sent. */
export type Pay = (probes: number) => Promise<Left | undefined>;

export interface BudgetOptions {
  readonly probesPerSecond: number;
  readonly clock: CeilingClock;
  readonly signal: AbortSignal;
  /** A ceiling above ours, such as the daemon's own. */
  readonly pace?: (probes: number, signal: AbortSignal) => Promise<void>;
  /** Hears of each probe that was paid for. */
  readonly paid: () => void;
}

/** A timer may fire a millisecond early, and the kernel takes a moment to send. */
const windowMs = 1_005;
const anywhere = "discovery";
/** A ping has left so long after it was asked for: the engine gathers for 100 ms and starts fping within 60, and half as much again. */
const pingLeavesMs = 250;

/**
 * When a ping has left is told by nobody; its end is known, and how late that is. A busy machine is late again, so that what is held
 * for a ping follows the latest that was seen, and forgets it slowly.
 */
export class PingsLeave {
  readonly #plannedMs: number;
  #lateMs = 0;

  /** @param plannedMs from the question to the end of a ping that nobody answers, on a machine that has time. */
  constructor(plannedMs: number) {
    this.#plannedMs = plannedMs;
  }

  /** From the question, in milliseconds. */
  get withinMs(): number {
    return pingLeavesMs + 1.5 * this.#lateMs;
  }

  /** A ping ended so long after its question. */
  saw(tookMs: number): void {
    this.#lateMs = Math.max(tookMs - this.#plannedMs, this.#lateMs * 0.99);
  }
}

export function createBudget({ probesPerSecond, clock, signal, pace, paid }: BudgetOptions): Pay {
  // Everybody who waits or was just let go listens to it.
  setMaxListeners(0, signal);
  // Spreads them over the second; the places hold the limit.
  const even = createRateCeiling({ perSitePerSecond: probesPerSecond, perSecond: probesPerSecond }, clock);
  const places = new Turnstile(probesPerSecond);
  const one = async (): Promise<Left | undefined> => {
    await even.acquire(anywhere, 1, signal);
    if (signal.aborted) return undefined;
    await places.enter();
    await pace?.(1, signal);
    let told = false;
    const left = () => {
      if (told) return;
      told = true;
      void clock.sleep(windowMs, signal).then(() => places.leave());
    };
    if (!signal.aborted) {
      paid();
      return left;
    }
    left();
    return undefined;
  };
  return async (probes) => {
    // One by one: a request larger than the bucket would go as one burst. Of a login's packets only the last is told: who held many places
    // and waited for more could wait for ever.
    for (let rest = probes; rest > 1; rest -= 1) (await one())?.();
    return one();
  };
}
