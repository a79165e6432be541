/**
 * What every store promises about problems, and the counts by which they are found. Part of store.contract.ts.
 */
import { describe, expect, it } from "vitest";
import type { Incident } from "../../daemon/model/incident.ts";
import type { Problem } from "../../daemon/model/problem.ts";
import { DAY } from "../../daemon/model/time.ts";
import { RaceLost } from "../../daemon/ports.ts";
import type { OpenedStore } from "../../daemon/store/open.ts";
import { incident, START } from "./samples.ts";

const problem = (id: string, over: Partial<Problem> = {}): Problem => ({
  ...{ id, fingerprint: "codec-1|silent|", site: "mgh", device: "codec-1", symptom: "silent", standing: "suggested" },
  ...{ why: "3 incidents", openedAt: START, incidents: ["i1", "i2", "i3"], ...over },
});
const closed = { at: START + 5, by: "ann", note: "a new cable" };

export function problemsContract(store: () => OpenedStore): void {
  const save = (...all: Problem[]) =>
    store().transaction(undefined, async (tx) => {
      for (const each of all) await tx.saveProblem(each);
    });

  describe("problems", () => {
    it("come back as they went in, the last opened first, by state and by cause", async () => {
      const whole = problem("P-2", { openedAt: START + 1, fingerprint: "codec-2|silent|1", part: "1", standing: "candidate" });
      await save(problem("P-1"), whole, problem("P-0", { openedAt: START - 1, fingerprint: "x", closed }));
      expect(await store().problem("P-2")).toEqual(whole);
      expect(await store().problem("none")).toBeUndefined();
      const ids = async (query: object) => (await store().problems({ limit: 10, ...query })).map(({ id }) => id);
      expect(await ids({})).toEqual(["P-2", "P-1", "P-0"]);
      expect(await ids({ state: "open" })).toEqual(["P-2", "P-1"]);
      expect(await ids({ state: "closed" })).toEqual(["P-0"]);
      expect(await ids({ fingerprint: "codec-1|silent|" })).toEqual(["P-1"]);
      expect(await ids({ limit: 1 })).toEqual(["P-2"]);
      await save({ ...whole, incidents: ["i9"] });
      expect((await store().problem("P-2"))?.incidents).toEqual(["i9"]);
    });

    it("there is one open problem a cause; another may follow when it is closed", async () => {
      await save(problem("P-1"));
      await expect(save(problem("P-2"))).rejects.toThrow(RaceLost);
      await save(problem("P-1", { closed }), problem("P-2"));
      expect((await store().problems({ state: "open", limit: 10 })).map(({ id }) => id)).toEqual(["P-2"]);
    });

    it("failures are counted by cause within a window: reopenings once, and nothing that was no failure", async () => {
      const all: readonly (readonly [string, Partial<Incident>])[] = [
        ["i1", { fingerprint: "f", occurrences: 5 }],
        ["i2", { fingerprint: "f", openedAt: START - DAY }],
        ["i3", { fingerprint: "f", openedAt: START - 31 * DAY }],
        ["i4", { fingerprint: "f", disposition: "false-alarm" }],
        ["i5", { fingerprint: "f", foldedInto: "i1" }],
        ["i6", { fingerprint: "g", openedAt: START + 1 }],
        ["i7", { fingerprint: "h" }],
      ];
      await store().transaction(undefined, async (tx) => {
        for (const [id, over] of all)
          await tx.insertIncident({ ...incident(id), state: "closed", closedAt: START, openedAt: START, rootCause: id, ...over });
      });
      const found = await store().failureCounts(START - 30 * DAY, START);
      expect(found.map(({ fingerprint, count }) => [fingerprint, count])).toEqual([
        ["f", 2],
        ["h", 1],
      ]);
      expect(found[0]).toMatchObject({ symptom: "unreachable" });
    });
  });
}
