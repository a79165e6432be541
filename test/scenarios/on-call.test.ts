/** Who is on call, played through: the night without an hour, a swap of tonight, somebody without a channel, a room's coordinator. */
import { DateTime } from "luxon";
import { afterEach, describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../daemon/model/time.ts";
import { type Scenario, scenario } from "./scenario.ts";

let net: Scenario;
afterEach(() => net.end());
const local = (text: string) => DateTime.fromISO(text, { zone: "America/Toronto" }).toMillis();

/** Named by nobody in the file: only the store puts them on duty. */
const people = `policies:
  nights: { base: default, major: { levels: { "1": { tell: [analyst] } } }, minor: { levels: { "1": { tell: [analyst] } } } }
policy: nights
`;

async function begins(start: string): Promise<void> {
  net = await scenario({
    devices: "router-1 > codec-7, codec-8, codec-9",
    yaml: people,
    together: true,
    start: local(start),
    interval: "60s",
  });
  for (const [id, channels] of [
    ["ann", [{ channel: "sink", address: "ann" }]],
    ["bob", [{ channel: "sink", address: "bob" }]],
    ["dan", []],
  ] as const)
    expect(await net.onCall.savePerson({ id, name: id, language: "en", channels }, "eve")).toMatchObject({ ok: true });
}

/** Sundays at 02:30, a time that the spring night does not have. */
async function rotates(...names: string[]): Promise<void> {
  const weekly = { function: "analyst", people: names, zone: "America/Toronto", weeks: 1, covers: "always" } as const;
  expect(await net.onCall.addRotation({ ...weekly, handover: { weekday: 7, minute: 150 } }, "eve")).toMatchObject({ ok: true });
}
const told = () => [...new Set(net.sent.map(({ to }) => to))].filter((each) => ["ann", "bob", "dan", "analyst"].includes(each));

describe("an incident at 03:00", () => {
  it.each([
    ["the night without 02:30", "2026-03-08T01:57", "2026-03-08T03:01", ["bob"]],
    ["before the hand-over of that night", "2026-03-08T01:40", "2026-03-08T01:50", ["ann"]],
    ["the night with two 01:30", "2026-11-01T02:40", "2026-11-01T02:57", ["bob"]],
  ])("in %s reaches whoever is on", async (_, start, breaks, want) => {
    await begins(start);
    // The turn before: ann has had it since last Sunday.
    const last = net.clock.now() - 3 * 24 * HOUR;
    const weekly = { function: "analyst", people: ["ann", "bob"], zone: "America/Toronto", weeks: 1, covers: "always" } as const;
    await net.onCall.addRotation({ ...weekly, handover: { weekday: 7, minute: 150 }, from: last }, "eve");
    await net.advance(local(breaks) - net.clock.now());
    for (const device of ["router-1", "codec-7", "codec-8", "codec-9"]) net.breaks(device);
    await net.advance(4 * MINUTE);
    expect(told()).toEqual(want);
  });
});

describe("tonight's on-call", () => {
  it("is swapped through the API: from then on the other is told, and called off, the first again", async () => {
    await begins("2026-11-18T20:00");
    await rotates("ann", "bob");
    const swap = { function: "analyst", people: ["bob"], from: net.clock.now() + HOUR, to: net.clock.now() + 10 * HOUR, reason: "a swap" };
    const made = await net.onCall.addOverride(swap, "eve");
    expect(made).toMatchObject({ ok: true });
    net.breaks("router-1");
    await net.advance(5 * MINUTE);
    expect(told()).toEqual(["ann"]);
    // Level 2 is not told again before its two hours are over.
    await net.advance(3 * HOUR);
    expect(told()).toEqual(["ann", "bob"]);
    const before = net.toldTo("ann").length;
    await net.advance(HOUR);
    expect(net.toldTo("ann").length).toBe(before);
    // Who heard that it had failed hears that it is over, whoever is on duty by then.
    net.heals("router-1");
    await net.advance(10 * MINUTE);
    expect(net.toldTo("ann").at(-1)?.key).toContain("/restored/");
    expect(net.toldTo("bob").at(-1)?.key).toContain("/restored/");
    const actions = (await net.store.auditLog(10)).map(({ action }) => action);
    expect(actions.slice(0, 2)).toEqual(["override.added", "rotation.added"]);
  });

  it("without a channel: the next in order is told, and it is listed", async () => {
    await begins("2026-11-18T20:00");
    await rotates("dan", "bob", "ann");
    net.breaks("router-1");
    await net.advance(5 * MINUTE);
    expect(told()).toEqual(["bob"]);
    const { toldAt } = await import("../../daemon/oncall/roster.ts");
    expect(toldAt(net.config, "analyst", net.clock.now())).toMatchObject({
      people: ["bob"],
      passedOver: ["dan"],
      duty: { people: ["dan"] },
    });
  });

  it("is what the store says after a restart, and what another process wrote since", async () => {
    await begins("2026-11-18T20:00");
    await rotates("ann");
    await net.restartAfter(MINUTE);
    const swap = { function: "analyst", people: ["bob"], from: net.clock.now(), to: net.clock.now() + HOUR, reason: "ill" };
    await net.store.transaction(undefined, (tx) => tx.saveOverride({ ...swap, id: "o9", by: "cli", createdAt: net.clock.now() }));
    await net.duty.refresh();
    net.breaks("router-1");
    await net.advance(5 * MINUTE);
    expect(told()).toEqual(["bob"]);
  });
});

describe("what is written wrong is refused, with every problem at once", () => {
  it("a person, a rotation, an override", async () => {
    await begins("2026-11-18T20:00");
    const now = net.clock.now();
    expect(
      await net.onCall.savePerson({ id: "Ann B", name: "x", language: "fr", channels: [{ channel: "fax", address: "1" }] }, "eve"),
    ).toEqual({
      ok: false,
      status: 422,
      problems: [
        'id: "Ann B" is no id; write small letters, digits, ".", "-" and "_"',
        'channels[0].channel: "fax" is not configured; write one of sink',
      ],
    });
    const wrong = { function: "chef", people: ["ann", "nobody", "ann"], zone: "Mars/Olympus", weeks: 1, covers: "outside" } as const;
    const refused = await net.onCall.addRotation({ ...wrong, handover: { weekday: 1, minute: 0 }, from: now, to: now }, "eve");
    expect(refused).toMatchObject({ ok: false, status: 422 });
    expect("problems" in refused && refused.problems.map((each) => each.split(":")[0])).toEqual([
      "function",
      "people[1]",
      "people[2]",
      "zone",
      "calendar",
      "to",
    ]);
    const over = { function: "room:a101", people: ["ann"], from: now - HOUR, to: now - MINUTE, reason: "late" };
    expect(await net.onCall.addOverride(over, "eve")).toMatchObject({ ok: false, problems: [expect.stringContaining("over already")] });
    expect(await net.onCall.endRotation("r0", "eve")).toMatchObject({ ok: false, status: 404 });
    expect(await net.onCall.cancelOverride("o0", "eve")).toMatchObject({ ok: false, status: 404 });
  });

  it("and nobody is taken out who is still on a rotation", async () => {
    await begins("2026-11-18T20:00");
    await rotates("ann", "bob");
    expect(await net.onCall.removePerson("ann", "eve")).toMatchObject({ ok: false, status: 409 });
    const made = net.config.onCall.rotations[0]?.id ?? "";
    const weekly = { function: "analyst", people: ["bob"], zone: "America/Toronto", weeks: 1, covers: "always" } as const;
    await net.onCall.addRotation({ ...weekly, handover: { weekday: 7, minute: 0 }, replaces: made }, "eve");
    await net.advance(MINUTE);
    expect(await net.onCall.removePerson("ann", "eve")).toMatchObject({ ok: true });
    expect(net.config.contacts.has("ann")).toBe(false);
    expect(await net.onCall.removePerson("ann", "eve")).toMatchObject({ ok: false, status: 404 });
  });
});

describe("nobody on call", () => {
  const weekdays = {
    function: "analyst",
    zone: "America/Toronto",
    weeks: 1,
    calendar: "office",
    handover: { weekday: 1, minute: 480 },
  } as const;
  const gapOf = async () => (await net.unfolded()).find(({ symptom }) => symptom === "nobody-on-call");
  it("is an incident that tells the chief technician days before, and ends by itself when somebody is named", async () => {
    net = await scenario({
      devices: "router-1",
      together: true,
      interval: "10m",
      start: local("2026-11-17T09:00"),
      yaml: people,
      unfilled: ["analyst"],
    });
    await net.onCall.savePerson({ id: "ann", name: "Ann", language: "en", channels: [{ channel: "sink", address: "ann" }] }, "eve");
    await net.onCall.addRotation({ ...weekdays, people: ["ann"], covers: "service" }, "eve");
    await net.advance(5 * MINUTE);
    const opened = await gapOf();
    expect(opened).toMatchObject({ severity: "minor", urgency: "service-hours", part: "analyst", state: "open" });
    const { why } = (await net.store.timeline(opened?.id ?? "")).find(({ event }) => event === "opened") ?? {};
    expect(why).toBe("nobody is on call as analyst from 2026-11-17 17:30 to 2026-11-18 07:30");
    expect(net.toldTo("chief-technician").map(({ subject }) => subject)).toEqual([expect.stringContaining("nobody is on call")]);
    expect(net.toldTo("desk")).toEqual([]);
    await net.onCall.addRotation({ ...weekdays, people: ["ann"], covers: "outside" }, "eve");
    await net.advance(MINUTE);
    expect(await gapOf()).toMatchObject({ state: "restored" });
    expect(net.toldTo("chief-technician").at(-1)?.key).toContain("/restored/");
  });

  it("that has come is major and urgent, at any hour", async () => {
    net = await scenario({
      devices: "router-1",
      together: true,
      interval: "10m",
      start: local("2026-11-17T15:30"),
      yaml: people,
      unfilled: ["analyst"],
    });
    await net.onCall.savePerson({ id: "ann", name: "Ann", language: "en", channels: [{ channel: "sink", address: "ann" }] }, "eve");
    await net.onCall.addRotation({ ...weekdays, people: ["ann"], covers: "service" }, "eve");
    await net.advance(30 * MINUTE);
    expect(await gapOf()).toMatchObject({ severity: "minor" });
    await net.advance(2 * HOUR);
    expect(await gapOf()).toMatchObject({ severity: "major", urgency: "now" });
    expect(net.toldTo("chief-technician").some(({ key }) => key.includes("/raised/"))).toBe(true);
  });

  it("of what the file alone fills, or of a horizon without a hole, is no incident", async () => {
    net = await scenario({
      devices: "router-1",
      together: true,
      interval: "10m",
      start: local("2026-11-17T09:00"),
      yaml: people,
      unfilled: ["analyst"],
    });
    await net.advance(10 * MINUTE);
    expect(await gapOf()).toBeUndefined();
  });
});
