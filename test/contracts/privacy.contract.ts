/**
 * What every store promises about a person who asks what is kept of them, and to be forgotten. Part of store.contract.ts.
 */
import { describe, expect, it } from "vitest";
import type { HelpRequest } from "../../daemon/model/request.ts";
import { reachKey } from "../../daemon/oncall/reach.ts";
import type { OpenedStore } from "../../daemon/store/open.ts";
import { incident, line, message, START } from "./samples.ts";

const address = "anne.tremblay@example.org";

/** Anne was told of something, answered by its link, and has been taken out since; Ben is still there. */
export async function leaveTraces(store: OpenedStore): Promise<void> {
  const person = (id: string, name: string, more: object = {}) => ({
    ...{ id, name, language: "fr" as const, by: "ops", savedAt: START, channels: [{ channel: "mail", address: `${id}@x.org` }] },
    ...more,
  });
  const reach = (contact: string, to: string) => ({ contact, channel: "mail", address: to, knownAt: START });
  await store.transaction(undefined, async (tx) => {
    await tx.insertIncident(incident("i1"));
    await tx.savePerson(person("anne", "Anne Tremblay", { channels: [{ channel: "mail", address }], removedAt: START + 9 }));
    await tx.savePerson(person("ben", "Ben"));
    await tx.keep(reachKey, [reach("anne", address), reach("ben", "ben@x.org")]);
    await tx.appendTimeline([line("i1", "taken", { by: "anne" }), line("i1", "acknowledged", { by: "the link sent to anne" })]);
    await tx.appendTimeline([line("i1", "note", { by: "marianne" })]);
    await tx.addOutbox([message("k1", { recipient: "anne", address }), message("k2", { recipient: "anne", address })]);
    await tx.addOutbox([message("k3", { recipient: "ben", address: "ben@x.org" })]);
    await tx.audit([{ at: START, by: "ops", action: "person.saved", target: "anne" }]);
    for (const [cookie, name] of [
      ["c1", "anne"],
      ["c2", "ben"],
      ["c3", "anne"],
    ] as const)
      await tx.keep(`sign-in:${cookie}`, { name, proof: "p", at: START, seenAt: START + 3 });
    for (const name of ["anne", "ben"])
      await tx.keep(`room-link:${name}`, {
        person: name,
        sites: ["mgh"],
        serial: `serial-${name}`,
        at: START,
        by: "ops",
        seenAt: START + 4,
      });
    await tx.appendTimeline([line("i1", "note", { by: "rooms:anne" })]);
    for (const request of requests) await tx.saveRequest(request);
  });
  await store.recordDeliveries([{ key: "k1", state: "accepted", at: START, proof: `250 <${address}> ok` }]);
  await store.recordDeliveries([{ key: "k3", state: "accepted", at: START, proof: "250 ok" }]);
  await store.saveAckCode({
    ...{ tokenHash: "t1", digitsHash: "d", key: "k1", incident: "i1", recipient: "anne", channel: "mail", address },
    ...{ createdAt: START, expiresAt: START + 9, failures: 0 },
  });
}

const asked: HelpRequest = {
  ...{ id: "VIG-2026-000001-16", number: "VIG-2026-000001-16", source: "form", at: START, by: "rooms:anne", room: "a101", site: "mgh" },
  ...{ symptom: "no-sound", language: "fr", sessionAffected: false, attempts: [], version: 1 },
  ended: { how: "agreed", at: START + 1, by: "rooms:anne" },
};
const { ended: _, ...open } = asked;
const requests: readonly HelpRequest[] = [
  asked,
  { ...open, id: "VIG-2026-000002-13", number: "VIG-2026-000002-13", at: START + 1 },
  {
    ...{
      ...asked,
      id: "VIG-2026-000003-10",
      number: "VIG-2026-000003-10",
      at: START + 2,
      by: "anne",
      ended: { ...asked.ended, by: "ben" },
    },
    attempts: [{ at: START + 2, by: "anne" }],
  } as HelpRequest,
  // Whoever is only named is not them.
  {
    ...asked,
    id: "VIG-2026-000004-07",
    number: "VIG-2026-000004-07",
    by: "ben",
    ended: { ...asked.ended, by: "ben", note: '"by":"anne"' },
  } as HelpRequest,
];

export function privacyContract(store: () => OpenedStore): void {
  describe("what is kept about a person", () => {
    it("is found by their id, wherever it is, and nothing of anybody else", async () => {
      await leaveTraces(store());
      const kept = await store().keptAbout("anne");
      expect(kept.person).toMatchObject({ name: "Anne Tremblay", channels: [{ address }] });
      expect(kept.reach).toEqual([{ contact: "anne", channel: "mail", address, knownAt: START }]);
      expect(kept.messages.map(({ key, address: to, state }) => [key, to, state])).toEqual([
        ["k1", address, "accepted"],
        ["k2", address, "pending"],
      ]);
      expect(kept.timeline.map(({ by, event }) => [by, event])).toEqual([
        ["anne", "taken"],
        ["the link sent to anne", "acknowledged"],
        ["rooms:anne", "note"],
      ]);
      expect(kept.signIns).toEqual([1, 2].map(() => ({ at: START, seenAt: START + 3 })));
      expect(kept.roomLink).toEqual({ sites: ["mgh"], at: START, by: "ops", seenAt: START + 4 });
      expect(kept.requests.map(({ number, did, open }) => [number, did, open])).toEqual([
        ["VIG-2026-000001-16", ["asked", "ended"], false],
        ["VIG-2026-000002-13", ["asked"], true],
        ["VIG-2026-000003-10", ["taken-in", "tried"], false],
      ]);
      expect(kept.audit).toEqual([{ at: START, by: "ops", action: "person.saved", target: "anne" }]);
      const nothing = { rotations: [], overrides: [], reach: [], messages: [], signIns: [], requests: [], timeline: [], audit: [] };
      expect(await store().keptAbout("nobody")).toEqual(nothing);
    });

    it("goes, but for what waits to be sent; the timeline stays and its chain holds, and others keep theirs", async () => {
      await leaveTraces(store());
      const erased = await store().transaction(undefined, (tx) => tx.erasePerson("anne"));
      expect(erased).toEqual({ person: 1, reach: 1, messages: 1, attempts: 1, codes: 1, signIns: 2, roomLinks: 1, requests: 1 });
      const kept = await store().keptAbout("anne");
      expect(kept.person).toMatchObject({ name: "erased", channels: [], removedAt: START + 9 });
      expect(kept.messages.map(({ address: to }) => to)).toEqual(["erased", address]);
      expect(JSON.stringify([await store().attempts("k1"), await store().delivery("k1")])).not.toContain("tremblay");
      expect([kept.reach, kept.timeline.length, await store().verifyTimeline()]).toEqual([[], 3, { checked: 4 }]);
      expect([kept.signIns, kept.roomLink]).toEqual([[], undefined]);
      // One that is not over keeps who is to be called back.
      expect(kept.requests.map(({ number }) => number)).toEqual(["VIG-2026-000002-13", "VIG-2026-000003-10"]);
      expect(await store().request("VIG-2026-000001-16")).toMatchObject({ by: "rooms:erased", ended: { by: "rooms:erased" } });
      expect(await store().ackCode("t1")).toBeUndefined();
      const ben = await store().keptAbout("ben");
      expect([ben.person?.name, ben.reach.length, ben.messages[0]?.address]).toEqual(["Ben", 1, "ben@x.org"]);
      expect([ben.signIns.length, ben.roomLink?.sites]).toEqual([1, ["mgh"]]);
      expect((await store().delivery("k3"))?.proof).toBe("250 ok");
      const again = await store().transaction(undefined, (tx) => tx.erasePerson("anne"));
      expect(again).toEqual({ person: 0, reach: 0, messages: 0, attempts: 0, codes: 0, signIns: 0, roomLinks: 0, requests: 0 });
    });
  });
}
