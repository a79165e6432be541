/** What kept sessions tell unasked: all of it in the inbox, in its order, in few commits. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Finding } from "../../daemon/model/observation.ts";
import type { InboxMessage, Log, Store } from "../../daemon/ports.ts";
import { SessionHearing } from "../../daemon/session-hearing.ts";
import { type OpenedStore, openStore } from "../../daemon/store/open.ts";
import { START } from "../contracts/samples.ts";
import { FakeClock } from "../fakes/clock.ts";

let folder: string;
let store: OpenedStore;
let clock: FakeClock;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "vigie-told-"));
  clock = new FakeClock(START);
  store = await openStore({ storage: { kind: "sqlite", path: join(folder, "vigie.db") }, stateDir: folder, clock });
  await store.migrate();
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const finding: Finding = { status: "up", samples: [], readings: [{ name: "sip", value: "registered" }], faults: [] };

function hearing(append: Store["appendInbox"] = (messages) => store.appendInbox(messages)) {
  const commits: number[] = [];
  const errors: object[] = [];
  let seq = 0;
  let pokes = 0;
  let last: Promise<unknown> = Promise.resolve();
  const log = { error: (fields: object) => void errors.push(fields) } as unknown as Log;
  const made = new SessionHearing({
    store: {
      appendInbox: (messages) => {
        commits.push(messages.length);
        const done = append(messages);
        last = done.catch(() => undefined);
        return done;
      },
    },
    clock,
    log,
    nextSeq: () => (seq += 1),
    poke: () => (pokes += 1),
  });
  return { made, commits, errors, pokes: () => pokes, committed: () => last };
}

const devices = (messages: readonly InboxMessage[]) =>
  messages.map(({ body }) => (body as { observation: { device: string } }).observation.device);

it("commits the first at once, and what comes within the next 200 ms together, in its order and each with its own time", async () => {
  const { made, commits, pokes, committed } = hearing();
  made.hear("codec-0", finding);
  await committed();
  for (let n = 1; n <= 5; n += 1) {
    made.hear(`codec-${n}`, finding);
    await clock.advance(30);
  }
  expect(commits).toEqual([1]);
  await clock.advance(60);
  await committed();
  await made.stop();
  expect(commits).toEqual([1, 5]);
  expect(pokes()).toBe(2);
  const kept = await store.inboxAfter(0, 10);
  expect(devices(kept)).toEqual(["codec-0", "codec-1", "codec-2", "codec-3", "codec-4", "codec-5"]);
  expect(kept.map(({ at }) => at - START)).toEqual([0, 0, 30, 60, 90, 120]);
});

it("keeps what was told last when the daemon stops, without waiting", async () => {
  const { made, committed } = hearing();
  made.hear("codec-0", finding);
  await committed();
  made.hear("codec-1", finding);
  await made.stop();
  made.hear("codec-2", finding);
  await made.stop();
  expect(devices(await store.inboxAfter(0, 10))).toEqual(["codec-0", "codec-1", "codec-2"]);
});

it("says what could not be committed, and goes on with what comes after it", async () => {
  let fails = true;
  const { made, errors, pokes, committed } = hearing(async (messages) => {
    if (fails) throw new Error("disk full");
    return store.appendInbox(messages);
  });
  made.hear("codec-0", finding);
  await committed();
  fails = false;
  made.hear("codec-1", finding);
  await made.stop();
  expect(errors).toEqual([{ events: 1, error: "Error" }]);
  expect(pokes()).toBe(1);
  expect(devices(await store.inboxAfter(0, 10))).toEqual(["codec-1"]);
});
