/** The evaluator's loop: what it reads from, and when it must not go on. What it decides is told in test/scenarios. */
import { expect, it } from "vitest";
import { Board } from "../../daemon/board.ts";
import type { Alarm } from "../../daemon/model/alarm.ts";
import type { Config } from "../../daemon/model/config.ts";
import type { Incident } from "../../daemon/model/incident.ts";
import { SECOND } from "../../daemon/model/time.ts";
import { type Bus, type InboxMessage, LeaseLost, type Log, type Store, StoreUnavailable, type Tx } from "../../daemon/ports.ts";
import { Evaluator } from "../../daemon/roles/evaluator.ts";
import { incident } from "../contracts/samples.ts";
import { FakeClock } from "../fakes/clock.ts";

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

function rig() {
  const clock = new FakeClock();
  const asked: string[] = [];
  const alarms: Alarm[] = [];
  const open: Incident[] = [];
  const state = { inbox: true, epoch: 1, reading: 0, loads: 0, messages: [] as InboxMessage[], cursors: [] as number[], transactions: 0 };
  const store = {
    loadAlarms: async () => {
      state.loads += 1;
      return alarms;
    },
    incident: async (id: string) => {
      asked.push(id);
      return incident(id, { state: "restored", restoredAt: 2 });
    },
    loadLights: async () => [],
    loadInventories: async () => [],
    kept: async () => undefined,
    cursor: async () => 0,
    openIncidents: async () => open,
    loadSplits: async () => [],
    inboxAfter: async (after: number) => {
      if (!state.inbox) throw new StoreUnavailable("SQLITE_IOERR");
      return state.messages.filter((message) => message.seq > after);
    },
    async transaction(_fence: unknown, work: (tx: Tx) => Promise<void>) {
      state.transactions += 1;
      await work({
        saveAlarms: async () => undefined,
        saveCursor: async (_: string, seq: number) => void state.cursors.push(seq),
      } as unknown as Tx);
    },
  } as unknown as Store;
  const bus = {
    async consume(_options, _handler, signal) {
      state.reading += 1;
      await clock.sleep(1_000_000, signal);
      state.reading -= 1;
    },
  } as Bus;
  const network = { devices: new Map(), sites: new Map(), rooms: new Map(), links: new Map() };
  const config = {
    instance: { timezone: "UTC", numberPrefix: "R" },
    rules: [],
    policies: new Map(),
    policy: "default",
    network,
    credentials: new Map(),
  } as unknown as Config;
  const evaluator = new Evaluator({
    store,
    bus,
    clock,
    log: quiet,
    leases: { fence: (role) => ({ role, holder: "me", epoch: state.epoch }), held: () => true, wait: async () => undefined },
    board: new Board(),
    config: () => config,
    stats: { turn() {}, alarms() {} },
    kick() {},
    changed() {},
    seen() {},
  });
  return { clock, state, evaluator, alarms, open, asked };
}

it("asks at a start only for the incidents of alarms that are not failing: those of a storm are thousands", async () => {
  const { evaluator, alarms, open, asked } = rig();
  const calm = { badLooks: 1, goodLooks: 0, flapRing: 0, flapping: false, state: "active", raisedBy: "trap" } as const;
  for (let n = 1; n <= 300; n += 1) {
    const id = `i${n}`;
    alarms.push({ key: `d${n}|x`, device: `d${n}`, symptom: "x", rule: "x", since: 1, movedAt: 1, movedSeq: 0, incident: id, ...calm });
    if (n > 1) open.push(incident(id, { state: "open", rootCause: `d${n}|x` }));
  }
  await evaluator.load();
  expect(asked).toEqual(["i1"]);
});

it("stops reading the bus when the inbox cannot be read: started again, it never reads twice", async () => {
  const { clock, state, evaluator } = rig();
  const ended = evaluator.run(new AbortController().signal, () => {});
  const refused = expect(ended).rejects.toThrow(StoreUnavailable);
  await clock.advance(2 * SECOND);
  expect(state.reading).toBe(1);
  state.inbox = false;
  await clock.advance(SECOND);
  await refused;
  expect(state.reading).toBe(0);
});

it("does not go on with an old memory when its lease changed hands and came back", async () => {
  const { clock, state, evaluator } = rig();
  const refused = expect(evaluator.run(new AbortController().signal, () => {})).rejects.toThrow(LeaseLost);
  await clock.advance(2 * SECOND);
  state.epoch = 3;
  await clock.advance(SECOND);
  await refused;
  const abort = new AbortController();
  const again = evaluator.run(abort.signal, () => {});
  await clock.advance(2 * SECOND);
  expect(state.loads).toBe(2);
  abort.abort();
  await clock.advance(SECOND);
  await again;
});

it("messages that change nothing cost no transaction each: the cursor passes them in memory, and in the store once a second", async () => {
  const { clock, state, evaluator } = rig();
  const abort = new AbortController();
  const ended = evaluator.run(abort.signal, () => {});
  await clock.advance(2 * SECOND);
  for (let seq = 1; seq <= 200; seq += 1) {
    state.messages.push({ seq, at: clock.now(), source: "trap", key: `${seq}`, body: {} });
    evaluator.poke();
    await clock.advance(50);
  }
  expect(state.transactions).toBeGreaterThanOrEqual(9);
  expect(state.transactions).toBeLessThanOrEqual(12);
  await clock.advance(2 * SECOND);
  expect(state.cursors.at(-1)).toBe(200);
  expect(state.cursors).toEqual([...state.cursors].sort((a, b) => a - b));
  abort.abort();
  await clock.advance(SECOND);
  await ended;
});
