/** Several failures that are one trouble make one incident, and a call for help meets the device that fails. In fake time. */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { isFailing } from "../../daemon/model/incident.ts";
import { bare } from "../../daemon/model/observation.ts";
import { MINUTE, SECOND } from "../../daemon/model/time.ts";
import "../seed.ts";
import { type Scenario, type ScenarioOptions, scenario } from "./scenario.ts";

const nets: Scenario[] = [];
afterEach(async () => {
  for (const net of nets.splice(0)) await net.end();
});

async function begin(options: ScenarioOptions): Promise<Scenario> {
  const net = await scenario({ together: true, ...options });
  nets.push(net);
  return net;
}

const failing = async (net: Scenario) => (await net.unfolded()).filter(isFailing);
const alarmsOf = (net: Scenario, incident: string) =>
  net
    .alarms()
    .filter((alarm) => alarm.incident === incident)
    .map(({ device }) => device)
    .sort();

describe("two codecs of one site that fail within five minutes", () => {
  it("are one incident: the first stays and turns major, and its people hear that once", async () => {
    const net = await begin({ devices: "codec-1; codec-2; codec-3" });
    net.breaks("codec-1");
    await net.advance(MINUTE);
    const [first] = await failing(net);
    expect(first).toMatchObject({ device: "codec-1", severity: "minor", general: false });
    net.breaks("codec-2");
    await net.advance(MINUTE);
    const [incident, ...others] = await failing(net);
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ number: first?.number, device: "codec-1", severity: "major", urgency: "now", general: true });
    expect(alarmsOf(net, incident?.id ?? "")).toEqual(["codec-1", "codec-2"]);
    const joined = (await net.store.timeline(incident?.id ?? "")).find(({ event }) => event === "alarms-joined");
    expect(joined).toMatchObject({ why: "2 devices are out of service at mgh, within 5 min of each other", data: { count: 1 } });
    expect(joined?.data?.alarms).toContain("codec-2|unreachable");
    expect(net.toldTo("desk").map(({ key }) => key.split("/").slice(1, 4).join("/"))).toEqual(["problem/1/1", "raised/1/2"]);
    // One more is no news: they are on it.
    net.breaks("codec-3");
    await net.advance(MINUTE);
    expect(await failing(net)).toHaveLength(1);
    expect(net.toldTo("desk")).toHaveLength(2);
  });

  it("are restored when both are well, and not before; what fails again within the window reopens it", async () => {
    const net = await begin({ devices: "codec-1; codec-2" });
    net.breaks("codec-1");
    net.breaks("codec-2");
    await net.advance(MINUTE);
    net.heals("codec-1");
    await net.advance(2 * MINUTE);
    expect(await failing(net)).toHaveLength(1);
    net.heals("codec-2");
    await net.advance(2 * MINUTE);
    expect((await net.unfolded()).map(({ state }) => state)).toEqual(["restored"]);
    // Its own incident it never had: it is the one that it had joined.
    net.breaks("codec-2");
    await net.advance(MINUTE);
    expect(await net.unfolded()).toMatchObject([{ state: "open", occurrences: 2 }]);
  });

  it("take one number: what joined at once never had one of its own", async () => {
    const net = await begin({ devices: "codec-1; codec-2; codec-3; codec-4" });
    for (const id of ["codec-1", "codec-2", "codec-3", "codec-4"]) net.breaks(id);
    await net.advance(MINUTE);
    expect(await net.incidents()).toHaveLength(1);
    expect(await net.store.unusedNumbers(10)).toEqual([]);
  });
});

it("failures ten minutes apart are two incidents; so are those of two sites", async () => {
  const net = await begin({ devices: "codec-1; codec-2; ups-1; codec-3; ups-2", sites: { "codec-3": "jgh", "ups-2": "jgh" } });
  net.breaks("codec-1");
  await net.advance(10 * MINUTE);
  net.breaks("codec-2");
  net.breaks("codec-3");
  await net.advance(MINUTE);
  expect((await failing(net)).map(({ device }) => device).sort()).toEqual(["codec-1", "codec-2", "codec-3"]);
});

it("the children of a router that fails after them are its matter: one incident, with nothing left over", async () => {
  const net = await begin({ devices: "router-1 > codec-1, codec-2, codec-3" });
  for (const id of ["codec-1", "codec-2", "codec-3"]) net.breaks(id);
  await net.advance(8 * SECOND);
  net.breaks("router-1");
  await net.advance(MINUTE);
  expect((await failing(net)).map(({ rootCause }) => rootCause)).toEqual(["down:router-1"]);
  for (const id of ["router-1", "codec-1", "codec-2", "codec-3"]) net.heals(id);
  await net.advance(2 * MINUTE);
  expect(await failing(net)).toEqual([]);
});

it("two switches of one site are one incident, and their children are listed there", async () => {
  const net = await begin({ devices: "switch-1 > codec-1, codec-2; switch-2 > codec-3, codec-4" });
  net.breaks("switch-1");
  await net.advance(MINUTE);
  for (const id of ["switch-2", "codec-1", "codec-2", "codec-3", "codec-4"]) net.breaks(id);
  await net.advance(2 * MINUTE);
  const [incident, ...others] = await failing(net);
  expect(others).toEqual([]);
  expect(alarmsOf(net, incident?.id ?? "")).toEqual(["switch-1", "switch-2"]);
  for (const id of ["switch-1", "switch-2", "codec-1", "codec-2", "codec-3", "codec-4"]) net.heals(id);
  await net.advance(3 * MINUTE);
  expect(await failing(net)).toEqual([]);
});

describe("a call for help and a device of its room", () => {
  const call = { symptom: "user-assistance", effect: "event" } as const;
  const devices = "codec-1; codec-2; ups-1";

  it("called while the device fails: one incident, which cannot wait any more; restored when the device is well", async () => {
    const net = await begin({ devices });
    net.breaks("codec-2");
    await net.advance(MINUTE);
    expect(await failing(net)).toMatchObject([{ device: "codec-2", urgency: "service-hours" }]);
    await net.hears("codec-1", call);
    await net.advance(MINUTE);
    const [incident, ...others] = await failing(net);
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ device: "codec-2", severity: "minor", urgency: "now" });
    const joined = (await net.store.timeline(incident?.id ?? "")).find(({ event }) => event === "alarms-joined");
    expect(joined?.why).toBe("somebody asked for help in a101, and a device there fails");
    await net.hears("codec-1", call);
    expect(await failing(net)).toMatchObject([{ occurrences: 2 }]);
    net.heals("codec-2");
    await net.advance(3 * MINUTE);
    expect((await net.unfolded()).map(({ state }) => state)).toEqual(["restored"]);
  });

  it("the device fails after the call: it joins the request, and nobody is told twice", async () => {
    const net = await begin({ devices });
    await net.hears("codec-1", call);
    await net.advance(MINUTE);
    net.breaks("codec-2");
    await net.advance(2 * MINUTE);
    expect(await failing(net)).toMatchObject([{ symptom: "user-assistance", occurrences: 1 }]);
    expect(net.toldTo("desk")).toHaveLength(1);
  });

  it("a call by telephone is about the room: it has a number of its own, or meets the device that fails there", async () => {
    const net = await begin({ devices });
    const phone = (id: string) => {
      const call = { room: "a101", symptom: "no-sound", at: net.clock.now(), why: "somebody phoned" };
      const message = { at: call.at, source: "request", key: `request/${id}`, body: { call } };
      return net.store.appendInbox([message, message]);
    };
    await phone("1");
    await net.advance(MINUTE);
    const [request, ...others] = await failing(net);
    expect(others).toEqual([]);
    expect(request).toMatchObject({ room: "a101", site: "mgh", symptom: "no-sound", severity: "minor", urgency: "now", general: false });
    net.breaks("codec-2");
    await net.advance(2 * MINUTE);
    expect(await failing(net)).toMatchObject([{ number: request?.number, occurrences: 1 }]);
    await phone("2");
    await net.advance(MINUTE);
    expect(await failing(net)).toMatchObject([{ number: request?.number, occurrences: 2 }]);
    net.heals("codec-2");
    await net.advance(3 * MINUTE);
    net.breaks("ups-1");
    net.breaks("codec-1");
    await net.advance(MINUTE);
    await phone("3");
    await net.advance(MINUTE);
    expect((await net.unfolded()).filter(isFailing).map(({ symptom }) => symptom)).not.toContain("no-sound");
  });

  it("two hours after the call it is a failure of its own", async () => {
    const net = await begin({ devices });
    await net.hears("codec-1", call);
    await net.advance(120 * MINUTE);
    net.breaks("codec-2");
    await net.advance(2 * MINUTE);
    expect((await failing(net)).map(({ device }) => device).sort()).toEqual(["codec-1", "codec-2"]);
  });
});

it("the same looks in another order of arrival make the same incidents", async () => {
  const ids = ["codec-1", "codec-2", "codec-3", "codec-4"];
  const minutes = fc.integer({ min: 0, max: 12 });
  const story = fc.record({
    onsets: fc.tuple(minutes, minutes, minutes, minutes),
    order: fc.shuffledSubarray(ids, { minLength: ids.length }),
    turns: fc.array(fc.boolean(), { minLength: ids.length, maxLength: ids.length }),
  });
  const play = async (onsets: readonly number[], order: readonly string[], turns: readonly boolean[]) => {
    const net = await scenario({ together: true, devices: ids.join("; "), sites: { "codec-4": "jgh" } });
    try {
      let batch: string[] = [];
      for (const [index, id] of order.entries()) {
        batch.push(id);
        if (turns[index] === false && index < order.length - 1) continue;
        await net.arrives(
          batch.flatMap((device) => {
            const at = net.start + (onsets[ids.indexOf(device)] ?? 0) * MINUTE;
            return [0, 2, 4].map((second) => ({ device, at: at + second * SECOND, finding: bare("down", "icmp.no-answer") }));
          }),
        );
        batch = [];
      }
      const open = await failing(net);
      return open
        .map(({ id, severity, urgency, general }) => ({ alarms: alarmsOf(net, id), severity, urgency, general }))
        .sort((a, b) => (String(a.alarms) < String(b.alarms) ? -1 : 1));
    } finally {
      await net.end();
    }
  };
  await fc.assert(
    fc.asyncProperty(story, async ({ onsets, order, turns }) => {
      expect(await play(onsets, order, turns)).toEqual(await play(onsets, ids, [true, true, true, true]));
    }),
    { numRuns: 12 },
  );
}, 120_000);

describe("people", () => {
  const act = { by: "marie", note: "the same power feed" };
  const events = async (net: Scenario, id: string) => (await net.store.timeline(id)).map(({ event, by, why }) => `${event} ${by}: ${why}`);
  const two = async () => {
    const net = await begin({ devices: "codec-1; codec-2; ups-1" });
    net.breaks("codec-1");
    await net.advance(10 * MINUTE);
    net.breaks("codec-2");
    await net.advance(2 * MINUTE);
    const [one, other] = await failing(net);
    if (one === undefined || other === undefined) throw new Error("two incidents were expected");
    return { net, one, other };
  };

  it("merge: one goes on as the other, keeps its number, and its alarms are the other's; who heard of both is told nothing", async () => {
    const { net, one, other } = await two();
    const told = net.sent.length;
    expect(await net.joining.merge(other.number, one.number, act)).toMatchObject({ ok: true, incident: { number: one.number } });
    await net.advance(2 * MINUTE);
    expect(await failing(net)).toMatchObject([{ number: one.number }]);
    expect(await net.store.incident(other.number)).toMatchObject({ foldedInto: one.id, foldedBy: "marie", state: "closed" });
    expect(alarmsOf(net, one.id)).toEqual(["codec-1", "codec-2"]);
    expect(await events(net, other.id)).toContain("merged marie: the same power feed");
    expect(await events(net, one.id)).toContain("took-in marie: the same power feed");
    expect(net.sent.length).toBe(told);
    net.heals("codec-1");
    await net.advance(2 * MINUTE);
    expect(await failing(net), "the other's alarm is still there").toHaveLength(1);
    net.heals("codec-2");
    await net.advance(2 * MINUTE);
    expect(await failing(net)).toEqual([]);
    expect(net.toldTo("desk").filter(({ key }) => key.includes("/restored/"))).toHaveLength(1);
  });

  it("merge what had climbed: who heard of it alone hears once where it goes on, and when that is over", async () => {
    const net = await begin({ devices: "codec-1; codec-2; ups-1" });
    net.breaks("codec-1");
    await net.advance(7 * 60 * MINUTE);
    expect(net.toldTo("analyst")).not.toEqual([]);
    net.breaks("codec-2");
    await net.advance(MINUTE);
    const [one, other] = await failing(net);
    await net.joining.merge(one?.number ?? "", other?.number ?? "", act);
    await net.advance(10 * SECOND);
    const merged = net.sent.filter(({ key }) => key.includes("/merged/"));
    expect(merged.map(({ to }) => to)).toContain("analyst");
    expect(merged.map(({ to }) => to)).not.toContain("desk");
    expect(merged[0]?.text).toContain(`Goes on as ${other?.number}`);
    const [left] = await failing(net);
    expect(left?.number).toBe(other?.number);
    expect(left?.level, "it goes on from where the one had climbed").toBeGreaterThan(1);
    for (const id of ["codec-1", "codec-2"]) net.heals(id);
    await net.advance(3 * MINUTE);
    expect(net.toldTo("analyst").at(-1)?.key).toContain("/restored/");
  });

  it("split: the alarms that leave get a number of their own, and no rule joins them again, over a restart too", async () => {
    const net = await begin({ devices: "codec-1; codec-2; ups-1" });
    net.breaks("codec-1");
    net.breaks("codec-2");
    await net.advance(MINUTE);
    const [incident] = await failing(net);
    const key = net.alarms().find(({ device }) => device === "codec-2")?.key ?? "";
    const made = await net.joining.split(incident?.number ?? "", [key], { ...act, note: "a cable, and nothing else" });
    if (!made.ok) throw new Error(made.problem);
    expect(made.incident).toMatchObject({ device: "codec-2", state: "open", severity: "minor" });
    await net.advance(MINUTE);
    expect(alarmsOf(net, made.incident.id)).toEqual(["codec-2"]);
    expect(alarmsOf(net, incident?.id ?? "")).toEqual(["codec-1"]);
    expect(await events(net, incident?.id ?? "")).toContain("split marie: a cable, and nothing else");
    expect(await events(net, made.incident.id)).toContain("opened marie: a cable, and nothing else");
    for (const id of ["codec-1", "codec-2"]) net.heals(id);
    await net.advance(40 * MINUTE);
    await net.restartAfter(MINUTE);
    await net.advance(3 * MINUTE);
    net.breaks("codec-1");
    net.breaks("codec-2");
    await net.advance(2 * MINUTE);
    expect(await failing(net)).toHaveLength(2);
    // A person who merges them takes that back.
    const [one, other] = await failing(net);
    expect((await net.joining.merge(other?.number ?? "", one?.number ?? "", act)).ok).toBe(true);
    expect(await net.store.loadSplits()).toEqual([]);
  });

  it("a merge is undone by a split", async () => {
    const { net, one, other } = await two();
    await net.joining.merge(other.number, one.number, act);
    await net.advance(MINUTE);
    const key = net.alarms().find(({ device }) => device === "codec-2")?.key ?? "";
    const made = await net.joining.split(one.number, [key], act);
    await net.advance(MINUTE);
    expect(made).toMatchObject({ ok: true, incident: { device: "codec-2", rootCause: other.rootCause } });
    expect((await failing(net)).map(({ device }) => device).sort()).toEqual(["codec-1", "codec-2"]);
  });

  it("link and unlink: both stay, and both timelines say who and why", async () => {
    const { net, one, other } = await two();
    expect((await net.joining.link(other.number, one.number, "caused-by", act)).ok).toBe(true);
    expect(await net.joining.link(other.number, one.number, "caused-by", act)).toMatchObject({ status: 409 });
    expect(await net.store.linksOf(one.id)).toMatchObject([{ from: other.id, to: one.id, kind: "caused-by", by: "marie" }]);
    expect((await net.joining.unlink(one.number, other.number, { ...act, note: "no" })).ok).toBe(true);
    expect(await net.joining.unlink(one.number, other.number, act)).toMatchObject({ status: 409 });
    for (const { id } of [one, other]) {
      expect(await events(net, id)).toContain("linked marie: the same power feed");
      expect(await events(net, id)).toContain("unlinked marie: no");
    }
  });

  it("are told what cannot be, and why", async () => {
    const { net, one, other } = await two();
    const keys = net
      .alarms()
      .filter(({ incident }) => incident === one.id)
      .map(({ key }) => key);
    const said = async (result: Promise<{ ok: boolean; status?: number; problem?: string }>) => {
      const { status, problem } = await result;
      return `${status} ${problem}`;
    };
    expect(await said(net.joining.merge(one.number, one.number, act))).toMatch(/^409 .* cannot be merged into itself/);
    expect(await said(net.joining.merge(one.number, "VIG-0", act))).toMatch(/^422 into: there is no incident VIG-0/);
    expect(await said(net.joining.merge("VIG-0", one.number, act))).toMatch(/^404 /);
    expect(await said(net.joining.merge(one.number, other.number, { ...act, version: 99 }))).toMatch(
      /^409 .*it has moved since; read it again/,
    );
    expect(await said(net.joining.split(one.number, keys, act))).toMatch(/^422 nothing would be left of/);
    expect(await said(net.joining.split(one.number, ["x|y|"], act))).toMatch(/^422 .* has no alarm "x\|y\|"/);
    await net.joining.merge(other.number, one.number, act);
    await net.advance(MINUTE);
    expect(await said(net.joining.merge(other.number, one.number, act))).toMatch(/^409 .* is part of .* already/);
    expect(await said(net.joining.split(one.number, keys, act))).toMatch(/^422 .* is what .* is about: split the others off it instead/);
  });
});

describe("what somebody has taken, and then reaches further", () => {
  const rooms = "rooms: { a101: { site: mgh, name: Room A-101 }, a102: { site: mgh, name: Room A-102 } }";
  const options = { devices: "codec-1; codec-2; codec-3; ups-1", rooms, extra: { "codec-3": "room: a102" } };
  const wider = (net: Scenario) => net.toldTo("desk").filter(({ key }) => key.includes("/wider/"));

  it("is told to who holds it when a room is new in it, once, by name; another device of a known room is on the timeline only", async () => {
    const net = await begin(options);
    net.breaks("codec-1");
    net.breaks("codec-2");
    await net.advance(MINUTE);
    const [incident] = await failing(net);
    await net.desk.take(incident?.number ?? "", "marie");
    await net.advance(10 * SECOND);
    const before = net.sent.length;
    net.breaks("codec-3");
    await net.advance(2 * MINUTE);
    const [now, ...others] = await failing(net);
    expect(others).toEqual([]);
    expect(now).toMatchObject({ number: incident?.number, state: "taken", holder: "marie", reaches: ["a102"] });
    expect(wider(net)).toHaveLength(1);
    expect(net.sent.slice(before).map(({ to }) => to)).toEqual(["desk"]);
    expect(wider(net)[0]?.subject).toContain("Reaches further than when it was taken");
    expect(wider(net)[0]?.text).toContain("Also reaches now: Room A-102");
    expect(await net.timeline(now as never)).toEqual(expect.arrayContaining(["alarms-joined", "wider"]));
    // Restored as ever: everybody who had heard hears that it is over.
    for (const id of ["codec-1", "codec-2", "codec-3"]) net.heals(id);
    await net.advance(2 * MINUTE);
    expect((await net.unfolded()).map(({ state }) => state)).toEqual(["restored"]);
  });

  it("is told to nobody while nobody holds it, or when nothing is new in it", async () => {
    const net = await begin({ ...options, extra: {} });
    net.breaks("codec-1");
    net.breaks("codec-2");
    await net.advance(MINUTE);
    const [incident] = await failing(net);
    await net.desk.take(incident?.number ?? "", "marie");
    net.breaks("codec-3");
    await net.advance(2 * MINUTE);
    expect((await failing(net))[0]).not.toHaveProperty("reaches");
    const open = await begin(options);
    open.breaks("codec-1");
    open.breaks("codec-2");
    await open.advance(MINUTE);
    open.breaks("codec-3");
    await open.advance(2 * MINUTE);
    expect([...wider(net), ...wider(open)]).toEqual([]);
  });
});
