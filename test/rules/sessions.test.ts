import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Network, Room } from "../../daemon/model/network.ts";
import type { Session } from "../../daemon/model/session.ts";
import { HOUR, MINUTE } from "../../daemon/model/time.ts";
import { registeredWith } from "../../rules/registration.ts";
import { clinicalMinutes, cutOffWith, hitBy, isBooked, nextSession, overlapOf, sessionHits } from "../../rules/sessions.ts";

import { device, network } from "./made.ts";

const at = Date.UTC(2026, 10, 18, 14);
const room = (id: string, site: string): Room => ({ id, site, name: id, presence: "always" });

/** core > router-a (site a: codec-a in ra), router-b and router-b2 (site b: codec-b in rb behind both). */
function clinics(): Network {
  const made = network([
    device("core", { site: "hub", kind: "router" }),
    device("gk", { site: "hub", kind: "gatekeeper", parents: ["core"] }),
    device("bridge-1", { site: "hub", kind: "bridge", parents: ["core"] }),
    device("router-a", { site: "a", kind: "router", parents: ["core"] }),
    device("codec-a", { site: "a", room: "ra", parents: ["router-a"] }),
    device("ups-a", { site: "a", room: "ra", kind: "ups", parents: ["router-a"] }),
    device("router-b", { site: "b", kind: "router", parents: ["core"] }),
    device("router-b2", { site: "b", kind: "router", parents: ["core"] }),
    device("codec-b", { site: "b", room: "rb", parents: ["router-b", "router-b2"] }),
  ]);
  return { ...made, rooms: new Map([room("ra", "a"), room("rb", "b"), room("rc", "a")].map((each) => [each.id, each])) };
}

function session(id: string, over: Partial<Session> = {}): Session {
  const times = { from: at + HOUR, to: at + 2 * HOUR };
  return { id, source: "api", rooms: ["ra", "rb"], ...times, kind: "clinical", priority: "normal", state: "booked", ...over };
}

describe("what a failure takes with it", () => {
  const rooms = (subject: Parameters<typeof hitBy>[1]) => [...hitBy(clinics(), subject).rooms].sort();

  it.each([
    ["a codec its room", { device: "codec-a" }, ["ra"]],
    ["a UPS that stands in a room that room", { device: "ups-a" }, ["ra"]],
    ["a router the rooms behind it", { device: "router-a" }, ["ra"]],
    ["one of two redundant routers nothing", { device: "router-b" }, []],
    ["what everything is reached through every room", { device: "core" }, ["ra", "rb"]],
    ["the only gatekeeper every room that is called through it", { device: "gk" }, ["ra", "rb"]],
    ["a bridge no room", { device: "bridge-1" }, []],
    ["a site all its rooms, one without equipment too", { site: "a" }, ["ra", "rc"]],
  ] as const)("%s", (_title, subject, wanted) => expect(rooms(subject)).toEqual(wanted));

  it("both redundant routers together take what is behind them", () => {
    expect([...cutOffWith(clinics(), ["router-b", "router-b2"])]).toContain("codec-b");
  });

  it("one gatekeeper of two takes nothing", () => {
    const two = clinics();
    const devices = new Map([...two.devices, ["gk-2", device("gk-2", { site: "hub", kind: "gatekeeper" })]]);
    expect([...hitBy({ ...two, devices }, { device: "gk" }).rooms]).toEqual([]);
  });
});

describe("of several gatekeepers", () => {
  const two = clinics();
  const gatekeeper = (id: string, address: string) => [id, device(id, { site: "hub", kind: "gatekeeper", address })] as const;
  const devices = new Map([...two.devices, gatekeeper("gk", "10.0.0.1"), gatekeeper("gk-2", "10.0.0.2")]);
  const says = (said: Readonly<Record<string, readonly string[]>>, gone: string) => {
    const gatekeepers = [...devices.values()].filter(({ kind }) => kind === "gatekeeper");
    const factsOf = (id: string) =>
      (said[id] ?? []).map((value, n) => ({ name: n === 0 ? "gatekeeper_address" : "sip_proxy_address", value }));
    const rooms = hitBy({ ...two, devices }, { device: gone }, ({ id }) => registeredWith(factsOf(id), gatekeepers)).rooms;
    return [...rooms].sort();
  };

  it.each([
    ["the one that a codec is registered with takes its room", { "codec-a": ["10.0.0.1:1719"] }, "gk", ["ra"]],
    ["the other one takes nothing of it", { "codec-a": ["10.0.0.1"] }, "gk-2", []],
    ["one of the two that it is registered with takes nothing", { "codec-a": ["10.0.0.1", "10.0.0.2"] }, "gk", []],
    ["what is registered with somebody else's too goes on", { "codec-a": ["10.0.0.1", "192.0.2.9"] }, "gk", []],
    ["what names none goes on while there is another", { "codec-a": ["0.0.0.0"] }, "gk", []],
    ["what all of them are reached through takes all", { "codec-a": ["10.0.0.2"] }, "core", ["ra", "rb"]],
    ["each takes its own", { "codec-a": ["10.0.0.1"], "codec-b": ["10.0.0.2"] }, "gk-2", ["rb"]],
  ] as const)("%s", (_title, said, gone, wanted) => expect(says(said, gone)).toEqual(wanted));
});

describe("the next session", () => {
  const next = (all: Session[], subject: Parameters<typeof hitBy>[1], when = at) => nextSession(all, hitBy(clinics(), subject), when);

  it("is the one that runs, before one that comes", () => {
    const all = [session("later"), session("now", { from: at - MINUTE, to: at + MINUTE })];
    expect(next(all, { device: "codec-a" })).toEqual({ session: "now", kind: "clinical", rooms: ["ra", "rb"], withinMs: -MINUTE });
    expect(next(all, { device: "codec-a" }, at + MINUTE)).toMatchObject({ session: "later", withinMs: 59 * MINUTE });
  });

  it("of two that begin together is the clinical one", () => {
    expect(next([session("a", { kind: "training" }), session("b")], { device: "codec-b" })?.session).toBe("b");
  });

  it("is found by its bridge, is never a cancelled one, and none where no booked room is hit", () => {
    const held = session("a", { rooms: ["rc"], bridge: "bridge-1" });
    expect(next([held], { device: "bridge-1" })?.session).toBe("a");
    expect(next([{ ...held, state: "cancelled" }], { device: "bridge-1" })).toBeUndefined();
    expect(next([held], { device: "codec-b" })).toBeUndefined();
  });

  it("a room is booked half an hour before and after", () => {
    const all = [session("a")];
    const booked = (minutes: number) => isBooked(all, "ra", at + minutes * MINUTE);
    expect([29, 30, 60, 149, 150].map(booked)).toEqual([false, true, true, true, false]);
  });
});

describe("clinical minutes", () => {
  const hit = hitBy(clinics(), { device: "codec-a" });
  const outage = { from: at + 30 * MINUTE, to: at + 80 * MINUTE };
  const lost = (over: Partial<Session>) => clinicalMinutes(sessionHits([session("a", over)], hit, [outage], at + 3 * HOUR));

  it.each([
    ["the overlap, while nobody said anything", {}, 20],
    ["none of a training", { kind: "training" }, 0],
    ["none of one that was held all the same", { outcome: { code: "held", by: "x", at } }, 0],
    ["the delay that was told", { outcome: { code: "late", lateMinutes: 7, by: "x", at } }, 7],
    ["all of one that was lost", { outcome: { code: "lost", by: "x", at } }, 60],
    ["none of one that failed for another reason", { outcome: { code: "not-technical", by: "x", at } }, 0],
  ] as const)("are %s", (_title, over, minutes) => expect(lost(over as Partial<Session>)).toBe(minutes));

  it("count once a session, over two outages and two incidents", () => {
    const outages = [outage, { from: at + 70 * MINUTE, to: at + 90 * MINUTE }];
    const hits = sessionHits([session("a")], hit, outages, at + 3 * HOUR);
    expect(clinicalMinutes([...hits, ...sessionHits([session("a")], hit, [outage], at + 3 * HOUR)])).toBe(30);
  });

  it("grow while the outage lasts, and what comes within a day is about to be hit", () => {
    const lasting = [{ from: at }];
    const all = [
      session("a"),
      session("b", { from: at + 5 * HOUR, to: at + 6 * HOUR }),
      session("far", { from: at + 30 * HOUR, to: at + 31 * HOUR }),
    ];
    const hits = sessionHits(all, hit, lasting, at + 70 * MINUTE);
    expect(hits.map(({ session: { id }, state, overlapMs }) => [id, state, overlapMs / MINUTE])).toEqual([
      ["a", "running", 10],
      ["b", "ahead", 0],
    ]);
  });

  it("are never more than the session, nor less than nothing", () => {
    const span = fc.record({ from: fc.integer({ min: 0, max: 300 }), long: fc.integer({ min: 0, max: 300 }), lasts: fc.boolean() });
    fc.assert(
      fc.property(fc.array(span, { maxLength: 6 }), fc.integer({ min: 0, max: 400 }), (spans, now) => {
        const outages = spans.map(({ from, long, lasts }) => ({
          from: at + from * MINUTE,
          ...(lasts ? {} : { to: at + (from + long) * MINUTE }),
        }));
        const covered = overlapOf({ from: at + 60 * MINUTE, to: at + 120 * MINUTE }, outages, at + now * MINUTE);
        let minutes = 0;
        for (let minute = 60; minute < Math.min(120, now); minute += 1) {
          const when = at + minute * MINUTE;
          if (outages.some(({ from, to }) => from <= when && when < (to ?? Number.POSITIVE_INFINITY))) minutes += 1;
        }
        expect(covered / MINUTE).toBe(minutes);
      }),
      { numRuns: 200 },
    );
  });
});
