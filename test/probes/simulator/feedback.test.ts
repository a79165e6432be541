/** The simulated codec's feedback, as a session that registered for it sees it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Simulation, startSimulatedNetwork } from "../../../probes/simulator/simulation.ts";
import { ownTime } from "../../own-time.ts";
import { overSsh, pause, type Talk } from "./client.ts";
import { device, env, freePort } from "./network.ts";

let simulation: Simulation;
let port = 0;

beforeAll(async () => {
  port = await freePort();
  const ssh = { port, user: "vigie", password: "env:SIM_SSH" };
  simulation = await startSimulatedNetwork(
    {
      devices: [
        device("codec", 21, { family: "cisco-ce", kind: "codec", ssh }),
        device("old-codec", 22, { family: "cisco-tc", kind: "codec", ssh }),
      ],
    },
    { env },
  );
});
afterAll(() => simulation.stop());
beforeEach(() => simulation.apply({ device: "codec", fault: "restored" }));

async function open(last: number, mode: "json" | "terminal"): Promise<Talk> {
  const talk = await overSsh({ host: `127.31.7.${last}`, port, username: "vigie", password: env.SIM_SSH });
  await talk.until(/\r\nOK\r\n/);
  await talk.ask("echo off", /OK\r\n/);
  await talk.ask(`xpreferences outputmode ${mode}`, /(OK|ERROR)\r\n/);
  return talk;
}

/** The next objects that come by themselves. */
async function told(talk: Talk, wanted: RegExp): Promise<unknown> {
  return JSON.parse(await talk.until(wanted));
}

describe("in JSON", () => {
  it("a registration that is lost comes by itself, without a result id, with what changed and nothing else", async () => {
    const talk = await open(21, "json");
    await talk.ask('xfeedback register /Status/SIP/Registration | resultId="1"', /"ResultId": "1"\s*}/);
    await talk.ask("", /^/);
    await simulation.apply({ device: "codec", fault: "sip-unregistered" });
    const { result, ms } = await ownTime(told(talk, /}\r\n$/));
    expect(result).toEqual({
      Status: { SIP: { Registration: [{ id: "1", Reason: { Value: "Timeout" }, Status: { Value: "Failed" } }] } },
    });
    expect(ms).toBeLessThan(1_000);
    talk.end();
  });

  it("a call that ends is a ghost, and its channels are not told one by one", async () => {
    const talk = await open(21, "json");
    for (const [index, path] of ["/Status/Call", "/Status/MediaChannels"].entries())
      await talk.ask(`xFeedback register ${path} | resultId="${index}"`, new RegExp(`"ResultId": "${index}"`));
    await talk.ask("", /^/);
    await simulation.apply({ device: "codec", fault: "call-started" });
    expect(await told(talk, /}\r\n$/)).toMatchObject({ Status: { Call: [{ Status: { Value: "Connected" } }] } });
    await talk.ask("", /^/);
    await simulation.apply({ device: "codec", fault: "call-ended" });
    const gone = (await told(talk, /}\r\n$/)) as { Status: { Call: object[]; MediaChannels: { Call: object[] } } };
    expect(gone.Status.Call).toEqual([{ id: expect.any(String), ghost: "True" }]);
    expect(gone.Status.MediaChannels.Call).toEqual([{ id: expect.any(String), ghost: "True" }]);
    talk.end();
  });

  it("microphones muted, the picture muted and another source are told to who wants to know", async () => {
    const talk = await open(21, "json");
    for (const [at, path] of ["Audio/Microphones/Mute", "Video/Input/MainVideoMute", "Video/Input/MainVideoSource"].entries())
      await talk.ask(`xfeedback register /Status/${path} | resultId="${at}"`, new RegExp(`"ResultId": "${at}"`));
    for (const [command, said] of [
      [{ fault: "muted" }, { Audio: { Microphones: { Mute: { Value: "On" } } } }],
      [{ fault: "muted", part: "picture" }, { Video: { Input: { MainVideoMute: { Value: "On" } } } }],
      [{ fault: "source", part: "2" }, { Video: { Input: { MainVideoSource: { Value: "2" } } } }],
      [{ fault: "unmuted" }, { Audio: { Microphones: { Mute: { Value: "Off" } } } }],
    ] as const) {
      await talk.ask("", /^/);
      await simulation.apply({ device: "codec", ...command });
      expect(await told(talk, /}\r\n$/)).toEqual({ Status: said });
    }
    talk.end();
  });

  it("a diagnostics message comes and goes", async () => {
    const talk = await open(21, "json");
    await talk.ask('xfeedback register /Status/Diagnostics/Message | resultId="1"', /"ResultId"/);
    await talk.ask("", /^/);
    await simulation.apply({ device: "codec", fault: "diagnostic-raised", part: "CameraPairing:Error" });
    expect(await told(talk, /}\r\n$/)).toMatchObject({
      Status: { Diagnostics: { Message: [{ Type: { Value: "CameraPairing" }, Level: { Value: "Error" } }] } },
    });
    await talk.ask("", /^/);
    await simulation.apply({ device: "codec", fault: "diagnostic-gone", part: "CameraPairing" });
    expect(await told(talk, /}\r\n$/)).toEqual({ Status: { Diagnostics: { Message: [{ id: expect.any(String), ghost: "True" }] } } });
    talk.end();
  });

  it("tells nothing of what was not registered, or is registered no more", async () => {
    const talk = await open(21, "json");
    await talk.ask('xfeedback register /Status/Cameras | resultId="1"', /"ResultId"/);
    await talk.ask('xfeedback deregister /Status/Cameras | resultId="2"', /"ResultId": "2"/);
    await talk.ask('xfeedback register /Status/Standby | resultId="3"', /"ResultId": "3"/);
    await talk.ask("", /^/);
    await simulation.apply({ device: "codec", fault: "camera-unplugged" });
    await pause(50);
    expect(talk.said()).toBe("");
    await simulation.apply({ device: "codec", fault: "standby" });
    expect(await told(talk, /}\r\n$/)).toEqual({ Status: { Standby: { State: { Value: "Standby" } } } });
    talk.end();
  });

  it("takes fifty expressions a session and no more; the same one again is not one more", async () => {
    const talk = await open(21, "json");
    for (let index = 1; index <= 50; index += 1)
      await talk.ask(`xfeedback register /Status/Call[${index}] | resultId="${index}"`, new RegExp(`"ResultId": "${index}"`));
    expect(await talk.ask('xfeedback register /Status/Call[50] | resultId="51"', /"ResultId": "51"/)).not.toContain("Error");
    expect(await talk.ask('xfeedback register /Status/Audio | resultId="52"', /"ResultId": "52"/)).toContain("Error");
    talk.end();
  });

  it("a reboot ends the session, and with it what was registered", async () => {
    const talk = await open(21, "json");
    await talk.ask('xfeedback register /Status/Standby | resultId="1"', /"ResultId"/);
    await simulation.apply({ device: "codec", fault: "reboot" });
    const again = await open(21, "json");
    await again.ask("", /^/);
    await simulation.apply({ device: "codec", fault: "standby" });
    await pause(50);
    expect(again.said()).toBe("");
    again.end();
  });

  it("a monitor that tries to write is refused, and it is counted", async () => {
    const talk = await open(21, "json");
    const before = simulation.devices.get("codec")?.writesRefused ?? 0;
    expect(await talk.ask('xCommand Boot | resultId="1"', /"ResultId": "1"/)).toContain("Error");
    expect(await talk.ask('xConfiguration SystemUnit Name: "x" | resultId="2"', /"ResultId": "2"/)).toContain("Error");
    expect(simulation.devices.get("codec")?.writesRefused).toBe(before + 2);
    talk.end();
  });
});

describe("TC software", () => {
  it("has no JSON: it stays in terminal mode, and answers and tells in lines", async () => {
    const talk = await open(22, "json");
    expect(await talk.ask("xStatus SystemUnit Hardware Temperature", /OK\r\n/)).toMatch(
      /^\*s SystemUnit Hardware Temperature: "6\d\.0"\r\n\*\* end\r\n\r\nOK\r\n/,
    );
    await talk.ask("xfeedback register /Status/SIP", /OK\r\n/);
    await talk.ask("", /^/);
    await simulation.apply({ device: "old-codec", fault: "sip-unregistered" });
    expect(await talk.until(/\*\* end/)).toContain("*s SIP Profile 1 Registration 1 Status: Failed\r\n");
    talk.end();
  });

  it("takes 38 expressions", async () => {
    const talk = await open(22, "terminal");
    for (let index = 1; index <= 38; index += 1) await talk.ask(`xfeedback register /Status/Call[${index}]`, /OK\r\n/);
    expect(await talk.ask("xfeedback register /Status/Audio", /(OK|ERROR)\r\n/)).toContain("ERROR");
    talk.end();
  });
});

describe("media in a call", () => {
  it("packets and losses grow with time, at the ratio that was ordered, and only on what comes in while it is bad", async () => {
    const talk = await open(21, "json");
    await simulation.apply({ device: "codec", fault: "media-loss", part: "20" });
    const counters = async (id: number): Promise<{ packets: number; lost: number }> => {
      const text = await talk.ask(`xStatus MediaChannels | resultId="${id}"`, new RegExp(`"ResultId": "${id}"\\s*}`));
      const read = JSON.parse(text) as {
        Status: { MediaChannels: { Call: [{ Channel: { id: string; Netstat: Record<string, { Value: string }> }[] }] } };
      };
      const video = read.Status.MediaChannels.Call[0].Channel.find((one) => one.id === "4");
      return { packets: Number(video?.Netstat.Packets?.Value), lost: Number(video?.Netstat.Loss?.Value) };
    };
    const first = await counters(1);
    await pause(500);
    const second = await counters(2);
    const [packets, lost] = [second.packets - first.packets, second.lost - first.lost];
    expect(lost / (packets + lost)).toBeGreaterThan(0.15);
    expect(lost / (packets + lost)).toBeLessThan(0.25);
    talk.end();
  });
});
