/** The command lines, each over SSH and over telnet: the same answers, whatever carries them, and nobody's name in them. */
import { afterEach, describe, expect, it } from "vitest";
import type { ShellAsk } from "../../../daemon/model/family.ts";
import type { Finding } from "../../../daemon/model/observation.ts";
import { loadFamilies, shippedFamilies } from "../../../probes/families.ts";
import type { Probe } from "../../../probes/probe.ts";
import { createSshProbe } from "../../../probes/ssh/ssh-probe.ts";
import { createTelnetProbe } from "../../../probes/telnet/telnet-probe.ts";
import { ownTime } from "../../own-time.ts";
import { memory } from "../ssh/peer.ts";
import { FAR_ENDS, GNUGK, gnugkAsks, LIFESIZE, LIFESIZE_ANSWERS, lifesizeAsks, POLY, POLY_ANSWERS, polyAsks } from "./devices.ts";
import { type Aim, aimAt, overSsh, overTelnet, type Play, type Played } from "./player.ts";

const shipped = loadFamilies([shippedFamilies()]).families;
const never = new AbortController().signal;
const opened: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.stop();
});

async function played(kind: "ssh" | "telnet", script: Play): Promise<{ readonly device: Played; readonly probe: Probe }> {
  const device = await (kind === "ssh" ? overSsh(script) : overTelnet(script));
  const probe = kind === "ssh" ? createSshProbe({ memory: memory() }) : createTelnetProbe({});
  opened.push(probe, device);
  return { device, probe };
}

async function look(kind: "ssh" | "telnet", script: Play, aim: Omit<Aim, "kind" | "port">): Promise<Finding & { readonly device: Played }> {
  const { device, probe } = await played(kind, script);
  return { ...(await probe.look(aimAt({ ...aim, kind, port: device.port }), never, { trace: true })), device };
}

const value = (finding: Finding, name: string) =>
  finding.samples.find((sample) => sample.name === name)?.value ?? finding.readings.find((reading) => reading.name === name)?.value;

function expectNoFarEnd(finding: Finding): void {
  const told = JSON.stringify(finding);
  for (const name of FAR_ENDS) expect(told).not.toContain(name);
}

describe.each(["ssh", "telnet"] as const)("over %s", (kind) => {
  it("a Poly answers its questions: calls, registrations, uptime, model", async () => {
    const finding = await look(kind, POLY, { dialect: "poly", asks: polyAsks });
    expect(finding.detail).toBeUndefined();
    expect(finding.status).toBe("up");
    expect(value(finding, "calls")).toBe(1);
    expect(value(finding, "h323_registration")).toBe("unregistered");
    expect(value(finding, "sip_registration")).toBe("registered");
    expect(value(finding, "uptime_seconds")).toBe(2 * 86_400 + 4_200);
    expect(value(finding, "model")).toBe("RealPresence Group 700");
    expect(value(finding, "gatekeeper_address")).toBe("10.1.1.9");
    expectNoFarEnd(finding);
  });

  it("a Poly gets at least 200 ms between two commands, and none that writes", async () => {
    const { device } = await look(kind, POLY, { dialect: "poly", asks: polyAsks });
    const gaps = device.commands.slice(1).map(({ atMs }, at) => atMs - (device.commands[at]?.atMs ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(195);
    expect(device.commands.map(({ command }) => command)).toEqual(polyAsks.map(({ command }) => command));
    expect(device.commands.filter(({ command }) => /register|notify|\bset\b/.test(command))).toEqual([]);
  });

  it("a Poly in which a call sets up is asked for nothing but the state of calls", async () => {
    const ringing = {
      ...POLY,
      answer: (command: string) => (command === "getcallstate" ? "cs: call[44] chan[0] dialstr[x] state[RINGING]" : "no"),
    };
    const finding = await look(kind, ringing, { dialect: "poly", asks: polyAsks });
    expect(finding.status).toBe("up");
    expect(finding.device.commands.map(({ command }) => command)).toEqual(["getcallstate"]);
    expect(finding.trace?.join("\n")).toContain("a call is being set up");
  });

  it("a LifeSize answers its questions, after the session left help mode", async () => {
    const finding = await look(kind, LIFESIZE, { dialect: "lifesize", asks: lifesizeAsks });
    expect(finding.detail).toBeUndefined();
    expect(value(finding, "calls")).toBe(1);
    expect(value(finding, "uptime_seconds")).toBe(((5 * 24 + 21) * 60 + 13) * 60 + 20);
    expect(value(finding, "software_version")).toBe("LS_RM1_4.6.0 (16)");
    expect(value(finding, "thermal_state")).toBe("normal");
    expect(value(finding, "h323_registration")).toBeUndefined();
    expect(finding.device.commands[0]?.command).toBe("set help-mode off");
    expectNoFarEnd(finding);
  });

  it("keeps its session: the second look logs in no more", async () => {
    const { device, probe } = await played(kind, LIFESIZE);
    const target = aimAt({ kind, port: device.port, dialect: "lifesize", asks: lifesizeAsks });
    for (let n = 0; n < 3; n++) expect((await probe.look(target, never)).status).toBe("up");
    expect(device.connections).toBe(1);
  });

  it("a session that died in between is opened again, and the device is no less up", async () => {
    const { device, probe } = await played(kind, LIFESIZE);
    const target = aimAt({ kind, port: device.port, dialect: "lifesize", asks: lifesizeAsks });
    await probe.look(target, never);
    device.cut();
    const again = await probe.look(target, never);
    expect(again.status, again.detail).toBe("up");
    expect(device.connections).toBe(2);
  });

  it("replies that come late, in pieces, with others' lines between them, are still told apart", async () => {
    const messy: Play = {
      ...POLY,
      answer: (command, stream) => {
        const said = `notification:callstatus:outgoing:34:Clinique Tremblay:203.0.113.77:connected:384:0:videocall\n${POLY_ANSWERS[command] ?? ""}\n`;
        const bytes = Buffer.from(`-> -> ${said.replaceAll("\n", "\r\r\n")}-> `);
        const cut = Math.floor(bytes.length / 2);
        setTimeout(() => stream.write(bytes.subarray(0, cut)), 50);
        setTimeout(() => stream.write(bytes.subarray(cut)), 120);
        return "";
      },
    };
    const finding = await look(kind, messy, { dialect: "poly", asks: polyAsks });
    expect(finding.detail).toBeUndefined();
    expect(value(finding, "uptime_seconds")).toBe(177_000);
    expect(value(finding, "gatekeeper_address")).toBe("10.1.1.9");
    expectNoFarEnd(finding);
  });

  it("a command that a Poly does not know, or refuses, costs its own values only", async () => {
    const poor = {
      ...POLY,
      answer: (command: string) =>
        command === "status" ? "info: event/notification already active:callstatus" : POLY.answer(command, undefined as never),
    };
    const asks: readonly ShellAsk[] = [...polyAsks, { command: "nonsense get", values: [{ path: "nonsense", name: "model", as: "text" }] }];
    const finding = await look(kind, poor, { dialect: "poly", asks });
    expect(finding.status).toBe("up");
    expect(value(finding, "h323_registration")).toBeUndefined();
    expect(value(finding, "uptime_seconds")).toBe(177_000);
    expect(finding.trace?.join("\n")).toContain("error: command not found");
  });

  it("10 MB of garbage ends the session within the deadline", async () => {
    const garbage = { ...POLY, answer: () => "x".repeat(10 * 1024 * 1024) };
    const { result: finding, ms } = await ownTime(look(kind, garbage, { dialect: "poly", asks: polyAsks, timeoutMs: 4_000 }));
    expect(finding).toMatchObject({ status: "down", code: `${kind}.protocol` });
    expect(ms).toBeLessThan(4_600);
  });

  it("a device that stops answering is down at the deadline, with the question it did not answer", async () => {
    const mute = { ...LIFESIZE, answer: (command: string) => (command === "get system uptime" ? undefined : LIFESIZE_ANSWERS[command]) };
    const finding = await look(kind, mute, { dialect: "lifesize", asks: lifesizeAsks, timeoutMs: 700 });
    expect(finding).toMatchObject({ status: "down", code: `${kind}.timeout`, detail: 'no answer to "get system uptime" in time' });
  });
});

describe.each(["ssh", "telnet"] as const)("the shipped families, over %s", (kind) => {
  const shell = (id: string) => {
    const found = shipped.get(id)?.shell;
    if (found === undefined) throw new Error(`${id} has no shell`);
    return { dialect: found.dialect, asks: found.asks, inCall: found.inCall?.asks ?? [] };
  };

  it("an HDX in a call tells its jitter, rate and loss by channel", async () => {
    const finding = await look(kind, POLY, { ...shell("poly-hdx"), timeoutMs: 8_000 });
    expect(finding.detail).toBeUndefined();
    expect(finding.samples).toContainEqual({ name: "media_jitter_seconds", value: 0.004, part: "channel video outgoing main" });
    expect(finding.samples).toContainEqual({ name: "media_bits_per_second", value: 43_000, part: "channel video incoming main" });
    expect(finding.samples).toContainEqual({ name: "media_loss_ratio", value: 0.015, part: "channel call outgoing main" });
    expect(finding.whole).toContain("media_jitter_seconds");
    expect(finding.readings).toContainEqual({ name: "peripheral", value: "connected", part: "microphone" });
    expect(value(finding, "serial")).toBe("8213110F6B2CCN");
    expectNoFarEnd(finding);
  });

  it("a LifeSize in a call tells the loss of its 31 columns by channel", async () => {
    const finding = await look(kind, LIFESIZE, { ...shell("lifesize-classic"), timeoutMs: 8_000 });
    expect(finding.samples).toContainEqual({ name: "media_loss_ratio", value: 0.005, part: "channel audio incoming main" });
    expect(finding.samples).toContainEqual({ name: "media_loss_ratio", value: 0.0025, part: "channel video incoming main" });
    expect(finding.samples).toContainEqual({ name: "media_bits_per_second", value: 924.6 * 1024, part: "channel video incoming main" });
    expect(finding.samples).toContainEqual({ name: "media_jitter_seconds", value: 0.019, part: "channel audio outgoing main" });
    expect(value(finding, "temperature_status")).toBe("normal");
    expectNoFarEnd(finding);
  });
});

describe("a gatekeeper's status port", () => {
  it("tells how many endpoints are registered and how many calls run, and nobody's alias", async () => {
    const finding = await look("telnet", GNUGK, { dialect: "gnugk", asks: gnugkAsks });
    expect(finding.detail).toBeUndefined();
    expect(value(finding, "registrations")).toBe(2);
    expect(value(finding, "calls")).toBe(1);
    expect(finding.device.commands[0]?.command).toBe("trace 0");
    expectNoFarEnd(finding);
  });
});
