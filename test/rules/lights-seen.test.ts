/** What the lights share: whose an alarm is, what excuses it, how far a dead link reaches; each light alone where nothing is known. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Alarm } from "../../daemon/model/alarm.ts";
import type { ProbeKind } from "../../daemon/model/observation.ts";
import { beyondReach, judgeApi, judgeLink, judgeLogin } from "../../rules/lights-reach.ts";
import { judgeActivity, judgeReady } from "../../rules/lights-ready.ts";
import {
  active,
  checked,
  excusedBy,
  explainedBy,
  isOwn,
  type LightInput,
  lookOf,
  pending,
  type Seen,
  verdict,
} from "../../rules/lights-seen.ts";
import { device } from "./made.ts";
import "../seed.ts";

const check = (kind: ProbeKind) => ({ id: `d/${kind}`, device: "d", kind, intervalMs: 30_000, timeoutMs: 1_000 });
const kinds: readonly ProbeKind[] = ["icmp", "snmp", "ssh", "telnet", "https", "tcp"];
const all = device("d", { checks: kinds.map(check) });
const alarm = (symptom: string, over: Partial<Alarm> = {}): Alarm => ({
  ...{ key: `d|${symptom}|${over.part ?? ""}`, device: "d", symptom, rule: symptom, state: "active", since: 0, badLooks: 1, goodLooks: 0 },
  ...{ movedAt: 0, movedSeq: 0, flapRing: 0, flapping: false, raisedBy: "look" },
  ...over,
});
const saw = (kind: ProbeKind, over: Partial<Seen> = {}): Seen => ({ kind, at: 1, status: "up", samples: [], readings: [], ...over });
const input = (over: Partial<LightInput> = {}): LightInput => ({
  ...{ device: all, family: undefined, looks: [], alarms: [], sides: [], at: 5, isDue: () => true },
  ...over,
});

describe("whose an alarm is", () => {
  it.each([
    [undefined, { own: true, by: undefined, excused: undefined }],
    ["maintenance:m1", { own: true, by: undefined, excused: undefined }],
    ["silence:m2", { own: true, by: undefined, excused: undefined }],
    ["d", { own: false, by: undefined, excused: undefined }],
    ["router-1", { own: false, by: "router-1", excused: undefined }],
    ["link:line", { own: false, by: "link:line", excused: undefined }],
    ["blind", { own: false, by: "blind", excused: undefined }],
    ["state:in-call", { own: false, by: "state:in-call", excused: verdict("unknown", "excused", { doing: "in-call" }) }],
    ["presence:a101", { own: false, by: "presence:a101", excused: verdict("unknown", "away", { room: "a101" }) }],
  ])("suppressed by %s", (suppressedBy, { own, by, excused }) => {
    const of = alarm("unreachable", suppressedBy === undefined ? {} : { suppressedBy });
    expect([isOwn(of), explainedBy(of), excusedBy(of)]).toEqual([own, by, excused]);
  });

  it("is found by its symptom and part, in the state that is asked for", () => {
    const alarms = [alarm("silent", { part: "snmp", state: "pending" }), alarm("silent", { part: "ssh" })];
    expect([active(alarms, "silent")?.part, active(alarms, "silent", "snmp"), active(alarms, "unreachable")]).toEqual([
      "ssh",
      undefined,
      undefined,
    ]);
    expect([pending(alarms, "silent"), pending(alarms, "silent", "ssh"), pending(alarms, "silent", "snmp")]).toEqual([true, false, true]);
  });

  it("looks and checks are those of the kinds that are asked for, in that order", () => {
    const one = device("d", { checks: [check("ssh"), check("icmp")] });
    expect([checked(one, ["snmp", "icmp", "ssh"]), checked(one, ["tcp"])]).toEqual([["icmp", "ssh"], []]);
    expect([lookOf([saw("ssh"), saw("icmp")], "icmp")?.kind, lookOf([], "icmp")]).toEqual(["icmp", undefined]);
  });
});

describe("a dead link", () => {
  const down = verdict("bad", "no-answer");
  it.each([
    ["hides what is beyond it", down, [], verdict("unknown", "link-down")],
    ["hides nothing of what answers another way", down, [saw("ssh")], undefined],
    ["that only a ping went over hides it", down, [saw("icmp"), saw("ssh", { status: "down" })], verdict("unknown", "link-down")],
    ["of which nothing is decided hides nothing", "hold" as const, [], undefined],
    ["that works hides nothing", verdict("good", "answers-ping"), [], undefined],
    ["that was not looked at hides nothing", verdict("unknown", "not-looked"), [], undefined],
    ...["out-of-reach", "blind", "away", "excused"].map(
      (code) => [`is passed on as what it is: ${code}`, verdict("unknown", code), [], verdict("unknown", code)] as const,
    ),
  ] as const)("%s", (_, link, looks, wanted) => {
    expect(beyondReach(link, looks)).toEqual(wanted);
  });
});

describe("a refused login that nothing has been seen of since", () => {
  const resting = saw("ssh", { status: "unknown", code: "probe.resting" });
  it.each([
    ["stands", undefined, [], verdict("bad", "refused", { kind: "ssh" })],
    ["stands while people have muted it", "silence:m1", [], verdict("bad", "refused", { kind: "ssh" })],
    ["stands where its credential is refused everywhere", "credential:codecs", [resting], verdict("bad", "resting", { kind: "ssh" })],
    ["is nothing to be said of a device that is switched off", "state:off", [], "hold"],
    ["is nothing to be said behind a router that is gone", "router-1", [], "hold"],
  ] as const)("%s", (_, suppressedBy, looks, wanted) => {
    const refused = alarm("login-refused", { part: "ssh", ...(suppressedBy === undefined ? {} : { suppressedBy }) });
    const its = device("d", { checks: [check("ssh")] });
    expect(judgeLogin(input({ device: its, looks, alarms: [refused] }), "hold")).toEqual(wanted);
  });
});

describe("whatever was seen", () => {
  const look = fc.record({
    kind: fc.constantFrom(...kinds),
    status: fc.constantFrom("up" as const, "down" as const, "unknown" as const),
    code: fc.constantFrom(undefined, "probe.paced", "probe.resting", "ssh.auth-refused", "snmp.timeout", "icmp.engine"),
  });
  const looks = fc.uniqueArray(look, { selector: ({ kind }) => kind });
  const alarms = fc.uniqueArray(
    fc.record({
      symptom: fc.constantFrom("unreachable", "silent", "login-refused", "over-temperature", "high-loss", "signalling-port-closed"),
      part: fc.constantFrom(undefined, "snmp", "ssh"),
      state: fc.constantFrom("pending" as const, "active" as const),
      suppressedBy: fc.constantFrom(undefined, "router-1", "blind", "state:off", "maintenance:m1"),
    }),
    { selector: ({ symptom, part }) => `${symptom}${part}` },
  );
  const given = <T extends object>(of: T) =>
    Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as Partial<T>;

  it("a light is bad only where a look failed or an alarm is the device's own; and what is not checked is not applicable", () => {
    fc.assert(
      fc.property(looks, alarms, fc.subarray([...kinds]), (seen, wrong, asked) => {
        const its = device("d", { checks: asked.map(check) });
        const known = wrong.map(({ symptom, ...rest }) => alarm(symptom, given(rest) as Partial<Alarm>));
        const of = input({ device: its, looks: seen.map((each) => saw(each.kind, given(each) as Partial<Seen>)), alarms: known });
        const link = judgeLink(of);
        const login = judgeLogin(of, link);
        const api = judgeApi(of, link, login);
        const ready = judgeReady(of, link, api);
        const own = known.some((each) => each.state === "active" && isOwn(each));
        const failed = seen.some(({ status, code }) => status === "down" || code?.endsWith("auth-refused") === true);
        for (const each of [link, login, api, ready]) if (each !== "hold" && each.state === "bad") expect(own || failed).toBe(true);
        const not = (each: typeof link) => each !== "hold" && each.state === "not-applicable";
        expect(not(link)).toBe(!asked.includes("icmp"));
        expect(not(login)).toBe(!asked.some((kind) => kind === "ssh" || kind === "snmp" || kind === "telnet" || kind === "https"));
        expect(not(api)).toBe(asked.every((kind) => kind === "icmp"));
        expect(judgeActivity(of, link)).toBeDefined();
        expect(judgeActivity({ ...of, device: { ...its, kind: "switch" } }, link)).toBeUndefined();
      }),
    );
  });
});
