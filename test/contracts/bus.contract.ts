/**
 * What every bus promises: run over each adapter.
 */
import { describe, expect, it } from "vitest";
import { bare, type LookStatus, type Observation, type ProbeKind } from "../../daemon/model/observation.ts";
import type { Bus } from "../../daemon/ports.ts";
import type { FakeClock } from "../fakes/clock.ts";

export interface BusUnderTest {
  readonly bus: Bus;
  readonly clock: FakeClock;
}

let seq = 0;

export function look(check: string, slot: number, status: LookStatus = "up"): Observation {
  const [device = "", kind = "icmp"] = check.split("/");
  seq += 1;
  return { id: `${check}@${slot}`, check, device, kind: kind as ProbeKind, at: slot, seq, durationMs: 3, finding: bare(status) };
}

/** Consumes until `count` observations were acknowledged; `reject` decides which batches fail. */
async function consumed(
  { bus, clock }: BusUnderTest,
  options: { readonly count: number; readonly maxBatch?: number; readonly reject?: (turn: number) => boolean },
): Promise<{ readonly ids: readonly string[]; readonly batches: readonly (readonly string[])[] }> {
  const stop = new AbortController();
  const ids: string[] = [];
  const batches: string[][] = [];
  const running = bus.consume(
    { maxBatch: options.maxBatch ?? 100 },
    async (batch) => {
      batches.push(batch.map((each) => each.id));
      if (options.reject?.(batches.length) === true) throw new Error("not now");
      ids.push(...batch.map((each) => each.id));
      if (ids.length >= options.count) stop.abort();
    },
    stop.signal,
  );
  for (let turn = 0; turn < 200 && !stop.signal.aborted; turn += 1) await clock.advance(100);
  stop.abort();
  await running;
  return { ids, batches };
}

export function busContract(name: string, make: (capacity: number) => Promise<BusUnderTest>): void {
  describe(`bus: ${name}`, () => {
    it("hands over what was published, in order, at most maxBatch at a time", async () => {
      const under = await make(100);
      await under.bus.publish([1, 2, 3, 4, 5].map((slot) => look("a/icmp", slot)));
      expect(under.bus.depth()).toBe(5);
      const { batches } = await consumed(under, { count: 5, maxBatch: 2 });
      expect(batches).toEqual([["a/icmp@1", "a/icmp@2"], ["a/icmp@3", "a/icmp@4"], ["a/icmp@5"]]);
      expect(under.bus.depth()).toBe(0);
      expect(under.bus.displaced()).toBe(0);
    });

    it("wakes a consumer that waits, and stops at abort though nothing comes", async () => {
      const under = await make(100);
      const waiting = consumed(under, { count: 1 });
      await under.bus.publish([look("a/icmp", 1)]);
      expect((await waiting).ids).toEqual(["a/icmp@1"]);
      const stop = new AbortController();
      const idle = under.bus.consume({ maxBatch: 1 }, async () => {}, stop.signal);
      stop.abort();
      await idle;
    });

    it("brings a rejected batch again, before anything newer, so that the order per device holds", async () => {
      const under = await make(100);
      await under.bus.publish([look("a/icmp", 1), look("b/icmp", 1)]);
      const { ids, batches } = await consumed(under, {
        count: 3,
        maxBatch: 2,
        reject: (turn) => {
          if (turn === 1) void under.bus.publish([look("a/icmp", 2)]);
          return turn < 3;
        },
      });
      expect(batches.slice(0, 3)).toEqual([
        ["a/icmp@1", "b/icmp@1"],
        ["a/icmp@1", "b/icmp@1"],
        ["a/icmp@1", "b/icmp@1"],
      ]);
      expect(ids).toEqual(["a/icmp@1", "b/icmp@1", "a/icmp@2"]);
    });

    it("waits before it brings a rejected batch again", async () => {
      const under = await make(100);
      await under.bus.publish([look("a/icmp", 1)]);
      const stop = new AbortController();
      let calls = 0;
      const running = under.bus.consume(
        { maxBatch: 1 },
        async () => {
          calls += 1;
          throw new Error("never");
        },
        stop.signal,
      );
      await under.clock.advance(10_000);
      stop.abort();
      await running;
      expect(calls).toBeGreaterThan(3);
      expect(calls).toBeLessThan(20);
      expect(under.bus.depth()).toBe(1);
    });

    it("drops an id that it has seen within the window, acknowledged or not", async () => {
      const under = await make(100);
      await under.bus.publish([look("a/icmp", 1), look("a/icmp", 1)]);
      expect((await consumed(under, { count: 1 })).ids).toEqual(["a/icmp@1"]);
      await under.bus.publish([look("a/icmp", 1), look("a/icmp", 2)]);
      expect((await consumed(under, { count: 1 })).ids).toEqual(["a/icmp@2"]);
    });

    it("takes an id again once the window is long over", async () => {
      const under = await make(100);
      await under.bus.publish([look("a/icmp", 1)]);
      await consumed(under, { count: 1 });
      await under.clock.advance(10 * 60_000);
      await under.bus.publish([look("a/icmp", 1)]);
      expect(under.bus.depth()).toBe(1);
    });

    it("keeps the newest look of a check when it is full, and counts what it displaced", async () => {
      const under = await make(3);
      await under.bus.publish([look("a/icmp", 1), look("b/icmp", 1, "down"), look("c/icmp", 1), look("a/icmp", 2), look("a/icmp", 3)]);
      expect(under.bus.displaced()).toBe(2);
      expect((await consumed(under, { count: 3 })).ids).toEqual(["b/icmp@1", "c/icmp@1", "a/icmp@3"]);
    });

    it("gives up good looks before bad ones, and both before what was heard", async () => {
      const under = await make(4);
      await under.bus.publish([look("a/trap", 1), look("b/icmp", 1, "down"), look("c/icmp", 1), look("d/icmp", 1, "unknown")]);
      await under.bus.publish([look("e/trap", 1), look("f/trap", 1), look("g/trap", 1), look("h/icmp", 1)]);
      expect((await consumed(under, { count: 4 })).ids).toEqual(["a/trap@1", "e/trap@1", "f/trap@1", "g/trap@1"]);
      expect(under.bus.displaced()).toBe(4);
    });
  });
}
