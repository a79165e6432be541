/**
 * What every store promises of incidents that are joined: links, splits, and which alarms an incident gathers.
 */
import { expect, it } from "vitest";
import type { IncidentLink, IncidentSplit } from "../../daemon/model/joining.ts";
import type { OpenedStore } from "../../daemon/store/open.ts";
import { alarm, incident, START } from "./samples.ts";

export function joiningContract(storeOf: () => OpenedStore): void {
  const link: IncidentLink = { from: "A", to: "B", kind: "related", by: "marie", at: START, why: "same power feed" };

  it("a link is found from both ends, replaced by another of its direction, and taken away once", async () => {
    const store = storeOf();
    const later: IncidentLink = { ...link, from: "C", to: "A", at: START + 1, kind: "merged", by: "system" };
    await store.transaction(undefined, async (tx) => {
      await tx.addLink(later);
      await tx.addLink(link);
      await tx.addLink({ ...link, kind: "caused-by" });
    });
    expect(await store.linksOf("A")).toEqual([{ ...link, kind: "caused-by" }, later]);
    expect(await store.linksOf("B")).toEqual([{ ...link, kind: "caused-by" }]);
    await store.transaction(undefined, async (tx) => {
      expect(await tx.removeLink("B", "A"), "the other direction is another link").toBe(false);
      expect(await tx.removeLink("A", "B")).toBe(true);
      expect(await tx.removeLink("A", "B")).toBe(false);
      expect(await tx.linksOf("A")).toEqual([later]);
    });
  });

  it("a split is kept until a person takes it back, whole", async () => {
    const store = storeOf();
    const split: IncidentSplit = { id: "B", from: "A", left: ["c|x|"], stayed: ["d|x|"], by: "marie", at: START };
    await store.transaction(undefined, (tx) => tx.saveSplit(split));
    await store.transaction(undefined, (tx) => tx.saveSplit({ ...split, left: ["c|x|", "e|x|"] }));
    expect(await store.loadSplits()).toEqual([{ ...split, left: ["c|x|", "e|x|"] }]);
    await store.transaction(undefined, (tx) => tx.forgetSplit("B"));
    expect(await store.loadSplits()).toEqual([]);
  });

  it("knows the alarms of an incident as they were last saved", async () => {
    const store = storeOf();
    const [one, other] = [alarm("a|x|", { incident: "A" }), alarm("b|x|", { incident: "A" })];
    await store.transaction(undefined, (tx) => tx.saveAlarms([other, one]));
    expect(await store.alarmsOf("A")).toEqual([one, other]);
    await store.transaction(undefined, async (tx) => {
      await tx.saveAlarms([{ ...other, incident: "B" }]);
      expect(await tx.alarmsOf("B")).toEqual([{ ...other, incident: "B" }]);
    });
    expect(await store.alarmsOf("A")).toEqual([one]);
  });

  it("what a transaction leaves in the inbox is there when it commits, and only then", async () => {
    const store = storeOf();
    const message = { at: START, source: "desk", key: "desk/1", body: { assign: [] } };
    const refused = store.transaction(undefined, async (tx) => {
      await tx.appendInbox([message]);
      throw new Error("no");
    });
    await expect(refused).rejects.toThrow("no");
    expect(await store.inboxAfter(0, 10)).toEqual([]);
    await store.transaction(undefined, (tx) => tx.appendInbox([message]));
    expect(await store.inboxAfter(0, 10)).toMatchObject([message]);
  });

  it("the links of an incident that is past its retention go with it; what a person split stays split for as long again", async () => {
    const store = storeOf();
    const closed = { ...incident("A1"), state: "closed" as const, closedAt: START };
    await store.transaction(undefined, async (tx) => {
      await tx.insertIncident(closed);
      await tx.addLink({ ...link, from: "A1" });
      const split = { from: "Z", left: ["c|x|"], stayed: [], by: "marie" };
      await tx.saveSplit({ ...split, id: "A1", at: START + 1 });
      await tx.saveSplit({ ...split, id: "A0", at: START });
    });
    const never = { samplesBefore: 0, trapsBefore: 0, inboxBefore: 0, sessionsBefore: 0, looksBefore: 0 };
    await store.prune({ ...never, incidentsBefore: START + 1 });
    expect([await store.linksOf("A1"), await store.linksOf("B")]).toEqual([[], []]);
    expect((await store.loadSplits()).map(({ id }) => id)).toEqual(["A1"]);
  });
}
