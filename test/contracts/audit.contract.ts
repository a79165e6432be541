/**
 * What every store promises about the audit. Part of store.contract.ts.
 */
import type { Knex } from "knex";
import { describe, expect, it } from "vitest";
import type { OpenedStore } from "../../daemon/store/open.ts";
import { START } from "./samples.ts";

export function auditContract(store: () => OpenedStore, raw: () => Knex): void {
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

  it("is read on from any place in its order, and says where it ends", async () => {
    const entry = (n: number) => ({ at: START + n, by: "ann", action: "person.saved", target: `t${n}` });
    const begin = await store().auditEnd();
    await store().transaction(undefined, (tx) => tx.audit([1, 2, 3].map(entry)));
    expect(await store().auditEnd()).toBe(begin + 3);
    expect((await store().auditAfter(begin + 1, 10)).map(({ seq, target }) => [seq - begin, target])).toEqual([
      [2, "t2"],
      [3, "t3"],
    ]);
    expect([(await store().auditAfter(begin, 1)).map(({ target }) => target), await store().auditAfter(begin + 3, 1)]).toEqual([
      ["t1"],
      [],
    ]);
  });

  describe("the audit log", () => {
    const entry = (n: number) => ({ at: START + n, by: "ann", action: "test", target: `t${n}`, data: { n } });
    const write = (...numbers: number[]) => store().transaction(undefined, (tx) => tx.audit(numbers.map(entry)));

    it("holds while nobody touches it, also from several writers at once and after retention took its beginning", async () => {
      await Promise.all([write(1, 2), write(3), write(4, 5, 6)]);
      expect(await store().verifyAudit()).toEqual({ checked: 6 });
      const never = { samplesBefore: 0, trapsBefore: 0, inboxBefore: 0, sessionsBefore: 0, looksBefore: 0 };
      const before = await store().auditLog(9);
      await store().prune({ ...never, incidentsBefore: Math.max(...before.slice(3).map(({ at }) => at)) });
      expect((await store().verifyAudit()).brokenAt).toBeUndefined();
      await write(7);
      expect((await store().verifyAudit()).brokenAt).toBeUndefined();
    });

    it.each([
      ["a changed name", 2, (db: Knex) => db("audit").where({ seq: 2 }).update({ by: "bob" })],
      ["a changed text", 2, (db: Knex) => db("audit").where({ seq: 2 }).update({ data: '{"n":9}' })],
      ["an entry taken away", 2, (db: Knex) => db("audit").where({ seq: 2 }).delete()],
      ["a cut end", 3, (db: Knex) => db("audit").where({ seq: 3 }).delete()],
    ])("says where it is broken: %s", async (_what, at, edit) => {
      await write(1, 2, 3);
      await edit(raw());
      expect(await store().verifyAudit()).toEqual({ checked: at - 1, brokenAt: at });
    });

    it("holds after a text was erased with its salt", async () => {
      await write(1, 2, 3);
      await raw()("audit").where({ seq: 2 }).update({ target: "", data: null, salt: null });
      expect(await store().verifyAudit()).toEqual({ checked: 3 });
    });
  });
}
