/** What kept sessions tell unasked: all of it in the inbox, in its order, in few commits. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Finding } from "../../daemon/model/observation.ts";
import type { InboxMessage, Log, Store } from "../../daemon/ports.ts";
import { maxHeld, SessionHearing } from "../../daemon/session-hearing.ts";
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
  const said: string[] = [];
  let seq = 0;
  let pokes = 0;
  let last: Promise<unknown> = Promise.resolve();
  const line = (level: string) => (fields: object, text: string) => void said.push(`${level}: ${text} (${Reflect.get(fields, "events")})`);
  const log = { error: line("error"), warn: line("warn") } as unknown as Log;
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
  return { made, commits, said, pokes: () => pokes, committed: () => last };
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

it("holds what the store could not take, says so once, and commits it in its order when it is back", async () => {
  let fails = true;
  const { made, said, pokes, committed } = hearing(async (messages) => {
    if (fails) throw new Error("disk full");
    return store.appendInbox(messages);
  });
  made.hear("codec-0", finding);
  await committed();
  made.hear("codec-1", finding);
  await clock.advance(2_000);
  await committed();
  fails = false;
  made.hear("codec-2", finding);
  await clock.advance(2_000);
  await committed();
  await made.stop();
  expect(said).toEqual(["warn: what sessions tell is held: the store takes nothing (1)"]);
  expect(pokes()).toBe(1);
  expect(devices(await store.inboxAfter(0, 10))).toEqual(["codec-0", "codec-1", "codec-2"]);
});

it("loses the oldest when it has to hold too much, and the rest when the daemon stops; both are said with their number", async () => {
  const { made, said, commits } = hearing(async () => {
    throw new Error("disk full");
  });
  made.hear("codec-0", finding);
  await clock.advance(1);
  for (let n = 1; n <= maxHeld + 4; n += 1) made.hear(`codec-${n}`, finding);
  await clock.advance(2_000);
  expect(commits.slice(0, 2)).toEqual([1, maxHeld + 5]);
  await made.stop();
  expect(said).toEqual([
    "warn: what sessions tell is held: the store takes nothing (1)",
    "error: what sessions told was lost: the store took nothing for too long (5)",
    `error: what sessions told was lost: the store took nothing for too long (${maxHeld})`,
  ]);
});
