/**
 * What every store promises of people's requests. Part of store.contract.ts.
 */
import { describe, expect, it } from "vitest";
import type { KeptNews } from "../../daemon/model/public-news.ts";
import type { HelpRequest } from "../../daemon/model/request.ts";
import { RaceLost } from "../../daemon/ports.ts";
import type { OpenedStore } from "../../daemon/store/open.ts";
import { formatNumber } from "../../rules/number.ts";
import { incident, START } from "./samples.ts";

function request(id: string, over: Partial<HelpRequest> = {}): HelpRequest {
  return {
    ...{ id, number: id, source: "phone", at: START, by: "marie", room: "a101", site: "mgh", symptom: "no-sound", language: "fr" },
    ...{ caller: { name: "Anne Roy", phone: "514 555-1234" }, sessionAffected: false, attempts: [], version: 1 },
    ...over,
  };
}

export function requestsContract(store: () => OpenedStore): void {
  const save = (...all: HelpRequest[]) =>
    store().transaction(undefined, async (tx) => {
      for (const each of all) await tx.saveRequest(each);
    });
  const ids = async (query: Partial<Parameters<OpenedStore["requests"]>[0]>) =>
    (await store().requests({ limit: 9, ...query })).map(({ id }) => id);
  const ended = { how: "agreed", at: START + 5, by: "marie" } as const;

  describe("requests of people", () => {
    it("come back as they went in; the last first; by room, incident, and whether they are over; in pages", async () => {
      await save(request("R1"), request("R2", { at: START + 1, incident: "A" }), request("R3", { room: "b1", at: START + 1, ended }));
      expect(await store().request("R2")).toEqual(request("R2", { at: START + 1, incident: "A" }));
      expect(await store().request("R9")).toBeUndefined();
      expect(await ids({})).toEqual(["R3", "R2", "R1"]);
      expect([await ids({ open: true }), await ids({ open: false })]).toEqual([["R2", "R1"], ["R3"]]);
      expect([await ids({ room: "b1" }), await ids({ incident: "A" })]).toEqual([["R3"], ["R2"]]);
      expect(await ids({ before: { at: START + 1, id: "R3" } })).toEqual(["R2", "R1"]);
    });

    it("are written once a version: the later of two writers decides again", async () => {
      await save(request("R1"));
      await save(request("R1", { version: 2, incident: "A" }));
      await expect(save(request("R1", { version: 2 }))).rejects.toThrow(RaceLost);
      await expect(save(request("R1"))).rejects.toThrow(RaceLost);
      expect(await store().request("R1")).toMatchObject({ incident: "A" });
    });

    it("whose sender is told by mail are found while they are open, and once more when they are over, until that was told", async () => {
      const heard = { news: "number", mails: 1 } as const;
      const found = () =>
        store().transaction(undefined, async (tx) => [
          (await tx.writtenRequests(9)).map(({ id }) => id),
          (await tx.dueRequests(START + 10, 9)).map(({ id }) => id),
        ]);
      await save(request("R1", { heard }), request("R2"), request("R3", { heard, at: START + 1 }));
      expect(await found()).toEqual([["R1", "R3"], []]);
      await save(request("R1", { heard, ended, version: 2 }), request("R2", { ended, version: 2 }));
      expect(await found()).toEqual([["R3"], ["R1"]]);
      await save(request("R1", { heard: { news: "over", mails: 2 }, ended, version: 3 }));
      expect(await found()).toEqual([["R3"], []]);
    });

    it("of one key are one: the second is refused, under whatever number; who asks by the key finds the first", async () => {
      await save(request("R1", { key: "web|abc" }));
      await expect(save(request("R2", { key: "web|abc" }))).rejects.toThrow(RaceLost);
      await save(request("R3", { key: "web|abd" }));
      expect([await store().requestByKey("web|abc"), await store().requestByKey("web|x")]).toEqual([
        request("R1", { key: "web|abc" }),
        undefined,
      ]);
      expect(await ids({})).toEqual(["R3", "R1"]);
    });

    it("find a number that was held for them, once", async () => {
      const held = { number: "VIG-2026-000001-10", at: START, by: "web" };
      await store().transaction(undefined, (tx) => tx.holdNumber(held));
      const use = () => store().transaction(undefined, (tx) => tx.useHeldNumber(held.number));
      const inVain = store().transaction(undefined, async (tx) => {
        await tx.useHeldNumber(held.number);
        throw new RaceLost("the request was not written");
      });
      await expect(inVain).rejects.toThrow(RaceLost);
      expect([await use(), await use()]).toEqual([true, false]);
    });

    it("and public texts come back as they went in; only the latest has a timer, which service that is back rings; they go on with theirs", async () => {
      const texts = { fr: "Panne.", en: "A failure." };
      const news = (seq: number, more: Partial<KeptNews> = {}): KeptNews => ({
        ...{ incident: "I1", seq, at: START + seq, by: "marie", texts, since: START, nextAt: START + 90, wakeAt: START + 90, reminded: 0 },
        ...more,
      });
      const due = (at: number) => store().transaction(undefined, async (tx) => (await tx.dueNews(at, 9)).map(({ seq }) => seq));
      const keep = (each: KeptNews) => store().transaction(undefined, (tx) => tx.savePublicNews(each));
      await store().transaction(undefined, (tx) => tx.insertIncident(incident("I1")));
      await keep(news(1));
      await keep(news(2));
      const { wakeAt: _w, ...first } = news(1);
      expect(await store().publicNews("I1")).toEqual([first, news(2)]);
      expect([await due(START + 89), await due(START + 90)]).toEqual([[], [2]]);
      await keep(news(2, { reminded: 1, wakeAt: START + 200 }));
      expect([await due(START + 90), (await store().publicNews("I1")).map(({ reminded }) => reminded)]).toEqual([[], [0, 1]]);
      await store().transaction(undefined, (tx) =>
        tx.updateIncident({ ...incident("I1"), state: "restored", version: incident("I1").version + 1 }),
      );
      expect(await due(START + 90)).toEqual([2]);
      await store().transaction(undefined, (tx) => tx.moveNews("I1", "I2"));
      expect([await store().publicNews("I1"), (await store().publicNews("I2")).length]).toEqual([[], 2]);
    });

    it("go on with the incident that theirs went into", async () => {
      await save(request("R1", { incident: "A" }), request("R2", { incident: "C" }));
      await store().transaction(undefined, (tx) => tx.moveRequests("A", "B"));
      expect([await ids({ incident: "A" }), await ids({ incident: "B" })]).toEqual([[], ["R1"]]);
      expect(await store().request("R1")).toMatchObject({ incident: "B" });
    });

    it("use their number, whatever becomes of an incident", async () => {
      const number = formatNumber("VIG", 2026, await store().reserveNumber("VIG", 2026));
      await store().reserveNumber("VIG", 2026);
      await save(request(number));
      expect((await store().unusedNumbers(9)).map(({ seq }) => seq)).toEqual([2]);
    });

    it("forget the caller long before they go; one that is not over does not go", async () => {
      await save(request("R1", { ended }), request("R2"), request("R3", { at: START + 9, ended }));
      const never = { samplesBefore: 0, trapsBefore: 0, inboxBefore: 0, sessionsBefore: 0, looksBefore: 0, incidentsBefore: 0 };
      await store().prune({ ...never, callersBefore: START + 9 });
      expect((await store().requests({ limit: 9 })).map(({ id, caller }) => [id, caller?.name])).toEqual([
        ["R3", "Anne Roy"],
        ["R2", undefined],
        ["R1", undefined],
      ]);
      await store().prune({ ...never, incidentsBefore: START + 1 });
      expect(await ids({})).toEqual(["R3", "R2"]);
    });
  });
}
