/** A queue that nobody empties is bounded in memory too: what was displaced or handed out is let go, while newer ones keep coming. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { Queue } from "../../daemon/bus/queue.ts";
import type { Observation } from "../../daemon/model/observation.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const capacity = 1_000;

/** Of 700 checks, so that some have a newer look behind them. */
function observation(n: number): Observation {
  const status = n % 3 === 0 ? "down" : "up";
  const finding = { status, samples: [], readings: [], faults: [] } as const;
  const check = `check-${n % 700}`;
  return { id: `${check}@${n}`, check, device: check, kind: "icmp", at: n, seq: n, durationMs: 1, finding };
}

async function stillThere(of: readonly WeakRef<Observation>[]): Promise<number> {
  // A reference that was made in this turn holds until its end.
  await new Promise((resolve) => setTimeout(resolve, 10));
  collect();
  return of.filter((one) => one.deref() !== undefined).length;
}

it("while the store takes nothing", async () => {
  const queue = new Queue(capacity);
  const all: WeakRef<Observation>[] = [];
  for (let n = 0; n < 30 * capacity; n += 1) {
    const one = observation(n);
    all.push(new WeakRef(one));
    queue.push(one);
  }
  expect(await stillThere(all)).toBeLessThan(5 * capacity);
  expect([queue.depth, queue.displaced]).toEqual([capacity, 29 * capacity]);
});

it("after it was full once, while as much goes as comes", async () => {
  const queue = new Queue(capacity);
  const all: WeakRef<Observation>[] = [];
  for (let n = 0; n < 30 * capacity; n += 1) {
    const one = observation(n);
    all.push(new WeakRef(one));
    queue.push(one);
    if (n < capacity + 10) continue;
    if (n === capacity + 10) queue.take(capacity / 2);
    queue.acknowledge();
    queue.take(1);
  }
  expect(await stillThere(all)).toBeLessThan(5 * capacity);
  // Asked last, so that the queue itself is there until then.
  expect(queue.depth).toBe(capacity / 2);
});
