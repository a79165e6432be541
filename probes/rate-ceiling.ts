/**
 * How hard we may look at a hospital: packets a second per site and in all, and how many looks at once a device bears.
 *
 * A true ceiling: buckets refill at nine tenths of the rate and hold the last tenth, so no window of a second exceeds it
 * (a single request larger than a bucket goes alone, and is paid back before the next). Waiting sites take turns.
 */

import { setMaxListeners } from "node:events";
import { isOver, type Until, whenOver } from "./ending.ts";

/** Time as the ceiling needs it; the daemon's Clock fits. */
export interface CeilingClock {
  monotonicMs(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface RateLimits {
  /** Packets a second. */
  readonly perSitePerSecond: number;
  readonly perSecond: number;
}

export interface RateCeiling {
  /** True when the packets may go now; takes the tokens. Never jumps a queue. */
  tryAcquire(site: string, packets: number): boolean;
  /** Resolves when the packets may go, or (without tokens) when the wait is over: check it. */
  acquire(site: string, packets: number, until: Until): Promise<void>;
  /** Slows one site: 1 is full rate, 0.25 a quarter. Clamped to 0.01..1. */
  setSiteFactor(site: string, factor: number): void;
  /** How many requests wait, by site. */
  waiting(): ReadonlyMap<string, number>;
}

interface Bucket {
  tokens: number;
  at: number;
  perMs: number;
  capacity: number;
}

interface Waiter {
  readonly packets: number;
  readonly grant: () => void;
}

const GO = Promise.resolve();
/** Whoever waits for tokens leaves by himself; the pump goes on for the others. */
const never = new AbortController().signal;
setMaxListeners(0, never);

function bucket(perSecond: number, at: number): Bucket {
  const capacity = Math.max(1, perSecond / 10);
  return { tokens: capacity, at, perMs: (perSecond * 0.9) / 1_000, capacity };
}

function refill(of: Bucket, now: number): void {
  of.tokens = Math.min(of.capacity, of.tokens + (now - of.at) * of.perMs);
  of.at = now;
}

/** Milliseconds until the bucket can pay; 0 is now. A request above its capacity needs it full. */
function delay(of: Bucket, packets: number): number {
  const short = Math.min(packets, of.capacity) - of.tokens;
  return short <= 1e-9 ? 0 : short / of.perMs;
}

export function createRateCeiling(limits: RateLimits, clock: CeilingClock): RateCeiling {
  return new Ceiling(limits, clock);
}

class Ceiling implements RateCeiling {
  readonly #limits: RateLimits;
  readonly #clock: CeilingClock;
  readonly #total: Bucket;
  readonly #sites = new Map<string, Bucket>();
  readonly #queues = new Map<string, Waiter[]>();
  readonly #factors = new Map<string, number>();
  #pumping = false;

  constructor(limits: RateLimits, clock: CeilingClock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#total = bucket(limits.perSecond, clock.monotonicMs());
  }

  tryAcquire(site: string, packets: number): boolean {
    return !this.#queues.has(site) && this.#take(site, packets) === 0;
  }

  acquire(site: string, packets: number, until: Until): Promise<void> {
    return isOver(until) || this.tryAcquire(site, packets) ? GO : this.#enqueue(site, packets, until);
  }

  setSiteFactor(site: string, factor: number): void {
    const clamped = Math.min(1, Math.max(0.01, factor));
    if ((this.#factors.get(site) ?? 1) === clamped) return;
    this.#factors.set(site, clamped);
    const now = this.#clock.monotonicMs();
    const before = this.#bucketOf(site, now);
    refill(before, now);
    const after = bucket(this.#limits.perSitePerSecond * clamped, now);
    // A changed rate is no present: what was spent stays spent.
    this.#sites.set(site, { ...after, tokens: Math.min(after.capacity, before.tokens) });
  }

  waiting(): ReadonlyMap<string, number> {
    return new Map([...this.#queues].filter(([, queue]) => queue.length > 0).map(([site, queue]) => [site, queue.length]));
  }

  #bucketOf(site: string, now: number): Bucket {
    let found = this.#sites.get(site);
    if (found === undefined) {
      found = bucket(this.#limits.perSitePerSecond * (this.#factors.get(site) ?? 1), now);
      this.#sites.set(site, found);
    }
    return found;
  }

  /** Takes the tokens if both buckets can pay; otherwise the milliseconds until they can. */
  #take(site: string, packets: number): number {
    const now = this.#clock.monotonicMs();
    const own = this.#bucketOf(site, now);
    refill(own, now);
    refill(this.#total, now);
    const wait = Math.max(delay(own, packets), delay(this.#total, packets));
    if (wait > 0) return wait;
    own.tokens -= packets;
    this.#total.tokens -= packets;
    return 0;
  }

  /** One turn around the waiting sites, each served once; the shortest wait left, or undefined when nobody waits. */
  #turn(): number | undefined {
    let shortest: number | undefined;
    for (const [site, queue] of [...this.#queues]) {
      const first = queue[0];
      if (first === undefined) {
        this.#queues.delete(site);
        continue;
      }
      const wait = this.#take(site, first.packets);
      if (wait > 0) {
        shortest = Math.min(shortest ?? wait, wait);
        continue;
      }
      queue.shift();
      // A served site goes to the back of the line.
      this.#queues.delete(site);
      if (queue.length > 0) this.#queues.set(site, queue);
      first.grant();
      shortest = 0;
    }
    return shortest;
  }

  /** Runs while somebody waits; its only way to end is an empty queue. */
  async #pump(): Promise<void> {
    for (let wait = this.#turn(); wait !== undefined; wait = this.#turn()) {
      if (wait > 0) await this.#clock.sleep(Math.max(1, Math.ceil(wait)), never);
    }
    this.#pumping = false;
  }

  #enqueue(site: string, packets: number, until: Until): Promise<void> {
    return new Promise((resolve) => {
      const leave = (): void => {
        const queue = this.#queues.get(site);
        const place = queue?.indexOf(waiter) ?? -1;
        if (place >= 0) queue?.splice(place, 1);
        resolve();
      };
      const grant = (): void => {
        forget();
        resolve();
      };
      const waiter: Waiter = { packets, grant };
      const forget = whenOver(until, leave);
      const queue = this.#queues.get(site);
      if (queue === undefined) this.#queues.set(site, [waiter]);
      else queue.push(waiter);
      if (this.#pumping) return;
      this.#pumping = true;
      void this.#pump();
    });
  }
}

/** Leaves the gate; a second call does nothing. */
export type Leave = () => void;

export interface DeviceGate {
  /** Waits for a place; undefined when the signal aborted first. */
  enter(device: string, signal: AbortSignal): Promise<Leave | undefined>;
  /** Looks inside, for metrics. */
  inside(device: string): number;
}

/** At most `limit` looks at once a device; the others wait in order. */
export function createDeviceGate(limit: number): DeviceGate {
  const lanes = new Map<string, { inside: number; readonly waiting: ((leave: Leave | undefined) => void)[] }>();

  function leaveOnce(device: string): Leave {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const lane = lanes.get(device);
      if (lane === undefined) return;
      const next = lane.waiting.shift();
      if (next !== undefined) next(leaveOnce(device));
      else if (--lane.inside === 0) lanes.delete(device);
    };
  }

  return {
    enter: (device, signal) => {
      if (signal.aborted) return Promise.resolve(undefined);
      let lane = lanes.get(device);
      if (lane === undefined) {
        lane = { inside: 0, waiting: [] };
        lanes.set(device, lane);
      }
      if (lane.inside < limit) {
        lane.inside += 1;
        return Promise.resolve(leaveOnce(device));
      }
      const { waiting } = lane;
      return new Promise((resolve) => {
        const admit = (leave: Leave | undefined): void => {
          signal.removeEventListener("abort", giveUp);
          resolve(leave);
        };
        const giveUp = (): void => {
          const place = waiting.indexOf(admit);
          if (place >= 0) waiting.splice(place, 1);
          resolve(undefined);
        };
        signal.addEventListener("abort", giveUp, { once: true });
        waiting.push(admit);
      });
    },
    inside: (device) => lanes.get(device)?.inside ?? 0,
  };
}
