/** From functions to outbox rows: who is told by the daemon itself, and who by Alertmanager. */
import { describe, expect, it } from "vitest";
import type { Config, Contact } from "../../daemon/model/config.ts";
import type { OutboxRow } from "../../daemon/model/incident.ts";
import { nobodyYet, type OnCallBook, type Override, type Rotation } from "../../daemon/model/on-call.ts";
import { DAY } from "../../daemon/model/time.ts";
import { coordinatorsOf, rowsFor } from "../../daemon/roles/recipients.ts";
import { letterTo, nextWay } from "../../daemon/roles/ways.ts";
import { incident, START } from "../contracts/samples.ts";

const reach = (id: string, ...channels: string[]) => {
  return [id, { id, name: id, language: "fr", channels: channels.map((channel) => ({ channel, address: `${id}@${channel}` })) }] as const;
};
const fill = (id: string, ...contacts: string[]) => [id, { id, name: { fr: id, en: id }, contacts }] as const;

function config(paging: "direct" | "prometheus", onCall: OnCallBook = nobodyYet): Config {
  return {
    paging,
    pagedFunctions: ["it-technician"],
    functions: new Map([
      fill("desk", "anne", "bob"),
      fill("it-technician", "carl"),
      fill("analyst", "anne"),
      fill("nobody", "gone"),
      fill("mute", "mute"),
      fill("many", "eve"),
    ]),
    contacts: new Map([
      reach("anne", "mail", "hook"),
      reach("bob", "mail"),
      reach("carl", "mail"),
      reach("dora"),
      reach("mute"),
      reach("eve", "sms", "sms", "mail"),
    ]),
    channels: new Map([
      ["mail", {}],
      ["sms", {}],
      ["hook", {}],
    ]),
    calendars: new Map(),
    network: { rooms: new Map([["a101", { coordinator: "bob" }]]) },
    onCall,
  } as unknown as Config;
}

function told(paging: "direct" | "prometheus", kind: "problem" | "escalation" | "restored" | "last-resort", ...tell: string[]) {
  const rows = rowsFor({ kind, tell, level: 1, occurrence: 2, notBefore: START + 5 } as never, incident("i1"), config(paging), START);
  return rows.map(({ recipient, channel }) => `${recipient} by ${channel}`);
}

it("every contact of a function is told once, over their first channel, whichever functions name them", () => {
  expect(told("direct", "escalation", "desk", "it-technician", "analyst")).toEqual(["anne by mail", "bob by mail", "carl by mail"]);
  expect(told("direct", "escalation", "nobody", "no-such-function")).toEqual([]);
});

it("told again because nobody took it, and at the last resort, they are told over every channel", () => {
  for (const kind of ["problem", "last-resort"] as const)
    expect(told("direct", kind, "desk")).toEqual(["anne by mail", "anne by hook", "bob by mail"]);
});

it("who has no channel has a message all the same, which says so", () => {
  expect(told("direct", "escalation", "mute")).toEqual(["mute by "]);
});

describe("the next channel", () => {
  const [first] = rowsFor(
    { kind: "escalation", tell: ["many"], level: 2, occurrence: 1, notBefore: START } as never,
    incident("i1"),
    config("direct"),
    START,
  );
  const onward = (row: OutboxRow | undefined) => row && nextWay(row, config("direct"), START + 9);

  it("is told under a key of its own, two addresses on one channel too, until there is none", () => {
    const ways = [first, onward(first), onward(onward(first)), onward(onward(onward(first)))];
    expect(ways.map((row) => row && [row.key, row.channel, row.notBefore])).toEqual([
      ["i1/escalation/2/1/eve/sms", "sms", START],
      ["i1/escalation/2/1/eve/sms#2", "sms", START + 9],
      ["i1/escalation/2/1/eve/mail", "mail", START + 9],
      undefined,
    ]);
  });

  it("of a channel that has left the contact is the first one; of a letter too", () => {
    const gone = { ...first, key: "i1/escalation/2/1/eve/pager", channel: "pager" } as OutboxRow;
    expect(onward(gone)?.key).toBe("i1/escalation/2/1/eve/sms");
    const letter = letterTo("test-1", { subject: "s", text: "t" }, config("direct").contacts.get("eve") as Contact, START);
    expect([letter.key, onward(letter)?.key]).toEqual(["letter/test-1/eve/sms", "letter/test-1/eve/sms#2"]);
  });
});

it.each(["problem", "escalation", "restored"] as const)(
  "with paging by Prometheus a %s leaves the paged functions to Alertmanager",
  (kind) => {
    expect(told("prometheus", kind, "it-technician", "desk").filter((each) => !each.endsWith("hook"))).toEqual([
      "anne by mail",
      "bob by mail",
    ]);
  },
);

it("the last resort is always direct", () => {
  expect(told("prometheus", "last-resort", "it-technician", "desk")).toContain("carl by mail");
});

it("the key tells incident, kind, level, occurrence, recipient and channel apart, and is the same when decided again", () => {
  const rows = () =>
    rowsFor(
      { kind: "problem", tell: ["desk"], level: 1, occurrence: 2, notBefore: START + 5 } as never,
      incident("i1"),
      config("direct"),
      START,
    );
  expect(rows().map(({ key }) => key)).toEqual(["i1/problem/1/2/anne/mail", "i1/problem/1/2/anne/hook", "i1/problem/1/2/bob/mail"]);
  expect(rows()).toEqual(rows());
  expect(rows()[0]).toMatchObject({ language: "fr", address: "anne@mail", createdAt: START, notBefore: START + 5 });
});

describe("a function that the store fills", () => {
  const day = START - (START % DAY);
  const rotation: Rotation = {
    ...{ id: "r1", function: "desk", people: ["carl", "dora", "bob"], zone: "UTC", weeks: 1, covers: "always", by: "eve", createdAt: 0 },
    ...{ handover: { weekday: 1, minute: 0 }, from: day - 7 * DAY },
  };
  const swap = (people: readonly string[], from: number, to: number, of = "desk"): Override => ({
    ...{ id: "o1", function: of, people, from, to, reason: "a swap", by: "eve", createdAt: 1 },
  });
  const book = (rotations: readonly Rotation[], overrides: readonly Override[] = []): OnCallBook => ({ people: [], rotations, overrides });
  const to = (onCall: OnCallBook, kind = "problem", openedAt = START, notBefore = START) => {
    const notice = { kind, tell: ["desk"], level: 1, occurrence: 1, notBefore } as never;
    return rowsFor(notice, { ...incident("i1"), openedAt }, config("direct", onCall), START).map(({ recipient }) => recipient);
  };

  it("is told to whoever is on duty when the message is to go, not to the file's contacts", () => {
    const now = book([{ ...rotation, from: START - 1 }]);
    expect(to(now)).toEqual(["carl"]);
    expect(to(book(now.rotations, [swap(["bob"], START + 10, START + 20)]), "problem", START, START + 15)).toEqual(["bob"]);
    expect(to(book([], [swap(["bob"], START - 10, START)]))).toEqual(["anne", "bob"]);
  });

  it("is told to the next in order when who is on duty has no channel", () => {
    expect(to(book([{ ...rotation, from: START - 1, people: ["dora", "bob", "carl"] }]))).toEqual(["bob"]);
    expect(to(book([], [swap(["dora"], START - 10, START + 10)]))).toEqual(["anne"]);
    expect(to(book([], [swap(["dora", "carl"], START - 10, START + 10)]))).toEqual(["carl"]);
  });

  it("who was on duty when it was told hears that it is over, although another is on duty by now", () => {
    const handed = book([{ ...rotation, from: START - 100 }], [swap(["bob"], START - 10, START + 10)]);
    expect(to(handed, "restored", START - 50)).toEqual(["carl", "bob"]);
    expect(to(handed, "problem", START - 50)).toEqual(["bob"]);
  });

  it("the coordinator of a room is filled the same way", () => {
    const held = book([], [swap(["carl"], START - 10, START, "room:a101")]);
    expect(coordinatorsOf(config("direct", held), "a101", START - 1)).toEqual(["carl"]);
    expect(coordinatorsOf(config("direct", held), "a101", START)).toEqual(["bob"]);
    expect(coordinatorsOf(config("direct", held), "a101", START, START - 5)).toEqual(["carl", "bob"]);
    expect(coordinatorsOf(config("direct"), "no-such-room", START)).toEqual([]);
  });
});
