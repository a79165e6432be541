/** What a kept session hears between looks, from a codec played over real SSH. */
import type { ServerChannel } from "ssh2";
import { afterEach, describe, expect, it } from "vitest";
import type { ShellAsk } from "../../../daemon/model/family.ts";
import type { Finding } from "../../../daemon/model/observation.ts";
import { createSshProbe, type SshProbe } from "../../../probes/ssh/ssh-probe.ts";
import { ownTime } from "../../own-time.ts";
import { type Codec, type CodecScript, codec, eventually, memory, target } from "./peer.ts";

const open: { stop(): Promise<void> }[] = [];
const never = new AbortController().signal;
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.stop();
});

const asks: readonly ShellAsk[] = [
  {
    command: "xStatus SystemUnit",
    values: [
      { path: "SystemUnit.State.NumberOfActiveCalls", name: "calls", as: "gauge" },
      { path: "SystemUnit.Uptime", name: "uptime_seconds", as: "gauge" },
    ],
  },
  {
    command: "xStatus SIP Registration",
    values: [{ path: "SIP.Registration[].Status", name: "sip_registration", as: "state", part: "registration" }],
  },
  {
    command: "xStatus Diagnostics",
    values: [{ path: "Diagnostics.Message[].Level", name: "diagnostic", as: "state", label: ["Type"], whole: true }],
  },
];
const feedback = ["/Status/SIP/Registration", "/Status/Diagnostics", "/Status/SystemUnit/State"];

interface Played {
  readonly peer: Codec;
  readonly probe: SshProbe;
  readonly heard: Finding[];
  readonly lost: string[];
  /** Prints on the newest session, unasked. */
  say(object: object | string): void;
  look(): Promise<Finding>;
}

interface State {
  sip: string;
  calls: number;
  messages: readonly { readonly id: string; readonly type: string; readonly level: string }[];
}

function statusOf(command: string, state: State): object | undefined {
  if (command === "xStatus SystemUnit")
    return { SystemUnit: { State: { NumberOfActiveCalls: { Value: String(state.calls) } }, Uptime: { Value: "100" } } };
  if (command === "xStatus SIP Registration") return { SIP: { Registration: [{ id: "1", Status: { Value: state.sip } }] } };
  if (command === "xStatus Diagnostics" && state.messages.length > 0)
    return {
      Diagnostics: { Message: state.messages.map(({ id, type, level }) => ({ id, Type: { Value: type }, Level: { Value: level } })) },
    };
  return undefined;
}

async function play(state: State, more: { script?: CodecScript; inCall?: boolean; random?: () => number } = {}): Promise<Played> {
  let channel: ServerChannel | undefined;
  const peer = await codec({
    ...more.script,
    answer: (command, id, on) => {
      channel = on;
      const said = more.script?.answer?.(command, id, on);
      if (said !== undefined) return said;
      const Status = statusOf(command, state);
      return `${JSON.stringify({ ...(Status === undefined ? {} : { Status }), ResultId: id })}\r\n`;
    },
  });
  open.push(peer);
  const heard: Finding[] = [];
  const lost: string[] = [];
  const probe = createSshProbe({
    memory: memory(),
    heard: (_device, finding) => heard.push(finding),
    lost: (device) => lost.push(device),
    random: more.random ?? (() => 0),
  });
  open.push(probe);
  return {
    peer,
    probe,
    heard,
    lost,
    say: (object) => void channel?.write(typeof object === "string" ? object : `${JSON.stringify(object)}\r\n`),
    look: () => probe.look(target({ port: peer.port, asks, listens: { feedback } }), never, { trace: true }),
  };
}

const reading = (finding: Finding | undefined, name: string, part?: string) =>
  finding?.readings.find((each) => each.name === name && (part === undefined || each.part === part))?.value;

describe("feedback on a kept session", () => {
  it("is registered once a session, before the questions, and again on the next session", async () => {
    const codec = await play({ sip: "Registered", calls: 0, messages: [] });
    await codec.look();
    await codec.look();
    const registered = () => codec.peer.commands.filter((command) => command.startsWith("xfeedback register"));
    expect(registered()).toEqual(feedback.map((expression) => `xfeedback register ${expression}`));
    expect(codec.peer.commands.indexOf("xStatus SIP Registration")).toBeGreaterThan(
      codec.peer.commands.indexOf(`xfeedback register ${feedback[2]}`),
    );
    codec.peer.cut();
    await codec.look();
    expect(registered()).toHaveLength(6);
  });

  it("needs no keepalive beside its own heartbeat; a session that does not listen has one", async () => {
    const [listening, other] = [await codec(), await codec()];
    const probes = [
      createSshProbe({ memory: memory(), keepaliveMs: 20, heard: () => undefined }),
      createSshProbe({ memory: memory(), keepaliveMs: 20 }),
    ];
    open.push(listening, other, ...probes);
    await probes[0]?.look(target({ port: listening.port, asks, listens: { feedback } }), never);
    await probes[1]?.look(target({ port: other.port, asks, listens: { feedback } }), never);
    await eventually(() => other.keepalives >= 3, "the silent one is asked whether it is there");
    expect(listening.keepalives).toBe(0);
  });

  it("is a whole finding within a second: what was told, and everything else as the last look saw it", async () => {
    const codec = await play({ sip: "Registered", calls: 0, messages: [{ id: "3", type: "FanStatus", level: "Error" }] });
    await codec.look();
    codec.say({ Status: { SIP: { Registration: [{ id: "1", Status: { Value: "Failed" } }] } } });
    const { ms } = await ownTime(eventually(() => codec.heard.length > 0, "the loss is told"));
    expect(ms).toBeLessThan(1_000);
    expect(codec.heard[0]).toEqual({
      status: "up",
      samples: [
        { name: "calls", value: 0 },
        { name: "uptime_seconds", value: 100 },
      ],
      readings: [
        { name: "sip_registration", value: "failed", part: "registration 1" },
        { name: "diagnostic", value: "error", part: "fanstatus" },
      ],
      faults: [],
      whole: ["diagnostic"],
    });
  });

  const message = { id: "9", Type: { Value: "CameraPairing" }, Level: { Value: "Error" } };
  const calls = (count: number) => ({ SystemUnit: { State: { NumberOfActiveCalls: { Value: String(count) } } } });
  it("is an observation within a second of its event: registration, diagnostics message raised and gone, call started and ended", async () => {
    const codec = await play({ sip: "Registered", calls: 0, messages: [] });
    await codec.look();
    const said = (name: string, part?: string) => reading(codec.heard.at(-1), name, part);
    const called = () => codec.heard.at(-1)?.samples.find(({ name }) => name === "calls")?.value;
    const events: readonly (readonly [what: string, told: object, seen: () => boolean])[] = [
      ["lost", { SIP: { Registration: [{ id: "1", Status: { Value: "Failed" } }] } }, () => said("sip_registration") === "failed"],
      ["back", { SIP: { Registration: [{ id: "1", Status: { Value: "Registered" } }] } }, () => said("sip_registration") === "registered"],
      ["raised", { Diagnostics: { Message: [message] } }, () => said("diagnostic", "camerapairing") === "error"],
      ["gone", { Diagnostics: { Message: [{ id: "9", ghost: "True" }] } }, () => said("diagnostic") === undefined],
      ["started", calls(1), () => called() === 1],
      ["ended", calls(0), () => called() === 0],
    ];
    for (const [what, Status, seen] of events) {
      const findings = codec.heard.length;
      codec.say({ Status });
      const { ms } = await ownTime(eventually(() => codec.heard.length > findings && seen(), what));
      expect(ms, what).toBeLessThan(1_000);
    }
  });

  it("tells a call that starts, and a diagnostics message that comes and goes as a ghost", async () => {
    const codec = await play({ sip: "Registered", calls: 0, messages: [] });
    await codec.look();
    codec.say({ Status: { SystemUnit: { State: { NumberOfActiveCalls: { Value: "1" } } } } });
    await eventually(() => codec.heard.at(-1)?.samples[0]?.value === 1, "the call is told");
    codec.say({ Status: { Diagnostics: { Message: [{ id: "9", Type: { Value: "CameraPairing" }, Level: { Value: "Error" } }] } } });
    await eventually(() => reading(codec.heard.at(-1), "diagnostic", "camerapairing") === "error", "the message is told");
    codec.say({ Status: { Diagnostics: { Message: [{ id: "9", ghost: "True" }] } } });
    await eventually(() => reading(codec.heard.at(-1), "diagnostic") === undefined, "the message is gone");
    expect(codec.heard.at(-1)?.whole).toEqual(["diagnostic"]);
  });

  it("says nothing when what was told is what is known, or is read by nobody", async () => {
    const codec = await play({ sip: "Registered", calls: 0, messages: [] });
    await codec.look();
    codec.say({ Status: { SIP: { Registration: [{ id: "1", Status: { Value: "Registered" } }] } } });
    codec.say({ Status: { Audio: { Volume: { Value: "70" } } } });
    codec.say({ Event: { UserInterface: { Extensions: { Widget: { id: "1" } } } } });
    codec.say({ Status: { SIP: { Registration: [{ id: "1", Status: { Value: "Failed" } }] } } });
    await eventually(() => codec.heard.length > 0, "the last is told");
    expect(codec.heard).toHaveLength(1);
    expect(codec.probe.stats().unasked).toBe(4);
  });

  it("of 100 events a second becomes a few findings, and the last word is never lost", async () => {
    const codec = await play({ sip: "Registered", calls: 0, messages: [] });
    await codec.look();
    const from = performance.now();
    for (let n = 0; n < 100; n++) {
      codec.say({ Status: { SIP: { Registration: [{ id: "1", Status: { Value: n % 2 === 0 ? "Failed" : "Registering" } }] } } });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    codec.say({ Status: { SIP: { Registration: [{ id: "1", Status: { Value: "Rejected" } }] } } });
    await eventually(() => reading(codec.heard.at(-1), "sip_registration") === "rejected", "the last word");
    // The first and the last one at least: those between may find the same word again.
    expect(codec.heard.length).toBeGreaterThan(1);
    // Four a second, however long the machine took, and the first and the last word.
    expect(codec.heard.length).toBeLessThanOrEqual(4 * ((performance.now() - from) / 1_000) + 2);
  });

  it("that comes between the answers of a look is in the look's finding", async () => {
    const codec = await play(
      { sip: "Registered", calls: 0, messages: [] },
      {
        script: {
          answer: (command, _id, channel) => {
            if (command === "xStatus Diagnostics")
              channel.write(`${JSON.stringify({ Status: { SIP: { Registration: [{ id: "1", Status: { Value: "Failed" } }] } } })}\r\n`);
            return undefined;
          },
        },
      },
    );
    expect(reading(await codec.look(), "sip_registration")).toBe("failed");
  });

  it("of a session that breaks asks for a look; one that is closed here does not", async () => {
    const codec = await play({ sip: "Registered", calls: 0, messages: [] });
    await codec.look();
    codec.peer.cut();
    await eventually(() => codec.lost.length === 1, "the loss of the session is told");
    await codec.look();
    codec.probe.forget("codec-1");
    expect(codec.lost).toEqual(["codec-1"]);
  });

  it("refused by the device leaves a look as it was, and a refusal in words is taken for the command it was about", async () => {
    const codec = await play(
      { sip: "Registered", calls: 0, messages: [] },
      { script: { answer: (command) => (command.startsWith("xfeedback") ? "Command not recognized.\r\n" : undefined) } },
    );
    expect(await codec.look()).toMatchObject({ status: "up", samples: [{ value: 0 }, { value: 100 }] });
    expect(reading(await codec.look(), "sip_registration")).toBe("registered");
  });

  it("lets no name out, wherever the device writes it", async () => {
    const name = "Genevieve Tremblay";
    const codec = await play({ sip: "Registered", calls: 0, messages: [] });
    await codec.look();
    codec.say(`Incoming call from ${name}\r\n`);
    codec.say({
      Status: { Call: [{ id: "4", DisplayName: { Value: name }, RemoteNumber: { Value: name }, CallbackNumber: { Value: name } }] },
    });
    codec.say({ Event: { IncomingCallIndication: { RemoteURI: { Value: name }, DisplayNameValue: { Value: name } } } });
    codec.say({
      Status: { Diagnostics: { Message: [{ id: "5", Type: { Value: name }, Level: { Value: "Error" }, Description: { Value: name } }] } },
    });
    codec.say({
      Status: {
        Diagnostics: { Message: [{ id: "6", Type: { Value: "FanStatus" }, Level: { Value: "Error" }, Description: { Value: name } }] },
      },
    });
    await eventually(() => reading(codec.heard.at(-1), "diagnostic", "fanstatus") === "error", "the other message is told");
    expect(JSON.stringify([codec.heard, await codec.look()])).not.toMatch(/Tremblay|Genevieve/);
  });
});

describe("media while in a call", () => {
  const media: ShellAsk = {
    command: "xStatus MediaChannels",
    values: [
      {
        path: "MediaChannels.Call[].Channel[].Netstat.Loss",
        name: "media_loss_ratio",
        as: "counter",
        of: "Netstat.Packets",
        part: "channel",
        label: ["Type", "Direction", "Video.ChannelRole|=main"],
        whole: true,
      },
    ],
  };

  it("are asked at their own pace from the call's beginning, and their end is told with the call's", async () => {
    const state: State = { sip: "Registered", calls: 0, messages: [] };
    let polls = 0;
    const codec = await play(state, {
      script: {
        answer: (command, id) => {
          if (command !== "xStatus MediaChannels") return undefined;
          polls += 1;
          const Netstat = { Loss: { Value: String(polls * 10) }, Packets: { Value: String(polls * 90) } };
          const Channel = [{ id: "7", Type: { Value: "Video" }, Direction: { Value: "Incoming" }, Netstat }];
          return `${JSON.stringify({ Status: { MediaChannels: { Call: [{ id: "1", Channel }] } }, ResultId: id })}\n`;
        },
      },
    });
    const aim = target({ port: codec.peer.port, asks, listens: { feedback, inCall: { asks: [media], intervalMs: 1_000 } } });
    const look = () => codec.probe.look(aim, never);
    expect((await look()).whole).toEqual(["diagnostic", "media_loss_ratio"]);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(polls, "no call, no question").toBe(0);
    state.calls = 1;
    codec.say({ Status: { SystemUnit: { State: { NumberOfActiveCalls: { Value: "1" } } } } });
    const lossOf = (finding: Finding | undefined) => finding?.samples.find(({ name }) => name === "media_loss_ratio");
    await eventually(() => lossOf(codec.heard.at(-1)) !== undefined, "the loss is told");
    expect(lossOf(codec.heard.at(-1))).toEqual({ name: "media_loss_ratio", value: 0.1, part: "channel video incoming main" });
    expect(lossOf(await look()), "a look in between tells it too").toBeDefined();
    state.calls = 0;
    codec.say({ Status: { SystemUnit: { State: { NumberOfActiveCalls: { Value: "0" } } } } });
    await eventually(() => lossOf(codec.heard.at(-1)) === undefined, "the call is over");
    expect(codec.heard.at(-1)?.whole).toContain("media_loss_ratio");
    const then = polls;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(polls).toBe(then);
  });
});
