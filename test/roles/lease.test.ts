/** The right to write of the singleton roles, as one process keeps it. */
import { describe, expect, it } from "vitest";
import { SECOND } from "../../daemon/model/time.ts";
import { type Fence, LeaseLost, type Log, type Store, StoreUnavailable } from "../../daemon/ports.ts";
import { createLeaseKeeper, leasedTurns, leaseTtlMs } from "../../daemon/roles/lease.ts";
import { FakeClock } from "../fakes/clock.ts";

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

/** A store that gives leases, or does not. */
function keeper() {
  const clock = new FakeClock();
  const state = { free: true, up: true, asked: 0, released: [] as string[], delayMs: 0 };
  const store = {
    async acquireLeases(roles: readonly string[], holder: string): Promise<readonly (Fence | undefined)[]> {
      state.asked += roles.length;
      if (!state.up) throw new StoreUnavailable("SQLITE_BUSY");
      if (state.delayMs > 0) await clock.sleep(state.delayMs, new AbortController().signal);
      return roles.map((role) => (state.free ? { role, holder, epoch: 7 } : undefined));
    },
    async releaseLease(fence: Fence) {
      state.released.push(fence.role);
    },
  } as unknown as Store;
  return { clock, state, leases: createLeaseKeeper({ store, clock, log: quiet, holder: "me", roles: ["evaluator", "escalator"] }) };
}

describe("a lease", () => {
  it("gives a fence for each role, and is renewed at a third of its time", async () => {
    const { clock, state, leases } = keeper();
    await leases.acquire();
    expect(leases.fence("evaluator")).toEqual({ role: "evaluator", holder: "me", epoch: 7 });
    const abort = new AbortController();
    const ended = leases.run(abort.signal, () => {});
    await clock.advance(5 * leaseTtlMs);
    expect(leases.held("escalator")).toBe(true);
    expect(state.asked).toBeGreaterThanOrEqual(2 * 15);
    abort.abort();
    await ended;
  });

  it("that cannot be renewed ends by itself, by monotonic time: a jump of the wall clock neither ends nor lengthens it", async () => {
    const { clock, leases } = keeper();
    await leases.acquire();
    clock.jump(3 * 3_600_000);
    expect(leases.held("evaluator")).toBe(true);
    clock.jump(-6 * 3_600_000);
    await clock.advance(leaseTtlMs + 1);
    expect(leases.held("evaluator")).toBe(false);
    expect(() => leases.fence("evaluator")).toThrow(LeaseLost);
  });

  it("counts from before the question: a slow store makes it shorter here, never longer", async () => {
    const { clock, state, leases } = keeper();
    state.delayMs = 10 * SECOND;
    const asked = leases.acquire();
    await clock.advance(20 * SECOND);
    await asked;
    expect(leases.held("evaluator")).toBe(true);
    await clock.advance(11 * SECOND);
    expect(leases.held("evaluator")).toBe(false);
  });

  it("is renewed at once where the store took longer than a third of its time", async () => {
    const { clock, state, leases } = keeper();
    state.delayMs = 25 * SECOND;
    const abort = new AbortController();
    const ended = leases.run(abort.signal, () => {});
    await clock.advance(26 * SECOND);
    // Five seconds are left of what was asked for 26 seconds ago: the next question is under way.
    expect([leases.held("evaluator"), state.asked]).toEqual([true, 4]);
    state.delayMs = 0;
    await clock.advance(30 * SECOND);
    expect(leases.held("evaluator")).toBe(true);
    abort.abort();
    await ended;
  });

  it("of somebody else is waited for, beating meanwhile; an abort ends the wait", async () => {
    const { clock, state, leases } = keeper();
    state.free = false;
    await leases.acquire();
    let beats = 0;
    let got = false;
    const abort = new AbortController();
    const waiting = leases.wait("evaluator", abort.signal, () => (beats += 1)).then(() => (got = true));
    await clock.advance(5 * SECOND);
    expect([got, beats]).toEqual([false, 6]);
    state.free = true;
    await leases.acquire();
    await clock.advance(SECOND);
    expect(got).toBe(true);
    await waiting;
    state.free = false;
    await leases.acquire();
    const other = leases.wait("evaluator", abort.signal, () => {});
    abort.abort();
    await other;
  });

  it("outlives a store that is away for a moment, and is given back at the end", async () => {
    const { state, leases } = keeper();
    await leases.acquire();
    state.up = false;
    await expect(leases.acquire()).rejects.toThrow(StoreUnavailable);
    expect(leases.held("evaluator")).toBe(true);
    await leases.release();
    expect(state.released).toEqual(["evaluator", "escalator"]);
    expect(leases.held("evaluator")).toBe(false);
  });
});

it("a leased role reads back what the store holds when it gets the lease, and again when somebody else had it meanwhile", async () => {
  const clock = new FakeClock();
  const told: string[] = [];
  let epoch = 1;
  const leases = { fence: (role: string) => ({ role, holder: "me", epoch }), held: () => true, wait: async () => undefined };
  const load = async () => void told.push("load");
  const abort = new AbortController();
  const work = { role: "readiness", everyMs: SECOND, leases, clock, load, turn: async () => void told.push("turn") };
  const ended = leasedTurns(work, abort.signal, () => {});
  await clock.advance(1.5 * SECOND);
  epoch = 2;
  await clock.advance(2 * SECOND);
  abort.abort();
  await ended;
  expect(told).toEqual(["load", "turn", "turn", "load", "turn", "turn"]);
});
