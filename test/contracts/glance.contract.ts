/**
 * What every store promises to those who ask twice a second whether something waits: what this process wrote is there at once, what
 * another one wrote within the moment that an answer is good for.
 */
import { expect, it } from "vitest";
import type { Fence } from "../../daemon/ports.ts";
import type { OpenedStore } from "../../daemon/store/open.ts";
import type { FakeClock } from "../fakes/clock.ts";
import { incident, message, START } from "./samples.ts";

interface Opened {
  readonly store: OpenedStore;
  readonly clock: FakeClock;
}

export function glanceContract(here: () => Opened, another: () => Promise<Opened>): void {
  const claim = { now: START + 10, limit: 10, leaseMs: 60_000, worker: "w" };
  /** What those who wait are told of one store: due incident, messages, inbox, revisions. */
  const told = async (store: OpenedStore) => ({
    due: await store.isIncidentDue(START + 10),
    claimed: (await store.claimOutbox(claim)).map(({ key }) => key),
    tickets: (await store.claimOutbox({ ...claim, tickets: true })).map(({ key }) => key),
    heard: (await store.inboxAfter(0, 10)).map(({ key }) => key),
    onCall: await store.onCallRevision(),
    maintenance: await store.revision("maintenance"),
  });
  const write = async (store: OpenedStore) => {
    const made = incident("one", { wakeAt: START + 5 });
    await store.transaction(undefined, async (tx) => {
      await tx.insertIncident(made);
      await tx.addOutbox([
        message("m1", { incident: made.id, notBefore: START }),
        message("t1", { incident: made.id, notBefore: START, kind: "ticket" }),
      ]);
    });
    await store.appendInbox([{ at: START, source: "desk", key: "i1", body: {} }]);
  };
  const all = { due: true, claimed: ["m1"], tickets: ["t1"], heard: ["i1"] };
  const none = { due: false, claimed: [], tickets: [], heard: [], maintenance: undefined };

  it("nothing waits in a new store; what this process writes is seen at once, though it asked a moment before", async () => {
    const { store } = here();
    expect(await told(store)).toMatchObject(none);
    await write(store);
    expect(await told(store)).toMatchObject(all);
  });

  it("what another process writes is seen as soon as the last answer is half a second old", async () => {
    const { store, clock } = here();
    expect(await told(store)).toMatchObject(none);
    const other = await another();
    await write(other.store);
    await clock.advance(500);
    expect(await told(store)).toMatchObject(all);
    await other.store.close();
  });

  it("what is not due yet is not claimed, and is when its time has come, without anything being written", async () => {
    const { store } = here();
    await store.transaction(undefined, (tx) => tx.addOutbox([message("later", { notBefore: START + 100 })]));
    expect(await store.claimOutbox(claim)).toEqual([]);
    expect((await store.claimOutbox({ ...claim, now: START + 100 })).map(({ key }) => key)).toEqual(["later"]);
  });

  it("leases asked for together are those asked for one by one, in their order", async () => {
    const { store } = here();
    const theirs = (await store.acquireLease("auditor", "b", 60_000)) as Fence;
    const [evaluator, auditor, escalator] = await store.acquireLeases(["evaluator", "auditor", "escalator"], "a", 60_000);
    expect([evaluator?.role, auditor, escalator?.role]).toEqual(["evaluator", undefined, "escalator"]);
    expect(await store.acquireLeases(["escalator", "evaluator"], "a", 60_000), "renewed under the same epoch").toEqual([
      escalator,
      evaluator,
    ]);
    await store.releaseLease(theirs);
    const [after] = await store.acquireLeases(["auditor"], "a", 60_000);
    expect(after?.epoch).toBeGreaterThan(theirs.epoch);
    await store.transaction(after, (tx) => tx.keep("written", 1));
    expect(await store.acquireLeases([], "a", 60_000)).toEqual([]);
  });
}
