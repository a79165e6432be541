/**
 * Two daemons on one PostgreSQL: no step is claimed twice, and one that is frozen past its leases and goes on does no harm:
 * at most a message whose sending it had begun comes again, under the same key.
 */
import { afterAll, beforeAll, expect, it, type TestContext } from "vitest";
import type { OutboxRow } from "../../daemon/model/incident.ts";
import { SECOND } from "../../daemon/model/time.ts";
import type { Log, Message, Notifier, SendResult } from "../../daemon/ports.ts";
import { Dispatcher } from "../../daemon/roles/dispatcher.ts";
import { type OpenedStore, storeOn } from "../../daemon/store/open.ts";
import { incident, START } from "../contracts/samples.ts";
import { FakeClock } from "../fakes/clock.ts";
import { findProgram, needs } from "../needs.ts";
import { configFor } from "./config.ts";
import { dice, thorough } from "./effort.ts";
import { type Ground, type Place, postgresGround } from "./ground.ts";
import { played } from "./story.ts";

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
let ground: Ground | undefined;
beforeAll(async () => {
  const program = findProgram("postgres");
  if (program !== undefined) ground = await postgresGround(program);
});
afterAll(() => ground?.remove());

function postgres(context: TestContext): Ground {
  needs("postgres", context);
  if (ground === undefined) throw new Error("PostgreSQL did not start");
  return ground;
}

/** One daemon's dispatcher, with a store and connections of its own. */
async function daemon(place: Place, clock: FakeClock, worker: string) {
  const store = storeOn(place.connect(), { ...place, clock });
  const sent: Message[] = [];
  const way = { send: async (_message: Message): Promise<SendResult> => ({ ok: true, state: "accepted" }) };
  const notifier: Notifier = {
    kind: "sink",
    send: (_channel, message) => {
      sent.push(message);
      return way.send(message);
    },
    stop: async () => undefined,
  };
  const config = await configFor();
  const dispatcher = new Dispatcher({
    ...{ store, clock, log: quiet, worker, config: () => config, notifiers: new Map([["sink", notifier]]) },
    render: () => ({ subject: "s", text: "t" }),
    stats: { delivered() {} },
  });
  return { store, sent, way, turn: () => dispatcher.turn(new AbortController().signal) };
}

/** So many messages, to so many people. */
async function messages(store: OpenedStore, count: number, people: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, occurrence): OutboxRow => {
    const recipient = `desk-${occurrence % people}`;
    const facts = { incident: "i1", kind: "problem", level: 1, occurrence, recipient, channel: "sink" } as const;
    const key = `i1/problem/1/${occurrence}/${recipient}/sink`;
    return { ...facts, key, address: recipient, language: "en", createdAt: START, notBefore: START };
  });
  await store.transaction(undefined, async (tx) => {
    await tx.insertIncident(incident("i1"));
    await tx.addOutbox(rows);
  });
}

async function two(context: TestContext, count: number, people = count) {
  const place = await postgres(context).fresh();
  const clock = new FakeClock(START);
  const one = await daemon(place, clock, "one");
  const other = await daemon(place, clock, "other");
  await messages(one.store, count, people);
  const end = async () => {
    await one.store.close();
    await other.store.close();
    await place.remove();
  };
  const keys = () => [...one.sent, ...other.sent].map(({ key }) => key);
  return { clock, one, other, keys, end };
}

it("two that claim at the same moments send each message once, and both send some", async (context) => {
  const { one, other, keys, end } = await two(context, 120);
  while ((await Promise.all([one.turn(), other.turn(), one.turn(), other.turn()])).some((claimed) => claimed > 0));
  expect(keys()).toHaveLength(120);
  expect(new Set(keys()).size).toBe(120);
  expect(Math.min(one.sent.length, other.sent.length)).toBeGreaterThan(0);
  await end();
});

it("of a storm to one person, each message is sent once or named by one that is, whoever claims it", async (context) => {
  const { clock, one, other, keys, end } = await two(context, 120, 3);
  for (let minutes = 0; minutes < 10 && (await one.store.outboxDepth()).pending > 0; minutes += 0.5) {
    while ((await Promise.all([one.turn(), other.turn(), one.turn(), other.turn()])).some((claimed) => claimed > 0));
    clock.pass(30 * SECOND);
  }
  expect(new Set(keys()).size).toBe(keys().length);
  const rows = await one.store.deliveries("i1");
  expect(rows).toHaveLength(120);
  for (const { key, state, supersededBy } of rows) {
    expect(["accepted", "superseded"], key).toContain(state);
    expect(keys()).toContain(state === "accepted" ? key : supersededBy);
  }
  await end();
});

it("one that is frozen between sending and recording: the other sends it once more, with the same key, and says so; nobody a third time", async (context) => {
  const { clock, one, other, keys, end } = await two(context, 1);
  let answer: (result: SendResult) => void = () => {};
  one.way.send = () => new Promise((resolve) => (answer = resolve));
  const frozen = one.turn();
  await expect.poll(() => one.sent.length).toBe(1);
  expect(await other.turn()).toBe(0);
  clock.pass(31 * SECOND);
  expect(await other.turn()).toBe(1);
  answer({ ok: true, state: "accepted" });
  await frozen;
  clock.pass(31 * SECOND);
  expect(await one.turn()).toBe(0);
  expect(await other.turn()).toBe(0);
  expect(new Set(keys()).size).toBe(1);
  expect([one.sent, other.sent].map((sent) => sent.map(({ maybeDuplicate }) => maybeDuplicate))).toEqual([[false], [true]]);
  await end();
});

it("one that is frozen before it sends does not send when it goes on: its claim is another's", async (context) => {
  const { clock, one, other, keys, end } = await two(context, 1);
  const { incidentsById: read } = one.store;
  let goOn: () => void = () => {};
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  let isReading = false;
  Object.assign(one.store, {
    incidentsById: async (ids: readonly string[]) => {
      isReading = true;
      await gate;
      return read(ids);
    },
  });
  const frozen = one.turn();
  await expect.poll(() => isReading).toBe(true);
  clock.pass(31 * SECOND);
  expect(await other.turn()).toBe(1);
  goOn();
  await frozen;
  expect(one.sent).toEqual([]);
  expect(keys()).toHaveLength(1);
  await end();
});

it("one that is frozen in any of its transactions and goes on after another took over: nothing is lost, and what it decides is refused", {
  timeout: 600_000,
}, async (context) => {
  const its = postgres(context);
  const random = dice();
  for (let stories = thorough ? 60 : 2; stories > 0; stories -= 1) {
    let next = Math.floor(random() * 100);
    const { deaths } = await played(its, {
      kill: ({ role }, index) => {
        if (index < next || role === "desk") return undefined;
        next = index + 80 + Math.floor(random() * 80);
        return "freeze";
      },
    });
    expect(deaths).toBeGreaterThan(3);
  }
});
