/** Alarms through the real evaluator and store, in fake time: what flaps, what ought to come, and what a restart must not forget. */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { Alarm } from "../../daemon/model/alarm.ts";
import { bare, type Finding } from "../../daemon/model/observation.ts";
import { HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { type Scenario, type ScenarioOptions, scenario } from "./scenario.ts";

let net: Scenario | undefined;
afterEach(async () => {
  await net?.end();
  net = undefined;
});
async function play(options: ScenarioOptions): Promise<Scenario> {
  net = await scenario({ interval: "60s", together: true, ...options });
  return net;
}
const alarm = (net: Scenario, key: string): Alarm | undefined => net.alarms().find((each) => each.key === key);
const list: Finding = {
  ...bare("up"),
  readings: [{ name: "registration_listed", value: "listed", part: "127.99.0.2" }],
  whole: ["registration_listed"],
};
const gatekeeper = { devices: "router-1 > gatekeeper-1", interval: "60s" } as const;
const missing = "gatekeeper-1|registration-list-missing|";

describe("an alarm that flaps", () => {
  const port = "interface Gi0/1";
  const key = `switch-1|interface-down|${port}`;
  const sees = (up: number): Finding => ({ ...bare("up"), samples: [{ name: "interface_up", value: up, part: port }] });

  it("keeps its ring over a restart of the evaluator: three changes before and three after it are six", async () => {
    const net = await play({ devices: "switch-1", interval: "30s", ssh: ["switch-1"] });
    const looks = async (...ups: number[]) => {
      for (const up of ups) {
        net.finds("switch-1", "ssh", sees(up));
        await net.advance(30 * SECOND);
      }
    };
    await looks(1, 1, 0, 1, 0);
    const before = alarm(net, key)?.flapRing;
    expect(before).toBe(0b111);
    await net.advance(0);
    await net.restartAfter(10 * SECOND);
    expect(alarm(net, key)?.flapRing).toBe(before);
    await looks(1, 0, 1);
    expect(alarm(net, key)).toMatchObject({ flapping: true });
  });

  it("is fed by traps and by looks alike", async () => {
    const net = await play({ devices: "switch-1", interval: "30s", ssh: ["switch-1"] });
    for (let round = 0; round < 3; round += 1) {
      net.finds("switch-1", "ssh", sees(1));
      await net.advance(30 * SECOND);
      await net.hears("switch-1", { symptom: "interface-down", part: port, effect: "raise" });
    }
    net.finds("switch-1", "ssh", sees(1));
    await net.advance(30 * SECOND);
    expect(alarm(net, key)).toMatchObject({ flapping: true });
    // One problem was told, and while it flaps no recovery.
    expect(await net.unfolded()).toMatchObject([{ symptom: "interface-down", state: "open" }]);
  });
});

describe("a port that goes down and up every few seconds", () => {
  const port = "interface Gi0/1";
  const sees = (up: number): Finding => ({ ...bare("up"), samples: [{ name: "interface_up", value: up, part: port }] });
  const fault = (effect: "raise" | "clear") => ({ symptom: "interface-down", part: port, effect });
  const quick = "group_wait: { now: 3s, other: 3s }, reopen_within: 60s";
  const policy = (wait: string) => `policies: { quick: { base: default, ${quick}, restored_wait: ${wait} } }\npolicy: quick`;

  async function flap(wait: string, rounds: number): Promise<Scenario> {
    const net = await play({ devices: "switch-1", interval: "5s", snmp: ["switch-1"], together: false, yaml: policy(wait) });
    net.finds("switch-1", "snmp", sees(1));
    await net.advance(20 * SECOND);
    for (let round = 0; round < rounds; round += 1) {
      for (const [up, effect] of [
        [0, "raise"],
        [1, "clear"],
      ] as const) {
        net.finds("switch-1", "snmp", sees(up));
        await net.hears("switch-1", fault(effect));
        await net.advance(6 * SECOND);
      }
    }
    return net;
  }
  const kinds = (net: Scenario) => net.sent.map(({ key }) => key.split("/")[1]);

  it("is one incident and one message, whatever it does until it is known to flap; that it is over is told once, when it is", async () => {
    const net = await flap("15s", 5);
    expect(alarm(net, `switch-1|interface-down|${port}`)).toMatchObject({ flapping: true });
    expect(await net.incidents()).toMatchObject([{ state: "open", occurrences: 3, level: 1 }]);
    expect(kinds(net)).toEqual(["problem"]);
    await net.advance(4 * MINUTE);
    expect(await net.incidents()).toMatchObject([{ state: "restored" }]);
    expect(kinds(net)).toEqual(["problem", "restored"]);
  });

  it("twice, and then stays up: the word that it is over comes once, so long after the last end", async () => {
    const net = await flap("15s", 2);
    expect(kinds(net)).toEqual(["problem"]);
    await net.advance(5 * SECOND);
    expect(kinds(net), "11 s after its end").toEqual(["problem"]);
    await net.advance(10 * SECOND);
    expect(kinds(net)).toEqual(["problem", "restored"]);
  });

  it("later than that, it was over to those who were told, and they hear that it is back", async () => {
    const net = await flap("5s", 2);
    // The fourth message about one site waits for its minute.
    await net.advance(2 * MINUTE);
    expect(kinds(net)).toEqual(["problem", "restored", "problem", "restored"]);
  });
});

describe("what a codec says twice", () => {
  const message: Finding["readings"] = [{ name: "diagnostic", part: "sipprofileregistration", value: "error" }];
  const says = (sip: string, readings: Finding["readings"] = []): Finding => ({
    ...bare("up"),
    readings: [{ name: "sip_registration", part: "registration 1", value: sip }, ...readings],
    whole: ["diagnostic"],
  });
  const lost = "codec-7|sip-unregistered|registration 1";

  it.each([
    ["in one look", [["failed", message]]],
    [
      "the message first",
      [
        ["registered", message],
        ["failed", message],
      ],
    ],
    [
      "the registration first",
      [
        ["failed", []],
        ["failed", message],
      ],
    ],
  ] as const)("is one incident, which names both, %s; it is over when the registration is back", async (_, looks) => {
    const net = await play({ devices: "codec-7", interval: "10s", ssh: ["codec-7"] });
    net.finds("codec-7", "ssh", says("registered"));
    await net.advance(MINUTE);
    for (const [sip, readings] of looks) {
      net.finds("codec-7", "ssh", says(sip, readings));
      await net.advance(10 * SECOND);
    }
    await net.advance(4 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ symptom: "sip-unregistered", state: "open" }]);
    expect(alarm(net, "codec-7|device-diagnostic|sipprofileregistration")).toMatchObject({
      state: "active",
      suppressedBy: expect.any(String),
    });
    expect(alarm(net, lost)?.suppressedBy).toBeUndefined();
    net.finds("codec-7", "ssh", says("registered"));
    await net.advance(10 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ symptom: "sip-unregistered", state: "restored" }]);
    expect(new Set(net.sent.map(({ key }) => key.split("/")[0])).size, "who is told is told of one").toBe(1);
  });

  it("and the message that outlives its cause for a while opens nothing; one that stays is a trouble of its own", async () => {
    const net = await play({ devices: "codec-7", interval: "10s", ssh: ["codec-7"] });
    const looks = async (sip: string, readings: Finding["readings"], ms: number) => {
      net.finds("codec-7", "ssh", says(sip, readings));
      await net.advance(ms);
    };
    await looks("registered", [], MINUTE);
    await looks("failed", message, 4 * MINUTE);
    await looks("registered", message, 4 * MINUTE);
    await looks("registered", [], 10 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ symptom: "sip-unregistered", state: "restored" }]);
    await looks("failed", message, 4 * MINUTE);
    await looks("registered", message, 6 * MINUTE);
    expect((await net.unfolded()).filter(({ state }) => state === "open")).toMatchObject([{ symptom: "device-diagnostic" }]);
  });

  const plug = (part: string, value: string) => ({ name: "peripheral", part, value });
  const type = (part: string) => ({ name: "diagnostic", part, value: "error" });
  const other = "MicrophoneOverloaded".toLowerCase();
  it.each([
    ["camera-disconnected", plug("camera 1", "connected"), plug("camera 1", "disconnected"), "camerapairing", other],
    ["microphone-disconnected", plug("microphone 1", "connected"), plug("microphone 1", "disconnected"), "microphonesconnected", other],
    [
      "touchpanel-disconnected",
      plug("touchpanel 1001", "connected"),
      plug("touchpanel 1001", "disconnected"),
      "touchpanelconnection",
      other,
    ],
    ["display-disconnected", plug("monitor 1", "connected"), plug("monitor 1", "disconnected"), "osdvideooutput", other],
    [
      "over-temperature",
      { name: "temperature_status", value: "normal" },
      { name: "temperature_status", value: "hot" },
      "temperaturecheck",
      "fanstatus",
    ],
    [
      "fan-failed",
      { name: "fan_status", part: "fan 1", value: "normal" },
      { name: "fan_status", part: "fan 1", value: "failed" },
      "fanstatus",
      "temperaturecheck",
    ],
    [
      "software-update-failed",
      { name: "software_update", value: "none" },
      { name: "software_update", value: "failed" },
      "softwareupgrade",
      "ntpstatus",
    ],
  ] as const)(
    "%s and the message that says the same are one incident; another message is another",
    async (symptom, good, bad, same, different) => {
      const net = await play({ devices: "codec-7", interval: "10s", ssh: ["codec-7"] });
      const looks = async (readings: Finding["readings"]) => {
        net.finds("codec-7", "ssh", { ...bare("up"), readings, whole: ["diagnostic"] });
        await net.advance(MINUTE);
      };
      await looks([good]);
      await looks([bad, type(same)]);
      expect(await net.unfolded()).toMatchObject([{ symptom, state: "open" }]);
      await looks([bad, type(same), type(different)]);
      expect((await net.unfolded()).map((each) => each.symptom).sort()).toEqual(["device-diagnostic", symptom].sort());
    },
  );

  it.each([
    ["time-server-unreachable", { name: "time_server", value: "discarded" }, "ntpstatus", 16],
    ["provisioning-failed", { name: "provisioning", value: "failed" }, "provisioningstatus", 16],
    ["webex-unregistered", { name: "webex_status", value: "error" }, "webexoffline", 6],
  ] as const)(
    "%s, which waits, is told as part of the message that did not wait; without it, by itself",
    async (symptom, bad, same, minutes) => {
      for (const message of [[type(same)], [type("fanstatus")], []]) {
        const net = await play({ devices: "codec-7", interval: "10s", ssh: ["codec-7"] });
        net.finds("codec-7", "ssh", { ...bare("up"), readings: [bad, ...message], whole: ["diagnostic"] });
        await net.advance(minutes * MINUTE);
        const wanted = message[0]?.part === same ? ["device-diagnostic"] : [...message.map(() => "device-diagnostic"), symptom];
        expect((await net.unfolded()).map((each) => each.symptom).sort()).toEqual(wanted);
        await net.end();
      }
    },
  );

  it("and it alone, of what was never registered since we look, is an incident of its own", async () => {
    const net = await play({ devices: "codec-7", interval: "60s", ssh: ["codec-7"] });
    net.finds("codec-7", "ssh", says("failed", message));
    await net.advance(6 * MINUTE);
    expect((await net.unfolded()).length).toBeGreaterThan(0);
  });
});

describe("what ought to come", () => {
  it("and does not opens an incident at its own time, without an observation of it; its coming restores it", async () => {
    const net = await play(gatekeeper);
    net.finds("gatekeeper-1", "icmp", list);
    await net.advance(10 * MINUTE);
    const last = net.clock.now();
    net.heals("gatekeeper-1");
    await net.advance(16 * MINUTE);
    const [incident] = await net.unfolded();
    expect(incident).toMatchObject({ symptom: "registration-list-missing", device: "gatekeeper-1" });
    expect(Math.abs((alarm(net, missing)?.since ?? 0) - last - 15 * MINUTE)).toBeLessThanOrEqual(MINUTE);
    net.finds("gatekeeper-1", "icmp", list);
    await net.advance(3 * MINUTE);
    expect((await net.unfolded())[0]).toMatchObject({ state: "restored" });
  });

  it("survives a restart: late by at most a quarter of its time, never early, and hours without us are no silence", async () => {
    const net = await play(gatekeeper);
    net.finds("gatekeeper-1", "icmp", list);
    await net.advance(10 * MINUTE);
    net.heals("gatekeeper-1");
    await net.advance(10 * MINUTE);
    await net.restartAfter(3 * HOUR);
    await net.advance(3 * MINUTE);
    expect(await net.unfolded()).toEqual([]);
    await net.advance(8 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ symptom: "registration-list-missing" }]);
  });

  it("that is missing when the daemon stops is missing when it comes back, and told once", async () => {
    const net = await play(gatekeeper);
    net.finds("gatekeeper-1", "icmp", list);
    await net.advance(5 * MINUTE);
    net.heals("gatekeeper-1");
    await net.advance(17 * MINUTE);
    await net.restartAfter(5 * MINUTE);
    await net.advance(40 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ symptom: "registration-list-missing", occurrences: 1, state: "open" }]);
  });

  it.each([3 * HOUR, -3 * HOUR])("is neither early nor forgotten when the wall clock jumps by %d ms", async (jump) => {
    const net = await play(gatekeeper);
    net.finds("gatekeeper-1", "icmp", list);
    await net.advance(10 * MINUTE);
    net.jump(jump);
    await net.advance(2 * MINUTE);
    expect(await net.unfolded()).toEqual([]);
    net.heals("gatekeeper-1");
    await net.advance(30 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ symptom: "registration-list-missing" }]);
  });

  it("is not waited for any more when its rule is switched off", async () => {
    const net = await play(gatekeeper);
    net.finds("gatekeeper-1", "icmp", list);
    await net.advance(5 * MINUTE);
    await net.reload({ ...gatekeeper, yaml: "rules: { disabled: [registration-list-missing] }" });
    net.heals("gatekeeper-1");
    await net.advance(30 * MINUTE);
    expect(await net.unfolded()).toEqual([]);
    expect(alarm(net, missing)?.wakeAt).toBeUndefined();
  });

  it("is a trap of a rule of one's own: a nightly test that did not report", async () => {
    const text = "{ title: t, clinic: c, steps: [s] }";
    const options = { devices: "ups-1", interval: "60s", yaml: "rules: { include: [own.yaml] }" };
    const own = `rules: [{ id: no-test, symptom: no-test, applies: { kinds: [ups] }, when: { absent: { trap: self-test }, within: 2h }, reach: device, source: ours, text: { fr: ${text}, en: ${text} } }]`;
    const net = await play({ ...options, files: { "own.yaml": own } });
    await net.advance(100 * MINUTE);
    await net.hears("ups-1", { symptom: "self-test", effect: "event" });
    await net.advance(119 * MINUTE);
    expect(await net.unfolded()).toEqual([]);
    await net.advance(2 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ symptom: "no-test", device: "ups-1" }]);
  });
});

describe("a recovery", () => {
  it("is never told without its problem, whatever comes and in whatever order, restarts included", async () => {
    let recoveries = 0;
    const act = fc.constantFrom("breaks", "heals", "trap", "wait", "wait", "restart");
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 14 }), async (acts) => {
        const net = await scenario({ devices: "router-1 > codec-7, switch-1", interval: "30s", together: true });
        try {
          for (const [index, what] of acts.entries()) {
            const device = index % 3 === 0 ? "router-1" : "codec-7";
            if (what === "breaks") net.breaks(device);
            else if (what === "heals") net.heals(device);
            else if (what === "trap")
              await net.hears("switch-1", { symptom: "interface-down", part: "interface 1", effect: index % 2 ? "raise" : "clear" });
            else if (what === "restart") await net.restartAfter(20 * SECOND);
            await net.advance(what === "wait" ? 3 * MINUTE : 40 * SECOND);
          }
          for (const each of ["router-1", "codec-7"]) net.heals(each);
          await net.advance(20 * MINUTE);
          const problems = new Set<string>();
          for (const { subject, to } of net.sent) {
            const number = /\[([^\]]+)\]/.exec(subject)?.[1] ?? subject;
            if (subject.includes("Restored")) recoveries += 1;
            if (subject.includes("Restored")) expect([to, number, problems.has(`${to} ${number}`)]).toEqual([to, number, true]);
            else problems.add(`${to} ${number}`);
          }
        } finally {
          await net.end();
        }
      }),
      { numRuns: 8 },
    );
    expect(recoveries, "recoveries were told at all").toBeGreaterThan(3);
  }, 120_000);
});
