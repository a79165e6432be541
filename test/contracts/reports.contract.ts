/**
 * What every store promises about reports. Part of store.contract.ts.
 */
import { describe, expect, it } from "vitest";
import type { FollowUpFigures, FollowUpReport, IncidentReport } from "../../daemon/model/report.ts";
import { DAY, HOUR } from "../../daemon/model/time.ts";
import { RaceLost } from "../../daemon/ports.ts";
import type { OpenedStore } from "../../daemon/store/open.ts";
import { incident, message, START } from "./samples.ts";

const written = (version: number, over: Partial<IncidentReport> = {}): IncidentReport => ({
  ...{ id: "r", incidents: ["i-1", "i-2"], version, at: START + version, by: "ann", texts: { cause: `cause ${version}` } },
  ...over,
});
const signed = { by: "ann", function: "analyst", at: START + 9 };

export function reportsContract(store: () => OpenedStore): void {
  const save = (...all: IncidentReport[]) =>
    store().transaction(undefined, async (tx) => {
      for (const each of all) await tx.saveReport(each);
    });

  describe("reports", () => {
    it("keep every version; the latest speaks, also of each incident it is about", async () => {
      await save(written(1), written(2, { signed }), written(1, { id: "other", incidents: ["i-3"], at: START + 5 }));
      expect(await store().report("r")).toEqual(written(2, { signed }));
      expect((await store().reportVersions("r")).map(({ version }) => version)).toEqual([1, 2]);
      expect((await store().reportOf("i-2"))?.version).toBe(2);
      expect(await store().reportOf("i-9")).toBeUndefined();
      expect((await store().reports({ limit: 10 })).map(({ id }) => id)).toEqual(["other", "r"]);
      expect((await store().reports({ signed: true, limit: 10 })).map(({ id }) => id)).toEqual(["r"]);
      expect((await store().reports({ signed: false, limit: 10 })).map(({ id }) => id)).toEqual(["other"]);
      await save(written(3, { at: START + 20 }));
      expect((await store().reports({ signed: true, limit: 10 })).map(({ id }) => id)).toEqual([]);
    });

    it("are never written over, and an incident that goes to another report has left the first", async () => {
      await save(written(1));
      await expect(save(written(1, { by: "bob" }))).rejects.toThrow(RaceLost);
      expect((await store().report("r"))?.by).toBe("ann");
      await save(written(1, { id: "other", incidents: ["i-2"] }), written(2, { incidents: ["i-1"] }));
      expect((await store().reportOf("i-2"))?.id).toBe("other");
      expect((await store().reportOf("i-1"))?.id).toBe("r");
    });

    it("go with the last of the incidents that they are about", async () => {
      const old = { state: "closed" as const, closedAt: START, restoredAt: START };
      await store().transaction(undefined, async (tx) => {
        for (const id of ["i-1", "i-2"]) await tx.insertIncident(incident(id, id === "i-1" ? old : {}));
        await tx.saveReport(written(1));
      });
      const before = START + HOUR;
      const limits = { samplesBefore: 0, trapsBefore: 0, inboxBefore: 0, sessionsBefore: 0, looksBefore: 0 };
      await store().prune({ ...limits, incidentsBefore: before });
      expect(await store().reportOf("i-1")).toBeUndefined();
      expect(await store().report("r")).toBeDefined();
      await store().transaction(undefined, async (tx) => tx.updateIncident(incident("i-2", { ...old, version: 2 })));
      await store().prune({ ...limits, incidentsBefore: before });
      expect(await store().report("r")).toBeUndefined();
    });

    it("of a period are made once a site, whoever comes second", async () => {
      const figures = { opened: 3 } as FollowUpFigures;
      const made = (id: string, over: Partial<FollowUpReport> = {}): FollowUpReport => ({
        ...{ id, period: "daily", from: START, to: START + DAY, madeAt: START + DAY, figures },
        ...over,
      });
      const add = (report: FollowUpReport) => store().transaction(undefined, (tx) => tx.saveFollowUp(report));
      expect(await add(made("a"))).toBe(true);
      expect(await add(made("b"))).toBe(false);
      expect(await add(made("c", { site: "mgh" }))).toBe(true);
      expect(await add(made("d", { from: START + DAY, madeAt: START + 2 * DAY }))).toBe(true);
      expect((await store().followUps({ limit: 10 })).map(({ id }) => id)).toEqual(["d", "c", "a"]);
      expect((await store().followUps({ site: "mgh", limit: 10 })).map(({ id }) => id)).toEqual(["c"]);
      expect((await store().followUps({ period: "weekly", limit: 10 })).length).toBe(0);
      expect(await store().followUp("a")).toEqual(made("a"));
    });

    it("find what was open in a period, and what was sent in it", async () => {
      const at = (id: string, openedAt: number, closedAt?: number, folded?: string) =>
        incident(id, {
          ...{ number: id, openedAt, firstBadAt: openedAt },
          ...(closedAt === undefined ? {} : { state: "closed" as const, closedAt, restoredAt: openedAt + 1 }),
          ...(folded === undefined ? {} : { foldedInto: folded }),
        });
      await store().transaction(undefined, async (tx) => {
        await tx.insertIncident(at("before", START - DAY, START - HOUR));
        await tx.insertIncident(at("into", START - DAY, START + HOUR));
        await tx.insertIncident(at("lasts", START - 2 * DAY));
        await tx.insertIncident(at("in", START + HOUR, START + 2 * HOUR));
        await tx.insertIncident(at("after", START + DAY));
        await tx.insertIncident(at("folded", START + HOUR, undefined, "lasts"));
        await tx.addOutbox([message("in"), message("later", { recipient: "bob" })]);
      });
      expect((await store().incidentsBetween(START, START + DAY, 10)).map(({ id }) => id)).toEqual(["lasts", "into", "in"]);
      await store().recordDeliveries([{ key: message("in").key, state: "sent", at: START + 5 }]);
      expect(await store().sentBetween(START, START + DAY, 10)).toEqual([
        { incident: "i1", recipient: message("in").recipient, kind: message("in").kind, at: START + 5 },
      ]);
      expect(await store().sentBetween(START + 6, START + DAY, 10)).toEqual([]);
    });
  });
}
