/**
 * What every store promises about messages beyond the outbox: storms, codes to acknowledge with, what came back. Part of store.contract.ts.
 */
import { beforeEach, describe, expect, it } from "vitest";
import type { OutboxRow } from "../../daemon/model/incident.ts";
import { DAY, HOUR, MINUTE } from "../../daemon/model/time.ts";
import type { AckCode } from "../../daemon/ports-notify.ts";
import type { OpenedStore } from "../../daemon/store/open.ts";
import { incident, message, START } from "./samples.ts";

export function notifyContract(store: () => OpenedStore): void {
  const add = (...rows: OutboxRow[]) => store().transaction(undefined, (tx) => tx.addOutbox(rows));
  const claim = (now = START) => store().claimOutbox({ now, leaseMs: 30_000, limit: 100, worker: "w1" });
  const desk = { recipient: "desk", channel: "mail" };

  it("messages to other systems are claimed apart, outlive the ladder, and are followed until it is said that it is over", async () => {
    await store().transaction(undefined, (tx) => tx.insertIncident(incident("i1")));
    const ticket = { kind: "ticket", recipient: "ticket:itsm", letter: { subject: "s", text: "t", data: { event: "opened" } } } as const;
    await add(message("k1"), message("i1/ticket/itsm/1/opened/x", ticket));
    expect((await claim()).map(({ key }) => key)).toEqual(["k1"]);
    await store().recordDeliveries([{ key: "k1", state: "pending", at: START, notBefore: START }]);
    await store().transaction(undefined, (tx) => tx.dropPending("i1", "acknowledged", START));
    expect(await store().outboxDepth()).toEqual({ pending: 0 });
    const theirs = () => store().claimOutbox({ now: START, leaseMs: 30_000, limit: 100, worker: "w2", tickets: true });
    expect(await theirs()).toMatchObject([{ key: "i1/ticket/itsm/1/opened/x", letter: ticket.letter }]);
    expect(await store().ticketed()).toEqual(["i1"]);
    await add(message("i1/ticket/itsm/2/closed/x", ticket));
    expect(await store().ticketed()).toEqual(["i1"]);
    await theirs();
    await store().recordDeliveries([{ key: "i1/ticket/itsm/2/closed/x", state: "accepted", at: START }]);
    expect(await store().ticketed()).toEqual([]);
    expect(await store().sentBetween(START, START + 1, 10)).toEqual([]);
  });

  describe("messages in a storm", () => {
    beforeEach(async () => {
      await store().transaction(undefined, async (tx) => {
        for (const [id, site] of [
          ["i1", "mgh"],
          ["i2", "mgh"],
          ["i3", "rvh"],
        ] as const)
          await tx.insertIncident(incident(id, { site, device: `d-${id}` }));
      });
      await add(
        message("k1"),
        message("k2", { incident: "i2" }),
        message("k3", { incident: "i3" }),
        message("other", { recipient: "ann" }),
      );
    });

    it("in a backlog the first about a site of which nobody was told overtakes what else waits, per recipient and channel", async () => {
      await add(message("k4", { incident: "i3", createdAt: START + 5, notBefore: START + 5 }));
      const next = async (limit: number, firstsSince?: number, worker = "w1") =>
        (
          await store().claimOutbox({
            now: START + 9,
            leaseMs: 30_000,
            limit,
            worker,
            ...(firstsSince === undefined ? {} : { firstsSince }),
          })
        ).map(({ key }) => key);
      expect(await next(1)).toEqual(["k1"]);
      await store().recordDeliveries([{ key: "k1", state: "accepted", at: START + 6 }]);
      // Of mgh the desk was told; of rvh it was not, and ann was told of nothing.
      expect((await next(2, START)).sort()).toEqual(["k3", "other"]);
      await store().recordDeliveries([{ key: "k3", state: "pending", at: START + 9, notBefore: START + MINUTE, inStorm: true }]);
      // Something about rvh waits for the end of the storm: what else comes about it will wait with it, and overtakes nothing.
      expect(await next(1, START, "w2")).toEqual(["k2"]);
      expect(await next(9, START)).toEqual(["k4"]);
      expect(await next(9, START)).toEqual([]);
    });

    it("that overtakes is claimed once, however many dispatchers look for it at the same moment", async () => {
      const claims = ["w1", "w2", "w3"].map((worker) =>
        store().claimOutbox({ now: START + 9, leaseMs: 30_000, limit: 2, worker, firstsSince: START }),
      );
      const keys = (await Promise.all(claims)).flat().map(({ key }) => key);
      expect([keys.length, new Set(keys).size]).toEqual([4, 4]);
    });

    it("told longer ago than the window counts as told of nothing", async () => {
      const next = async (firstsSince: number) =>
        (await store().claimOutbox({ now: START + 9, leaseMs: 30_000, limit: 1, worker: "w1", firstsSince })).map(({ key }) => key);
      for (const key of ["k1", "other"]) await store().recordDeliveries([{ key, state: "accepted", at: START + 6 }]);
      expect(await next(START + 5)).toEqual(["k3"]);
      expect(await next(START + 6)).toEqual(["k2"]);
    });

    it("what a person heard lately is known by site, and a message that named several is one", async () => {
      await claim();
      await store().recordDeliveries([{ key: "k1", state: "accepted", at: START + 1 }]);
      await store().recordDeliveries([{ key: "k2", state: "pending", at: START, notBefore: START + MINUTE, inStorm: true }]);
      await store().recordDeliveries([{ key: "k3", state: "pending", at: START, notBefore: START + MINUTE, inStorm: true }]);
      expect(await store().toldLately(desk, START)).toEqual({ messages: 1, sites: new Map([["mgh", START + 1]]) });
      expect(await store().toldLately(desk, START + 1)).toEqual({ messages: 0, sites: new Map() });
      expect([await store().waitsInStorm(desk, "mgh"), await store().waitsInStorm(desk, "elsewhere")]).toEqual([START + MINUTE, undefined]);
      const [lead] = (await claim(START + MINUTE)).filter(({ recipient }) => recipient === "desk");
      expect(lead).toMatchObject({ key: "k2", inStorm: true });
      // The other is claimed with it, by the same worker.
      const bundle = { ...desk, key: "k2", at: START + MINUTE, limit: 10 };
      expect(await store().supersede({ ...bundle, claimedBy: "another" })).toBe(0);
      expect(await store().supersede({ ...bundle, claimedBy: "w1" })).toBe(1);
      expect(await store().waitsInStorm(desk, "rvh")).toBeUndefined();
      expect((await store().bundleOf("k2")).map(({ key }) => key)).toEqual(["k3"]);
      await store().recordDeliveries([{ key: "k2", state: "accepted", at: START + MINUTE + 5 }]);
      expect(await store().delivery("k3")).toMatchObject({ state: "superseded", supersededBy: "k2", sentAt: START + MINUTE + 5 });
      expect((await store().toldLately(desk, START + MINUTE)).messages).toBe(1);
      const [line] = (await store().timeline("i3")).slice(-1);
      expect(line).toMatchObject({ event: "superseded", why: "superseded by k2", data: { message: "k3", by: "k2" } });
      expect(await store().verifyTimeline()).toMatchObject({ checked: 1 });
    });

    it("what names other incidents is not dropped with its own", async () => {
      await claim();
      for (const key of ["k1", "k2"])
        await store().recordDeliveries([{ key, state: "pending", at: START, notBefore: START + MINUTE, inStorm: true }]);
      await claim(START + MINUTE);
      await store().supersede({ ...desk, key: "k1", at: START + MINUTE, limit: 10, claimedBy: "w1" });
      const again = { ...message("k1b", { channel: "sms" }), bundle: "k1" };
      await store().recordDeliveries([{ key: "k1", state: "pending", at: START, notBefore: START + HOUR, error: "421" }], [again]);
      await store().transaction(undefined, (tx) => tx.dropPending("i1", "acknowledged", START + HOUR));
      expect((await store().deliveries("i1")).map(({ key, state }) => [key, state])).toEqual([
        ["k1", "pending"],
        ["k1b", "pending"],
        ["other", "claimed"],
      ]);
      await claim(START + 2 * HOUR);
      await store().recordDeliveries([{ key: "k1b", state: "sent", at: START + 2 * HOUR }]);
      expect((await store().delivery("k2"))?.sentAt, "named over the second channel").toBe(START + 2 * HOUR);
    });
  });

  it("a message that was taken may come back as failed; an acknowledgement counts from every state", async () => {
    await add(message("k1"), message("k2", { letter: { subject: "s", text: "t", asks: true }, incident: "", lateMs: 6 * HOUR }));
    await claim();
    await store().recordDeliveries([{ key: "k1", state: "accepted", at: START, proof: "id-7" }]);
    expect(await store().deliveryByProof("mail", "id-7")).toMatchObject({ key: "k1", state: "accepted" });
    await store().recordDeliveries([{ key: "k1", state: "failed", at: START + 1, error: "no such telephone" }]);
    expect(await store().delivery("k1")).toMatchObject({ state: "failed", error: "no such telephone", proof: "id-7" });
    await store().recordDeliveries([{ key: "k1", state: "pending", at: START + 2, notBefore: START }]);
    expect((await store().delivery("k1"))?.state, "it is not sent again by itself").toBe("failed");
    await store().recordDeliveries([{ key: "k1", state: "acknowledged", at: START + 3 }]);
    expect((await store().delivery("k1"))?.state).toBe("acknowledged");
    expect(await store().delivery("k2")).toMatchObject({ letter: { subject: "s", asks: true }, lateMs: 6 * HOUR });
    expect(await store().delivery("none")).toBeUndefined();
    expect((await store().keysOver("mail", START)).toSorted(), "whatever became of them").toEqual(["k1", "k2"]);
    expect([await store().keysOver("mail", START + DAY), await store().keysOver("sms", START)]).toEqual([[], []]);
  });

  it("codes are found by their token, and by where they were sent while they hold; wrong digits are counted", async () => {
    const code = (tokenHash: string, change: Partial<AckCode> = {}): AckCode => ({
      ...{ tokenHash, digitsHash: "d", key: "k1", incident: "i1", ...desk, address: "+15145550100" },
      ...{ createdAt: START, expiresAt: START + DAY, failures: 0, ...change },
    });
    for (const each of [
      code("t1"),
      code("t2", { createdAt: START + 1 }),
      code("t3", { address: "+1" }),
      code("t4", { expiresAt: START + 1 }),
    ])
      await store().saveAckCode(each);
    expect(await store().ackCode("t1")).toEqual(code("t1"));
    expect(await store().ackCode("none")).toBeUndefined();
    expect([await store().failAckCode("t1"), await store().failAckCode("t1"), await store().failAckCode("none")]).toEqual([1, 2, 0]);
    expect((await store().ackCodesTo("mail", "+15145550100", START + 1)).map((each) => each.tokenHash)).toEqual(["t2", "t1"]);
  });

  it("what comes in counts once a channel; a receipt that comes too early waits for its message", async () => {
    const reply = { channel: "sms", id: "m1", at: START, kind: "reply" } as const;
    expect([await store().hear(reply), await store().hear(reply), await store().hear({ ...reply, channel: "other" })]).toEqual([
      true,
      false,
      true,
    ]);
    await store().hear({ channel: "sms", id: "r1", at: START, kind: "receipt", about: "id-7", state: "delivered" });
    expect(await store().takeReceipt("other", "id-7")).toBeUndefined();
    expect([await store().takeReceipt("sms", "id-7"), await store().takeReceipt("sms", "id-7")]).toEqual(["delivered", undefined]);
  });

  it("letters, codes and what came in go with their retention", async () => {
    await add(message("old", { incident: "", letter: { subject: "s", text: "t" } }));
    await store().hear({ channel: "sms", id: "m1", at: START, kind: "reply" });
    const before = START + DAY;
    const limits = { samplesBefore: 0, trapsBefore: 0, inboxBefore: before, incidentsBefore: before, sessionsBefore: 0, looksBefore: 0 };
    expect(await store().prune(limits)).toBe(2);
    expect(await store().delivery("old")).toBeUndefined();
  });
}
