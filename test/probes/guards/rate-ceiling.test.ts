import { describe, expect, it } from "vitest";
import { createDeviceGate, createRateCeiling } from "../../../probes/rate-ceiling.ts";

/** Time that moves only when somebody sleeps. */
function fakeClock() {
  let now = 0;
  return {
    monotonicMs: () => now,
    sleep: async (ms: number) => {
      now += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const never = new AbortController().signal;

describe("the rate ceiling", () => {
  it("lets no window of one second hold more packets than the site's rate", async () => {
    const clock = fakeClock();
    const ceiling = createRateCeiling({ perSitePerSecond: 200, perSecond: 2_000 }, clock);
    const times: number[] = [];
    await Promise.all(Array.from({ length: 1_000 }, () => ceiling.acquire("a", 1, never).then(() => times.push(clock.monotonicMs()))));
    for (let n = 200; n < times.length; n++) expect(times[n]! - times[n - 200]!).toBeGreaterThanOrEqual(999);
    expect(times.at(-1)).toBeLessThan(6_000);
  });

  it("holds the ceiling over all sites", async () => {
    const clock = fakeClock();
    const ceiling = createRateCeiling({ perSitePerSecond: 200, perSecond: 300 }, clock);
    const times: number[] = [];
    const all = Array.from({ length: 900 }, (_, n) => ceiling.acquire(`s${n % 9}`, 1, never).then(() => times.push(clock.monotonicMs())));
    await Promise.all(all);
    for (let n = 300; n < times.length; n++) expect(times[n]! - times[n - 300]!).toBeGreaterThanOrEqual(999);
  });

  it("does not let a greedy site starve another", async () => {
    const clock = fakeClock();
    const ceiling = createRateCeiling({ perSitePerSecond: 1_000, perSecond: 100 }, clock);
    const order: string[] = [];
    const greedy = Array.from({ length: 100 }, () => ceiling.acquire("greedy", 1, never).then(() => order.push("greedy")));
    const modest = Array.from({ length: 5 }, () => ceiling.acquire("modest", 1, never).then(() => order.push("modest")));
    await Promise.all(modest);
    expect(order.filter((site) => site === "greedy").length).toBeLessThan(25);
    await Promise.all(greedy);
  });

  it("takes without waiting while tokens are there, and never past those who wait", () => {
    const ceiling = createRateCeiling(
      { perSitePerSecond: 100, perSecond: 1_000 },
      { monotonicMs: () => 0, sleep: () => new Promise(() => {}) },
    );
    for (let n = 0; n < 10; n++) expect(ceiling.tryAcquire("a", 1)).toBe(true);
    expect(ceiling.tryAcquire("a", 1)).toBe(false);
    void ceiling.acquire("a", 1, never);
    expect(ceiling.waiting()).toEqual(new Map([["a", 1]]));
    expect(ceiling.tryAcquire("b", 1)).toBe(true);
  });

  it("ends a wait when its signal aborts, and the place in the line with it", async () => {
    const ceiling = createRateCeiling(
      { perSitePerSecond: 10, perSecond: 10 },
      { monotonicMs: () => 0, sleep: () => new Promise(() => {}) },
    );
    ceiling.tryAcquire("a", 1);
    const ending = new AbortController();
    const waiting = ceiling.acquire("a", 1, ending.signal);
    ending.abort();
    await waiting;
    expect(ceiling.waiting().size).toBe(0);
  });

  it("slows one site by its factor and leaves the others alone", async () => {
    const clock = fakeClock();
    const ceiling = createRateCeiling({ perSitePerSecond: 100, perSecond: 10_000 }, clock);
    ceiling.setSiteFactor("lossy", 0.1);
    await Promise.all(Array.from({ length: 50 }, () => ceiling.acquire("lossy", 1, never)));
    expect(clock.monotonicMs()).toBeGreaterThan(4_900);
    const from = clock.monotonicMs();
    await Promise.all(Array.from({ length: 50 }, () => ceiling.acquire("fine", 1, never)));
    expect(clock.monotonicMs() - from).toBeLessThan(600);
  });

  it("lets a request larger than the bucket through alone, and has it paid back", async () => {
    const clock = fakeClock();
    const ceiling = createRateCeiling({ perSitePerSecond: 100, perSecond: 100 }, clock);
    await ceiling.acquire("a", 50, never);
    await ceiling.acquire("a", 1, never);
    expect(clock.monotonicMs()).toBeGreaterThan(400);
  });
});

describe("the device gate", () => {
  it("lets no more looks in than the limit, in the order they came", async () => {
    const gate = createDeviceGate(2);
    const order: number[] = [];
    let inside = 0;
    await Promise.all(
      [0, 1, 2, 3, 4].map(async (n) => {
        const leave = await gate.enter("d", never);
        order.push(n);
        expect(++inside).toBeLessThanOrEqual(2);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
        leave?.();
        leave?.();
      }),
    );
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect(gate.inside("d")).toBe(0);
  });

  it("gives up waiting when the signal aborts, without losing the place for others", async () => {
    const gate = createDeviceGate(1);
    const leave = await gate.enter("d", never);
    const ending = new AbortController();
    const lost = gate.enter("d", ending.signal);
    const next = gate.enter("d", never);
    ending.abort();
    expect(await lost).toBeUndefined();
    leave?.();
    expect(await next).toBeTypeOf("function");
  });
});
