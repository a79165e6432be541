/** What the audit says of escalation, and for how long it may say it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { MINUTE, SECOND } from "../../daemon/model/time.ts";
import type { PartnerTask } from "../../daemon/model/work.ts";
import { LeaseLost, type Log } from "../../daemon/ports.ts";
import { Auditor } from "../../daemon/roles/auditor.ts";
import { createLeaseKeeper, type LeaseKeeper } from "../../daemon/roles/lease.ts";
import { type OpenedStore, openStore } from "../../daemon/store/open.ts";
import { incident, START } from "../contracts/samples.ts";
import { FakeClock } from "../fakes/clock.ts";

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
let folder: string;
let clock: FakeClock;
let store: OpenedStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "vigie-audit-"));
  clock = new FakeClock(START);
  store = await openStore({ storage: { kind: "sqlite", path: join(folder, "vigie.db") }, stateDir: folder, clock });
  await store.migrate();
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

let repairs = 0;
function auditor(holder: string): { readonly leases: LeaseKeeper; readonly auditor: Auditor } {
  const leases = createLeaseKeeper({ store, clock, log: quiet, holder, roles: ["auditor"] });
  const stats = { repaired: () => (repairs += 1) };
  return { leases, auditor: new Auditor({ store, clock, log: quiet, leases, stats }) };
}

function task(id: string, over: Partial<PartnerTask>): PartnerTask {
  const asked = { partner: "sogique", ladder: ["noc"], asked: "the circuit", by: "paul", at: START } as const;
  const none = { broken: 0, court: [{ from: START }], contacts: [], rung: 0, told: 1, version: 1 };
  return { id, incident: "i1", state: "waiting", ...asked, ...none, ...over };
}

/** One turn of its loop. */
async function turn(one: Auditor): Promise<void> {
  const stop = new AbortController();
  await one.run(stop.signal, () => stop.abort());
}

it("an audit that has not gone round, or not for three minutes, is not well", async () => {
  const { leases, auditor: one } = auditor("a");
  expect(one.verdict()).toEqual({ ok: false, why: "the audit has not gone round yet" });
  await leases.acquire();
  await turn(one);
  expect(one.verdict().ok).toBe(true);
  clock.pass(3 * MINUTE + SECOND);
  expect(one.verdict()).toEqual({ ok: false, why: "the audit has not gone round for 181 s" });
});

it("whoever waits for the lease says what the one that audits has found, and no longer than that one goes round", async () => {
  const first = auditor("a");
  const second = auditor("b");
  await first.leases.acquire();
  await second.leases.acquire();
  await turn(first.auditor);
  await turn(second.auditor);
  expect(second.auditor.verdict()).toEqual(first.auditor.verdict());
  await store.transaction(undefined, (tx) => tx.insertIncident(incident("i1", { wakeAt: START - 10 * MINUTE, wakeFor: "escalate" })));
  clock.pass(MINUTE);
  await first.leases.acquire();
  await turn(first.auditor);
  await turn(second.auditor);
  expect(second.auditor.verdict()).toMatchObject({ ok: false, why: expect.stringContaining("its timer is overdue") });
  clock.pass(3 * MINUTE + SECOND);
  await turn(second.auditor);
  expect(second.auditor.verdict()).toMatchObject({ ok: false, why: expect.stringContaining("has not gone round") });
});

it("an overdue timer is a fault and no repair; an incident without a timer is repaired once", async () => {
  const { leases, auditor: one } = auditor("a");
  await leases.acquire();
  const { wakeAt: _w, wakeFor: _f, ...lost } = incident("i2");
  await store.transaction(undefined, async (tx) => {
    await tx.insertIncident(incident("i1", { wakeAt: START - 10 * MINUTE, wakeFor: "escalate" }));
    await tx.insertIncident({ ...lost, rootCause: "other", number: "VIG-2026-000002-09" });
  });
  repairs = 0;
  expect(await one.round()).toBe(2);
  expect(repairs).toBe(1);
  expect(await store.incident("i2")).toMatchObject({ wakeAt: START });
  expect(await one.round()).toBe(1);
  expect(repairs).toBe(1);
});

it("a partner's task whose time is over and nothing happened is a fault, and one that nobody will look at is repaired once", async () => {
  const { leases, auditor: one } = auditor("a");
  await leases.acquire();
  const { wakeAt: _w, ...unseen } = task("T2", {});
  await store.transaction(undefined, async (tx) => {
    await tx.insertIncident(incident("i1", { wakeAt: START + 60 * MINUTE, wakeFor: "follow-up" }));
    const closed = { number: "VIG-2026-000002-09", rootCause: "other", state: "closed" } as const;
    await tx.insertIncident(incident("i2", closed));
    for (const each of [task("T1", { wakeAt: START + MINUTE }), unseen, task("T3", { incident: "i2" }), task("T4", { state: "answered" })])
      await tx.saveTask(each);
  });
  repairs = 0;
  expect(await one.round()).toBe(1);
  expect(repairs).toBe(1);
  expect(await store.task("T2")).toMatchObject({ wakeAt: START, version: 2 });
  expect(await store.timeline("i1")).toMatchObject([{ event: "repaired", data: { task: "T2" } }]);
  // The keeper of tasks stands still: both are overdue, and there is no more to be done about it from here.
  clock.pass(4 * MINUTE);
  await leases.acquire();
  expect(await one.round()).toBe(2);
  expect(repairs).toBe(1);
  expect(one.verdict()).toMatchObject({ ok: false, why: expect.stringContaining("its partner's time is over and nothing has happened") });
  await store.transaction(undefined, async (tx) => {
    for (const id of ["T1", "T2"]) {
      const open = await tx.task(id);
      if (open !== undefined) await tx.saveTask({ ...open, wakeAt: START + 60 * MINUTE, version: open.version + 1 });
    }
  });
  expect(await one.round()).toBe(0);
  expect(one.verdict().ok).toBe(true);
});

it("a round that cannot be kept is no round", async () => {
  const { leases, auditor: one } = auditor("a");
  await leases.acquire();
  await store.acquireLease("auditor", "a", 1);
  clock.pass(31 * SECOND);
  await expect(one.round()).rejects.toThrow(LeaseLost);
  expect(one.verdict().ok).toBe(false);
});
