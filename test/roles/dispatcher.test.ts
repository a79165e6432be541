/** What is sent, what is not any more, and when it is tried again. */
import { describe, expect, it } from "vitest";
import type { Config } from "../../daemon/model/config.ts";
import type { Incident } from "../../daemon/model/incident.ts";
import { HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import {
  type ClaimedRow,
  type DeliveryUpdate,
  type DeliveryView,
  type Log,
  type Message,
  type SendResult,
  type Store,
  StoreUnavailable,
} from "../../daemon/ports.ts";
import { Dispatcher, retryIn } from "../../daemon/roles/dispatcher.ts";
import { heardOf, moot } from "../../daemon/roles/relevance.ts";
import { START, incident as sample } from "../contracts/samples.ts";
import { FakeClock } from "../fakes/clock.ts";

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

function row(change: Partial<ClaimedRow> = {}): ClaimedRow {
  return {
    key: "i1/problem/1/1/desk/sink",
    incident: "i1",
    kind: "problem",
    level: 1,
    occurrence: 1,
    recipient: "desk",
    channel: "sink",
    address: "desk",
    language: "en",
    createdAt: START,
    notBefore: START,
    attempts: 0,
    maybeDuplicate: false,
    ...change,
  };
}

describe("a failed send", () => {
  it("is tried again after 5 s, 15 s, 1, 2, 5 and 15 min, and every 15 min from then on: never given up", () => {
    const table = [0, 1, 2, 3, 4, 5, 6, 1_000].map(retryIn);
    expect(table).toEqual([5 * SECOND, 15 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 15 * MINUTE, 15 * MINUTE]);
  });
});

describe("a message no longer matters", () => {
  const open = sample("i1", { state: "open", urgency: "now" });
  const cases: readonly [string, Partial<ClaimedRow>, Incident | undefined, string | undefined][] = [
    ["an open incident's does", {}, open, undefined],
    ["when its incident is gone", {}, undefined, "its incident is gone"],
    ["when it was acknowledged", {}, { ...open, acknowledgedAt: START }, "acknowledged"],
    ["when somebody holds it", {}, { ...open, state: "taken", holder: "marie", acknowledgedAt: START }, "acknowledged"],
    ["though the clock was set back since the acknowledgement", {}, { ...open, acknowledgedAt: START + 9 * HOUR }, "acknowledged"],
    ["but reopened while it is held, its holder hears", {}, { ...open, state: "taken", holder: "marie" }, undefined],
    ["when service is back", {}, { ...open, state: "restored" }, "the incident is restored"],
    ["when it was folded", {}, { ...open, state: "closed", foldedInto: "i2" }, "folded into another incident"],
    ["that it is over, when it came back", { kind: "restored" }, open, "it came back"],
    ["that it is over does, also once it was closed", { kind: "restored" }, { ...open, state: "closed" }, undefined],
    ["a follow-up, once resolved", { kind: "follow-up" }, { ...open, state: "resolved" }, "the incident is resolved"],
    ["a follow-up while it waits for a part does", { kind: "follow-up" }, { ...open, state: "restored", acknowledgedAt: START }, undefined],
  ];
  it.each(cases)("%s", (_title, change, incident, why) => {
    expect(moot(row(change), incident)).toBe(why);
  });
});

describe("who heard of the trouble", () => {
  const view = (change: Partial<DeliveryView>): DeliveryView => ({ ...row(), key: "other", state: "sent", sentAt: START, ...change });
  const over = row({ kind: "restored", key: "over" });
  const cases: readonly [string, readonly DeliveryView[], string][] = [
    ["nobody did", [], "no"],
    ["they did", [view({})], "yes"],
    ["another did", [view({ recipient: "analyst" })], "no"],
    ["theirs was dropped before it went", [view({ state: "dropped", sentAt: undefined as never })], "no"],
    ["theirs is on its way", [view({ state: "claimed", sentAt: undefined as never })], "not yet known"],
    ["they did, and that it was over too", [view({}), view({ kind: "restored", createdAt: START + 1 })], "no"],
    [
      "they did, that it was over, and that it came back",
      [view({}), view({ kind: "restored", createdAt: START + 1 }), view({ createdAt: START + 2 })],
      "yes",
    ],
  ];
  it.each(cases)("%s", (_title, deliveries, heard) => {
    expect(heardOf(over, deliveries)).toBe(heard);
  });
});

/** One turn of a dispatcher over claimed rows; `unreadable`: an incident that the store cannot read. */
async function dispatching(
  rows: readonly ClaimedRow[],
  answer: (message: Message) => Promise<SendResult>,
  change: Partial<Incident> = {},
  { updates = [], unreadable }: { readonly updates?: DeliveryUpdate[]; readonly unreadable?: string } = {},
) {
  const clock = new FakeClock(START);
  const left = [...rows];
  const store = {
    claimOutbox: async () => left.splice(0),
    incidentsById: async (ids: readonly string[]) => {
      if (ids.some((id) => id === unreadable)) throw new StoreUnavailable("SQLITE_BUSY");
      return ids.map((id) => sample(id, { state: "open", urgency: "now", ...change }));
    },
    deliveries: async () => [],
    bundleOf: async () => [],
    toldLately: async () => ({ messages: 0, sites: new Map() }),
    waitsInStorm: async () => undefined,
    takeReceipt: async () => undefined,
    recordDeliveries: async (some: readonly DeliveryUpdate[]) => void updates.push(...some),
  } as unknown as Store;
  const channels = new Map([["sink", { id: "sink", kind: "sink" as const }]]);
  const config = {
    channels,
    network: { devices: new Map(), sites: new Map() },
    calendars: new Map(),
    contacts: new Map(),
    storms: { windowMs: MINUTE, after: 3 },
    instance: { timezone: "America/Toronto" },
  };
  const dispatcher = new Dispatcher({
    store,
    clock,
    log: quiet,
    config: () => config as unknown as Config,
    notifiers: new Map([
      ["sink", { kind: "sink" as const, send: async (_channel, message) => answer(message), stop: async () => undefined }],
    ]),
    worker: "w",
    render: () => ({ subject: "s", text: "t" }),
    stats: { delivered() {} },
  });
  await dispatcher.turn(new AbortController().signal);
  return updates;
}

describe("a turn", () => {
  it("records what was accepted, with its proof, under the key that went with the message", async () => {
    const updates = await dispatching([row()], async (message) => ({ ok: true, state: "accepted", proof: message.key }));
    expect(updates).toEqual([{ key: row().key, state: "accepted", at: START, proof: row().key }]);
  });

  it("puts off what failed, by the table, and what is refused for good by an hour", async () => {
    const fail = (retry: boolean) => async () => ({ ok: false as const, retry, error: "421" });
    expect(await dispatching([row({ attempts: 2 })], fail(true))).toMatchObject([{ state: "pending", notBefore: START + MINUTE }]);
    expect(await dispatching([row()], fail(false))).toMatchObject([{ state: "pending", notBefore: START + HOUR }]);
  });

  it("one that cannot even be tried takes nothing from the others: what went is recorded, and the role says that it failed", async () => {
    const rows = [row(), row({ key: "other", incident: "i2" })];
    const updates: DeliveryUpdate[] = [];
    const failing = dispatching(rows, async () => ({ ok: true, state: "accepted" }), {}, { updates, unreadable: "i2" });
    await expect(failing).rejects.toThrow("SQLITE_BUSY");
    expect(updates).toMatchObject([{ key: row().key, state: "accepted" }]);
  });

  it("a notifier that throws, and a channel that left the configuration, are failures to try again", async () => {
    expect(await dispatching([row()], () => Promise.reject(new Error("bug")))).toMatchObject([{ state: "pending", error: "Error: bug" }]);
    expect(await dispatching([row({ channel: "gone" })], async () => ({ ok: true, state: "sent" }))).toMatchObject([{ state: "pending" }]);
  });
});
