/**
 * The local bus keeps the contract, and costs little at a thousand observations a second.
 */
import { describe, expect, it } from "vitest";
import { createLocalBus } from "../../daemon/bus/local.ts";
import { FakeClock } from "../fakes/clock.ts";
import { busContract, look } from "./bus.contract.ts";

busContract("local", async (capacity) => {
  const clock = new FakeClock();
  return { bus: createLocalBus({ capacity }, clock), clock };
});

describe("local bus", () => {
  it("takes together what comes one by one, at most ten times a second; the first after a pause at once, and a full batch too", async () => {
    const clock = new FakeClock();
    const bus = createLocalBus({ capacity: 100, gatherMs: 100 }, clock);
    const stop = new AbortController();
    const taken: (readonly [atMs: number, count: number])[] = [];
    const running = bus.consume(
      { maxBatch: 5 },
      async (batch) => {
        taken.push([clock.monotonicMs(), batch.length]);
      },
      stop.signal,
    );
    for (let slot = 0; slot < 10; slot += 1) {
      await bus.publish([look(`d${slot}/icmp`, slot)]);
      await clock.advance(30);
    }
    await clock.advance(700);
    expect(taken).toEqual([
      [0, 1],
      [100, 3],
      [200, 3],
      [300, 3],
    ]);
    await bus.publish([look("late/icmp", 1)]);
    await clock.advance(0);
    await bus.publish(Array.from({ length: 12 }, (_, slot) => look(`many${slot}/icmp`, slot)));
    await clock.advance(100);
    expect(taken.slice(4)).toEqual([
      [1_000, 1],
      [1_000, 5],
      [1_000, 5],
      [1_100, 2],
    ]);
    stop.abort();
    await running;
  });

  it("takes 100,000 observations through a full queue without losing count", async () => {
    const clock = new FakeClock();
    const bus = createLocalBus({ capacity: 20_000 }, clock);
    for (let slot = 0; slot < 10; slot += 1) {
      await bus.publish(Array.from({ length: 10_000 }, (_, device) => look(`d${device}/icmp`, slot)));
    }
    expect(bus.depth()).toBe(20_000);
    expect(bus.displaced()).toBe(80_000);
    const stop = new AbortController();
    let seen = 0;
    await bus.consume(
      { maxBatch: 500 },
      async (batch) => {
        seen += batch.length;
        if (seen === 20_000) stop.abort();
      },
      stop.signal,
    );
    expect(bus.depth()).toBe(0);
  });
});
