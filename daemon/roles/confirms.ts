/**
 * The confirming looks that traps ask for: soon, but many traps of a device are few looks, and all of them together never take the
 * ceilings from the polls.
 *
 * Pure bookkeeping: times are arguments.
 */
import type { Instant } from "../model/time.ts";

/** Between two confirming looks at a device (ours): a port that flaps is looked at, not followed. */
const spacingMs = 2_000;
/** Devices looked at a second, and at once after a quiet time (ours). The shipped ceiling is 2,000 packets a second, a look is a few. */
const perSecond = 100;
const burst = 10;

export class Confirms {
  /** Devices that wait, in turn, each with the time before which it may not be looked at. */
  readonly #waiting = new Map<string, Instant>();
  /** When each was last looked at for a trap. */
  readonly #last = new Map<string, Instant>();
  #tokens = burst;
  #refilledAt: Instant = 0;

  ask(device: string, now: Instant): void {
    if (this.#waiting.has(device)) return;
    const last = this.#last.get(device);
    // A last one that lies ahead was before the clock was set back.
    this.#waiting.set(device, last === undefined || last > now ? now : Math.max(now, last + spacingMs));
  }

  /** The devices whose turn it is. */
  take(now: Instant): readonly string[] {
    if (this.#waiting.size === 0) return [];
    this.#refill(now);
    const taken: string[] = [];
    for (const [device, notBefore] of this.#waiting) {
      if (this.#tokens < 1) break;
      if (notBefore > now && notBefore - now <= spacingMs) continue;
      this.#tokens -= 1;
      this.#waiting.delete(device);
      this.#last.set(device, now);
      taken.push(device);
    }
    return taken;
  }

  /** How long until the next may have its turn; undefined when none waits. */
  nextInMs(now: Instant): number | undefined {
    let soonest: number | undefined;
    for (const notBefore of this.#waiting.values()) {
      soonest = Math.min(soonest ?? Number.POSITIVE_INFINITY, notBefore - now);
      if (soonest <= 0) break;
    }
    if (soonest === undefined) return undefined;
    return Math.max(0, soonest, ((1 - this.#tokens) / perSecond) * 1_000);
  }

  /** Devices that left the network wait no longer. */
  keepOnly(devices: { has(device: string): boolean }): void {
    for (const of of [this.#waiting, this.#last]) for (const device of of.keys()) if (!devices.has(device)) of.delete(device);
  }

  #refill(now: Instant): void {
    const elapsedMs = Math.max(0, now - this.#refilledAt);
    this.#tokens = Math.min(burst, this.#tokens + (elapsedMs * perSecond) / 1_000);
    this.#refilledAt = now;
  }
}
