/** Maintenance and silences in whole stories: nobody is told, no time is taken from anybody, and what is still broken afterwards opens then. */
import { afterEach, describe, expect, it } from "vitest";
import type { Incident } from "../../daemon/model/incident.ts";
import { HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { type Scenario, type ScenarioOptions, scenario } from "./scenario.ts";

let net: Scenario | undefined;
afterEach(async () => {
  await net?.end();
  net = undefined;
});
async function play(options: ScenarioOptions): Promise<Scenario> {
  net = await scenario({ interval: "2m", together: true, ...options });
  return net;
}

/** In force from now on, for so long. */
const once = (net: Scenario, lengthMs: number, fromMs = 0) =>
  ({ kind: "once", from: net.clock.now() + fromMs, to: net.clock.now() + fromMs + lengthMs }) as const;
const codec = { devices: ["codec-7"] };
const told = (net: Scenario) => net.sent.map((sent) => `${sent.to} ${net.sinceStart(sent.at)}`);
const lines = async (net: Scenario, incident: Incident | undefined) => (incident === undefined ? [] : net.store.timeline(incident.id));
/** A major one: the only router of a site. Its clocks always run. */
const major = { devices: "core-1 > router-1 > codec-7, codec-8" };

describe("what fails while maintenance is in force", () => {
  it("opens nothing, and is opened when that ends, with the reason", async () => {
    const net = await play({ devices: "router-1 > codec-7" });
    const { maintenance, warnings } = await net.plans({ scope: codec, when: once(net, HOUR) });
    expect(warnings).toEqual([]);
    net.breaks("codec-7");
    await net.advance(59 * MINUTE);
    expect(await net.incidents()).toEqual([]);
    expect(net.alarms().find(({ device }) => device === "codec-7")).toMatchObject({
      state: "active",
      suppressedBy: `maintenance:${maintenance.id}`,
    });
    await net.advance(2 * MINUTE);
    const [incident] = await net.unfolded();
    expect(net.sinceStart(incident?.openedAt ?? 0)).toBe("60:00");
    expect((await lines(net, incident))[0]).toMatchObject({
      event: "opened",
      why: `still failing after maintenance:${maintenance.id} ended`,
    });
    expect(told(net)).toEqual(["desk 60:30"]);
  });

  it("is no worse for the hours of that work: those are nobody's failure", async () => {
    const net = await play({ devices: "router-1 > codec-7", interval: "10m" });
    await net.plans({ scope: codec, when: once(net, 26 * HOUR) });
    net.breaks("codec-7");
    // A working day and more of service hours, of which eight without service would make it major.
    await net.advance(26 * HOUR + 5 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ device: "codec-7", severity: "minor", urgency: "service-hours" }]);
  });

  it("opens nothing when it heals meanwhile, not even if it heals a moment before the end", async () => {
    const net = await play({ devices: "router-1 > codec-7" });
    await net.plans({ scope: codec, when: once(net, HOUR) });
    net.breaks("codec-7");
    await net.advance(58 * MINUTE);
    net.heals("codec-7");
    await net.advance(2 * HOUR);
    expect(await net.incidents()).toEqual([]);
    expect(net.sent).toEqual([]);
  });

  it("pages as ever where the scope does not fit: another device, another symptom", async () => {
    const net = await play({ devices: "router-1 > codec-7; router-2 > codec-8", sites: { "codec-8": "north", "router-2": "north" } });
    await net.plans({ scope: { devices: ["codec-7"], symptoms: ["camera-disconnected"] }, when: once(net, HOUR) });
    net.breaks("codec-7");
    net.breaks("codec-8");
    await net.advance(5 * MINUTE);
    expect((await net.unfolded()).map(({ device }) => device).sort()).toEqual(["codec-7", "codec-8"]);
  });

  it("is opened at once when somebody ends it early, and never again once it is called off", async () => {
    const net = await play({ devices: "router-1 > codec-7" });
    const { maintenance } = await net.plans({ scope: codec, when: once(net, 4 * HOUR) });
    net.breaks("codec-7");
    await net.advance(30 * MINUTE);
    expect(await net.maintaining.end(maintenance.id, { name: "bob", function: "desk" }, "done early")).toMatchObject({ ok: true });
    await net.advance(MINUTE);
    expect(await net.unfolded()).toHaveLength(1);
    expect(await net.maintaining.cancel(maintenance.id, { name: "bob", function: "desk" })).toMatchObject({ ok: false, status: 409 });
    expect((await net.store.auditLog(10)).map(({ by, action }) => `${by} ${action}`)).toEqual([
      "bob maintenance.ended",
      "ann maintenance.added",
    ]);
  });

  it("is silent under a silence too, and says which of the two", async () => {
    const net = await play({ devices: "router-1 > codec-7" });
    const { maintenance } = await net.plans({ kind: "silence", scope: { labels: { noisy: "yes" } }, when: once(net, HOUR) });
    await net.reload({ devices: "router-1 > codec-7", extra: { "codec-7": "labels: { noisy: yes }" } });
    net.breaks("codec-7");
    await net.advance(30 * MINUTE);
    expect(await net.incidents()).toEqual([]);
    expect(net.alarms().map(({ suppressedBy }) => suppressedBy)).toContain(`silence:${maintenance.id}`);
  });

  it("does not keep a person quiet who asks for help, unless it says so", async () => {
    const net = await play({ devices: "router-1 > codec-7" });
    await net.plans({ scope: { sites: ["mgh"] }, when: once(net, HOUR) });
    await net.hears("codec-7", { symptom: "user-assistance", effect: "event" });
    await net.advance(MINUTE);
    expect(net.toldTo("desk")).toHaveLength(1);
  });
});

describe("a router in maintenance", () => {
  it("suppresses its children by name, pages nobody, and is one incident that lists them if it is still down at the end", async () => {
    const net = await play(major);
    await net.plans({ scope: { devices: ["router-1"] }, when: once(net, HOUR) });
    for (const id of ["router-1", "codec-7", "codec-8"]) net.breaks(id);
    await net.advance(59 * MINUTE);
    expect(await net.incidents()).toEqual([]);
    const by = net.alarms().flatMap(({ device, suppressedBy }) => (device.startsWith("codec") ? [`${device} ${suppressedBy}`] : []));
    expect(by.sort()).toEqual(["codec-7 router-1", "codec-8 router-1"]);
    await net.advance(3 * MINUTE);
    const [incident, ...others] = await net.incidents();
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ rootCause: "down:router-1", severity: "major", noticeSent: true });
    const children = (await lines(net, incident)).find(({ event }) => event === "children-suppressed");
    expect(children?.data).toMatchObject({ count: 2, alarms: expect.stringContaining("codec-8|unreachable|") });
    expect(net.toldTo("desk")).toHaveLength(1);
  });

  it("leaves nothing behind when it is back before the end", async () => {
    const net = await play(major);
    await net.plans({ scope: { devices: ["router-1"] }, when: once(net, HOUR) });
    for (const id of ["router-1", "codec-7", "codec-8"]) net.breaks(id);
    await net.advance(40 * MINUTE);
    for (const id of ["router-1", "codec-7", "codec-8"]) net.heals(id);
    await net.advance(2 * HOUR);
    expect(await net.incidents()).toEqual([]);
  });
});

describe("an incident that was open before", () => {
  /** Messages of a router that is down from the start, with maintenance in between or without. */
  async function story(plan: ((net: Scenario) => Promise<unknown>) | undefined, lengthMs: number) {
    const net = await play(major);
    net.breaks("router-1");
    await net.advance(10 * MINUTE);
    await plan?.(net);
    await net.advance(lengthMs);
    const [incident] = await net.unfolded();
    return { net, incident, told: net.sent.map((sent) => ({ to: sent.to, at: sent.at - net.start })) };
  }

  it("tells nobody anything, and goes on afterwards exactly as if that time had not been", async () => {
    const plain = await story(undefined, 5 * HOUR);
    await plain.net.end();
    const muted = await story((net) => net.plans({ scope: { devices: ["router-1"] }, when: once(net, 2 * HOUR) }), 7 * HOUR);
    const shifted = plain.told.map(({ to, at }) => ({ to, at: at > 10 * MINUTE ? at + 2 * HOUR : at }));
    expect(muted.told.length).toBeGreaterThan(10);
    const rounded = (all: readonly { to: string; at: number }[]) =>
      all.map(({ to, at }) => `${to} ${Math.round(at / (2 * SECOND))}`).sort();
    expect(rounded(muted.told)).toEqual(rounded(shifted));
    expect((await lines(muted.net, muted.incident)).map(({ event }) => event).filter((event) => event.includes("mute"))).toEqual([
      "muted",
      "unmuted",
    ]);
  });

  it("keeps level, holder and state, and is no fault to the auditor, whose timer is the end", async () => {
    const { net, incident } = await story((each) => each.plans({ scope: { devices: ["router-1"] }, when: once(each, 2 * HOUR) }), HOUR);
    expect(incident).toMatchObject({ state: "open", level: 1, wakeFor: "unmute", wakeAt: net.start + 10 * MINUTE + 2 * HOUR });
    expect(await net.auditor.round()).toBe(0);
    await net.desk.take(incident?.id ?? "", "ann");
    await net.advance(100 * MINUTE);
    const [later] = await net.unfolded();
    expect(later).toMatchObject({ state: "taken", holder: "ann", level: 1, wakeFor: "follow-up" });
    // Its follow-up of one service hour begins to run when the maintenance ends.
    expect((later?.wakeAt ?? 0) - net.start).toBe(10 * MINUTE + 3 * HOUR);
  });

  it("holds back a message that waits in the outbox, and lets it go at the end", async () => {
    const net = await play(major);
    net.sendResult = () => ({ ok: false, retry: true, error: "the mail server is down" });
    net.breaks("router-1");
    await net.advance(3 * MINUTE);
    net.sendResult = () => ({ ok: true, state: "accepted" });
    const { maintenance } = await net.plans({ scope: { devices: ["router-1"] }, when: once(net, 3 * HOUR) });
    await net.advance(HOUR);
    expect(net.sent).toEqual([]);
    await net.maintaining.end(maintenance.id, { name: "ann", function: "desk" });
    await net.advance(2 * SECOND);
    expect(told(net)).toEqual([expect.stringMatching(/^desk 63:0[0-2]$/)]);
  });

  it("tells those who had heard that it is over, though nobody else hears anything", async () => {
    const { net } = await story((each) => each.plans({ scope: { devices: ["router-1"] }, when: once(each, 2 * HOUR) }), 30 * MINUTE);
    const before = net.sent.length;
    net.heals("router-1");
    await net.advance(5 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ state: "restored" }]);
    expect(net.sent.slice(before).map(({ to, key }) => `${to} ${key.split("/")[1]}`)).toContain("desk restored");
    expect(net.sent.slice(before).every(({ key }) => key.includes("/restored/"))).toBe(true);
    const count = net.sent.length;
    // Its reminder is a follow-up: it waits too.
    await net.advance(80 * MINUTE);
    expect(net.sent).toHaveLength(count);
  });

  it("goes through what began and ended while the daemon was down as if it had been up", async () => {
    const { net } = await story((each) => each.plans({ scope: { devices: ["router-1"] }, when: once(each, HOUR, 15 * MINUTE) }), MINUTE);
    await net.restartAfter(100 * MINUTE);
    await net.advance(2 * SECOND);
    const [incident] = await net.unfolded();
    // 111 min of the wall, of which 60 do not count: level 1 had its 30 min, level 2 has 21 of its 120.
    expect(incident).toMatchObject({ level: 2, state: "open" });
    expect((await lines(net, incident)).map(({ event }) => event)).toEqual(expect.arrayContaining(["muted", "unmuted", "escalated"]));
    expect(Math.round(((incident?.wakeAt ?? 0) - net.start) / (10 * MINUTE))).toBe(21);
  });

  it("stays quiet over a restart in the middle", async () => {
    const { net } = await story((each) => each.plans({ scope: { devices: ["router-1"] }, when: once(each, 3 * HOUR) }), HOUR);
    const before = net.sent.length;
    await net.restartAfter(10 * MINUTE);
    await net.advance(HOUR);
    expect(net.sent).toHaveLength(before);
    await net.advance(2 * HOUR);
    expect(net.sent.length).toBeGreaterThan(before);
  });

  it("is quiet without a gap under two that overlap, and its clocks stand still once", async () => {
    const { net, incident } = await story(async (each) => {
      await each.plans({ scope: { devices: ["router-1"] }, when: once(each, HOUR) });
      await each.plans({ kind: "silence", scope: { sites: ["mgh"] }, when: once(each, HOUR, 30 * MINUTE) });
    }, 95 * MINUTE);
    expect((await lines(net, incident)).map(({ event }) => event).filter((event) => event.includes("mute"))).toEqual([
      "muted",
      "muted",
      "unmuted",
    ]);
    const [now] = await net.unfolded();
    expect(now?.still).toEqual([{ from: net.start + 10 * MINUTE, to: net.start + 100 * MINUTE }]);
  });

  it.each([3, -3])("takes no time from anybody when the wall clock jumps by %d h meanwhile, and fires no burst", async (hours) => {
    const { net } = await story((each) => each.plans({ scope: { devices: ["router-1"] }, when: once(each, 2 * HOUR) }), 30 * MINUTE);
    const before = net.sent.length;
    net.clock.jump(hours * HOUR);
    await net.advance(MINUTE);
    // Set ahead, the window is over; set back, it has not begun.
    const [incident] = await net.unfolded();
    expect(incident).toMatchObject({ level: 1, state: "open" });
    expect(incident?.muted).toBeUndefined();
    expect(net.sent).toHaveLength(before);
    // Level 1 had about 20 of its 30 min left when it fell quiet.
    const left = (incident?.wakeAt ?? 0) - net.clock.now();
    expect(left).toBeGreaterThan(18 * MINUTE);
    expect(left).toBeLessThan(21 * MINUTE);
    expect(await net.auditor.round()).toBe(0);
  });
});

describe("an incident of several devices", () => {
  it("is kept quiet when all of them are, and not when one is in maintenance", async () => {
    const net = await play({ devices: "codec-7; codec-8" });
    for (const id of ["codec-7", "codec-8"]) net.breaks(id);
    await net.advance(3 * MINUTE);
    const [incident, ...others] = await net.unfolded();
    expect(others).toEqual([]);
    await net.plans({ scope: codec, when: once(net, 4 * HOUR) });
    const before = net.sent.length;
    await net.advance(10 * MINUTE);
    expect((await net.unfolded())[0]?.muted).toBeUndefined();
    expect(net.sent.length).toBeGreaterThan(before);
    const { maintenance } = await net.plans({ scope: { devices: ["codec-8"] }, when: once(net, HOUR) });
    await net.advance(MINUTE);
    const count = net.sent.length;
    await net.advance(50 * MINUTE);
    // Until the first of the two ends.
    expect((await net.unfolded())[0]?.muted).toMatchObject({ by: `maintenance:${maintenance.id}` });
    expect(net.sent).toHaveLength(count);
    await net.advance(HOUR);
    expect(net.sent.length).toBeGreaterThan(count);
    expect((await lines(net, incident)).map(({ event }) => event)).toEqual(expect.arrayContaining(["muted", "unmuted"]));
  });

  it("does not gather what fails in maintenance", async () => {
    const net = await play({ devices: "codec-7; codec-8" });
    await net.plans({ scope: codec, when: once(net, HOUR) });
    net.breaks("codec-7");
    net.breaks("codec-8");
    await net.advance(5 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ device: "codec-8", general: false }]);
  });
});

describe("flexible maintenance", () => {
  const flexible = (net: Scenario) =>
    ({ kind: "flexible", from: net.clock.now() + HOUR, to: net.clock.now() + 6 * HOUR, lengthMs: 2 * HOUR }) as const;

  it("begins with the first failure inside its outer window, lasts its length, and keeps that over a restart", async () => {
    const net = await play({ devices: "router-1 > codec-7" });
    const { maintenance } = await net.plans({ scope: codec, when: flexible(net) });
    await net.advance(3 * HOUR);
    net.breaks("codec-7");
    await net.advance(30 * MINUTE);
    const beganAt = (await net.store.maintenance(maintenance.id))?.beganAt ?? 0;
    expect(net.sinceStart(beganAt)).toMatch(/^18[0-2]:/);
    expect((await net.store.auditLog(1))[0]).toMatchObject({ by: "system", action: "maintenance.began", target: maintenance.id });
    await net.restartAfter(MINUTE);
    await net.advance(80 * MINUTE);
    expect(await net.incidents()).toEqual([]);
    await net.advance(12 * MINUTE);
    const [incident] = await net.unfolded();
    expect(incident?.openedAt).toBe(beganAt + 2 * HOUR);
  });

  it("does not begin before its outer window: what fails then pages, and what fails after it pages", async () => {
    const net = await play({ devices: "codec-7; codec-8", sites: { "codec-8": "north" } });
    await net.plans({ scope: { devices: ["codec-7", "codec-8"] }, when: flexible(net) });
    net.breaks("codec-7");
    await net.advance(10 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ device: "codec-7" }]);
    net.heals("codec-7");
    await net.advance(7 * HOUR);
    net.breaks("codec-8");
    await net.advance(10 * MINUTE);
    expect((await net.unfolded()).map(({ device }) => device)).toEqual(["codec-7", "codec-8"]);
  });

  it.each([3, -3])("lasts its length of elapsed time, the wall clock jumping by %d h", async (hours) => {
    const net = await play({ devices: "router-1 > codec-7" });
    const { maintenance } = await net.plans({ scope: codec, when: flexible(net) });
    await net.advance(3 * HOUR);
    net.breaks("codec-7");
    await net.advance(30 * MINUTE);
    const beganAt = (await net.store.maintenance(maintenance.id))?.beganAt ?? 0;
    net.clock.jump(hours * HOUR);
    await net.advance(MINUTE);
    expect((await net.store.maintenance(maintenance.id))?.beganAt).toBe(beganAt + hours * HOUR);
  });
});

describe("what recurs", () => {
  const nightly = { kind: "recurring", rule: "FREQ=WEEKLY;BYDAY=SU", firstDay: "2026-03-01", fromMinute: 90, minutes: 120 } as const;

  it.each([
    // 01:30 to 03:30 on the wall is one hour on the night of 8 March, and three on that of 1 November.
    ["2026-03-08T06:00:00Z", "2026-03-08T07:30:00.000Z"],
    ["2026-11-01T05:00:00Z", "2026-11-01T08:30:00.000Z"],
    ["2026-03-15T05:00:00Z", "2026-03-15T07:30:00.000Z"],
  ])("ends by the clock on the wall, in the nights of 23 and 25 hours too (%s)", async (start, end) => {
    const net = await play({ devices: "router-1 > codec-7", start: Date.parse(start) });
    await net.plans({ scope: codec, when: nightly });
    await net.advance(45 * MINUTE);
    net.breaks("codec-7");
    await net.advance(4 * HOUR);
    const [incident, ...others] = await net.unfolded();
    expect(others).toEqual([]);
    expect(new Date(incident?.openedAt ?? 0).toISOString()).toBe(end);
  });
});
