/** How bad, and who is told when: whole stories with sessions, first calls, people, nights when the clock changes, and clocks that jump. */
import { DateTime } from "luxon";
import { afterEach, describe, expect, it } from "vitest";
import { HOUR, type Instant, MINUTE } from "../../daemon/model/time.ts";
import { type Scenario, type ScenarioOptions, scenario } from "./scenario.ts";

let net: Scenario | undefined;
afterEach(async () => {
  await net?.end();
  net = undefined;
});
/** Looks every 10 min: nothing here hangs on them. */
async function play(options: Partial<ScenarioOptions> = {}): Promise<Scenario> {
  net = await scenario({ devices: "router-1 > codec-7", interval: "10m", together: true, ...options });
  return net;
}
const local = (text: string): Instant => DateTime.fromISO(text, { zone: "America/Toronto" }).toMillis();

async function only(net: Scenario) {
  const [incident, ...others] = await net.unfolded();
  expect(others).toEqual([]);
  if (incident === undefined) throw new Error("no incident");
  return incident;
}

/** What was told, by whom it was heard, in local time. */
const told = (net: Scenario) =>
  net.sent.map(({ at, to, key }) => `${DateTime.fromMillis(at, { zone: "America/Toronto" }).toFormat("HH:mm")} ${to} ${key.split("/")[1]}`);

describe("a codec that fails three hours before its session", () => {
  it("is provisional, then settled when the first call is over, then urgent an hour ahead; each rise un-acknowledges and is told with its reason", async () => {
    const net = await play({ start: local("2026-11-18T09:00") });
    await net.books("s1", local("2026-11-18T12:00"));
    net.breaks("codec-7");
    await net.advance(15 * MINUTE);
    const { number } = await only(net);
    expect(await only(net)).toMatchObject({ severity: "minor", urgency: "before-session", state: "open" });
    expect(net.sent[0]?.text).toContain("Severity: Minor, provisional, until the end of the first call (one device");
    expect(net.sent[0]?.text).toMatch(/Can wait until the next session: its next session is in 17\d min/);
    await net.desk.acknowledge(number, "marie");

    await net.advance(90 * MINUTE);
    expect(await only(net)).toMatchObject({ severity: "major", urgency: "before-session", severitySettled: { how: "time" } });
    expect((await only(net)).acknowledgedAt).toBeUndefined();
    await net.desk.acknowledge(number, "marie");

    await net.advance(local("2026-11-18T11:03") - net.clock.now());
    const urgent = await only(net);
    expect(urgent).toMatchObject({ urgency: "now", urgencyWhy: expect.stringMatching(/^a session starts in (60|59) min$/) });
    expect(urgent.acknowledgedAt).toBeUndefined();
    const last = net.sent.at(-1);
    expect(last?.text).toContain("More serious than first told");
    expect(last?.text).toContain("Severity: Major, settled (not solved at the first call: the time of level 1 is over)");
    expect(last?.text).toMatch(/Cannot wait: a session starts in (60|59) min/);
    expect(await net.timeline(urgent)).toEqual(
      expect.arrayContaining(["opened", "notified", "acknowledged", "severity", "acknowledged", "urgency"]),
    );
    await net.advance(local("2026-11-18T12:02") - net.clock.now());
    expect((await only(net)).sessionHit).toBe("s1");
  });
});

describe("on the night that the clocks change", () => {
  it.each([
    ["forward", "2026-03-08T00:30", "2026-03-08T05:00"],
    ["back", "2026-11-01T00:30", "2026-11-01T05:00"],
  ])("%s, what is not urgent wakes nobody until an hour of true time before its session", async (_, from, session) => {
    const net = await play({ start: local(from) });
    await net.books("s1", local(session));
    net.breaks("codec-7");
    await net.advance(local(session) - HOUR - 5 * MINUTE - net.clock.now());
    expect(await only(net)).toMatchObject({ severity: "minor", urgency: "before-session" });
    expect(net.sent).toEqual([]);
    await net.advance(8 * MINUTE);
    expect(await only(net)).toMatchObject({
      severity: "major",
      urgency: "now",
      severityWhy: expect.stringMatching(/starts in (60|59) min/),
    });
    expect(told(net)[0]).toMatch(/^04:0[01] desk problem$/);
    expect(net.sent[0]?.text).toMatch(/Cannot wait: a session starts in \d\d min/);
  });
});

describe.each([
  ["ahead", 3 * HOUR],
  ["back", -3 * HOUR],
])("while the wall clock is set %s by three hours", (_, jump) => {
  it("the first call of what is urgent lasts half an hour of true time, and its end is told once", async () => {
    const net = await play({ start: local("2026-11-18T09:00"), devices: "core-1 > router-1 > codec-7, codec-8", interval: "1m" });
    net.breaks("router-1");
    await net.advance(10 * MINUTE);
    const { openedAt } = await only(net);
    const sinceMs = net.clock.now() - openedAt;
    net.jump(jump);
    await net.advance(30 * MINUTE - sinceMs - 2 * MINUTE);
    expect(await only(net)).toMatchObject({ severity: "major", level: 1 });
    expect((await only(net)).severitySettled).toBeUndefined();
    await net.advance(4 * MINUTE);
    expect(await only(net)).toMatchObject({ severity: "major", level: 2, severitySettled: { how: "time" }, occurrences: 1 });
    expect(new Set(net.sent.map(({ key }) => key)).size, "no message twice").toBe(net.sent.length);
  });

  it("a session is an hour ahead when its clock says so: urgent then, and not before", async () => {
    const net = await play({ start: local("2026-11-18T09:00") });
    net.breaks("codec-7");
    await net.advance(30 * MINUTE);
    await net.books("s1", net.clock.now() + jump + 2 * HOUR);
    net.jump(jump);
    await net.advance(55 * MINUTE);
    expect(await only(net)).toMatchObject({ urgency: "before-session" });
    await net.advance(8 * MINUTE);
    expect(await only(net)).toMatchObject({
      severity: "major",
      urgency: "now",
      urgencyWhy: expect.stringMatching(/starts in (60|5\d) min/),
    });
    expect(net.sent.at(-1)?.text).toMatch(/Cannot wait: a session starts in (60|5\d) min/);
    expect(new Set(net.sent.map(({ key }) => key)).size, "no message twice").toBe(net.sent.length);
  });
});

describe("solved at the first call", () => {
  it("is one act: minor, resolved, told to who had heard, and it closes by itself without a ticket", async () => {
    const net = await play({ start: local("2026-11-18T09:00") });
    net.breaks("codec-7");
    await net.advance(12 * MINUTE);
    const { number } = await only(net);
    expect(await net.desk.solve(number, "marie", "the power switch")).toMatchObject({ ok: true, incident: { state: "resolved" } });
    net.heals("codec-7");
    await net.advance(35 * MINUTE);
    const solved = await only(net);
    expect(solved).toMatchObject({
      state: "closed",
      disposition: "fixed",
      severity: "minor",
      severitySettled: { by: "marie", how: "first-call" },
    });
    expect(await net.timeline(solved)).toEqual(["opened", "notified", "solved", "severity-settled", "closed"]);
    expect(told(net).map((each) => each.slice(6))).toEqual(["desk problem", "desk restored"]);
    expect(await net.desk.solve(number, "marie", "again")).toMatchObject({ ok: false, status: 409 });
  });
});

describe("what comes back again and again", () => {
  it("counts its occurrences, and is no more serious for it", async () => {
    const net = await play({ start: local("2026-11-18T09:00"), interval: "1m" });
    for (let times = 0; times < 4; times += 1) {
      net.breaks("codec-7");
      await net.advance(3 * MINUTE);
      net.heals("codec-7");
      await net.advance(4 * MINUTE);
    }
    const [incident] = await net.unfolded();
    expect(incident).toMatchObject({ severity: "minor", urgency: "service-hours", occurrences: 4 });
    expect(incident?.severitySettled).toBeUndefined();
  });
});

describe("a person with a reason", () => {
  it("lowers what a session raised; it stays lowered when that session begins, and the next one raises it", async () => {
    const net = await play({ start: local("2026-11-18T09:00") });
    await net.books("s1", local("2026-11-18T09:30"), 30 * MINUTE);
    net.breaks("codec-7");
    await net.advance(12 * MINUTE);
    const { number } = await only(net);
    expect(await only(net)).toMatchObject({ severity: "major", urgency: "now" });
    expect(await net.desk.severity(number, "marie", "minor", "held in B-202 instead")).toMatchObject({ ok: true });
    expect(await net.desk.urgency(number, "marie", "service-hours", "held in B-202 instead")).toMatchObject({ ok: true });
    await net.books("s2", local("2026-11-18T11:30"));
    await net.advance(local("2026-11-18T09:45") - net.clock.now());
    expect(await only(net)).toMatchObject({ severity: "minor", severityWhy: "held in B-202 instead", urgency: "service-hours" });
    await net.advance(local("2026-11-18T10:33") - net.clock.now());
    expect(await only(net)).toMatchObject({ severity: "major", urgency: "now", severitySettled: { how: "person" } });
  });

  it.each([
    ["with no session hit it closes by itself", undefined, "closed"],
    ["with a session hit for 20 s only it waits for a person", 20_000, "restored"],
    ["with a session hit for five minutes it waits for a person", 5 * MINUTE, "restored"],
  ])("lowers it: %s", async (_, hitForMs, state) => {
    const yaml = "policies: { soon: { base: default, auto_close_after: 3m } }\npolicy: soon";
    const net = await play({ start: local("2026-11-18T09:25"), interval: "10s", yaml });
    // Between two minutes at which what is open is judged again.
    const begins = local("2026-11-18T09:30:10");
    await net.books("s1", begins);
    net.breaks("codec-7");
    await net.advance(MINUTE);
    const { number } = await only(net);
    await net.desk.severity(number, "marie", "minor", "held in B-202 instead");
    await net.desk.urgency(number, "marie", "service-hours", "held in B-202 instead");
    await net.desk.release(number, "marie");
    // The second good look is 20 s after the cure.
    await net.advance(begins + (hitForMs ?? -MINUTE) - 20_000 - net.clock.now());
    net.heals("codec-7");
    await net.advance(MINUTE);
    expect(await only(net)).toMatchObject({
      state: "restored",
      severity: "minor",
      ...(hitForMs === undefined ? {} : { sessionHit: "s1" }),
    });
    await net.advance(5 * MINUTE);
    expect((await only(net)).state).toBe(state);
    if (state === "restored") expect(await net.timeline(await only(net))).toContain("session-hit");
  });
});
