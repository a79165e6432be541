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
