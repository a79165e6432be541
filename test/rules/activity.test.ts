/** What a device does, what that excuses and for how long; when nobody is due; what a restart for an upgrade is. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding, ProbeKind } from "../../daemon/model/observation.ts";
import type { Condition } from "../../daemon/model/rule.ts";
import { type Doing, doingIn, evidenceOf, excuseFor, isLoginLost, overSilence } from "../../rules/activity.ts";
import { inNight } from "../../rules/clock.ts";
import { absentBecause } from "../../rules/presence.ts";
import { withUpgrade } from "../../rules/reboot.ts";
import { seen } from "./made.ts";

const finding = (readings: Readonly<Record<string, string>>, samples: Readonly<Record<string, number>> = {}): Finding => ({
  ...seen(0).finding,
  readings: Object.entries(readings).map(([name, value]) => ({ name, value })),
  samples: Object.entries(samples).map(([name, value]) => ({ name, value })),
});

describe("what a device does", () => {
  it.each<[string, Finding, Doing | undefined]>([
    ["a call is counted", finding({}, { calls: 1 }), "in-call"],
    ["no call is counted", finding({}, { calls: 0 }), "idle"],
    ["it says that it is in a call, before it is counted", finding({ system_state: "in-call" }, { calls: 0 }), "in-call"],
    ["several far ends", finding({ system_state: "multisite" }), "in-call"],
    ["a call while the screen sleeps", finding({ standby: "standby" }, { calls: 1 }), "in-call"],
    ["it goes to standby", finding({ standby: "entering-standby" }, { calls: 0 }), "standby"],
    ["it sleeps", finding({ system_state: "sleeping" }), "asleep"],
    ["it is switched off", finding({ system_state: "off" }), "off"],
    ["it is ready", finding({ system_state: "initialized" }), "idle"],
    ["it is not on standby, and says nothing of calls", finding({ standby: "off" }), undefined],
    ["it says nothing of it", finding({ software_version: "1" }, { uptime_seconds: 3 }), undefined],
  ])("%s", (_, said, doing) => {
    expect(doingIn(said)).toBe(doing);
  });
});

const check = { id: "d/ssh", intervalMs: 60 };
const silent = (kind: ProbeKind): Condition => ({ on: "look", kind });
const here = { link: false, login: false };
const gone = { link: true, login: true };

describe("the excuse", () => {
  it.each<[Doing, readonly ProbeKind[]]>([
    ["in-call", ["snmp"]],
    ["standby", ["snmp"]],
    ["asleep", ["snmp"]],
    ["off", ["icmp", "snmp", "ssh", "telnet", "https", "tcp"]],
    ["idle", []],
  ])("of a device that is %s is for the silence of %j alone", (doing, kinds) => {
    const evidence = evidenceOf(doing, 1_000, check);
    for (const kind of ["icmp", "snmp", "ssh", "telnet", "https", "tcp"] as const) {
      expect([kind, excuseFor({ evidence, when: silent(kind), lost: here, at: 1_100 })]).toEqual([
        kind,
        kinds.includes(kind) ? doing : undefined,
      ]);
    }
    for (const when of [
      { on: "look", kind: "snmp", status: "unknown" },
      { on: "code", kind: "snmp", codes: ["snmp.auth-refused"] },
      { on: "fault" },
      { on: "reading", name: "peripheral", is: ["disconnected"] },
    ] as const satisfies readonly Condition[])
      expect(excuseFor({ evidence, when, lost: here, at: 1_100 })).toBeUndefined();
  });

  it("holds for two intervals, to the moment", () => {
    const evidence = evidenceOf("in-call", 1_000, check);
    const at = (when: number) => excuseFor({ evidence, when: silent("snmp"), lost: here, at: when });
    expect([at(1_120), at(1_121)]).toEqual(["in-call", undefined]);
  });

  it("ends when link and login are gone, unless the device said it is switched off", () => {
    for (const [doing, wanted] of [
      ["in-call", undefined],
      ["standby", undefined],
      ["off", "off"],
    ] as const)
      expect(excuseFor({ evidence: evidenceOf(doing, 0, check), when: silent("snmp"), lost: gone, at: 1 })).toBe(wanted);
    for (const lost of [
      { link: true, login: false },
      { link: false, login: true },
    ])
      expect(excuseFor({ evidence: evidenceOf("in-call", 0, check), when: silent("snmp"), lost, at: 1 })).toBe("in-call");
  });

  it("is for an absence too that tells of the same silence", () => {
    const when: Condition = { on: "absent", what: "look", name: "snmp", withinMs: 1 };
    expect(excuseFor({ evidence: evidenceOf("in-call", 0, check), when, lost: here, at: 1 })).toBe("in-call");
  });

  it("without evidence is none", () => {
    expect(excuseFor({ evidence: undefined, when: silent("snmp"), lost: here, at: 1 })).toBeUndefined();
  });

  it.each<[Condition, boolean]>([
    [silent("ssh"), true],
    [silent("telnet"), true],
    [silent("https"), true],
    [{ on: "code", kind: "https", codes: ["https.certificate"] }, false],
    [silent("snmp"), false],
    [{ on: "code", kind: "ssh", codes: ["ssh.auth-refused"] }, true],
    [{ on: "code", kind: "ssh", codes: ["ssh.host-key-changed"] }, false],
    [{ on: "code", kind: "snmp", codes: ["snmp.auth-refused"] }, false],
  ])("login is lost by %j: %s", (when, lost) => {
    expect(isLoginLost(when)).toBe(lost);
  });
});

describe("presence", () => {
  const zone = "America/Toronto";
  const weekly = { 3: [{ fromMinute: 480, toMinute: 720 }] };
  const hours = () => ({ calendar: { id: "c", always: false, weekly, holidays: [] }, zone });
  const room = (presence: "always" | "scheduled" | "sessions") => ({ id: "r", site: "s", name: "R", presence });
  // A Wednesday, 07:59 and 08:00 in Montréal.
  const [before, from] = [Date.UTC(2026, 10, 18, 12, 59), Date.UTC(2026, 10, 18, 13)];
  it.each([
    ["always", before, false, undefined],
    ["scheduled", before, true, "nobody is due in its room at this hour"],
    ["scheduled", from, false, undefined],
    ["sessions", from, false, "no session of its room is near"],
    ["sessions", before, true, undefined],
  ] as const)("%s, at %d, booked around: %s", (presence, at, booked, why) => {
    expect(absentBecause({ room: room(presence), hours, bookedAround: () => booked, at })).toBe(why);
  });
});

describe("a night window", () => {
  const zone = "America/Toronto";
  it("over midnight is the complement of the day between", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_439 }),
        fc.integer({ min: 0, max: 1_439 }),
        fc.date({ noInvalidDate: true, min: new Date("2020-01-01"), max: new Date("2030-01-01") }),
        (a, b, date) => {
          fc.pre(a !== b);
          const night = (fromMinute: number, toMinute: number) => inNight({ window: { fromMinute, toMinute }, zone }, date.getTime());
          expect(night(a, b)).toBe(!night(b, a));
        },
      ),
    );
  });

  it.each([
    ["spring", Date.UTC(2026, 2, 8, 8, 59), true],
    ["spring", Date.UTC(2026, 2, 8, 9), false],
    ["autumn", Date.UTC(2026, 10, 1, 9, 59), true],
    ["autumn", Date.UTC(2026, 10, 1, 10), false],
  ])("ends at the local hour, in %s", (_, at, night) => {
    expect(inNight({ window: { fromMinute: 23 * 60, toMinute: 5 * 60 }, zone }, at)).toBe(night);
  });
});

describe("a restart", () => {
  const night = { window: { fromMinute: 23 * 60, toMinute: 5 * 60 }, zone: "UTC" };
  const at = (hour: number, minute = 0) => Date.UTC(2026, 0, 5, hour, minute);
  const reboot = (when: number, reason: string | undefined, uptime?: number, effect: "raise" | "event" = "raise") =>
    seen(when, {
      ...finding(reason === undefined ? {} : { last_shutdown_reason: reason }, uptime === undefined ? {} : { uptime_seconds: uptime }),
      faults: [
        { symptom: "reboot", effect, text: "t" },
        { symptom: "other", effect: "raise", text: "o" },
      ],
    });
  const told = (when: number, reason?: string, uptime?: number) => withUpgrade(reboot(when, reason, uptime), () => night).finding.faults;

  it.each([
    ["for an upgrade at night is an event", at(3), "Upgrade", undefined, "event", "restarted for an upgrade, inside its night window"],
    [
      "for an upgrade by day is what a restart is",
      at(12),
      "Upgrade",
      undefined,
      "raise",
      "restarted for an upgrade, outside its night window",
    ],
    ["for another reason at night is what a restart is", at(3), "User", undefined, "raise", "t"],
    ["without a reason at night is what a restart is", at(3), undefined, undefined, "raise", "t"],
    [
      "is where its uptime began, not where it was seen",
      at(5, 2),
      "Upgrade",
      240,
      "event",
      "restarted for an upgrade, inside its night window",
    ],
  ] as const)("%s", (_, when, reason, uptime, effect, text) => {
    expect(told(when, reason, uptime)).toEqual([
      { symptom: "reboot", effect, text },
      { symptom: "other", effect: "raise", text: "o" },
    ]);
  });

  it("is nothing in a look without one", () => {
    const look = seen(at(3), finding({ last_shutdown_reason: "Upgrade" }));
    expect(withUpgrade(look, () => night)).toBe(look);
  });
});

it.each([
  ["hours in which nobody asked are no time of a call, but for the interval of its own check", 180_000, 120_000],
  ["a pause no longer than its interval is", 60_000, 0],
  ["a clock that was set back takes it along", -180_000, -180_000],
])("%s", (_, byMs, movedMs) => {
  const told = evidenceOf("in-call", 1_000_000, { id: "codec-1/ssh", intervalMs: 60_000 });
  expect(overSilence(told, byMs)).toEqual({ ...told, at: told.at + movedMs, until: told.until + movedMs });
});
