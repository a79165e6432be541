/**
 * What every store promises about maintenance and silences. Part of store.contract.ts.
 */
import { describe, expect, it } from "vitest";
import type { Maintenance } from "../../daemon/model/maintenance.ts";
import { HOUR } from "../../daemon/model/time.ts";
import type { OpenedStore } from "../../daemon/store/open.ts";
import { message, START } from "./samples.ts";

function planned(id: string, over: Partial<Maintenance> = {}): Maintenance {
  return {
    ...{ id, kind: "maintenance", scope: { sites: ["mgh"], labels: { vendor: "cisco" } }, zone: "America/Toronto" },
    ...{ reason: "new firmware", by: "ann", function: "desk", createdAt: START, ended: [] },
    when: { kind: "once", from: START, to: START + HOUR },
    ...over,
  };
}

export function maintenanceContract(store: () => OpenedStore): void {
  const save = (...all: Maintenance[]) =>
    store().transaction(undefined, async (tx) => {
      for (const each of all) await tx.saveMaintenance(each);
    });
  const flexible = planned("f", { when: { kind: "flexible", from: START, to: START + HOUR, lengthMs: 2 * HOUR } });

  describe("maintenance", () => {
    it("comes back as it went in, the last written first, what is over left out", async () => {
      const recurring = planned("r", {
        ...{ kind: "silence", createdAt: START + 1 },
        when: { kind: "recurring", rule: "FREQ=DAILY", firstDay: "2026-01-01", fromMinute: 60, minutes: 90 },
      });
      const off = planned("x", { createdAt: START - 1, cancelled: { at: START + 5, by: "bob", reason: "postponed" } });
      await save(planned("o"), recurring, off, flexible);
      expect(await store().maintenance("r")).toEqual(recurring);
      expect(await store().maintenance("none")).toBeUndefined();
      expect((await store().maintenances({ limit: 10 })).map(({ id }) => id)).toEqual(["r", "o", "f", "x"]);
      expect((await store().maintenances({ endAfter: START + 5, limit: 10 })).map(({ id }) => id)).toEqual(["r", "o", "f"]);
      expect((await store().maintenances({ endAfter: START + 2 * HOUR, limit: 10 })).map(({ id }) => id)).toEqual(["r", "f"]);
    });

    it("begins once, whoever writes the rest of it meanwhile", async () => {
      await save(flexible);
      const begin = (at: number) => store().transaction(undefined, (tx) => tx.beginMaintenance("f", at));
      expect([await begin(START + 7), await begin(START + 9)]).toEqual([true, false]);
      await save({ ...flexible, ended: [{ at: START + 20, by: "ann" }] });
      expect(await store().maintenance("f")).toMatchObject({ beganAt: START + 7, ended: [{ at: START + 20, by: "ann" }] });
      await store().transaction(undefined, (tx) => tx.moveBeginning("f", START + 99));
      expect((await store().maintenance("f"))?.beganAt).toBe(START + 99);
    });
  });

  it("what waits in the outbox for one incident may go now", async () => {
    const later = { ...message("late"), notBefore: START + HOUR };
    const other = { ...message("other"), incident: "i2", notBefore: START + HOUR };
    await store().transaction(undefined, (tx) => tx.addOutbox([later, other]));
    await store().transaction(undefined, (tx) => tx.hastenOutbox("i1", START));
    const claimed = await store().claimOutbox({ now: START, leaseMs: 1_000, limit: 10, worker: "w" });
    expect(claimed.map(({ incident }) => incident)).toEqual(["i1"]);
  });
}
