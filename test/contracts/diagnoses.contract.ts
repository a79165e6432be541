/**
 * What every store promises of diagnoses. Part of store.contract.ts.
 */
import { describe, expect, it } from "vitest";
import type { Diagnosis } from "../../daemon/model/diagnosis.ts";
import { DAY } from "../../daemon/model/time.ts";
import { RaceLost } from "../../daemon/ports.ts";
import type { OpenedStore } from "../../daemon/store/open.ts";
import { incident, START } from "./samples.ts";

function diagnosis(id: string, over: Partial<Diagnosis> = {}): Diagnosis {
  return {
    ...{ id, incident: "i1", level: 1, by: "system", state: "running", askedAt: START, startedAt: START, attempts: 1 },
    ...{
      facts: [{ name: "ping", value: "silent", of: "codec-1", at: START, from: "look" }],
      also: [],
      answers: [],
      timedOut: [],
      version: 1,
    },
    ...over,
  };
}

export function diagnosesContract(store: () => OpenedStore): void {
  const save = (...all: Diagnosis[]) =>
    store().transaction(undefined, async (tx) => {
      for (const each of all) await tx.saveDiagnosis(each);
    });
  const open = (...all: ReturnType<typeof incident>[]) =>
    store().transaction(undefined, async (tx) => {
      for (const each of all) await tx.insertIncident(each);
    });
  const ids = (all: readonly { readonly id: string }[]) => all.map(({ id }) => id);

  describe("diagnoses", () => {
    it("come back as they went in: of an incident the last asked first, in a state the first asked first", async () => {
      const judged = { verdict: "power", confidence: 82, row: "x", why: "dark" } as const;
      const paths = [{ to: "codec-1", hops: ["router-1", "10.0.0.1"], reached: false }];
      const first = diagnosis("D1", { judged, paths, state: "done" });
      await save(first, diagnosis("D2", { askedAt: START + 1 }), diagnosis("D3", { incident: "i2", askedAt: START + 2, state: "queued" }));
      expect(await store().diagnosis("D1")).toEqual(first);
      expect(await store().diagnosis("D9")).toBeUndefined();
      expect(ids(await store().diagnoses("i1"))).toEqual(["D2", "D1"]);
      expect(ids(await store().diagnosesIn(["running", "queued"], 9))).toEqual(["D2", "D3"]);
      expect(ids(await store().diagnosesIn(["running", "queued"], 1))).toEqual(["D2"]);
      expect(await store().transaction(undefined, async (tx) => [ids(await tx.diagnosesOf("i2")), (await tx.diagnosis("D2"))?.id])).toEqual(
        [["D3"], "D2"],
      );
    });

    it("are written once a version: the later of two writers decides again", async () => {
      await save(diagnosis("D1"));
      await save(diagnosis("D1", { version: 2, state: "done" }));
      await expect(save(diagnosis("D1", { version: 2 }))).rejects.toThrow(RaceLost);
      await expect(save(diagnosis("D1"))).rejects.toThrow(RaceLost);
      expect(await store().diagnosis("D1")).toMatchObject({ state: "done" });
      expect(await store().diagnosesIn(["running"], 9)).toEqual([]);
    });

    it("are missing of failing, unfolded incidents that were opened since and of which none was ever begun", async () => {
      await open(
        incident("i1"),
        incident("i2", { openedAt: START + 1 }),
        incident("i3", { openedAt: START - DAY }),
        incident("i4", { state: "restored", restoredAt: START }),
        incident("i5", { foldedInto: "i1", state: "closed", closedAt: START }),
        incident("i6", { openedAt: START + 2, state: "taken", holder: "ann" }),
      );
      expect(ids(await store().undiagnosed(START, 9))).toEqual(["i1", "i2", "i6"]);
      expect(ids(await store().undiagnosed(START, 1))).toEqual(["i1"]);
      await save(diagnosis("D1", { incident: "i2", state: "unfinished" }));
      expect(ids(await store().undiagnosed(START, 9))).toEqual(["i1", "i6"]);
    });

    it("go with their incident", async () => {
      await open(incident("i1", { state: "closed", closedAt: START }), incident("i2"));
      await save(diagnosis("D1"), diagnosis("D2", { incident: "i2" }));
      const before = START + DAY;
      const limits = { samplesBefore: before, trapsBefore: before, inboxBefore: before, sessionsBefore: before, looksBefore: before };
      await store().prune({ ...limits, incidentsBefore: before });
      expect([await store().diagnosis("D1"), (await store().diagnosis("D2"))?.id]).toEqual([undefined, "D2"]);
    });
  });
}
