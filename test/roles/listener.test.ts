/** What a batch of traps leaves in the store: records, inbox messages, and both or neither. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Device } from "../../daemon/model/network.ts";
import { type HeardTrap, hear } from "../../daemon/roles/listener.ts";
import { oneConnection } from "../../daemon/store/connect.ts";
import { type OpenedStore, openStore } from "../../daemon/store/open.ts";
import { START } from "../contracts/samples.ts";
import { FakeClock } from "../fakes/clock.ts";

let folder: string;
let path: string;
let store: OpenedStore;
let counted: string[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "vigie-hear-"));
  path = join(folder, "vigie.db");
  store = await openStore({ storage: { kind: "sqlite", path }, stateDir: folder, clock: new FakeClock(START) });
  await store.migrate();
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const trap = (more: Partial<HeardTrap> = {}): HeardTrap => {
  return { at: START, source: "10.0.0.1", version: "2c", inform: true, oid: "1.3.6.1.6.3.1.1.5.3", varbinds: [], sha256: "aa", ...more };
};

function heard(traps: readonly HeardTrap[]) {
  counted = [];
  const outcomes = counted;
  let pokes = 0;
  let seq = 0;
  const done = hear(traps, {
    store,
    deviceAt: (address) => (address === "10.0.0.1" ? ({ id: "switch-1" } as Device) : undefined),
    meaningOf: () => ({ name: "linkDown", faults: [{ symptom: "interface-down", effect: "raise" }] }),
    nextSeq: () => (seq += 1),
    stats: { heard: (outcome) => void outcomes.push(outcome) },
    poke: () => (pokes += 1),
  });
  return done.then(() => ({ outcomes, pokes }));
}

it("keeps every trap, from whom nobody knows and undecodable ones too, with what there is to tell why; only what means something is evaluated", async () => {
  const broken = trap({ undecodable: "malformed", head: "3082ff", source: "10.0.0.9" });
  const { outcomes, pokes } = await heard([trap({ relay: "10.9.9.9", truncated: true }), trap({ source: "10.0.0.8" }), broken]);
  expect([outcomes, pokes]).toEqual([["stored", "unknown-source", "undecodable"], 1]);
  const kept = await store.traps({ limit: 10 });
  expect(kept.find((each) => each.device === "switch-1")).toMatchObject({ name: "linkDown", relay: "10.9.9.9", truncated: true });
  expect(kept.find((each) => each.undecodable !== undefined)).toMatchObject({
    source: "10.0.0.9",
    undecodable: "malformed",
    head: "3082ff",
  });
  expect(kept).toHaveLength(3);
  expect(await store.inboxAfter(0, 10)).toMatchObject([{ source: "trap", body: { observation: { device: "switch-1", kind: "trap" } } }]);
});

it("the same datagram twice in a millisecond is two events; the batch offered again is the same two", async () => {
  const twice = [trap(), trap()];
  await heard(twice);
  await heard(twice);
  expect(await store.inboxAfter(0, 10)).toHaveLength(2);
});

it("keeps nothing of a batch whose messages cannot be committed, and says so by rejecting", async () => {
  const raw = oneConnection(path);
  await raw.raw("drop table inbox");
  await raw.destroy();
  await expect(heard([trap()])).rejects.toThrow();
  expect(counted).toEqual([]);
  expect(await store.traps({ limit: 10 })).toEqual([]);
});
