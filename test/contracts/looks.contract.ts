/**
 * What every store promises about looks kept for replay.
 */
import type { Knex } from "knex";
import { describe, expect, it } from "vitest";
import type { PieceHead } from "../../daemon/model/looks.ts";
import { bare } from "../../daemon/model/observation.ts";
import { HOUR, MINUTE } from "../../daemon/model/time.ts";
import { PieceColumns } from "../../daemon/roles/look-columns.ts";
import type { OpenedStore } from "../../daemon/store/open.ts";
import { readsOf } from "../../rules/reads.ts";
import { alarm, incident, START } from "./samples.ts";

const none = { samplesBefore: 0, trapsBefore: 0, inboxBefore: 0, incidentsBefore: 0, sessionsBefore: 0 };

/** Looks of so many checks, one a minute for half an hour. */
function piece(at: number, checks: number): PieceColumns {
  const columns = new PieceColumns(readsOf([]));
  for (let minute = 0; minute < 30; minute += 1) {
    const now = at + minute * MINUTE;
    const observations = Array.from({ length: checks }, (_, n) => {
      const check = `d${n}/icmp`;
      return {
        id: `${check}@${now}`,
        check,
        device: `d${n}`,
        kind: "icmp" as const,
        at: now - n,
        seq: now,
        durationMs: 1,
        finding: bare("up"),
      };
    });
    columns.turn(now, observations);
  }
  return columns;
}

export function looksContract(store: () => OpenedStore, raw: () => Knex): void {
  const save = async (at: number, checks: number, checkpoint = false) => {
    const columns = piece(at, checks);
    const products = at > START ? {} : { products: [{ device: "d1", model: "Room Kit", firmware: "ce9.15.0" }] };
    const known = checkpoint ? { checkpoint: { alarms: [alarm("a|hot")], incidents: [incident("i1")], ...products } } : {};
    await store().saveLooks({ head: columns.head("hash", checkpoint), checks: columns.checks(), same: () => () => true, ...known });
  };
  const between = async (from: number, to: number) => {
    const heads: PieceHead[] = [];
    for await (const head of store().lookPieces(from, to)) heads.push(head);
    return heads;
  };

  describe("looks", () => {
    it("come back by time, oldest first, with every check; a replay begins at the last checkpoint before", async () => {
      expect([await store().looksKept(), await store().lookStart(START + 9 * HOUR)]).toEqual([undefined, undefined]);
      await save(START + HOUR, 3);
      await save(START, 1_300, true);
      await save(START + 2 * HOUR, 3, true);
      expect((await between(START, START + 9 * HOUR)).map(({ from, looks, checkpoint }) => [from - START, looks, checkpoint])).toEqual([
        [0, 39_000, true],
        [HOUR, 90, false],
        [2 * HOUR, 90, true],
      ]);
      expect((await between(START + 10 * MINUTE, START + HOUR)).map(({ from }) => from - START)).toEqual([0]);
      const [first] = await between(START, START + 1);
      if (first === undefined) throw new Error("the first piece is gone");
      const devices = new Set<string>();
      for await (const some of store().looksOf(first)) for (const { device } of some) devices.add(device);
      expect(devices.size).toBe(1_300);
      expect(await store().looksCheckpoint(first)).toEqual({
        alarms: [alarm("a|hot")],
        incidents: [incident("i1")],
        products: [{ device: "d1", model: "Room Kit", firmware: "ce9.15.0" }],
      });
      const starts = [START - 1, START + 90 * MINUTE, START + 9 * HOUR].map(async (at) => (await store().lookStart(at))?.from);
      expect(await Promise.all(starts)).toEqual([undefined, START, START + 2 * HOUR]);
      expect(await store().looksKept()).toEqual({ from: START, to: START + 2 * HOUR + 29 * MINUTE });
    });

    it("of a piece that was not finished count for nothing, and go with the retention as the others do", async () => {
      await save(START, 2, true);
      await save(START + HOUR, 2, true);
      await raw()("look_blocks")
        .where({ from_at: START + HOUR, kind: 0 })
        .delete();
      expect((await between(START, START + 9 * HOUR)).map(({ from }) => from)).toEqual([START]);
      expect((await store().lookStart(START + 9 * HOUR))?.from).toBe(START);
      expect(await store().prune({ ...none, looksBefore: START + HOUR })).toBe(3);
      expect(await store().looksKept()).toBeUndefined();
      expect(await store().prune({ ...none, looksBefore: START + 2 * HOUR })).toBe(2);
    });
  });
}
