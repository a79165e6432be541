/** Five lights and the activity: each state with its reason, and since when. */
import { describe, expect, it } from "vitest";
import type { Alarm } from "../../daemon/model/alarm.ts";
import type { Family } from "../../daemon/model/family.ts";
import type { DeviceLights, LightName } from "../../daemon/model/lights.ts";
import type { Device } from "../../daemon/model/network.ts";
import type { ProbeKind, Reading } from "../../daemon/model/observation.ts";
import { judgeLights, type LightInput, type Seen, type Side } from "../../rules/lights.ts";
import { device } from "./made.ts";

const check = (kind: ProbeKind) => ({ id: `c/${kind}`, device: "c", kind, intervalMs: 30_000, timeoutMs: 1_000 });
const codec = device("c", { checks: [check("icmp"), check("snmp"), check("ssh")] });

function saw(kind: ProbeKind, over: Partial<Seen> & { says?: Readonly<Record<string, string>>; calls?: number } = {}): Seen {
  const { says = {}, calls, ...rest } = over;
  const readings: readonly Reading[] = Object.entries(says).map(([key, value]) => {
    const [name = key, part] = key.split("|");
    return { name, value, ...(part === undefined ? {} : { part }) };
  });
  return { kind, at: 1_000, status: "up", samples: calls === undefined ? [] : [{ name: "calls", value: calls }], readings, ...rest };
}

function alarm(symptom: string, over: Partial<Alarm> = {}): Alarm {
  return {
    key: `c|${symptom}|${over.part ?? ""}`,
    device: "c",
    symptom,
    rule: symptom,
    state: "active",
    since: 0,
    badLooks: 1,
    goodLooks: 0,
    movedAt: 0,
    movedSeq: 0,
    flapRing: 0,
    flapping: false,
    raisedBy: "look",
    ...over,
  };
}

const well = [
  saw("icmp"),
  saw("snmp"),
  saw("ssh", { says: { "sip_registration|registration 1": "registered", system_state: "initialized" } }),
];
const down = (kind: ProbeKind, code: string) => saw(kind, { status: "down", code });
const unsure = (kind: ProbeKind, code: string) => saw(kind, { status: "unknown", code });
const allDown = [down("icmp", "icmp.no-answer"), down("snmp", "snmp.timeout"), down("ssh", "ssh.timeout")];

function judge(over: Partial<LightInput> = {}): DeviceLights {
  return judgeLights({ device: codec, family: undefined, looks: well, alarms: [], sides: [], at: 5_000, isDue: () => true, ...over });
}
/** `good`, or `bad no-answer`: state and code. */
const said = (lights: DeviceLights, name: LightName) => `${lights.lights[name].state} ${lights.lights[name].code}`;
const all = (lights: DeviceLights) => (["link", "login", "api", "registered", "ready"] as const).map((name) => said(lights, name));

describe("a device that is well", () => {
  it("has five good lights, each with its reason", () => {
    const lights = judge();
    expect(all(lights)).toEqual(["good answers-ping", "good accepted", "good answers", "good said", "good nothing-wrong"]);
    expect(lights.lights.login.data).toEqual({ kinds: "ssh snmp" });
    expect(lights.activity).toMatchObject({ state: "idle" });
  });

  it("comes back as the same object when nothing changed, whatever the time", () => {
    const first = judge();
    const later = judge({ before: first, at: 99_000 });
    expect(later).toBe(first);
    expect(judge({ before: JSON.parse(JSON.stringify(first)), at: 99_000 })).toEqual(first);
  });

  it("keeps since when only the reason changes, and starts it anew when the state does", () => {
    const first = judge();
    const sides: readonly Side[] = [{ gatekeeper: "gk", listed: true }];
    const confirmed = judge({ before: first, sides, at: 6_000 });
    expect(confirmed.lights.registered).toEqual({ state: "good", since: 5_000, code: "both-sides", data: { by: "gk" } });
    const broken = judge({ before: confirmed, sides, at: 7_000, alarms: [alarm("camera-disconnected", { part: "camera 1" })] });
    expect(broken.lights.ready).toMatchObject({ state: "bad", since: 7_000, data: { symptom: "camera-disconnected", part: "camera 1" } });
    expect(broken.lights.link).toBe(confirmed.lights.link);
  });
});

describe("link", () => {
  const cases: readonly (readonly [name: string, over: Partial<LightInput>, wanted: string])[] = [
    ["an alarm of its own is bad", { looks: allDown, alarms: [alarm("unreachable")] }, "bad no-answer"],
    [
      "behind a dead router is out of reach, not bad",
      { looks: allDown, alarms: [alarm("unreachable", { suppressedBy: "router" })] },
      "unknown out-of-reach",
    ],
    ["while we are blind nothing is told", { looks: allDown, alarms: [alarm("unreachable", { suppressedBy: "blind" })] }, "unknown blind"],
    ["loss is a warning", { alarms: [alarm("high-loss")] }, "warning alarm"],
    ["without a ping check there is nothing to tell", { device: device("c", { checks: [check("ssh")] }) }, "not-applicable not-checked"],
    ["a ping that we may not send is unknown", { looks: [unsure("icmp", "icmp.no-permission")] }, "unknown not-looked"],
    ["never looked at is unknown", { looks: [] }, "unknown not-yet"],
    ["down with no rule to judge it is bad", { looks: allDown }, "bad no-answer"],
  ];
  it.each(cases)("%s", (_, over, wanted) => {
    expect(said(judge(over), "link")).toBe(wanted);
  });

  it("a first missed look, or one that we held back, keeps what was", () => {
    const before = judge();
    const pending = alarm("unreachable", { state: "pending" });
    expect(judge({ before, looks: allDown, alarms: [pending] }).lights.link).toBe(before.lights.link);
    expect(judge({ before, looks: [unsure("icmp", "probe.paced"), ...well.slice(1)] }).lights.link).toBe(before.lights.link);
  });
});

describe("login and api", () => {
  const cases: readonly (readonly [name: string, over: Partial<LightInput>, login: string, api: string])[] = [
    ["refused", { looks: [saw("icmp"), saw("snmp"), unsure("ssh", "ssh.auth-refused")] }, "bad refused", "good answers"],
    [
      "refused everywhere",
      { looks: [saw("icmp"), unsure("snmp", "snmp.auth-refused"), unsure("ssh", "ssh.auth-refused")] },
      "bad refused",
      "unknown not-let-in",
    ],
    [
      "resting after refusals here",
      { looks: [saw("icmp"), saw("snmp"), unsure("ssh", "probe.resting")], alarms: [alarm("login-refused", { part: "ssh" })] },
      "bad resting",
      "good answers",
    ],
    [
      "resting after refusals elsewhere",
      { looks: [saw("icmp"), unsure("snmp", "probe.resting"), unsure("ssh", "probe.resting")] },
      "unknown resting",
      "unknown not-looked",
    ],
    [
      "host key changed",
      { looks: [saw("icmp"), saw("snmp"), unsure("ssh", "ssh.host-key-changed")] },
      "bad host-key-changed",
      "good answers",
    ],
    [
      "one way of asking is silent",
      { looks: [saw("icmp"), saw("snmp"), down("ssh", "ssh.timeout")], alarms: [alarm("silent", { part: "ssh" })] },
      "good accepted",
      "warning partly-silent",
    ],
    [
      "all ways are silent, while it answers pings",
      { looks: [saw("icmp"), ...allDown.slice(1)], alarms: [alarm("silent", { part: "ssh" }), alarm("silent", { part: "snmp" })] },
      "unknown no-answer",
      "bad silent",
    ],
    [
      "the link is down: nothing beyond can be told",
      { looks: allDown, alarms: [alarm("unreachable")] },
      "unknown link-down",
      "unknown link-down",
    ],
    [
      "out of reach goes all the way",
      { looks: allDown, alarms: [alarm("unreachable", { suppressedBy: "r" })] },
      "unknown out-of-reach",
      "unknown out-of-reach",
    ],
    [
      "only pinged",
      { device: device("c", { checks: [check("icmp")] }), looks: [saw("icmp")] },
      "not-applicable no-login",
      "not-applicable not-asked",
    ],
    [
      "a port that only accepts is an answer without a login",
      { device: device("c", { checks: [check("icmp"), check("tcp")] }), looks: [saw("icmp"), saw("tcp")] },
      "not-applicable no-login",
      "good answers",
    ],
  ];
  it.each(cases)("%s", (_, over, login, api) => {
    const lights = judge(over);
    expect([said(lights, "login"), said(lights, "api")]).toEqual([login, api]);
  });

  it("pings that are filtered hide nothing from a device that answers over SSH", () => {
    const lights = judge({ looks: [down("icmp", "icmp.no-answer"), ...well.slice(1)], alarms: [alarm("unreachable")] });
    expect(all(lights)).toEqual(["bad no-answer", "good accepted", "good answers", "good said", "good nothing-wrong"]);
  });

  it("after a restart, before a check has run again, its light stays as it was kept", () => {
    const before = judge();
    const again = judge({ before, looks: [saw("icmp")], at: 50_000 });
    expect(again).toBe(before);
  });
});

describe("registered: both sides", () => {
  const says = (word: string | undefined) => [
    saw("icmp"),
    saw("snmp"),
    saw("ssh", word === undefined ? {} : { says: { h323_registration: word } }),
  ];
  const listed: readonly Side[] = [{ gatekeeper: "gk", listed: true }];
  const lacking: readonly Side[] = [{ gatekeeper: "gk", listed: false }];
  const unasked: readonly Side[] = [{ gatekeeper: "gk", listed: undefined }];
  const lost = [alarm("h323-unregistered")];
  const tells = { capabilities: ["registration"] } as unknown as Family;
  const cases: readonly (readonly [name: string, over: Partial<LightInput>, wanted: string])[] = [
    ["it says so and is listed", { looks: says("registered"), sides: listed }, "good both-sides"],
    ["listed by one of two is listed", { looks: says("registered"), sides: [...lacking, ...listed] }, "good both-sides"],
    ["it says so, and no list is known", { looks: says("registered") }, "good said"],
    ["it says so, and the gatekeeper cannot be asked", { looks: says("registered"), sides: unasked }, "good said-unconfirmed"],
    [
      "it says so, and two lists lacked it",
      { looks: says("registered"), sides: lacking, alarms: [alarm("registration-mismatch")] },
      "warning not-listed",
    ],
    ["it says not, and is listed: stale", { looks: says("rejected"), sides: listed, alarms: lost }, "bad stale-listing"],
    ["it says not, and is not listed", { looks: says("rejected"), sides: lacking, alarms: lost }, "bad unregistered"],
    ["it does not use it", { looks: says("inactive") }, "not-applicable not-used"],
    ["it says offline, as an HDX does of what it does not use", { looks: says("unregistered") }, "not-applicable not-used"],
    ["it does not use it, and is listed: stale", { looks: says("inactive"), sides: listed }, "warning stale-listing"],
    ["it says nothing, the gatekeeper lists it", { looks: says(undefined), sides: listed }, "good listed-only"],
    ["it says nothing, the gatekeeper does not list it", { looks: says(undefined), sides: lacking }, "unknown not-listed-untold"],
    ["it says nothing, the gatekeeper cannot be asked", { looks: says(undefined), sides: unasked }, "unknown list-too-old"],
    ["its family tells registrations, and this one did not", { looks: says(undefined), family: tells }, "unknown not-told"],
    ["a switch is on nobody's list", { device: { ...codec, kind: "switch" }, sides: lacking }, "not-applicable does-not-register"],
    [
      "a bridge that says nothing needs no gatekeeper",
      { device: { ...codec, kind: "bridge" }, looks: says(undefined), sides: lacking },
      "not-applicable tells-nothing",
    ],
    ["nobody says anything", { looks: says(undefined) }, "not-applicable tells-nothing"],
    ["the link is down", { looks: allDown, alarms: [alarm("unreachable")], sides: listed }, "unknown link-down"],
    [
      "one protocol of two is lost",
      {
        looks: [saw("icmp"), saw("snmp"), saw("ssh", { says: { sip_registration: "registered", h323_registration: "rejected" } })],
        alarms: lost,
      },
      "warning partly-unregistered",
    ],
  ];
  it.each(cases)("%s", (_, over, wanted) => {
    expect(said(judge(over), "registered")).toBe(wanted);
  });

  it("one list that lacks it, or two minutes that are not over yet, keep what was", () => {
    const before = judge({ looks: says("registered"), sides: listed });
    expect(judge({ before, looks: says("registered"), sides: lacking }).lights.registered).toBe(before.lights.registered);
    const pending = [alarm("h323-unregistered", { state: "pending" })];
    expect(judge({ before, looks: says("registering"), sides: listed, alarms: pending }).lights.registered).toBe(before.lights.registered);
  });
});

describe("ready", () => {
  const meaning = { reading: "temperature_status", values: ["high"], symptom: "warm", category: "device", certainty: "memory" };
  const family = { meanings: [meaning] } as unknown as Family;
  const cases: readonly (readonly [name: string, over: Partial<LightInput>, wanted: string])[] = [
    ["a camera is gone", { alarms: [alarm("camera-disconnected", { part: "camera 1" })] }, "bad alarm"],
    ["a diagnostic is a warning", { alarms: [alarm("device-diagnostic", { part: "ultrasound" })] }, "warning alarm"],
    ["a pending alarm is nothing yet", { alarms: [alarm("camera-disconnected", { state: "pending" })] }, "good nothing-wrong"],
    [
      "what another light shows is not shown twice",
      { alarms: [alarm("sip-unregistered"), alarm("high-loss"), alarm("reboot")] },
      "good nothing-wrong",
    ],
    [
      "it is still starting",
      { looks: [saw("icmp"), saw("snmp"), saw("ssh", { says: { system_state: "initializing" } })] },
      "warning starting",
    ],
    [
      "a word that the family calls a fault",
      { family, looks: [saw("icmp"), saw("snmp"), saw("ssh", { says: { temperature_status: "high" } })] },
      "warning state",
    ],
    [
      "it answers nothing: unknown, not ready",
      { looks: [saw("icmp"), ...allDown.slice(1)], alarms: [alarm("silent", { part: "ssh" }), alarm("silent", { part: "snmp" })] },
      "unknown not-told",
    ],
    ["its link is down", { looks: allDown, alarms: [alarm("unreachable")] }, "unknown link-down"],
    [
      "a device that is only pinged tells nothing",
      { device: device("c", { checks: [check("icmp")] }), looks: [saw("icmp")] },
      "not-applicable tells-nothing",
    ],
  ];
  it.each(cases)("%s", (_, over, wanted) => {
    expect(said(judge(over), "ready")).toBe(wanted);
  });

  it("names the gravest alarm and counts the others, in whatever order they come", () => {
    const alarms = [
      alarm("device-diagnostic"),
      alarm("microphone-disconnected", { part: "microphone 2" }),
      alarm("camera-disconnected", { part: "camera 1" }),
    ];
    const data = { symptom: "camera-disconnected", rule: "camera-disconnected", part: "camera 1", more: "2" };
    expect(judge({ alarms }).lights.ready.data).toEqual(data);
    expect(judge({ alarms: [...alarms].reverse() }).lights.ready.data).toEqual(data);
  });
});

describe("activity", () => {
  const ssh = (says: Readonly<Record<string, string>>, calls?: number) => [
    saw("icmp"),
    saw("snmp"),
    saw("ssh", { says, ...(calls === undefined ? {} : { calls }) }),
  ];
  const gone = { looks: allDown, alarms: [alarm("unreachable")] };
  const cases: readonly (readonly [name: string, over: Partial<LightInput>, wanted: string])[] = [
    ["a call is counted", { looks: ssh({ standby: "off" }, 1) }, "in-call"],
    ["the system says so", { looks: ssh({ system_state: "in-call" }) }, "in-call"],
    ["a multisite call", { looks: ssh({ system_state: "multisite" }, 0) }, "in-call"],
    ["asleep", { looks: ssh({ system_state: "sleeping", standby: "standby" }, 0) }, "asleep"],
    ["half awake is standby", { looks: ssh({ system_state: "initialized", standby: "halfwake" }, 0) }, "standby"],
    ["awake and unused", { looks: ssh({ standby: "off" }, 0) }, "idle"],
    ["says nothing of it", { looks: ssh({}) }, "unknown"],
    ["gone within its hours", { ...gone, presence: "scheduled", isDue: () => true }, "unknown"],
    ["gone outside its hours, and only there on a schedule", { ...gone, presence: "scheduled", isDue: () => false }, "off-by-schedule"],
    ["gone outside its hours, though it should always be there", { ...gone, presence: "always", isDue: () => false }, "unknown"],
  ];
  it.each(cases)("%s", (_, over, wanted) => {
    expect(judge(over).activity?.state).toBe(wanted);
  });

  it("a switch has none, and the hours are not asked of what answers", () => {
    expect(judge({ device: { ...codec, kind: "switch" } as Device }).activity).toBeUndefined();
    const asked = () => {
      throw new Error("asked");
    };
    expect(judge({ presence: "scheduled", isDue: asked }).activity?.state).toBe("idle");
  });
});
