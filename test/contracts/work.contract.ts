/**
 * What every store promises of the work on incidents: tasks of partners, numbers in other systems. Part of store.contract.ts.
 */
import { describe, expect, it } from "vitest";
import { HOUR } from "../../daemon/model/time.ts";
import type { PartnerTask, WorkAction } from "../../daemon/model/work.ts";
import { RaceLost } from "../../daemon/ports.ts";
import type { OpenedStore } from "../../daemon/store/open.ts";
import { incident, START } from "./samples.ts";

function task(id: string, over: Partial<PartnerTask> = {}): PartnerTask {
  return {
    ...{ id, incident: "A", partner: "sogique", ladder: ["noc"], asked: "test it", by: "paul", at: START, state: "waiting" },
    ...{ broken: 0, court: [{ from: START }], contacts: [], rung: 0, told: 1, wakeAt: START + HOUR, version: 1 },
    ...over,
  };
}

export function workContract(store: () => OpenedStore): void {
  const save = (...all: PartnerTask[]) =>
    store().transaction(undefined, async (tx) => {
      for (const each of all) await tx.saveTask(each);
    });

  describe("tasks of partners", () => {
    it("come back as they went in, by incident, partner and whether they are over; due ones by their time", async () => {
      const { wakeAt: _w, ...done } = task("T2", { state: "done", at: START + 1, partner: "tcr" });
      await save(task("T1"), done);
      expect(await store().task("T1")).toEqual(task("T1"));
      expect((await store().tasks({ incident: "A", limit: 9 })).map(({ id }) => id)).toEqual(["T2", "T1"]);
      expect((await store().tasks({ open: true, limit: 9 })).map(({ id }) => id)).toEqual(["T1"]);
      expect((await store().tasks({ partner: "tcr", limit: 9 })).map(({ id }) => id)).toEqual(["T2"]);
      const due = (at: number) => store().transaction(undefined, (tx) => tx.dueTasks(at, 9));
      expect([(await due(START)).length, (await due(START + HOUR)).map(({ id }) => id)]).toEqual([0, ["T1"]]);
    });

    it("are written once a version: the later of two writers decides again", async () => {
      await save(task("T1"));
      await save(task("T1", { version: 2, rung: 1 }));
      await expect(save(task("T1", { version: 2 }))).rejects.toThrow(RaceLost);
      await expect(save(task("T1"))).rejects.toThrow(RaceLost);
      expect(await store().task("T1")).toMatchObject({ rung: 1 });
    });

    it("are erased as the next version of one, and only so", async () => {
      await save(task("T1"));
      const erase = (version: number) => store().transaction(undefined, (tx) => tx.eraseTask(task("T1", { version, asked: "erased" })));
      await expect(erase(3)).rejects.toThrow(RaceLost);
      await erase(2);
      expect(await store().task("T1")).toMatchObject({ asked: "erased", version: 2 });
    });

    it("go on with the incident that theirs was merged into", async () => {
      await save(task("T1"));
      await store().transaction(undefined, (tx) => tx.moveWork("A", "B"));
      expect(await store().tasks({ incident: "B", limit: 9 })).toMatchObject([{ id: "T1", incident: "B" }]);
    });
  });

  it("actions come back in the order in which they were written, with what became of them; with their incident they move, and go", async () => {
    const one: WorkAction = {
      ...{ id: "N-A1", incident: "A1", kind: "ip-change", what: "new subnet", device: "codec-7", before: "10.0.0.7", after: "10.0.1.7" },
      ...{ by: "paul", at: START, state: "waiting", quiet: { silence: "m1", until: START + HOUR } },
    };
    const two: WorkAction = { id: "N-A2", incident: "A1", kind: "other", what: "tea", by: "ann", at: START + 1, state: "done" };
    const write = (...all: WorkAction[]) =>
      store().transaction(undefined, async (tx) => {
        for (const each of all) await tx.saveAction(each);
      });
    await write(two, one);
    expect(await store().workActions({ incident: "A1" })).toEqual([one, two]);
    expect(await store().workActions({ waiting: true })).toEqual([one]);
    await write({ ...one, state: "done", appliedAt: START + 2 });
    expect(await store().workActions({ waiting: true })).toEqual([]);
    expect(await store().transaction(undefined, (tx) => tx.workActions({ id: "N-A1" }))).toMatchObject([{ appliedAt: START + 2 }]);
    await store().transaction(undefined, async (tx) => {
      await tx.insertIncident({ ...incident("B1"), state: "closed", closedAt: START });
      await tx.moveWork("A1", "B1");
    });
    expect(await store().workActions({ incident: "B1" })).toHaveLength(2);
    const never = { samplesBefore: 0, trapsBefore: 0, inboxBefore: 0, sessionsBefore: 0, looksBefore: 0 };
    await store().prune({ ...never, incidentsBefore: START + 1 });
    expect(await store().workActions({})).toEqual([]);
  });

  it("a file comes back byte for byte; erased, its content is gone and what is said of it stays", async () => {
    const file = { id: "N-F1", incident: "A1", name: "a.png", type: "image/png", sizeBytes: 4, sha256: "00", by: "paul", at: START };
    const bytes = Buffer.from([0, 255, 10, 128]);
    await store().transaction(undefined, (tx) => tx.saveAttachment(file, bytes));
    expect((await store().attachmentBytes("N-F1"))?.equals(bytes)).toBe(true);
    expect(await store().attachments("A1")).toEqual([file]);
    const erased = { ...file, name: "erased", erased: { by: "ann", at: START + 1 } };
    await store().transaction(undefined, (tx) => tx.eraseAttachment(erased));
    expect(await store().attachmentBytes("N-F1")).toBeUndefined();
    expect(await store().transaction(undefined, (tx) => tx.attachmentsOf("A1"))).toEqual([erased]);
  });

  it("a number of another system is found whatever its case, once, until it is taken away; with its incident it goes", async () => {
    const reference = { incident: "A1", system: "C2", number: "C2-47a", by: "paul", at: START };
    await store().transaction(undefined, async (tx) => {
      await tx.insertIncident({ ...incident("A1"), state: "closed", closedAt: START });
      await tx.addReference(reference);
      await tx.addReference({ ...reference, by: "other" });
      await tx.addReference({ ...reference, number: "C2-48" });
      expect(await tx.removeReference({ ...reference, number: "C2-48" })).toBe(true);
      expect(await tx.removeReference({ ...reference, number: "C2-48" })).toBe(false);
    });
    expect(await store().references({ number: "c2-47A" })).toEqual([reference]);
    await save(task("T1", { incident: "A1" }));
    const never = { samplesBefore: 0, trapsBefore: 0, inboxBefore: 0, sessionsBefore: 0, looksBefore: 0 };
    await store().prune({ ...never, incidentsBefore: START + 1 });
    expect([await store().references({}), await store().task("T1")]).toEqual([[], undefined]);
  });
}
