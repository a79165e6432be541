/**
 * The nights on which Montréal changes its clocks, and wall clocks that jump by three hours: what fails together stays one incident, what
 * is alike by firmware or uplink is found, and a session is looked ahead to in true time. The real roles on a real store.
 */
import { DateTime } from "luxon";
import { afterEach, describe, expect, it } from "vitest";
import { isFailing } from "../../daemon/model/incident.ts";
import { bare, type Finding } from "../../daemon/model/observation.ts";
import { HOUR, type Instant, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { judgeNow } from "../../daemon/readying.ts";
import { Readiness } from "../../daemon/roles/readiness.ts";
import { replayOf } from "./replayed.ts";
import { type Scenario, type ScenarioOptions, scenario } from "./scenario.ts";

const nets: Scenario[] = [];
afterEach(async () => {
  for (const net of nets.splice(0)) await net.end();
});
async function begin(options: ScenarioOptions): Promise<Scenario> {
  const net = await scenario({ together: true, interval: "60s", ...options });
  nets.push(net);
  return net;
}
const local = (text: string): Instant => DateTime.fromISO(text, { zone: "America/Toronto" }).toMillis();
const failing = async (net: Scenario) => (await net.unfolded()).filter(isFailing);
const devicesOf = (net: Scenario, incident: string | undefined) =>
  net
    .alarms()
    .filter((alarm) => alarm.incident === incident && alarm.state === "active")
    .map(({ device }) => device)
    .sort();

/** Begin two minutes before the change, or before the jump. */
const moments = [
  ["the clocks go forward", local("2026-03-08T01:57"), 0],
  ["the clocks go back", local("2026-11-01T01:57"), 0],
  ["the wall clock jumps three hours ahead", local("2026-11-18T09:00"), 3 * HOUR],
  ["the wall clock jumps three hours back", local("2026-11-18T09:00"), -3 * HOUR],
] as const;

describe.each(moments)("while %s", (_, start, jump) => {
  it("a router that takes its site along is one incident, before and after, and is restored once", async () => {
    const net = await begin({ devices: "core-1; router-1 > codec-1, codec-2", start });
    for (const id of ["router-1", "codec-1", "codec-2"]) net.breaks(id);
    await net.advance(2 * MINUTE);
    if (jump !== 0) net.jump(jump);
    await net.advance(8 * MINUTE);
    const [router, ...others] = await failing(net);
    expect(others).toEqual([]);
    expect(router).toMatchObject({ rootCause: "down:router-1", severity: "major", occurrences: 1 });
    const told = net.sent.length;
    expect(told).toBeGreaterThan(0);
    for (const id of ["router-1", "codec-1", "codec-2"]) net.heals(id);
    await net.advance(5 * MINUTE);
    expect((await net.unfolded()).map(({ state }) => state)).toEqual(["restored"]);
    expect(net.sent.slice(told).filter(({ key }) => key.includes("/restored/")).length).toBeGreaterThan(0);
    expect(new Set(net.sent.map(({ key }) => key)).size, "no message twice").toBe(net.sent.length);
  });

  it("two codecs of one site that fail within five minutes are one incident, and one that fails nine minutes later is another", async () => {
    const net = await begin({ devices: "codec-1; codec-2; codec-3; ups-1", start });
    net.breaks("codec-1");
    await net.advance(2 * MINUTE);
    if (jump !== 0) net.jump(jump);
    net.breaks("codec-2");
    await net.advance(4 * MINUTE);
    expect((await failing(net)).map(({ id }) => devicesOf(net, id))).toEqual([["codec-1", "codec-2"]]);
    await net.advance(9 * MINUTE);
    net.breaks("codec-3");
    await net.advance(4 * MINUTE);
    expect((await failing(net)).map(({ id }) => devicesOf(net, id)).sort()).toEqual([["codec-1", "codec-2"], ["codec-3"]]);
    const done = await replayOf(net);
    expect([done.opened, done.gone, done.changed], "a replay opens the same").toEqual([[], [], []]);
  });

  it("a session is looked ahead to 30 and 15 true minutes before it begins, once each, and its coordinators hear of trouble once", async () => {
    const rooms = 'rooms: { a101: { site: mgh, name: "Room A-101", coordinator: coordinators } }';
    const net = await begin({ devices: "core-1 > codec-1", rooms, start });
    const fence = await net.store.acquireLease("readiness", "scenario", 24 * HOUR);
    if (fence === undefined) throw new Error("no lease");
    const quiet = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
    const asked: Instant[] = [];
    const alarmsOf = (holder: string) => net.evaluator.memory.ofDevice(holder);
    const config = () => net.config;
    const readying = { board: net.board, bookings: net.bookings, config, alarmsOf };
    const role = new Readiness({
      ...{ store: net.store, clock: net.clock, log: quiet, config, bookings: net.bookings, alarmsOf },
      leases: { fence: () => fence, held: () => true, wait: async () => undefined },
      kick: (device) => device === "codec-1" && asked.push(net.clock.now()),
      judge: (session, since) => judgeNow(readying, session, since),
      wide: async () => undefined,
      changed() {},
    });
    if (jump !== 0) net.jump(jump);
    const from = net.clock.now() + 32 * MINUTE;
    await net.books("s1", from);
    net.breaks("codec-1");
    for (const end = from - 10 * MINUTE; net.clock.now() < end; ) {
      await net.advance(Math.min(15 * SECOND, end - net.clock.now()));
      await role.turn();
    }
    expect(asked.map((at) => Math.round((from - at) / MINUTE))).toEqual([30, 15]);
    const [incident] = await failing(net);
    expect(incident).toMatchObject({ device: "codec-1", severity: "major", urgency: "now" });
    const risk = (await net.store.deliveries(incident?.id ?? "")).filter(({ kind }) => kind === "session-at-risk");
    expect(risk.map(({ recipient }) => recipient)).toEqual(["coordinators"]);
  });
});

const told = (model: string, version: string): Finding => ({
  ...bare("up"),
  readings: [
    { name: "model", value: model },
    { name: "software_version", value: version },
  ],
});

describe("alike", () => {
  it("three codecs of three sites with one model and firmware that fail within half an hour are one incident, and it says so; another firmware stays out", async () => {
    const codecs = ["codec-1", "codec-2", "codec-3", "codec-4"];
    const sites = { "codec-2": "jgh", "codec-3": "ckt", "codec-4": "lac" };
    const net = await begin({ devices: codecs.join("; "), sites, ssh: codecs });
    for (const id of codecs) net.finds(id, "ssh", told("Room Kit", id === "codec-4" ? "ce9.9" : "ce11.5"));
    await net.advance(4 * MINUTE);
    for (const id of ["codec-1", "codec-2", "codec-4"]) net.breaks(id, ["icmp"]);
    await net.advance(10 * MINUTE);
    expect(await failing(net), "two of a kind are chance").toHaveLength(3);
    net.breaks("codec-3", ["icmp"]);
    await net.advance(5 * MINUTE);
    const all = (await failing(net)).map(({ id }) => devicesOf(net, id));
    // Of those that people handle each stays theirs; what comes on top joins, and says why.
    const joined = (await net.incidents()).map((each) => net.store.timeline(each.id));
    const lines = (await Promise.all(joined)).flat().filter(({ event }) => event === "alarms-joined" || event === "linked");
    expect(lines.map(({ why }) => why).join("\n")).toMatch(/Room Kit ce11\.5/);
    expect(all.flat()).toContain("codec-4");
    expect(all.find((each) => each.includes("codec-4"))).toEqual(["codec-4"]);
    expect(all.find((each) => each.includes("codec-3"))?.length).toBeGreaterThan(1);
  });

  it("two codecs of two sites behind one switch that answers are one incident by their uplink", async () => {
    const net = await begin({ devices: "switch-1 > codec-1, codec-2; codec-3", sites: { "codec-2": "jgh", "codec-3": "ckt" } });
    for (const id of ["codec-1", "codec-2", "codec-3"]) net.breaks(id);
    await net.advance(4 * MINUTE);
    const all = (await failing(net)).map(({ id }) => devicesOf(net, id)).sort();
    expect(all).toEqual([["codec-1", "codec-2"], ["codec-3"]]);
    const one = (await failing(net)).find(({ device }) => device !== "codec-3");
    expect(one).toMatchObject({ general: true, severity: "major" });
    for (const id of ["codec-1", "codec-2", "codec-3"]) net.heals(id);
    await net.advance(4 * MINUTE);
    expect(await failing(net)).toEqual([]);
  });
});
