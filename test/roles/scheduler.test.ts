/** When checks are looked at, in fake time. */
import { afterEach, describe, expect, it } from "vitest";
import type { Check, Device, Network } from "../../daemon/model/network.ts";
import { HOUR, SECOND } from "../../daemon/model/time.ts";
import { anchorOf, CheckScheduler } from "../../daemon/roles/scheduler.ts";
import { FakeClock } from "../fakes/clock.ts";

const start = Date.UTC(2026, 10, 18, 14);
const check = (device: string, intervalMs = 30 * SECOND): Check => ({
  id: `${device}/icmp`,
  device,
  kind: "icmp",
  intervalMs,
  timeoutMs: 1_000,
});

function networkOf(checks: readonly Check[]): Network {
  const devices = new Map(checks.map((each) => [each.device, { id: each.device, checks: [each] } as unknown as Device]));
  return { devices, sites: new Map(), rooms: new Map(), links: new Map() } as unknown as Network;
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

interface Looked {
  readonly check: string;
  readonly slotAt: number;
  readonly at: number;
}

/** A running scheduler; every look ends at once unless it is among `slow`. */
function running(checks: readonly Check[], clock = new FakeClock(start), slow = new Set<string>()) {
  const looks: Looked[] = [];
  const skipped: string[] = [];
  const gate = { open: true };
  const scheduler = new CheckScheduler({
    clock,
    look: ({ id }, slotAt) => {
      looks.push({ check: id, slotAt, at: clock.now() });
      if (!slow.has(id)) scheduler.ended(id);
    },
    stats: { slots() {}, skipped: ({ id }) => skipped.push(id) },
    mayLook: () => gate.open,
  });
  scheduler.load(networkOf(checks));
  const abort = new AbortController();
  const ended = scheduler.run(abort.signal, () => {});
  stops.push(async () => {
    abort.abort();
    await ended;
  });
  return { scheduler, clock, looks, skipped, gate };
}

describe("the slots of a check", () => {
  it("lie at its anchor in every round, late by less than a tick", async () => {
    const { clock, looks } = running([check("a")]);
    await clock.advance(95 * SECOND);
    expect(looks.length).toBe(3);
    for (const { slotAt, at } of looks) {
      expect(slotAt % (30 * SECOND)).toBe(anchorOf("a/icmp", 30 * SECOND));
      expect(at - slotAt).toBeLessThanOrEqual(20);
    }
  });

  it("are the same after a restart at another moment, and after a reload that brings others", async () => {
    const first = running([check("a"), check("b")]);
    await first.clock.advance(40 * SECOND);
    first.scheduler.load(networkOf([check("a"), check("c"), check("d", 60 * SECOND)]));
    await first.clock.advance(60 * SECOND);
    const later = running([check("a")], new FakeClock(start + 7_777));
    await later.clock.advance(60 * SECOND);
    const anchors = [...first.looks, ...later.looks].filter((look) => look.check === "a/icmp").map((look) => look.slotAt % (30 * SECOND));
    expect(new Set(anchors)).toEqual(new Set([anchorOf("a/icmp", 30 * SECOND)]));
    expect(first.looks.filter((look) => look.check === "b/icmp" && look.at > start + 40 * SECOND)).toEqual([]);
  });

  it("are skipped and counted while a look is under way, never queued", async () => {
    const slow = new Set(["a/icmp"]);
    const { scheduler, clock, looks, skipped } = running([check("a")], new FakeClock(start), slow);
    await clock.advance(100 * SECOND);
    expect(looks.length).toBe(1);
    expect(skipped.length).toBe(2);
    slow.clear();
    scheduler.ended("a/icmp");
    await clock.advance(SECOND);
    expect(looks.length).toBe(1);
    await clock.advance(30 * SECOND);
    expect(looks.length).toBe(2);
  });

  it("are skipped as well where the look under way began before a reload", async () => {
    const { scheduler, clock, looks, skipped } = running([check("a")], new FakeClock(start), new Set(["a/icmp"]));
    await clock.advance(40 * SECOND);
    scheduler.load(networkOf([check("b"), check("a")]));
    scheduler.kick("a/icmp", 0);
    await clock.advance(60 * SECOND);
    expect(looks.filter((look) => look.check === "a/icmp").length).toBe(1);
    expect(skipped.length).toBeGreaterThanOrEqual(2);
    scheduler.ended("a/icmp");
    await clock.advance(SECOND);
    expect(looks.filter((look) => look.check === "a/icmp").length, "what was asked for meanwhile").toBe(2);
  });
});

describe("a look that wants another sooner", () => {
  const codec = (intervalMs: number): Check => ({ ...check("codec", intervalMs), id: "codec/telnet", kind: "telnet" });

  it.each([
    [60 * SECOND, [0, 30]],
    [120 * SECOND, [0, 30, 60, 90]],
    [40 * SECOND, [0]],
  ])("has it between its slots of %d ms, and no two for one slot", async (intervalMs, wanted) => {
    const { scheduler, clock, looks } = running([codec(intervalMs)], new FakeClock(start), new Set(["codec/telnet"]));
    let seen = 0;
    for (let second = 0; second < 600; second += 1) {
      await clock.advance(SECOND);
      if (looks.length === seen) continue;
      seen = looks.length;
      // As a probe does: it finds out that there is a call while it looks, and ends a little later.
      scheduler.again("codec/telnet", 30 * SECOND);
      await clock.advance(SECOND);
      scheduler.ended("codec/telnet");
    }
    const anchor = anchorOf("codec/telnet", intervalMs);
    const places = looks.map(({ at }) => Math.floor(((at - anchor) % intervalMs) / (5 * SECOND)) * 5);
    expect([...new Set(places)].sort((a, b) => a - b)).toEqual(wanted);
    const due = ((600 * SECOND) / intervalMs) * wanted.length;
    expect(Math.abs(looks.length - due)).toBeLessThanOrEqual(wanted.length);
    const before = looks.length;
    await clock.advance(10 * intervalMs);
    expect(looks.length - before).toBeLessThanOrEqual(11);
  });

  it("has none when its check is gone", async () => {
    const { scheduler, clock, looks } = running([codec(60 * SECOND)]);
    scheduler.load(networkOf([]));
    scheduler.again("codec/telnet", 30 * SECOND);
    await clock.advance(120 * SECOND);
    expect(looks).toEqual([]);
  });
});

describe("what is due together", () => {
  const every = (kind: "icmp" | "snmp") =>
    Array.from({ length: 600 }, (_, n): Check => ({ ...check(`device-${n}`), id: `device-${n}/${kind}`, kind }));

  it("goes in one turn, pings four times a second and everything else between them", async () => {
    const { clock, looks } = running([...every("icmp"), ...every("snmp")].map((each, n) => ({ ...each, device: `${n}` })));
    await clock.advance(60 * SECOND);
    const turns = (kind: string) => new Set(looks.filter((look) => look.check.endsWith(kind)).map((look) => look.at % 250));
    expect(looks.length).toBeGreaterThan(2_000);
    expect([turns("/icmp").size, turns("/snmp").size]).toEqual([1, 1]);
    expect([...turns("/icmp")]).not.toEqual([...turns("/snmp")]);
  });
});

describe("after a pause", () => {
  const many = Array.from({ length: 300 }, (_, index) => check(`device-${index}`));

  it("longer than a round nothing is made up for and nothing bursts", async () => {
    const { clock, looks, gate } = running(many);
    await clock.advance(31 * SECOND);
    gate.open = false;
    await clock.advance(120 * SECOND);
    const before = looks.length;
    gate.open = true;
    await clock.advance(200);
    expect(looks.length - before).toBeLessThan(16);
    await clock.advance(30 * SECOND);
    expect(looks.length - before).toBeLessThanOrEqual(310);
  });

  it("shorter than a round, what was missed is looked at, spread over some ticks", async () => {
    const { clock, looks, gate } = running(many);
    await clock.advance(31 * SECOND);
    gate.open = false;
    await clock.advance(20 * SECOND);
    const before = looks.length;
    gate.open = true;
    await clock.advance(20);
    expect(looks.length - before).toBeLessThanOrEqual(32);
    await clock.advance(2 * SECOND);
    expect(looks.length - before).toBeGreaterThan(150);
  });

  it("a clock set back three hours stops no check for longer than a round", async () => {
    const { clock, looks } = running(many.slice(0, 20));
    await clock.advance(31 * SECOND);
    clock.jump(-3 * HOUR);
    const before = looks.length;
    await clock.advance(61 * SECOND);
    expect(new Set(looks.slice(before).map((look) => look.check)).size).toBe(20);
  });

  it("a clock set ahead three hours starts no more than one round's pace", async () => {
    const { clock, looks } = running(many);
    await clock.advance(31 * SECOND);
    const before = looks.length;
    clock.jump(3 * HOUR);
    await clock.advance(100);
    expect(looks.length - before).toBeLessThan(16);
  });
});

describe("a kick", () => {
  it("wakes a scheduler that has nothing to do, and a thousand of them cost no more than 50 turns a second", async () => {
    const { scheduler, clock, looks } = running([check("a", HOUR)]);
    await clock.advance(SECOND);
    scheduler.kick("a/icmp", 0);
    await clock.advance(20);
    expect(looks.length).toBe(1);
    for (let n = 0; n < 1_000; n += 1) {
      scheduler.kick("a/icmp", 0);
      await clock.advance(1);
    }
    expect(looks.length).toBeGreaterThan(20);
    expect(looks.length).toBeLessThanOrEqual(52);
  });

  it("asked for several times is one look, at the earliest time asked for", async () => {
    const { scheduler, clock, looks } = running([check("a", HOUR)]);
    scheduler.kick("a/icmp", 5 * SECOND);
    scheduler.kick("a/icmp", 2 * SECOND);
    scheduler.kickDevice("a", 9 * SECOND);
    await clock.advance(10 * SECOND);
    expect(looks.length).toBe(1);
    expect((looks[0]?.at ?? 0) - start).toBeLessThanOrEqual(2_020);
  });

  it("that comes while a look is under way waits for its end: that look began too early to confirm anything", async () => {
    const slow = new Set(["a/icmp"]);
    const { scheduler, clock, looks } = running([check("a", HOUR)], new FakeClock(start), slow);
    scheduler.kick("a/icmp", 0);
    await clock.advance(SECOND);
    scheduler.kick("a/icmp", 0);
    await clock.advance(SECOND);
    expect(looks.length).toBe(1);
    scheduler.ended("a/icmp");
    await clock.advance(SECOND);
    expect(looks.length).toBe(2);
  });
});

describe("a confirming look", () => {
  it("follows a trap at once; more traps of the device are one more look, two seconds later", async () => {
    const { scheduler, clock, looks } = running([check("a", HOUR)]);
    for (let n = 0; n < 100; n += 1) {
      scheduler.confirmDevice("a");
      await clock.advance(10);
    }
    await clock.advance(10 * SECOND);
    const at = looks.map((look) => look.at - start);
    expect(at.length).toBe(2);
    expect(at[0]).toBeLessThanOrEqual(40);
    expect(at[1]).toBeGreaterThanOrEqual(2_000);
    expect(at[1]).toBeLessThanOrEqual(2_100);
  });

  it("waits its turn in a storm: a hundred devices a second, and every device in the end", async () => {
    const checks = Array.from({ length: 1_000 }, (_, n) => check(`d${n}`, 24 * HOUR));
    const { scheduler, clock, looks } = running(checks);
    const regular = looks.length;
    for (const { device } of checks) scheduler.confirmDevice(device);
    await clock.advance(SECOND);
    expect(looks.length - regular).toBeGreaterThan(80);
    expect(looks.length - regular).toBeLessThan(120);
    await clock.advance(10 * SECOND);
    expect(new Set(looks.map((look) => look.check)).size).toBe(1_000);
  });

  it("is not put off by a clock that is set back", async () => {
    const { scheduler, clock, looks } = running([check("a", 24 * HOUR)]);
    scheduler.confirmDevice("a");
    await clock.advance(SECOND);
    clock.jump(-3 * HOUR);
    scheduler.confirmDevice("a");
    await clock.advance(SECOND);
    expect(looks.length).toBe(2);
  });
});
