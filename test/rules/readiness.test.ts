/** Can a session be held: what is asked and when, what the lights, alarms and paths say of a room, and who is told how often. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Alarm } from "../../daemon/model/alarm.ts";
import { type DeviceLights, type LightName, lightNames } from "../../daemon/model/lights.ts";
import type { Session, SessionReadiness } from "../../daemon/model/session.ts";
import { HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { asked, type DeviceNow, dueOf, isTold, judgedAs, judgeReadiness, LEADS_MIN, SETTLE_MS, tellingOf } from "../../rules/readiness.ts";
import { bad, device, Memory, network, rule } from "./made.ts";
import "../seed.ts";

const since = 1_000;
const memory = new Memory([rule()]);
memory.see(bad(1));
const alarm: Alarm = { ...memory.one()!, device: "codec-a", incident: "i1" };
const lit = (over: Partial<Record<LightName, "good" | "bad" | "unknown">> = {}): DeviceLights =>
  ({
    device: "codec-a",
    lights: Object.fromEntries(lightNames.map((name) => [name, { state: over[name] ?? "good", since: 0, code: `${name}-code` }])),
  }) as unknown as DeviceLights;
const well: DeviceNow = { lights: lit(), lookedAt: since, alarms: [] };

const net = {
  ...network([
    device("codec-a", { room: "a" }),
    device("codec-b", { room: "b" }),
    device("codec-b2", { room: "b" }),
    device("bridge", { kind: "bridge", family: "codian-mcu" }),
  ]),
  rooms: new Map(["a", "b", "none"].map((id) => [id, { id, site: "site", name: id, presence: "always" } as never])),
};
const judge = (
  now: Readonly<Record<string, DeviceNow>>,
  session: { rooms: readonly string[]; bridge?: string } = { rooms: ["a", "b"] },
  cutOff: ReadonlyMap<string, string> = new Map(),
) => judgeReadiness(session, { network: net, now: (id) => now[id] ?? well, cutOff, since, spoils: () => true });

describe("a room", () => {
  it.each([
    ["all is well", well, "ready", []],
    ["its registration light is off", { ...well, lights: lit({ registered: "bad" }) }, "not-ready", ["device-light"]],
    ["its link is off", { ...well, lights: lit({ link: "bad" }) }, "not-ready", ["device-light"]],
    ["its login light is off: the picture is not the session's", { ...well, lights: lit({ login: "bad" }) }, "ready", []],
    ["it was looked at before the question only", { ...well, lookedAt: since - 1 }, "unknown", ["not-looked-at"]],
    ["it was never looked at", { alarms: [] }, "unknown", ["not-looked-at"]],
    ["nobody knows whether it can be reached", { ...well, lights: lit({ link: "unknown" }) }, "unknown", ["not-looked-at"]],
    ["an alarm takes it away", { ...well, alarms: [alarm] }, "not-ready", ["device-alarm"]],
    ["it stands by, which is a state", { ...well, alarms: [{ ...alarm, suppressedBy: "state:standby" }] }, "ready", []],
  ] as const)("%s", (_, now, verdict, codes) => {
    const judged = judge({ "codec-a": now });
    expect([judged.verdict, judged.causes.map(({ code }) => code)]).toEqual([verdict, codes]);
    for (const cause of judged.causes) expect(cause).toMatchObject({ room: "a", device: "codec-a" });
  });

  it("names the light that is off and the incident that holds the alarm", () => {
    expect(judge({ "codec-a": { ...well, lights: lit({ registered: "bad" }) } }).causes[0]?.data).toEqual({
      light: "registered",
      reason: "registered-code",
    });
    expect(judge({ "codec-a": { ...well, alarms: [alarm] } }).causes[0]).toMatchObject({ symptom: "unreachable", incident: "i1" });
  });

  it("behind what is gone has no path, whoever looked at it last; the path is named", () => {
    const cut = new Map([["codec-a", "gatekeeper-1"]]);
    expect(judge({}, undefined, cut)).toMatchObject({
      verdict: "not-ready",
      causes: [{ code: "path-down", data: { by: "gatekeeper-1" } }],
    });
  });

  it("with two endpoints is ready when one is; not ready when none can be; unknown in between", () => {
    const off = { ...well, alarms: [alarm] };
    expect(judge({ "codec-b": off }).verdict).toBe("ready");
    expect(judge({ "codec-b": off, "codec-b2": off }).verdict).toBe("not-ready");
    expect(judge({ "codec-b": off, "codec-b2": { alarms: [] } }).verdict).toBe("unknown");
    expect(judge({}, { rooms: ["a", "none"] })).toMatchObject({ verdict: "unknown", causes: [{ code: "no-device", room: "none" }] });
  });

  it("a bridge that was not looked at anew leaves the session unknown, one that fails takes it away", () => {
    const session = { rooms: ["a", "b"], bridge: "bridge" };
    expect(judge({ bridge: { ...well, lookedAt: since - 1 } }, session).verdict).toBe("unknown");
    expect(judge({ bridge: { ...well, alarms: [alarm] } }, session).verdict).toBe("not-ready");
    expect(judge({}, session).verdict).toBe("ready");
  });

  it("is never better for one thing more that is wrong", () => {
    const rank = { ready: 0, unknown: 1, "not-ready": 2 } as const;
    const now = fc.constantFrom<DeviceNow>(
      well,
      { ...well, lookedAt: since - 1 },
      { ...well, lights: lit({ registered: "bad" }) },
      { ...well, alarms: [alarm] },
    );
    fc.assert(
      fc.property(now, now, now, (a, b, b2) => {
        const before = judge({ "codec-a": a, "codec-b": b, "codec-b2": b2 });
        const after = judge({ "codec-a": { ...a, alarms: [alarm] }, "codec-b": b, "codec-b2": b2 });
        expect(rank[after.verdict]).toBeGreaterThanOrEqual(rank[before.verdict]);
        expect(before.causes.length > 0).toBe(before.verdict !== "ready");
      }),
    );
  });
});

const from = 10 * HOUR;
const session: Session = {
  id: "s",
  source: "t",
  rooms: ["a", "b"],
  from,
  to: from + HOUR,
  kind: "clinical",
  priority: "normal",
  state: "booked",
};

it("from booking to end, whatever is found and however seldom one looks: each lead is asked once, trouble and its end are told in turn", () => {
  const verdicts = fc.array(fc.tuple(fc.constantFrom("ready", "not-ready", "unknown"), fc.integer({ min: 5 * SECOND, max: 7 * MINUTE })), {
    minLength: 20,
    maxLength: 120,
  });
  fc.assert(
    fc.property(verdicts, fc.integer({ min: 0, max: 2 * HOUR }), (story, ahead) => {
      let at = from - ahead;
      let known: SessionReadiness | undefined;
      const leads: number[] = [];
      const told: string[] = [];
      for (const [verdict, ms] of story) {
        at += ms;
        const due = dueOf(session, known, at);
        if (due.ask.length > 0) {
          for (const lead of due.ask) expect(at).toBeGreaterThanOrEqual(from - lead * MINUTE);
          leads.push(...due.ask);
          known = asked(session, known, due.ask, at);
          expect(dueOf(session, known, at + SETTLE_MS - 1).judge, "the answers are not in yet").toBe(false);
          continue;
        }
        if (!due.judge || known === undefined) continue;
        expect(at).toBeGreaterThanOrEqual((known.askedAt ?? at) + SETTLE_MS);
        known = { ...judgedAs(known, { verdict, causes: [] }, at), ...(verdict === "not-ready" ? { incident: "i1" } : {}) };
        const telling = tellingOf(session, known, at);
        if (telling === undefined) continue;
        told.push(telling);
        known = telling === "session-at-risk" ? { ...known, told: known.told + 1, toldAt: at } : { ...known, overAt: at };
        expect(isTold(known)).toBe(telling === "session-at-risk");
        if (telling === "session-at-risk") expect(at).toBeLessThan(session.to);
      }
      expect(new Set(leads).size).toBe(leads.length);
      for (const lead of leads) expect(LEADS_MIN).toContain(lead);
      for (const [index, each] of told.entries()) expect(each).toBe(index % 2 === 0 ? "session-at-risk" : "session-clear");
    }),
  );
});

it("one that moves is looked at anew; one that is cancelled is asked nothing, and taken back from who was told", () => {
  const known = asked(session, undefined, [30, 15], from - 10 * MINUTE);
  expect(dueOf({ ...session, from: from + HOUR, to: from + 2 * HOUR }, known, from + 40 * MINUTE).ask).toEqual([30]);
  const told = { ...judgedAs(known, { verdict: "not-ready", causes: [] }, from), told: 1, toldAt: from, incident: "i1" };
  const cancelled = { ...session, state: "cancelled" } as const;
  expect(dueOf(cancelled, told, from + MINUTE)).toEqual({ ask: [], judge: true });
  expect(tellingOf(cancelled, told, from + MINUTE)).toBe("session-clear");
  expect(dueOf(cancelled, known, from + MINUTE)).toEqual({ ask: [], judge: false });
});
