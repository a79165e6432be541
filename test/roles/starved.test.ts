/**
 * A process that gets no time for longer than a lease lasts (a machine under load, a suspended virtual machine): it does not write on a right
 * that it may have lost, and when it has it again nothing that came meanwhile is lost or told twice. Real roles on a real store and bus.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { Board } from "../../daemon/board.ts";
import { createLocalBus } from "../../daemon/bus/local.ts";
import { systemClock } from "../../daemon/clock.ts";
import { bare, type Observation } from "../../daemon/model/observation.ts";
import { SECOND } from "../../daemon/model/time.ts";
import type { Clock, Log } from "../../daemon/ports.ts";
import { Evaluator } from "../../daemon/roles/evaluator.ts";
import { createLeaseKeeper, leaseTtlMs } from "../../daemon/roles/lease.ts";
import { Supervisor } from "../../daemon/roles/supervisor.ts";
import { openStore } from "../../daemon/store/open.ts";
import { configOf } from "../scenarios/scenario.ts";

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Real time, and time that passes without this process. */
class StarvedClock implements Clock {
  #skewMs = 0;
  #stopped = false;
  /** So much time passes, and until it wakes up nothing that waits goes on. */
  starve(ms: number): void {
    this.#skewMs += ms;
    this.#stopped = true;
  }
  wake(): void {
    this.#stopped = false;
  }
  now = (): number => systemClock.now() + this.#skewMs;
  monotonicMs = (): number => systemClock.monotonicMs() + this.#skewMs;
  sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
    const until = this.monotonicMs() + ms;
    while (!signal.aborted && (this.#stopped || this.monotonicMs() < until)) await systemClock.sleep(Math.min(20, ms), signal);
  };
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1_500; tries += 1) {
    if (await holds()) return;
    await pause(20);
  }
  throw new Error(`never: ${what}`);
}

async function begin() {
  const folder = mkdtempSync(join(tmpdir(), "vigie-starved-"));
  const config = await configOf(folder, { devices: "router-1 > codec-1, codec-2" });
  const clock = new StarvedClock();
  const open = () => openStore({ storage: config.storage, stateDir: config.instance.stateDir, clock });
  const store = await open();
  await store.migrate();
  const warned: string[] = [];
  const log: Log = {
    debug() {},
    info() {},
    warn: (data, text) => warned.push(`${text} ${JSON.stringify(data)}`),
    error: (data, text) => warned.push(`${text} ${JSON.stringify(data)}`),
    child: () => log,
  };
  const leases = createLeaseKeeper({ store, clock, log, holder: "us", roles: ["evaluator"] });
  const bus = createLocalBus({ capacity: 1_000 }, clock);
  const evaluator = new Evaluator({
    ...{ store, bus, clock, log, leases, board: new Board(), config: () => config },
    ...{ stats: { turn() {}, alarms() {} }, kick() {}, changed() {}, seen() {} },
  });
  const supervisor = new Supervisor(clock, log);
  await leases.acquire();
  supervisor.start(leases);
  supervisor.start(evaluator);
  ends.push(async () => {
    await supervisor.stop();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  let seq = 0;
  const look = (device: string, answers: boolean): Observation => {
    seq += 1;
    const finding = answers ? bare("up") : bare("down", "icmp.no-answer");
    return { id: `${device}@${seq}`, check: `${device}/icmp`, device, kind: "icmp", at: clock.now() + seq, seq, durationMs: 1, finding };
  };
  await bus.publish(["router-1", "codec-1", "codec-2"].map((device) => look(device, true)));
  await until("the first looks are judged", () => bus.depth() === 0);
  return { config, clock, open, store, bus, leases, evaluator, look, warned };
}

it("nobody else took it: it is taken again, and what came meanwhile is judged once", async () => {
  const { clock, store, bus, leases, look, warned } = await begin();
  const before = leases.fence("evaluator");
  clock.starve(leaseTtlMs + 10 * SECOND);
  expect(leases.held("evaluator")).toBe(false);
  expect(() => leases.fence("evaluator")).toThrow("ran out before this process came to renew it");
  await bus.publish([1, 2, 3].map(() => look("codec-1", false)));
  clock.wake();
  await until("its incident is open", async () => (await store.openIncidents()).length > 0);
  await until("all is judged", () => bus.depth() === 0);
  expect((await store.openIncidents()).map(({ rootCause, occurrences }) => [rootCause, occurrences])).toEqual([["down:codec-1", 1]]);
  expect(leases.held("evaluator")).toBe(true);
  expect(leases.fence("evaluator").epoch).toBe(before.epoch);
  expect(warned.join(), "it was not silent about it").toContain("ran out before this process came to renew it");
});

it("another process took it meanwhile: ours writes nothing until that one is done, then reads back what it wrote and goes on", async () => {
  const { clock, open, store, bus, leases, evaluator, look } = await begin();
  const before = leases.fence("evaluator");
  const other = await open();
  ends.push(() => other.close());
  clock.starve(leaseTtlMs + 10 * SECOND);
  const theirs = await other.acquireLease("evaluator", "them", leaseTtlMs);
  if (theirs === undefined) throw new Error("it was not free");
  expect(theirs.epoch).toBeGreaterThan(before.epoch);
  await expect(store.transaction(before, async () => undefined)).rejects.toThrow("no longer us");
  await bus.publish([1, 2, 3].map(() => look("codec-1", false)));
  clock.wake();
  await until("ours knows", () => !leases.held("evaluator"));
  await pause(1_500);
  expect(await store.openIncidents(), "nothing is written on a lease that is gone").toEqual([]);
  expect(bus.depth(), "nor acknowledged").toBe(3);
  const alarm = {
    ...{ key: "codec-2|high-loss|", device: "codec-2", symptom: "high-loss", rule: "high-loss", since: clock.now() },
    state: "active",
  } as const;
  const rest = { badLooks: 3, goodLooks: 0, movedAt: clock.now(), movedSeq: 0, flapRing: 0, flapping: false, raisedBy: "look" } as const;
  await other.transaction(theirs, (tx) => tx.saveAlarms([{ ...alarm, ...rest }]));
  await other.releaseLease(theirs);
  await until("its incident is open", async () => (await store.openIncidents()).length > 0);
  await until("all is judged", () => bus.depth() === 0);
  // What they had not come to judge is judged too.
  const left = (await store.openIncidents()).map(({ rootCause }) => rootCause).sort();
  expect(left).toEqual(["codec-2|high-loss|", "down:codec-1"]);
  expect(leases.fence("evaluator").epoch).toBeGreaterThan(theirs.epoch);
  expect(evaluator.memory.get("codec-2|high-loss|"), "what they wrote is known").toMatchObject({ state: "active" });
});
