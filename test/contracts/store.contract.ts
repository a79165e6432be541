/**
 * What every store promises: run on SQLite and on a real PostgreSQL.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Knex } from "knex";
import { afterEach, beforeEach, describe, expect, it, type TestContext, vi } from "vitest";
import type { DeviceEvent } from "../../daemon/model/inventory.ts";
import type { DeviceLights } from "../../daemon/model/lights.ts";
import { DAY, HOUR, MINUTE } from "../../daemon/model/time.ts";
import { type DeviceEventQuery, type Fence, LeaseLost, RaceLost, type RollupPoint } from "../../daemon/ports.ts";
import type { OpenedStore } from "../../daemon/store/open.ts";
import type { FakeClock } from "../fakes/clock.ts";
import { auditContract } from "./audit.contract.ts";
import { diagnosesContract } from "./diagnoses.contract.ts";
import { glanceContract } from "./glance.contract.ts";
import { joiningContract } from "./joining.contract.ts";
import { looksContract } from "./looks.contract.ts";
import { maintenanceContract } from "./maintenance.contract.ts";
import { notifyContract } from "./notify.contract.ts";
import { onCallContract } from "./on-call.contract.ts";
import { privacyContract } from "./privacy.contract.ts";
import { problemsContract } from "./problems.contract.ts";
import { reportsContract } from "./reports.contract.ts";
import { requestsContract } from "./requests.contract.ts";
import { alarm, incident, line, message, policy, START } from "./samples.ts";
import { sessionsContract } from "./sessions.contract.ts";
import { signInsContract } from "./sign-ins.contract.ts";
import { workContract } from "./work.contract.ts";

/** A fresh database; `open` may be called several times, as several processes would. */
export interface Ground {
  readonly stateDir: string;
  /** Has a clock of its own; on SQLite leases go by it. */
  open(): Promise<{ readonly store: OpenedStore; readonly clock: FakeClock }>;
  /** The database itself, around the store. */
  readonly raw: Knex;
  remove(): Promise<void>;
}

export function storeContract(name: string, make: (context: TestContext) => Promise<Ground>): void {
  describe(`store: ${name}`, () => {
    let ground: Ground;
    let store: OpenedStore;
    let clock: FakeClock;

    beforeEach(async (context) => {
      ground = await make(context as unknown as TestContext);
      ({ store, clock } = await ground.open());
      await store.migrate();
    });
    afterEach(async () => {
      await store?.close();
      await ground?.remove();
    });

    describe("schema", () => {
      it("migrating again changes nothing, also when two start at once", async () => {
        const other = await ground.open();
        await Promise.all([store.migrate(), other.store.migrate()]);
        await store.ping();
        await other.store.close();
      });

      it("refuses a schema that is newer than the daemon, and says what to do", async () => {
        await ground.raw("schema_versions").insert({ version: 999, name: "future", applied_at: 1 });
        await expect(store.migrate()).rejects.toThrow(
          /schema version 999, this daemon knows versions up to \d+; start the newer daemon again/,
        );
        await ground.raw("schema_versions").where({ version: 999 }).delete();
        await store.migrate();
      });
    });

    sessionsContract(() => store);
    describe("incidents that are joined", () => joiningContract(() => store));
    maintenanceContract(() => store);
    workContract(() => store);
    auditContract(
      () => store,
      () => ground.raw,
    );
    privacyContract(() => store);
    signInsContract(
      () => store,
      () => clock,
    );
    requestsContract(() => store);
    diagnosesContract(() => store);
    reportsContract(() => store);
    onCallContract(() => store);
    problemsContract(() => store);
    notifyContract(() => store);
    looksContract(
      () => store,
      () => ground.raw,
    );

    describe("transactions", () => {
      it("keeps nothing of work that fails, and passes its error on", async () => {
        const work = store.transaction(undefined, async (tx) => {
          await tx.insertIncident(incident("i1"));
          await tx.keep("fact", 1);
          throw new TypeError("changed my mind");
        });
        await expect(work).rejects.toThrow(TypeError);
        expect(await store.incident("i1")).toBeUndefined();
        expect(await store.kept("fact")).toBeUndefined();
      });

      it("sees its own writes, and others see them only after the commit", async () => {
        await store.transaction(undefined, async (tx) => {
          await tx.insertIncident(incident("i1"));
          expect((await tx.incident("i1"))?.id).toBe("i1");
          expect(await store.incident("i1")).toBeUndefined();
        });
        expect((await store.incident("i1"))?.id).toBe("i1");
      });

      it("two writers that read and then write lose nothing in 400 transactions", async () => {
        const other = await ground.open();
        await store.transaction(undefined, (tx) => tx.insertIncident(incident("i1")));
        let lost = 0;
        const raise = async (one: OpenedStore) => {
          for (let done = 0; done < 200; ) {
            try {
              await one.transaction(undefined, async (tx) => {
                const now = await tx.incident("i1");
                if (now === undefined) throw new Error("gone");
                await tx.updateIncident({ ...now, occurrences: now.occurrences + 1, version: now.version + 1 });
              });
              done += 1;
            } catch (error) {
              // PostgreSQL lets both read; the later one hears it. Anything else (SQLITE_BUSY) fails the test.
              if (!(error instanceof RaceLost)) throw error;
              lost += 1;
            }
          }
        };
        await Promise.all([raise(store), raise(other.store)]);
        expect(await store.incident("i1")).toMatchObject({ occurrences: 401, version: 401 });
        if (store.kind === "sqlite") expect(lost).toBe(0);
        await other.store.close();
      });
    });

    describe("incidents", () => {
      const save = (...all: Parameters<typeof incident>[]) =>
        store.transaction(undefined, async (tx) => {
          for (const each of all) await tx.insertIncident(incident(...each));
        });

      it("come back exactly as they went in, by id and by number, policy included", async () => {
        const whole = incident("i1", {
          room: "a101",
          part: "camera 1",
          holder: "ana",
          wakeAt: START + 5,
          wakeFor: "notice",
          noticeSent: true,
        });
        await store.transaction(undefined, (tx) => tx.insertIncident(whole));
        expect(await store.incident("i1")).toEqual(whole);
        expect(await store.incident(whole.number)).toEqual(whole);
        expect(await store.incident("nobody")).toBeUndefined();
      });

      it("one root cause has one open incident; the second loses the race", async () => {
        await save(["i1", { rootCause: "r" }]);
        await expect(save(["i2", { rootCause: "r" }])).rejects.toThrow(RaceLost);
        await save(["i3", { rootCause: "r", foldedInto: "i1" }], ["i4", { rootCause: "r", state: "closed", closedAt: START }]);
        expect((await store.transaction(undefined, (tx) => tx.openByRootCause("r")))?.id).toBe("i1");
      });

      it("a restored incident does not stand in the way of a new one of its root cause, and gathers nothing", async () => {
        await save(["i1", { rootCause: "r", state: "restored", restoredAt: START }]);
        expect(await store.transaction(undefined, (tx) => tx.openByRootCause("r"))).toBeUndefined();
        await save(["i2", { rootCause: "r" }]);
        expect((await store.transaction(undefined, (tx) => tx.openByRootCause("r")))?.id).toBe("i2");
        expect((await store.openIncidents()).map((each) => each.id).sort()).toEqual(["i1", "i2"]);
      });

      it("two who open the same root cause at once: one wins, one loses the race", async () => {
        const other = await ground.open();
        const open = (one: OpenedStore, id: string) =>
          one.transaction(undefined, (tx) => tx.insertIncident(incident(id, { rootCause: "r" })));
        const results = await Promise.allSettled([open(store, "i1"), open(other.store, "i2")]);
        expect(results.map((each) => each.status).sort()).toEqual(["fulfilled", "rejected"]);
        expect(results.find((each) => each.status === "rejected")?.reason).toBeInstanceOf(RaceLost);
        await other.store.close();
      });

      it("a closed one does not reopen beside an open one of the same root cause", async () => {
        await save(["i1", { rootCause: "r", state: "closed", closedAt: START }], ["i2", { rootCause: "r" }]);
        const reopen = store.transaction(undefined, (tx) => tx.updateIncident(incident("i1", { rootCause: "r", version: 2 })));
        await expect(reopen).rejects.toThrow(RaceLost);
      });

      it("are written only over the version that was read", async () => {
        await save(["i1"]);
        const write = (version: number) => store.transaction(undefined, (tx) => tx.updateIncident(incident("i1", { version })));
        await expect(write(3)).rejects.toThrow(RaceLost);
        await write(2);
        await expect(write(2)).rejects.toThrow(RaceLost);
        expect((await store.incident("i1"))?.version).toBe(2);
      });

      it("are found when due, by device, and by how they ended", async () => {
        await save(
          ["i1", { wakeAt: START + 10 }],
          ["i2", { wakeAt: START + 5 }],
          ["i3", { wakeAt: START + 20 }],
          ["i4", { wakeAt: START + 1, state: "closed", closedAt: START + 1, restoredAt: START }],
          ["i5", { device: "codec-i1", rootCause: "x", foldedInto: "i1" }],
        );
        await store.transaction(undefined, async (tx) => {
          expect((await tx.dueIncidents(START + 10, 10)).map((each) => each.id)).toEqual(["i2", "i1"]);
          expect((await tx.dueIncidents(START + 10, 1)).map((each) => each.id)).toEqual(["i2"]);
          expect((await tx.latestByFingerprint("codec-i4|unreachable|", START - 1))?.id).toBe("i4");
          expect(await tx.latestByFingerprint("codec-i4|unreachable|", START + 1)).toBeUndefined();
          expect(await tx.latestByFingerprint("codec-i1|unreachable|", 0)).toBeUndefined();
        });
        expect((await store.openIncidents()).map((each) => each.id).sort()).toEqual(["i1", "i2", "i3", "i5"]);
        // What is closed is not due, whenever it would have been.
        expect([await store.isIncidentDue(START + 4), await store.isIncidentDue(START + 5)]).toEqual([false, true]);
      });

      it("in a backlog the first of each site goes before what else is due, but of a site whose turn it has been", async () => {
        const due = (id: string, site: string, ms: number): [string, object] => [id, { site, wakeAt: START + ms }];
        await save(
          due("i1", "mgh", 1),
          due("i2", "mgh", 2),
          due("i3", "mgh", 3),
          due("i4", "rvh", 8),
          due("i5", "rvh", 9),
          due("i6", "jgh", 7),
        );
        await save(due("i7", "far", 99));
        await store.transaction(undefined, async (tx) => {
          const ids = async (limit: number, passed?: readonly string[]) =>
            (await tx.dueIncidents(START + 10, limit, passed)).map(({ id }) => id);
          expect(await ids(4)).toEqual(["i1", "i2", "i3", "i6"]);
          expect(await ids(4, ["mgh"])).toEqual(["i6", "i4", "i1", "i2"]);
          expect(await ids(2, ["mgh", "jgh"])).toEqual(["i4", "i1"]);
          expect(await ids(4, ["mgh", "rvh", "jgh"])).toEqual(["i1", "i2", "i3", "i6"]);
          // Nobody waits behind others: all go, in their order.
          expect(await ids(10, ["mgh"])).toEqual(["i1", "i2", "i3", "i6", "i4", "i5"]);
        });
        expect((await store.incidentsById(["i7", "i1", "i1", "nobody"])).map(({ id }) => id).sort()).toEqual(["i1", "i7"]);
      });

      it("are paged newest first without gap or repeat, also where they opened at the same time", async () => {
        const ids = Array.from({ length: 25 }, (_, index) => `i${String(index).padStart(2, "0")}`);
        await save(
          ...ids.map(
            (id, index): Parameters<typeof incident> => [id, { openedAt: START + Math.floor(index / 4), site: index % 2 ? "a" : "b" }],
          ),
        );
        const seen: string[] = [];
        let before: { openedAt: number; id: string } | undefined;
        for (;;) {
          const page = await store.incidents({ limit: 7, ...(before === undefined ? {} : { before }) });
          seen.push(...page.map((each) => each.id));
          const last = page.at(-1);
          if (last === undefined) break;
          before = { openedAt: last.openedAt, id: last.id };
        }
        expect(seen).toEqual([...ids].reverse());
        expect(await store.incidents({ site: "a", states: ["open"], since: START + 5, limit: 100 })).toHaveLength(2);
        expect(await store.incidents({ states: ["closed"], limit: 100 })).toHaveLength(0);
        expect(await store.incidents({ folded: true, limit: 100 })).toHaveLength(0);
      });

      it("recur by occurrences within 30 and 90 days, what was reopened as one, without false alarms, tests, duplicates and folded ones", async () => {
        const ended = (openedAt: number) => ({ state: "closed", openedAt, closedAt: openedAt, fingerprint: "f" }) as const;
        await save(
          ["i1", { ...ended(START - DAY), occurrences: 3 }],
          ["i2", ended(START - 40 * DAY)],
          ["i3", ended(START - 100 * DAY)],
          ["i4", { ...ended(START - DAY), disposition: "false-alarm" }],
          ["i5", { ...ended(START - DAY), disposition: "test" }],
          ["i6", { ...ended(START - DAY), disposition: "duplicate" }],
          ["i7", { ...ended(START - DAY), foldedInto: "i1" }],
          ["i8", { ...ended(START - DAY), fingerprint: "g", disposition: "fixed" }],
        );
        const [first, second, ...rest] = await store.recurrences(START, 10);
        expect(first).toMatchObject({
          fingerprint: "f",
          occurrences30: 1,
          occurrences90: 2,
          lastAt: START - DAY,
          site: "mgh",
          symptom: "unreachable",
        });
        expect(second).toMatchObject({ fingerprint: "g", occurrences90: 1 });
        expect(rest).toEqual([]);
        const found = async (fingerprints: readonly string[]) =>
          (await store.incidents({ fingerprints, since: START - 90 * DAY, folded: false, limit: 10 })).map(({ id }) => id).sort();
        expect(await found(["g"])).toEqual(["i8"]);
        expect(await found(["f", "g"])).toEqual(["i1", "i2", "i4", "i5", "i6", "i8"]);
        expect(await found([])).toEqual([]);
      });

      it("neither reopen nor recur of what a person called a false alarm, a test or a duplicate", async () => {
        const closed = (openedAt: number) => ({ state: "closed", openedAt, closedAt: openedAt, fingerprint: "f" }) as const;
        await save(
          ["i1", { ...closed(START - 3 * DAY), disposition: "fixed" }],
          ["i2", { ...closed(START - 2 * DAY), disposition: "false-alarm" }],
          ["i3", { ...closed(START - DAY), disposition: "test" }],
          ["i4", { ...closed(START), disposition: "duplicate" }],
        );
        await store.transaction(undefined, async (tx) => {
          expect((await tx.latestByFingerprint("f", START - 90 * DAY))?.id).toBe("i1");
          expect(await tx.latestByFingerprint("f", START - 2 * DAY)).toBeUndefined();
        });
      });

      it("are counted by rule and outcome within 30 and 90 days, and found by them", async () => {
        const opened = (rule: string, days: number, more: Parameters<typeof incident>[1] = {}) => ({
          rule,
          openedAt: START - days * DAY,
          ...more,
        });
        const closed = (disposition: "false-alarm" | "fixed") => ({ state: "closed", closedAt: START, disposition }) as const;
        await save(
          ["i1", opened("high-loss", 1, closed("false-alarm"))],
          ["i2", opened("high-loss", 40, closed("false-alarm"))],
          ["i3", opened("high-loss", 100, closed("false-alarm"))],
          ["i4", opened("high-loss", 2, closed("fixed"))],
          ["i5", opened("high-loss", 3)],
          ["i6", opened("unreachable", 3)],
          ["i7", opened("unreachable", 3, { foldedInto: "i6", state: "closed", closedAt: START })],
        );
        expect(await store.ruleTallies(START)).toEqual(
          expect.arrayContaining([
            { rule: "high-loss", disposition: "false-alarm", opened30: 1, opened90: 2 },
            { rule: "high-loss", disposition: "fixed", opened30: 1, opened90: 1 },
            { rule: "high-loss", opened30: 1, opened90: 1 },
            { rule: "unreachable", opened30: 1, opened90: 1 },
          ]),
        );
        expect(await store.ruleTallies(START)).toHaveLength(4);
        const found = await store.incidents({ rule: "high-loss", disposition: "false-alarm", since: START - 90 * DAY, limit: 10 });
        expect(found.map(({ id }) => id)).toEqual(["i1", "i2"]);
      });

      it("tell when people were told because of a rule, once for all who were told together", async () => {
        await save(["i1", { rule: "high-loss", device: "codec-1" }]);
        const row = (key: string, change: Parameters<typeof message>[1]) => message(key, { incident: "i1", ...change });
        await store.transaction(undefined, (tx) =>
          tx.addOutbox([row("k1", {}), row("k2", {}), row("k3", { kind: "escalation", level: 2 }), row("k4", { kind: "restored" })]),
        );
        const sent = (key: string, at: number) => ({ key, state: "accepted" as const, at });
        await store.recordDeliveries([sent("k1", START + 1), sent("k2", START + 2), sent("k3", START + 60), sent("k4", START + 90)]);
        const page = (at: number) => ({ rule: "high-loss", site: "mgh", device: "codec-1", at });
        expect(await store.rulePages(START, 10)).toEqual([page(START + 60), page(START + 1)]);
        expect(await store.rulePages(START + 2, 10)).toEqual([page(START + 60), page(START + 2)]);
        expect(await store.rulePages(START, 1)).toEqual([page(START + 60)]);
      });
    });

    describe("request numbers", () => {
      it("never repeat, per prefix and year, and what was not used is listed", async () => {
        const other = await ground.open();
        const many = await Promise.all(
          Array.from({ length: 20 }, (_, index) => (index % 2 ? store : other.store).reserveNumber("VIG", 2026)),
        );
        expect([...many].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
        expect(await store.reserveNumber("VIG", 2027)).toBe(1);
        await store.transaction(undefined, (tx) => tx.insertIncident(incident("i7", { number: "VIG-2026-000007-12" })));
        const unused = await store.unusedNumbers(100);
        expect(unused).toHaveLength(20);
        expect(unused.some(({ year, seq }) => year === 2026 && seq === 7)).toBe(false);
        await other.store.close();
      });

      it("come in rows when many incidents open at once, beside others who ask, and each only once", async () => {
        const other = await ground.open();
        const rows = await Promise.all([store.reserveNumbers("VIG", 2026, 300), other.store.reserveNumbers("VIG", 2026, 250)]);
        expect(await store.reserveNumbers("VIG", 2026, 0)).toEqual([]);
        for (const row of rows) expect(row).toEqual(Array.from(row, (_, n) => (row[0] ?? 0) + n));
        expect(new Set(rows.flat()).size).toBe(550);
        expect(await store.reserveNumber("VIG", 2026)).toBe(551);
        expect(await store.unusedNumbers(1_000)).toHaveLength(551);
        await other.store.close();
      });

      it("continue above the mark kept beside the database, whatever the database says", async () => {
        await store.reserveNumber("VIG", 2026);
        writeFileSync(join(ground.stateDir, "numbers.json"), JSON.stringify({ "VIG-2026": 41 }));
        const later = await ground.open();
        expect(await later.store.reserveNumber("VIG", 2026)).toBe(42);
        expect(JSON.parse(readFileSync(join(ground.stateDir, "numbers.json"), "utf8"))).toEqual({ "VIG-2026": 42 });
        // Who reserved them died before the commit: they are gaps like others, and listed.
        expect((await later.store.unusedNumbers(100)).map(({ seq }) => seq)).toEqual(Array.from({ length: 42 }, (_, n) => n + 1));
        await later.store.close();
      });

      it("stay reserved though the transaction that asked for one fails", async () => {
        const seq = await store.reserveNumber("VIG", 2026);
        await expect(store.transaction(undefined, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
        expect(await store.reserveNumber("VIG", 2026)).toBe(seq + 1);
      });
    });

    describe("what waits", () =>
      glanceContract(
        () => ({ store, clock }),
        () => ground.open(),
      ));

    describe("leases", () => {
      const write = (fence: Fence, one = store) => one.transaction(fence, (tx) => tx.keep("written", fence.epoch));

      it("belong to one holder; renewing keeps the epoch", async () => {
        const first = await store.acquireLease("evaluator", "a", 60_000);
        expect(first).toMatchObject({ role: "evaluator", holder: "a" });
        expect(await store.acquireLease("evaluator", "b", 60_000)).toBeUndefined();
        expect(await store.acquireLease("evaluator", "a", 60_000)).toEqual(first);
        expect(await store.acquireLease("auditor", "b", 60_000)).toBeDefined();
        await write(first as Fence);
      });

      it("once released go to the next, and the old holder's write is refused", async () => {
        const first = (await store.acquireLease("evaluator", "a", 60_000)) as Fence;
        await store.releaseLease(first);
        const second = (await store.acquireLease("evaluator", "b", 60_000)) as Fence;
        expect(second.epoch).toBeGreaterThan(first.epoch);
        await expect(write(first)).rejects.toThrow(LeaseLost);
        await store.releaseLease(first);
        await write(second);
        expect(await store.kept("written")).toBe(second.epoch);
      });

      it("of a crashed holder end by themselves, and its late write is refused", async () => {
        const other = await ground.open();
        const first = (await store.acquireLease("evaluator", "a", 500)) as Fence;
        const taken = await vi.waitFor(
          async () => {
            await other.clock.advance(100);
            const fence = await other.store.acquireLease("evaluator", "b", 60_000);
            if (fence === undefined) throw new Error("still held");
            return fence;
          },
          { timeout: 10_000, interval: 100 },
        );
        expect(taken.epoch).toBeGreaterThan(first.epoch);
        await expect(write(first)).rejects.toThrow(LeaseLost);
        await write(taken, other.store);
        await other.store.close();
      });

      it("are taken over at once by a restart under the same name, and the dead process's write is refused", async () => {
        const before = (await store.acquireLease("evaluator", "a", 60_000)) as Fence;
        const restarted = await ground.open();
        const after = (await restarted.store.acquireLease("evaluator", "a", 60_000)) as Fence;
        expect(after.epoch).toBe(before.epoch + 1);
        await expect(write(before)).rejects.toThrow(LeaseLost);
        await write(after, restarted.store);
        await restarted.store.close();
      });
    });

    describe("outbox", () => {
      const add = (...rows: Parameters<typeof message>[]) =>
        store.transaction(undefined, (tx) => tx.addOutbox(rows.map((row) => message(...row))));
      const claim = (change: Partial<{ now: number; limit: number; worker: string }> = {}, one = store) =>
        one.claimOutbox({ now: START, leaseMs: 30_000, limit: 100, worker: "w1", ...change });
      const keys = (rows: readonly { readonly key: string }[]) => rows.map((row) => row.key);

      it("gives what is due, oldest first, and nothing twice while it is claimed", async () => {
        await add(["k3", { notBefore: START + 1 }], ["k2", { createdAt: START + 1 }], ["k1", {}]);
        expect(await store.outboxDepth()).toEqual({ pending: 3, oldestAt: START });
        expect(keys(await claim())).toEqual(["k1", "k2"]);
        expect(await claim({ worker: "w2" })).toEqual([]);
        expect(keys(await claim({ now: START + 1, worker: "w2" }))).toEqual(["k3"]);
      });

      it("counts a message as late from when it was due: not while it may wait, and on through every try that failed", async () => {
        await add(["night", { createdAt: START - DAY, notBefore: START + 9 * HOUR }]);
        expect(await store.outboxDepth()).toEqual({ pending: 1, oldestAt: START + 9 * HOUR });
        await add(["k1"]);
        await claim();
        const again = (change: object) =>
          store.recordDeliveries([{ key: "k1", state: "pending", at: START + 1, notBefore: START + HOUR, ...change }]);
        await again({ error: "421 try later" });
        expect(await store.outboxDepth()).toEqual({ pending: 2, oldestAt: START });
        await again({ dueAt: START + HOUR });
        expect(await store.outboxDepth()).toEqual({ pending: 2, oldestAt: START + HOUR });
        await store.transaction(undefined, (tx) => tx.moveOutbox(HOUR));
        expect(await store.outboxDepth(), "a clock that jumps").toEqual({ pending: 2, oldestAt: START + 2 * HOUR });
        await store.transaction(undefined, (tx) => tx.hastenOutbox("i1", START));
        expect(await store.outboxDepth()).toEqual({ pending: 2, oldestAt: START });
      });

      it("keeps the first row of a key", async () => {
        await add(["k1", { address: "first@example.org" }]);
        await add(["k1", { address: "second@example.org" }], ["k2"]);
        expect((await claim()).map(({ key, address }) => [key, address])).toEqual([
          ["k1", "first@example.org"],
          ["k2", "desk@example.org"],
        ]);
      });

      it("gives a claim that ended unanswered again, marked as maybe a duplicate", async () => {
        await add(["k1"]);
        expect(await claim()).toMatchObject([{ key: "k1", attempts: 0, maybeDuplicate: false }]);
        expect(await claim({ now: START + 29_999 })).toEqual([]);
        expect(await claim({ now: START + 30_000 })).toMatchObject([{ key: "k1", attempts: 1, maybeDuplicate: true }]);
      });

      it("tries again when told to, and not before", async () => {
        await add(["k1"]);
        await claim();
        await store.recordDeliveries([{ key: "k1", state: "pending", at: START + 1, notBefore: START + 5_000, error: "421 try later" }]);
        expect(await claim({ now: START + 4_999 })).toEqual([]);
        expect(await claim({ now: START + 5_000 })).toMatchObject([{ key: "k1", attempts: 1, maybeDuplicate: false }]);
        await store.recordDeliveries([{ key: "k1", state: "accepted", at: START + 6_000, proof: "250 queued" }]);
        expect(await store.deliveries("i1")).toMatchObject([
          { state: "accepted", attempts: 2, sentAt: START + 6_000, proof: "250 queued" },
        ]);
        expect((await store.deliveries("i1"))[0]).not.toHaveProperty("error");
        expect(await store.attempts("k1")).toEqual([
          { attempt: 1, state: "pending", at: START + 1, error: "421 try later" },
          { attempt: 2, state: "accepted", at: START + 6_000, proof: "250 queued" },
        ]);
        expect(await store.outboxDepth()).toEqual({ pending: 0 });
      });

      it("a late failure does not turn a sent message back into a pending one", async () => {
        await add(["k1"]);
        await claim();
        await store.recordDeliveries([{ key: "k1", state: "sent", at: START + 1 }]);
        await store.recordDeliveries([{ key: "k1", state: "pending", at: START + 2, notBefore: START, error: "timeout" }]);
        expect(await store.deliveries("i1")).toMatchObject([{ state: "sent" }]);
        expect(await claim({ now: START + HOUR })).toEqual([]);
      });

      it("drops what is still pending of an incident, with the reason, and leaves what is on its way", async () => {
        await add(["k1"], ["k2", { notBefore: START + 10 }], ["k3", { incident: "i2", notBefore: START + 10 }]);
        await claim();
        await store.transaction(undefined, (tx) => tx.dropPending("i1", "acknowledged", START + 1));
        expect((await store.deliveries("i1")).map(({ key, state, error }) => [key, state, error])).toEqual([
          ["k1", "claimed", undefined],
          ["k2", "dropped", "acknowledged"],
        ]);
        expect(keys(await claim({ now: START + 10 }))).toEqual(["k3"]);
      });

      it("moves what waits when the wall clock has jumped, and nothing that has gone", async () => {
        await add(["k1"], ["k2", { notBefore: START + HOUR }]);
        await claim();
        await store.recordDeliveries([{ key: "k1", state: "sent", at: START }]);
        await store.transaction(undefined, (tx) => tx.moveOutbox(-HOUR));
        const [sent, waiting] = await store.deliveries("i1");
        expect([sent?.notBefore, waiting?.notBefore]).toEqual([START, START]);
        expect(keys(await claim())).toEqual(["k2"]);
      });

      it("two dispatchers never claim the same row", async () => {
        const other = await ground.open();
        await add(...Array.from({ length: 300 }, (_, index): Parameters<typeof message> => [`k${index}`]));
        const taken: string[] = [];
        const work = async (one: OpenedStore, worker: string) => {
          for (;;) {
            const rows = await claim({ limit: 7, worker }, one);
            if (rows.length === 0) return;
            taken.push(...keys(rows));
          }
        };
        await Promise.all([work(store, "w1"), work(other.store, "w2"), work(store, "w3")]);
        expect(new Set(taken).size).toBe(300);
        expect(taken).toHaveLength(300);
        await other.store.close();
      });
    });

    describe("timeline", () => {
      beforeEach(async () => {
        await store.transaction(undefined, async (tx) => {
          await tx.insertIncident(incident("i1"));
          await tx.insertIncident(incident("i2"));
          await tx.appendTimeline([line("i1", "opened"), line("i2", "opened"), line("i1", "told", { data: { level: 1, to: "desk" } })]);
          await tx.appendTimeline([line("i1", "note", { by: "ana", why: "the caller is Jean Tremblay" })]);
        });
      });

      it("is numbered and chained per incident", async () => {
        const lines = await store.timeline("i1");
        expect(lines.map(({ seq, event }) => [seq, event])).toEqual([
          [1, "opened"],
          [2, "told"],
          [3, "note"],
        ]);
        expect(lines[1]).toMatchObject({ at: START, by: "system", why: "because of told", data: { level: 1, to: "desk" } });
        expect(new Set(lines.map((each) => each.hash)).size).toBe(3);
        expect(await store.verifyTimeline()).toEqual({ checked: 4 });
        expect(await store.verifyTimeline("i1")).toEqual({ checked: 3 });
      });

      it("two who append at once both find their place, or one loses the race", async () => {
        const other = await ground.open();
        const append = (one: OpenedStore, event: string) => one.transaction(undefined, (tx) => tx.appendTimeline([line("i1", event)]));
        const results = await Promise.allSettled([append(store, "a"), append(other.store, "b"), append(store, "c")]);
        for (const each of results) if (each.status === "rejected") expect(each.reason).toBeInstanceOf(RaceLost);
        const went = results.filter((each) => each.status === "fulfilled").length;
        expect(await store.verifyTimeline("i1")).toEqual({ checked: 3 + went });
        await other.store.close();
      });

      it("forgets a redacted text, keeps that it was there, and still verifies", async () => {
        expect(await store.redact("i1", 3, "officer", START + 1)).toBe(true);
        expect(await store.redact("i1", 3, "officer", START + 2)).toBe(false);
        expect(await store.redact("i1", 9, "officer", START + 2)).toBe(false);
        const lines = await store.timeline("i1");
        expect(lines[2]).toMatchObject({ seq: 3, event: "note", by: "ana", why: "redacted" });
        expect(JSON.stringify(lines)).not.toContain("Tremblay");
        expect(await store.verifyTimeline()).toEqual({ checked: 4 });
        expect(await store.auditLog(10)).toEqual([{ at: START + 1, by: "officer", action: "timeline.redact", target: "i1#3" }]);
      });

      it("cannot be changed or deleted, not even around the store", async () => {
        await expect(ground.raw("timeline").where({ incident: "i1", seq: 2 }).update({ event: "x" })).rejects.toThrow(/append-only/);
        await expect(ground.raw("timeline").where({ incident: "i1", seq: 2 }).update({ content: "{}" })).rejects.toThrow(/append-only/);
        await expect(ground.raw("timeline").where({ incident: "i1", seq: 3 }).delete()).rejects.toThrow(/append-only/);
        expect(await store.verifyTimeline()).toEqual({ checked: 4 });
      });

      it("tells the first broken entry when somebody got around the database's guard", async () => {
        const drop =
          store.kind === "sqlite"
            ? ["drop trigger timeline_update", "drop trigger timeline_delete"]
            : ["drop trigger timeline_guard on timeline"];
        for (const statement of drop) await ground.raw.raw(statement);
        await ground
          .raw("timeline")
          .where({ incident: "i1", seq: 2 })
          .update({ content: JSON.stringify({ why: "nothing" }) });
        expect(await store.verifyTimeline()).toMatchObject({ brokenAt: { incident: "i1", seq: 2 } });
        expect(await store.verifyTimeline("i2")).toEqual({ checked: 1 });
        await ground.raw("timeline").where({ incident: "i2" }).delete();
        expect(await store.verifyTimeline("i2")).toEqual({ checked: 0, brokenAt: { incident: "i2", seq: 1 } });
      });
    });

    describe("inbox", () => {
      const heard = (key: string, at = START) => ({ at, source: "trap", key, body: { key } });

      it("numbers what is heard, the same key once, and gives it again from a cursor", async () => {
        const [first, second, again] = await store.appendInbox([heard("a"), heard("b"), heard("a")]);
        expect(again).toBe(first);
        expect(await store.appendInbox([heard("b"), heard("c")])).toEqual([second, expect.any(Number)]);
        expect((await store.inboxAfter(0, 10)).map((each) => each.key)).toEqual(["a", "b", "c"]);
        expect(await store.inboxAfter(first as number, 1)).toEqual([{ seq: second, ...heard("b") }]);
        expect(await store.cursor("evaluator")).toBe(0);
        await store.transaction(undefined, (tx) => tx.saveCursor("evaluator", second as number));
        expect(await store.cursor("evaluator")).toBe(second);
      });

      it("shows a reader no number before all smaller ones, with several writing", async () => {
        const other = await ground.open();
        let seen = 0;
        const read: string[] = [];
        const writing = Promise.all(
          [store, other.store].flatMap((one, writer) =>
            Array.from({ length: 30 }, (_, index) => one.appendInbox([heard(`${writer}-${index}-x`), heard(`${writer}-${index}-y`)])),
          ),
        );
        let running = true;
        const reading = (async () => {
          for (;;) {
            const last = !running;
            // Time goes on: what was seen a moment ago is asked anew.
            await clock.advance(500);
            for (const each of await store.inboxAfter(seen, 1_000)) {
              read.push(each.key);
              seen = each.seq;
            }
            if (last) return;
          }
        })();
        await writing;
        running = false;
        await reading;
        expect(read).toHaveLength(120);
        await other.store.close();
      });
    });

    describe("acceptance sheets", () => {
      const sheet = { id: "s1", place: "a101", at: START, by: "ops", function: "desk", devices: ["codec"], lines: [] };

      it("are found by place and all together, the newest first; one that is withdrawn stays, and says so", async () => {
        const later = { ...sheet, id: "s2", at: START + MINUTE, reason: "no gatekeeper yet" };
        const other = { ...sheet, id: "s3", place: "site:mgh", at: START + HOUR };
        await store.transaction(undefined, async (tx) => {
          for (const each of [sheet, later, other]) await tx.saveAcceptance(each);
        });
        expect(await store.acceptances("a101")).toEqual([later, sheet]);
        const withdrawn = { at: START + DAY, by: "ops", reason: "moved" };
        await store.transaction(undefined, (tx) => tx.saveAcceptance({ ...later, withdrawn }));
        expect(await store.acceptances()).toEqual([other, { ...later, withdrawn }, sheet]);
        expect(await store.acceptances("nowhere")).toEqual([]);
      });

      it("and what is written with one stand or fall together", async () => {
        const failing = store.transaction(undefined, async (tx) => {
          await tx.saveAcceptance(sheet);
          await tx.audit([{ at: START, by: "ops", action: "acceptance.signed", target: "a101" }]);
          throw new Error("the disk is full");
        });
        await expect(failing).rejects.toThrow("the disk is full");
        expect([await store.acceptances(), await store.auditLog(10)]).toEqual([[], []]);
      });
    });

    describe("small things", () => {
      it("alarms are saved over themselves and loaded as they were, over 500 at a time", async () => {
        const many = Array.from({ length: 1_200 }, (_, index) => alarm(`codec-${String(index).padStart(4, "0")}|unreachable|`));
        await store.transaction(undefined, (tx) => tx.saveAlarms(many));
        const changed = alarm("codec-0007|unreachable|", { state: "inactive", detail: "l'écran – ok", wakeAt: START });
        await store.transaction(undefined, (tx) => tx.saveAlarms([many[7] as (typeof many)[0], changed]));
        const loaded = await store.loadAlarms();
        expect(loaded).toHaveLength(1_200);
        expect(loaded.find((each) => each.key === changed.key)).toEqual(changed);
        expect(loaded.find((each) => each.key === many[8]?.key)).toEqual(many[8]);
      });

      it("lights and inventories are one row a device, replaced and loaded as they were", async () => {
        const light = { state: "good", since: START, code: "answers-ping" } as const;
        const lights = (device: string, code: string): DeviceLights => ({
          device,
          lights: { link: { ...light, code }, login: light, api: light, registered: { ...light, data: { by: "gk é" } }, ready: light },
        });
        const many = Array.from({ length: 700 }, (_, index) => lights(`d${String(index).padStart(3, "0")}`, "answers-ping"));
        await store.transaction(undefined, (tx) => tx.saveLights([...many, lights("d007", "a"), lights("d007", "b")]));
        const loaded = await store.loadLights();
        expect(loaded).toHaveLength(700);
        expect(loaded[7]).toEqual(lights("d007", "b"));
        const inventory = { device: "d1", facts: [{ name: "serial", value: "A", since: START, check: "d1/ssh" }], unitSince: START };
        const newer = { ...inventory, facts: [] };
        await store.transaction(undefined, (tx) => tx.saveStock({ inventories: [inventory, newer], events: [], units: [] }));
        expect(await store.loadInventories()).toEqual([newer]);
      });

      it("changes of devices come newest first, by device, code and time; those of one moment in the order they were written, backwards", async () => {
        const event = (device: string, at: number, code: DeviceEvent["code"], after: string): DeviceEvent => ({
          device,
          at,
          code,
          name: "n",
          after,
        });
        const events = [
          event("a", 1, "firmware-changed", "1"),
          event("a", 2, "address-changed", "2"),
          event("b", 2, "firmware-changed", "3"),
          event("a", 2, "firmware-changed", "4"),
        ];
        await store.transaction(undefined, (tx) => tx.saveStock({ inventories: [], events, units: [] }));
        const told = async (query: Omit<DeviceEventQuery, "limit">, limit = 10) =>
          (await store.deviceEvents({ ...query, limit })).map((each) => each.after).join("");
        expect(await told({})).toBe("4321");
        expect(await told({ device: "a" })).toBe("421");
        expect(await told({ devices: ["b", "a"], since: 2 })).toBe("432");
        expect(await told({ devices: ["b"] })).toBe("3");
        expect(await told({ devices: [] })).toBe("");
        expect(await told({ codes: ["firmware-changed"] })).toBe("431");
        expect(await told({ since: 2 }, 2)).toBe("43");
      });

      it("a unit is one row from its first day: its end is written over it, and retention takes only units that went", async () => {
        const unit = { device: "a", site: "mgh", room: "r1", serial: "A", from: 1 };
        const next = { ...unit, device: "b", serial: "B", from: 5 };
        await store.transaction(undefined, (tx) => tx.saveStock({ inventories: [], events: [], units: [unit] }));
        await store.transaction(undefined, (tx) => tx.saveStock({ inventories: [], events: [], units: [{ ...unit, to: 5 }, next] }));
        expect(await store.units({ room: "r1" })).toEqual([next, { ...unit, to: 5 }]);
        expect(await store.units({ device: "a" })).toEqual([{ ...unit, to: 5 }]);
        expect(await store.units({ serial: "B" })).toEqual([next]);
        await store.transaction(undefined, (tx) =>
          tx.saveStock({ inventories: [], units: [], events: [{ device: "a", at: 3, code: "name-changed", name: "n" }] }),
        );
        await store.prune({ samplesBefore: 0, trapsBefore: 0, inboxBefore: 0, incidentsBefore: 100, sessionsBefore: 0, looksBefore: 0 });
        expect(await store.units({})).toEqual([next]);
        expect(await store.deviceEvents({ limit: 10 })).toEqual([]);
      });

      it("facts are kept, found by prefix, and forgotten", async () => {
        await store.keep("host-key/a_1", { key: "x" });
        await store.keep("host-key/ab1", { key: "y" });
        await store.keep("host-key/a_1", { key: "z" });
        await store.transaction(undefined, (tx) => tx.keep("Host-key/a_1", null));
        expect(await store.kept("host-key/a_1")).toEqual({ key: "z" });
        expect(await store.keptAll("host-key/a_")).toEqual([{ key: "host-key/a_1", value: { key: "z" } }]);
        expect(await store.keptAll("host-key/")).toHaveLength(2);
        await store.forget("host-key/a_1");
        expect(await store.kept("host-key/a_1")).toBeUndefined();
        expect(await store.kept("Host-key/a_1")).toBeNull();
      });

      it("a fact that two write first is the one of the first, for both", async () => {
        const other = await ground.open();
        const made = await Promise.all([store.keepFirst("salt", "x"), other.store.keepFirst("salt", "y"), store.keepFirst("salt", "z")]);
        expect(new Set(made).size).toBe(1);
        expect(await store.keepFirst("salt", "late")).toBe(await store.kept("salt"));
        await other.store.close();
      });

      it("a fact that is read in a transaction is written by nobody else before that ends", async () => {
        const other = await ground.open();
        await store.keep("count/a", 0);
        const count = (by: OpenedStore) =>
          by.transaction(undefined, async (tx) => {
            const [row] = await tx.keptAll<number>("count/");
            await tx.keep("count/a", (row?.value ?? 0) + 1);
            await tx.keep("count/a", ((await tx.kept<number>("count/a")) ?? 0) + 1);
          });
        await Promise.all([count(store), count(other.store), count(store), count(other.store)]);
        expect(await store.kept("count/a")).toBe(8);
        await store.transaction(undefined, (tx) => tx.forget("count/a"));
        expect(await store.kept("count/a")).toBeUndefined();
        await other.store.close();
      });

      it("traps come newest first, of one device or of all", async () => {
        const trap = (at: number, device?: string) => ({
          at,
          source: "10.0.0.1",
          inform: false,
          varbinds: [{ oid: "1.3", value: "é" }],
          sha256: "0",
          ...(device === undefined ? {} : { device }),
        });
        await store.saveTraps([trap(1, "a"), trap(2, "b"), trap(3)]);
        expect((await store.traps({ limit: 2 })).map((each) => each.at)).toEqual([3, 2]);
        expect(await store.traps({ device: "a", limit: 5 })).toEqual([trap(1, "a")]);
      });

      it("a database error never carries what was in the statement", async () => {
        const bad = { ...alarm("codec-1|unreachable|"), device: null as unknown as string, detail: "secret-value" };
        const failure = await store.transaction(undefined, (tx) => tx.saveAlarms([bad])).catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(Error);
        expect((failure as Error).name).toBe("StoreUnavailable");
        expect(JSON.stringify([String(failure), (failure as Error).stack, failure])).not.toContain("secret-value");
        await store.keep("still", "usable");
      });
    });

    describe("roll-ups", () => {
      const SLOT = 5 * MINUTE;
      const day = Math.floor(START / DAY) * DAY;
      const point = (slot: number, series = "icmp_rtt_avg_seconds", mean = 0.01 + (slot % 7) / 1_000): RollupPoint => ({
        series,
        slotAt: day + slot * SLOT,
        count: 5,
        min: mean / 2,
        max: mean * 2,
        mean,
      });

      it("come back in order over packed and fresh slots, precise to three digits", async () => {
        const slots = Array.from({ length: 100 }, (_, slot) => slot);
        for (const slot of slots) {
          const points = [point(slot), point(slot, "interface_up interface eth0", 1)];
          await store.saveAllRollups(
            new Map([
              ["a", points],
              ["b", points],
            ]),
          );
        }
        const chunks = await ground.raw("rollup_chunks").where({ device: "a" });
        expect(chunks).toHaveLength(4);
        const read = (await store.rollups("a", day, day + DAY)).filter((each) => each.series === "icmp_rtt_avg_seconds");
        expect(read.map((each) => each.slotAt)).toEqual(slots.map((slot) => day + slot * SLOT));
        for (const [slot, each] of read.entries()) {
          for (const value of ["min", "mean", "max"] as const) {
            expect(Math.abs(each[value] / point(slot)[value] - 1)).toBeLessThan(0.01);
          }
          expect(each.count).toBe(5);
        }
        const up = await store.rollups("b", day + 10 * SLOT, day + 90 * SLOT);
        expect(up).toHaveLength(160);
        expect(up.filter((each) => each.series.startsWith("interface")).every((each) => each.mean === 1)).toBe(true);
        expect(await store.rollups("nobody", 0, day + DAY)).toEqual([]);
      });

      it("a slot that comes late joins the chunk it belongs to, and a repeat changes nothing", async () => {
        for (const slot of [0, 1, 3, 30, 31]) await store.saveRollups("a", [point(slot)]);
        await store.saveRollups("a", [point(2)]);
        await store.saveRollups("a", [point(31)]);
        await store.saveRollups("a", [{ ...point(32), mean: Number.NaN }]);
        const read = await store.rollups("a", 0, day + DAY);
        expect(read.map((each) => (each.slotAt - day) / SLOT)).toEqual([0, 1, 2, 3, 30, 31]);
      });
    });

    describe("retention", () => {
      it("takes what is past its time and nothing else", async () => {
        const old = START - 30 * DAY;
        await store.transaction(undefined, async (tx) => {
          const ended = { openedAt: old, restoredAt: old, closedAt: old, state: "closed" } as const;
          await tx.insertIncident(incident("i1", ended));
          await tx.insertIncident(incident("i2", { ...ended, closedAt: START, restoredAt: START }));
          await tx.insertIncident(incident("i3", { openedAt: old }));
          for (const id of ["i1", "i2", "i3"]) await tx.appendTimeline([line(id, "opened")]);
          await tx.addOutbox([message("k1"), message("k2", { incident: "i2" })]);
          const split = { from: "i1", left: [], stayed: [], by: "x" };
          await tx.saveSplit({ ...split, id: "i2", at: old });
          await tx.saveSplit({ ...split, id: "i3", at: START });
          const calm = { state: "inactive", since: old } as const;
          await tx.saveAlarms([
            alarm("session:1|session-at-risk|", { ...calm, device: "session:1", incident: "i1" }),
            alarm("session:2|session-at-risk|", { ...calm, device: "session:2", incident: "i3" }),
            alarm("session:3|session-at-risk|", { ...calm, device: "session:3", state: "active" }),
            alarm("session:4|session-at-risk|", { ...calm, device: "session:4", since: START }),
            alarm("codec|unreachable|", { ...calm, device: "codec" }),
          ]);
          await tx.audit([
            { at: old, by: "x", action: "y", target: "z" },
            { at: START, by: "x", action: "y", target: "z" },
          ]);
        });
        const seqs = await store.appendInbox(
          Array.from({ length: 5 }, (_, index) => ({ at: index < 4 ? old : START, source: "trap", key: `${index}`, body: 0 })),
        );
        await store.transaction(undefined, (tx) => tx.saveCursor("evaluator", seqs[2] as number));
        await store.saveTraps([old, START].map((at) => ({ at, source: "s", inform: false, varbinds: [], sha256: "x" })));
        await store.saveRollups(
          "a",
          Array.from({ length: 3_000 }, (_, index) => ({ series: "s", slotAt: old + index * 300_000, count: 1, min: 1, max: 1, mean: 1 })),
        );
        const before = START - DAY;
        expect(
          await store.prune({
            samplesBefore: before,
            trapsBefore: before,
            inboxBefore: before,
            incidentsBefore: before,
            sessionsBefore: before,
            looksBefore: 0,
          }),
        ).toBeGreaterThan(5);
        expect((await store.incidents({ limit: 10 })).map((each) => each.id).sort()).toEqual(["i2", "i3"]);
        expect(await store.timeline("i1")).toEqual([]);
        expect(await store.deliveries("i1")).toEqual([]);
        expect(await store.verifyTimeline()).toEqual({ checked: 2 });
        expect((await store.loadSplits()).map(({ id }) => id)).toEqual(["i3"]);
        // Of a session whose incident is over a week ago nothing fails any more.
        expect((await store.loadAlarms()).map(({ device }) => device)).toEqual(["codec", "session:2", "session:3", "session:4"]);
        // The fourth is old, but nobody has read it yet.
        expect((await store.inboxAfter(0, 10)).map((each) => each.key)).toEqual(["3", "4"]);
        expect(await store.traps({ limit: 10 })).toHaveLength(1);
        expect(await store.auditLog(10)).toHaveLength(1);
        expect(await store.rollups("a", 0, before)).toEqual([]);
        expect(policy.id).toBe("default");
      });
    });

    it("the clock of the store is the one it was given", () => {
      expect(clock.now()).toBe(START);
    });
  });
}
