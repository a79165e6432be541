/**
 * What every store promises about people, rotations and overrides. Part of store.contract.ts.
 */
import { describe, expect, it } from "vitest";
import type { Override, Person, Rotation } from "../../daemon/model/on-call.ts";
import { HOUR } from "../../daemon/model/time.ts";
import type { OpenedStore } from "../../daemon/store/open.ts";
import { START } from "./samples.ts";

const ann: Person = {
  ...{ id: "ann", name: "Ann Côté", language: "fr", by: "eve", savedAt: START },
  channels: [
    { channel: "mail", address: "ann@example.org" },
    { channel: "sms", address: "+15145550100" },
  ],
};
const weekly: Rotation = {
  ...{ id: "r1", function: "analyst", people: ["ann", "bob"], zone: "America/Toronto", weeks: 1, covers: "outside", calendar: "office" },
  ...{ handover: { weekday: 1, minute: 480 }, from: START, by: "eve", createdAt: START },
};
const swap: Override = {
  ...{ id: "o1", function: "analyst", people: ["bob"], from: START, to: START + HOUR, reason: "a swap", by: "eve", createdAt: START },
};

export function onCallContract(store: () => OpenedStore): void {
  describe("who is on call", () => {
    it("comes back as it went in; what has ended is left out", async () => {
      await store().transaction(undefined, async (tx) => {
        await tx.savePerson(ann);
        await tx.saveRotation(weekly);
        await tx.saveRotation({ ...weekly, id: "r0", to: START + 1 });
        await tx.saveOverride(swap);
        await tx.saveOverride({ ...swap, id: "o2", cancelledAt: START + 5 });
      });
      expect(await store().onCall(START)).toEqual({
        people: [ann],
        rotations: [{ ...weekly, id: "r0", to: START + 1 }, weekly],
        overrides: [swap, { ...swap, id: "o2", cancelledAt: START + 5 }],
      });
      const later = await store().onCall(START + 5);
      expect([later.rotations, later.overrides]).toEqual([[weekly], [swap]]);
      expect((await store().onCall(START + HOUR)).overrides).toEqual([]);
    });

    it("is read and replaced inside a transaction", async () => {
      const seen = await store().transaction(undefined, async (tx) => {
        await tx.savePerson(ann);
        await tx.saveRotation(weekly);
        await tx.saveOverride(swap);
        await tx.savePerson({ ...ann, removedAt: START + 9 });
        return [
          await tx.person("ann"),
          await tx.rotation("r1"),
          await tx.override("o1"),
          await tx.person("none"),
          await tx.rotationsAfter(START),
        ];
      });
      expect(seen).toEqual([{ ...ann, removedAt: START + 9 }, weekly, swap, undefined, [weekly]]);
    });

    it("has a revision that every committed change raises, and no other", async () => {
      const before = await store().onCallRevision();
      await store().transaction(undefined, (tx) => tx.saveOverride(swap));
      const after = await store().onCallRevision();
      expect(after).toBeGreaterThan(before);
      const failed = store().transaction(undefined, async (tx) => {
        await tx.saveOverride({ ...swap, id: "o9" });
        throw new Error("no");
      });
      await expect(failed).rejects.toThrow("no");
      expect(await store().onCallRevision()).toBe(after);
    });
  });
}
