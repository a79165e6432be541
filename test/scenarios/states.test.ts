/** In a call, on standby, switched off, nobody due, an upgrade at night: states, not failures, and for how long, through the real evaluator. */
import { afterEach, describe, expect, it } from "vitest";
import type { Alarm } from "../../daemon/model/alarm.ts";
import { bare, type Finding } from "../../daemon/model/observation.ts";
import type { Session } from "../../daemon/model/session.ts";
import { HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { type Scenario, type ScenarioOptions, scenario } from "./scenario.ts";

let net: Scenario | undefined;
afterEach(async () => {
  await net?.end();
  net = undefined;
});
async function play(options: Partial<ScenarioOptions> = {}): Promise<Scenario> {
  net = await scenario({ devices: "codec-7", interval: "60s", together: true, ssh: ["codec-7"], snmp: ["codec-7"], ...options });
  return net;
}
const active = (net: Scenario, symptom: string, part?: string): Alarm | undefined =>
  net.alarms().find((each) => each.symptom === symptom && each.state === "active" && (part === undefined || each.part === part));
const says = (readings: Readonly<Record<string, string>>, samples: Readonly<Record<string, number>> = {}): Finding => ({
  ...bare("up"),
  readings: Object.entries(readings).map(([name, value]) => ({ name, value })),
  samples: Object.entries(samples).map(([name, value]) => ({ name, value })),
});
const inCall = says({ system_state: "in-call" }, { calls: 1 });
const idle = says({ system_state: "initialized" }, { calls: 0 });
const up = (net: Scenario) => net.board.get("codec-7")?.up;
/** Nobody was told, and no incident stands open. */
const calm = async (net: Scenario) => expect([await net.unfolded(), net.sent]).toEqual([[], []]);

describe("in a call", () => {
  it("silence over SNMP is no failure as long as the call is seen; it is one two intervals after it was seen last", async () => {
    const net = await play();
    net.finds("codec-7", "ssh", inCall);
    await net.advance(2 * MINUTE);
    net.breaks("codec-7", ["snmp"]);
    await net.advance(20 * MINUTE);
    await calm(net);
    expect(active(net, "silent", "snmp")?.suppressedBy).toBe("state:in-call");
    expect(up(net)).toBe(1);
    expect(net.board.lights("codec-7")?.lights.api).toMatchObject({ state: "good" });
    // From now on it is no longer told: the last look that saw the call is 39 s old.
    net.finds("codec-7", "ssh", bare("unknown", "ssh.paced"));
    await net.advance(70 * SECOND);
    await calm(net);
    await net.advance(20 * SECOND);
    expect(await net.unfolded()).toMatchObject([{ symptom: "silent", part: "snmp", device: "codec-7" }]);
    expect(up(net)).toBe(0);
  });

  it("ends, and what still fails opens at once", async () => {
    const net = await play();
    net.finds("codec-7", "ssh", inCall);
    await net.advance(2 * MINUTE);
    net.breaks("codec-7", ["snmp"]);
    await net.advance(5 * MINUTE);
    net.finds("codec-7", "ssh", idle);
    await net.advance(MINUTE);
    expect(await net.unfolded()).toMatchObject([{ symptom: "silent", part: "snmp" }]);
  });

  it.each([
    ["ahead", 3 * HOUR],
    ["back", -3 * HOUR],
  ])("is believed over a wall clock that jumps three hours %s, and its end is seen at once", async (_, jump) => {
    const net = await play();
    net.finds("codec-7", "ssh", inCall);
    await net.advance(2 * MINUTE);
    net.breaks("codec-7", ["snmp"]);
    await net.advance(5 * MINUTE);
    net.jump(jump);
    await net.advance(10 * MINUTE);
    await calm(net);
    expect(active(net, "silent", "snmp")?.suppressedBy).toBe("state:in-call");
    net.finds("codec-7", "ssh", idle);
    await net.advance(MINUTE);
    expect(await net.unfolded()).toMatchObject([{ symptom: "silent", part: "snmp" }]);
  });

  it.each([
    ["the link alone", ["icmp"], "unreachable"],
    ["the login alone", ["ssh"], "silent"],
  ] as const)("excuses neither %s", async (_, kinds, symptom) => {
    const net = await play();
    net.finds("codec-7", "ssh", inCall);
    await net.advance(2 * MINUTE);
    net.breaks("codec-7", kinds);
    await net.advance(MINUTE + 20 * SECOND);
    expect(await net.unfolded()).toMatchObject([{ symptom, device: "codec-7" }]);
  });

  it("link and login lost is a failure at once, and a session was running: major, and somebody is told now", async () => {
    const net = await play({ start: Date.UTC(2026, 10, 19, 3) });
    net.finds("codec-7", "ssh", inCall);
    await net.advance(2 * MINUTE);
    net.breaks("codec-7");
    await net.advance(MINUTE + 20 * SECOND);
    const [incident, more] = await net.unfolded();
    expect(more).toBeUndefined();
    expect(incident).toMatchObject({ rootCause: "down:codec-7", severity: "major", urgency: "now" });
    expect(up(net)).toBe(0);
    expect(net.sent.length).toBeGreaterThan(0);
  });

  it("the same loss out of a call is minor, and waits for the morning", async () => {
    const net = await play({ start: Date.UTC(2026, 10, 19, 3) });
    net.finds("codec-7", "ssh", idle);
    await net.advance(2 * MINUTE);
    net.breaks("codec-7");
    await net.advance(5 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ rootCause: "down:codec-7", severity: "minor", urgency: "service-hours" }]);
  });

  it("is believed for two intervals over a restart too, and not longer", async () => {
    const net = await play();
    net.finds("codec-7", "ssh", inCall);
    await net.advance(2 * MINUTE);
    net.breaks("codec-7", ["snmp"]);
    await net.advance(3 * MINUTE);
    net.finds("codec-7", "ssh", bare("unknown", "ssh.paced"));
    await net.restartAfter(20 * SECOND);
    await net.advance(100 * SECOND);
    await calm(net);
    await net.advance(2 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ symptom: "silent", part: "snmp" }]);
  });
});

describe("on standby", () => {
  it.each([
    ["standby", says({ standby: "standby" })],
    ["asleep", says({ system_state: "sleeping" })],
  ])("%s: silence over SNMP is no failure, and one when it wakes up", async (state, finding) => {
    const net = await play();
    net.finds("codec-7", "ssh", finding);
    await net.advance(2 * MINUTE);
    net.breaks("codec-7", ["snmp"]);
    await net.advance(15 * MINUTE);
    await calm(net);
    expect(active(net, "silent", "snmp")?.suppressedBy).toBe(`state:${state}`);
    net.finds("codec-7", "ssh", idle);
    await net.advance(MINUTE);
    expect(await net.unfolded()).toMatchObject([{ symptom: "silent", part: "snmp" }]);
  });

  it("switched off, where the device says so before it goes, excuses everything for two intervals; what stays away is told", async () => {
    const net = await play();
    net.finds("codec-7", "ssh", says({ system_state: "off" }));
    await net.advance(MINUTE + SECOND);
    net.breaks("codec-7");
    await net.advance(70 * SECOND);
    await calm(net);
    expect(active(net, "unreachable")?.suppressedBy).toBe("state:off");
    expect(up(net)).toBeNaN();
    await net.advance(2 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ rootCause: "down:codec-7" }]);
    expect(up(net)).toBe(0);
  });
});

const carted = (presence: string, over: Partial<ScenarioOptions> = {}): Partial<ScenarioOptions> => ({
  devices: "router-1 > codec-7",
  extra: { "codec-7": "room: cart" },
  ssh: [],
  snmp: [],
  rooms: `rooms: { a101: { site: mgh, name: "Room A-101" }, cart: { site: mgh, name: "Chariot 1", ${presence} } }`,
  ...over,
});
const clinic = 'calendars: { clinic: { weekly: { mon-fri: ["08:00-12:00"] } } }';
const booked = (from: number, to: number): Session => ({
  ...{ id: "s:1", source: "s", rooms: ["cart", "a101"], from, to, kind: "clinical", priority: "normal", state: "booked" },
});

describe("a room where nobody is due", () => {
  it("opens nothing, its device is away and not down; what still fails opens when its schedule begins, in the zone of its site", async () => {
    // 07:00 in Montréal.
    const start = Date.UTC(2026, 10, 18, 12);
    const net = await play(carted("presence: scheduled, schedule: clinic", { start, yaml: clinic }));
    net.breaks("codec-7");
    await net.advance(55 * MINUTE);
    await calm(net);
    expect(active(net, "unreachable")?.suppressedBy).toBe("presence:cart");
    expect(up(net)).toBeNaN();
    expect(net.board.lights("codec-7")).toMatchObject({
      lights: { link: { state: "unknown", code: "away" } },
      activity: { state: "off-by-schedule" },
    });
    await net.advance(6 * MINUTE);
    const [incident] = await net.unfolded();
    expect(incident).toMatchObject({ rootCause: "down:codec-7", room: "cart" });
    expect((await net.store.timeline(incident?.id ?? "")).map(({ why }) => why)).toContain(
      "still failing now that somebody is due in cart",
    );
    expect(Math.abs((incident?.openedAt ?? 0) - (start + HOUR))).toBeLessThanOrEqual(MINUTE);
    expect(up(net)).toBe(0);
  });

  it("that heals before anybody is due was never told", async () => {
    const net = await play(carted("presence: scheduled, schedule: clinic", { start: Date.UTC(2026, 10, 18, 12), yaml: clinic }));
    net.breaks("codec-7");
    await net.advance(30 * MINUTE);
    net.heals("codec-7");
    await net.advance(3 * HOUR);
    await calm(net);
    expect(up(net)).toBe(1);
  });

  it("the schedule is the site's service hours where it names none, and a failure in them opens as ever", async () => {
    const net = await play(carted("presence: scheduled"));
    net.breaks("codec-7");
    await net.advance(2 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ rootCause: "down:codec-7" }]);
  });

  it("is a cart without a session near: half an hour before one, what is missing is missed", async () => {
    const net = await play(carted("presence: sessions"));
    const at = net.clock.now();
    net.bookings.take([booked(at + 90 * MINUTE, at + 2 * HOUR)]);
    net.breaks("codec-7");
    await net.advance(59 * MINUTE);
    await calm(net);
    await net.advance(3 * MINUTE);
    expect(await net.unfolded()).toMatchObject([
      { rootCause: "down:codec-7", openedAt: expect.toSatisfy((opened: number) => Math.abs(opened - at - HOUR) <= 90 * SECOND) },
    ]);
  });

  it("half an hour after a session the cart may go", async () => {
    const net = await play(carted("presence: sessions"));
    const at = net.clock.now();
    net.bookings.take([booked(at, at + HOUR)]);
    await net.advance(91 * MINUTE);
    net.breaks("codec-7");
    await net.advance(10 * HOUR);
    await calm(net);
  });

  it("keeps its excuse over a restart", async () => {
    const net = await play(carted("presence: sessions"));
    net.breaks("codec-7");
    await net.advance(10 * MINUTE);
    await net.restartAfter(5 * MINUTE);
    await net.advance(10 * MINUTE);
    await calm(net);
  });

  it("says nothing of a device of a service that runs day and night", async () => {
    const net = await play(carted("presence: sessions", { extra: { "codec-7": "room: cart, always_urgent: true" } }));
    net.breaks("codec-7");
    await net.advance(2 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ rootCause: "down:codec-7" }]);
  });

  it("hides nobody else: a router behind which a cart is away is judged for itself", async () => {
    const net = await play(carted("presence: sessions"));
    net.breaks("codec-7");
    net.breaks("router-1");
    await net.advance(4 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ rootCause: "down:router-1" }]);
    expect(active(net, "unreachable")).toBeDefined();
  });

  it("over the night of a clock change begins at the local hour", async () => {
    // Sunday 2026-03-08: 03:00 EDT comes right after 01:59 EST. The clinic's week has the Sunday from 08:00: 12:00 UTC, not 13:00.
    const yaml = 'calendars: { clinic: { weekly: { sun: ["08:00-12:00"] } } }';
    const net = await play(carted("presence: scheduled, schedule: clinic", { start: Date.UTC(2026, 2, 8, 6), yaml, interval: "10m" }));
    net.breaks("codec-7");
    await net.advance(5 * HOUR + 50 * MINUTE);
    await calm(net);
    await net.advance(25 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ rootCause: "down:codec-7" }]);
  });
});

describe("a restart for an upgrade", () => {
  const told = async (net: Scenario) =>
    (await net.store.auditLog(50)).filter(({ action }) => action === "device.reboot").map(({ data }) => data?.why);
  const restarted = (uptime: number): Finding => ({
    ...says({ last_shutdown_reason: "Upgrade" }, { uptime_seconds: uptime }),
    faults: [{ symptom: "reboot", effect: "event", text: "uptime went back" }],
  });

  it("or for any other reason that its notification and its uptime tell is on the record once", async () => {
    const net = await play({});
    await net.hears("codec-7", { symptom: "reboot", effect: "event", text: "coldStart" });
    net.finds("codec-7", "ssh", {
      ...says({}, { uptime_seconds: 70 }),
      faults: [{ symptom: "reboot", effect: "event", text: "uptime went back" }],
    });
    await net.advance(MINUTE);
    expect(await told(net)).toEqual(["coldStart"]);
  });

  it.each([
    ["inside the shipped night window", Date.UTC(2026, 10, 18, 7), {}, "inside its night window"],
    ["by day", Date.UTC(2026, 10, 18, 15), {}, "outside its night window"],
    ["by day, in the site's own window", Date.UTC(2026, 10, 18, 15), { night: "09:00-12:00" }, "inside its night window"],
  ] as const)("%s is told as that", async (_, start, { night }: { night?: string }, words) => {
    const extra = night === undefined ? {} : { extra: { "codec-7": `night_window: "${night}"` } };
    const net = await play({ start, ...extra });
    net.finds("codec-7", "ssh", restarted(30));
    await net.advance(MINUTE);
    expect(await told(net)).toContain(`restarted for an upgrade, ${words}`);
    await calm(net);
  });
});
