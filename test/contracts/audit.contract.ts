/**
 * What every store promises about the audit. Part of store.contract.ts.
 */
import { describe, expect, it } from "vitest";
import type { OpenedStore } from "../../daemon/store/open.ts";
import { START } from "./samples.ts";

export function auditContract(store: () => OpenedStore): void {
  describe("the audit", () => {
    it("is asked by who, what, on what and when; a word that ends in a dot is a beginning, and nothing in it is a pattern", async () => {
      const entry = (n: number, by: string, action: string, target: string) => ({ at: START + n, by, action, target });
      const all = [
        entry(1, "ann", "person.saved", "bob"),
        entry(2, "ann", "person.removed", "bob"),
        entry(3, "ben", "personal", "bob"),
        entry(4, "ben", "rotation.added", "person.saved"),
      ];
      await store().transaction(undefined, (tx) => tx.audit(all));
      const found = async (of: object, limit = 10) => (await store().auditLog(limit, of)).map(({ at }) => at - START);
      expect(await found({})).toEqual([4, 3, 2, 1]);
      expect(await found({}, 2)).toEqual([4, 3]);
      expect(await found({ by: "ann" })).toEqual([2, 1]);
      expect(await found({ action: "person.saved" })).toEqual([1]);
      expect(await found({ action: "person." })).toEqual([2, 1]);
      expect(await found({ action: "person" })).toEqual([]);
      expect(await found({ action: "%." })).toEqual([]);
      expect(await found({ target: "bob", by: "ben" })).toEqual([3]);
      expect(await found({ since: START + 2, until: START + 4 })).toEqual([3, 2]);
    });
  });
}
