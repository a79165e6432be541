/** What devices' own web interfaces say, asked over real TLS of the simulator, which other people wrote; and every way in which they do not. */
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { Finding } from "../../../daemon/model/observation.ts";
import { createHttpsProbe, type HttpsProbe } from "../../../probes/https/https-probe.ts";
import { selfSigned } from "../../../probes/simulator/certificate.ts";
import type { Simulation } from "../../../probes/simulator/simulation.ts";
import { ownTime } from "../../own-time.ts";
import { aimAtPlayed, aimAtWeb, familyOf, playWeb, type WebAim, type WebId, web, webPassword } from "./aimed.ts";

const never = new AbortController().signal;
let simulation: Simulation;
let port: number;
let nowMs = 0;
let probe: HttpsProbe;

beforeAll(async () => {
  ({ simulation, port } = await playWeb());
});
afterAll(async () => simulation.stop());
beforeEach(async () => {
  await probe?.stop();
  probe = createHttpsProbe({ nowMs: () => nowMs });
  for (const { id } of web) await simulation.apply({ device: id, fault: "restored" });
  for (const state of simulation.devices.values()) state.webRequests = 0;
});

const look = (id: WebId, more?: Partial<WebAim>): Promise<Finding> => probe.look(aimAtPlayed(id, port, more), never, { trace: true });
const why = ({ detail, trace }: Finding): string => `${detail} ${trace?.join("\n")}`;
const value = ({ readings, samples }: Finding, name: string, part?: string): string | number | undefined =>
  [...readings, ...samples].find((each) => each.name === name && each.part === part)?.value;

describe("what is read", () => {
  it("an Icon: idle, and in a call", async () => {
    const idle = await look("icon");
    expect(idle.status, why(idle)).toBe("up");
    expect(value(idle, "calls")).toBe(0);
    expect(value(idle, "software_update")).toBe("none");
    await simulation.apply({ device: "icon", fault: "call-started" });
    expect(value(await look("icon"), "calls")).toBe(1);
  });

  it("a bridge: its health, its gatekeeper, and how many take part, over several pages", async () => {
    const well = await look("mcu");
    expect(well.status, why(well)).toBe("up");
    expect(value(well, "model")).toBe("MCU 4510");
    expect(value(well, "cpu_ratio")).toBe(0.12);
    expect(value(well, "fan_status")).toBe("normal");
    expect(value(well, "voltage_status", "clock-battery")).toBe("normal");
    expect(value(well, "h323_registration")).toBe("registered");
    expect(value(well, "calls")).toBe(0);
    for (let call = 0; call < 12; call += 1) await simulation.apply({ device: "mcu", fault: "call-started" });
    for (const fault of ["hot", "fan-failed", "h323-unregistered"] as const) await simulation.apply({ device: "mcu", fault });
    const ill = await look("mcu");
    expect(value(ill, "calls")).toBe(24);
    expect(value(ill, "conferences")).toBe(12);
    expect(value(ill, "fan_status")).toBe("critical");
    expect(value(ill, "temperature_status")).toBe("warning");
    expect(value(ill, "h323_registration")).toBe("failed");
  });

  it.each(["group", "studio"] as const)("a Poly %s: registration, peripherals, state, calls", async (id) => {
    const well = await look(id);
    expect(well.status, why(well)).toBe("up");
    expect(value(well, "sip_registration", "registration")).toBe("registered");
    expect(value(well, "h323_registration")).toBe("registered");
    expect(value(well, "peripheral", "microphone")).toBe("connected");
    expect(value(well, "system_state")).toBe("initialized");
    expect(value(well, "calls")).toBe(0);
    for (const fault of ["sip-unregistered", "microphone-unplugged", "call-started"] as const)
      await simulation.apply({ device: id, fault });
    const ill = await look(id);
    expect(value(ill, "sip_registration", "registration")).toBe("failed");
    expect(value(ill, "peripheral", "microphone")).toBe("disconnected");
    expect(value(ill, "calls")).toBe(1);
  });

  it("a restart is told once", async () => {
    await look("mcu");
    await simulation.apply({ device: "mcu", fault: "reboot" });
    expect((await look("mcu")).faults.map(({ symptom }) => symptom)).toEqual(["reboot"]);
    expect((await look("mcu")).faults).toEqual([]);
  });

  it("names of conferences, participants and far ends are in nothing that leaves", async () => {
    for (const { id } of web) {
      await simulation.apply({ device: id, fault: "call-started" });
      const said = JSON.stringify(await look(id));
      expect(said).toContain("calls");
      expect(said).not.toMatch(/Tremblay|Gagnon|patient|514555|codec-password/);
    }
  });

  it("nothing is written to any of them", async () => {
    for (const { id } of web) {
      await look(id);
      expect(simulation.devices.get(id)?.writesRefused).toBe(0);
    }
  });
});

describe("sessions", () => {
  it("one is kept while it is used, and opened anew before the 30 s of an Icon are over", async () => {
    nowMs = 0;
    await look("icon");
    nowMs = 20_000;
    await look("icon");
    expect(probe.stats().logins).toBe(1);
    nowMs = 45_000;
    expect((await look("icon")).status).toBe("up");
    expect(probe.stats().logins).toBe(2);
  });

  it.each(["icon", "studio"] as const)("one that %s has forgotten is opened anew, once, in the same look", async (id) => {
    await look(id);
    await simulation.apply({ device: id, fault: "web-sessions-ended" });
    const again = await look(id);
    expect(again.status, why(again)).toBe("up");
    expect(value(again, "calls")).toBe(0);
    expect(probe.stats().logins).toBe(2);
  });
});

describe("refusals", () => {
  it.each(web.map(({ id }) => id))("%s: a wrong password is presented once a look, and is no silence", async (id) => {
    const finding = await look(id, { credential: webPassword("wrong") });
    expect(finding).toMatchObject({ status: "unknown", code: "https.auth-refused" });
    expect(JSON.stringify(finding)).not.toContain("wrong");
    expect(probe.stats().logins).toBeLessThanOrEqual(1);
    expect(simulation.devices.get(id)?.webRequests).toBe(1);
  });

  it("a password that was changed while a session was open is a refusal, and not an account that may ask less", async () => {
    await look("studio");
    await simulation.apply({ device: "studio", fault: "login-refused" });
    expect((await look("studio")).status).toBe("up");
    await simulation.apply({ device: "studio", fault: "web-sessions-ended" });
    expect(await look("studio")).toMatchObject({ status: "unknown", code: "https.auth-refused" });
  });
});

describe("certificates", () => {
  const strict = { legacy: { sshAlgorithms: false } };

  it("one that nobody vouches for is not believed, no password is sent, and its fingerprint is told; pinned, it is believed", async () => {
    const finding = await look("icon", { device: strict });
    expect(finding).toMatchObject({ status: "unknown", code: "https.certificate" });
    expect(simulation.devices.get("icon")?.webRequests).toBe(0);
    const shown = /[0-9A-F]{2}(?::[0-9A-F]{2}){31}/.exec(finding.detail ?? "")?.[0] ?? "";
    const pinned = { ...strict, tlsFingerprint: shown };
    expect((await look("icon", { device: pinned })).status).toBe("up");
    await simulation.apply({ device: "icon", fault: "certificate-changed" });
    const before = simulation.devices.get("icon")?.webRequests;
    expect(await look("icon", { device: pinned })).toMatchObject({ status: "unknown", code: "https.certificate" });
    expect(simulation.devices.get("icon")?.webRequests).toBe(before);
  });
});

describe("old TLS", () => {
  it("TLS 1.0 alone is refused in these words, and read by the device's own yes", async () => {
    const made = selfSigned("old.invalid", "127.31.7.149");
    const old = createServer({ ...made, minVersion: "TLSv1", maxVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" }, (_asked, answer) => {
      answer.writeHead(200, { "Content-Type": "application/json" }).end('{"_rv":0,"session":"s1","total":3,"upgradeInProgress":0}');
    });
    old.listen(0, "127.31.7.149");
    await once(old, "listening");
    onTestFinished(() => void old.close());
    const at = { address: "127.31.7.149", port: (old.address() as AddressInfo).port };
    const aim = (tls: boolean) =>
      aimAtWeb({
        id: "old",
        ...at,
        family: familyOf("lifesize-icon"),
        device: { legacy: { sshAlgorithms: false, unverifiedTls: true, tls } },
      });
    expect(await probe.look(aim(false), never)).toMatchObject({ status: "unknown", code: "https.tls" });
    const read = await probe.look(aim(true), never);
    expect(value(read, "calls"), why(read)).toBe(3);
  });
});

describe("what goes wrong", () => {
  it.each([
    ["page", "down", "https.protocol"],
    ["error", "down", "https.protocol"],
    ["elsewhere", "unknown", "https.redirect"],
    ["huge", "down", "https.protocol"],
    ["bomb", "down", "https.protocol"],
    ["cut", "down", "https.protocol"],
  ] as const)("%s: %s, %s", async (part, status, code) => {
    for (const { id } of web) {
      await simulation.apply({ device: id, fault: "web-odd", part });
      const finding = await look(id);
      expect(finding, `${id}: ${why(finding)}`).toMatchObject({ status, code });
    }
  });

  it("late and silent: down within the deadline, and the question is named", async () => {
    await simulation.apply({ device: "mcu", fault: "late", part: "60000" });
    const { result, ms } = await ownTime(look("mcu", { timeoutMs: 300 }));
    expect(result).toMatchObject({ status: "down", code: "https.timeout", detail: 'no answer to "device.query" in time' });
    expect(ms).toBeLessThan(1_000);
    await simulation.apply({ device: "icon", fault: "silent" });
    expect(await look("icon", { timeoutMs: 300 })).toMatchObject({ status: "down", code: "https.timeout" });
  });

  it("slow, and whole in the end", async () => {
    await simulation.apply({ device: "icon", fault: "slow", part: "5" });
    expect((await look("icon")).status).toBe("up");
  });

  it("nothing is sent before the ceiling lets it, and a look that is stopped while it waits is nobody's silence", async () => {
    const asked: [string, number][] = [];
    const ending = new AbortController();
    const paced = createHttpsProbe({
      pace: (site, packets, signal) => {
        asked.push([site, packets]);
        const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        ending.abort();
        return stopped;
      },
    });
    const look = paced.look(aimAtPlayed("icon", port), ending.signal);
    expect(await look).toMatchObject({ status: "unknown", code: "https.engine" });
    // A handshake, a login and two questions.
    expect(asked).toEqual([["mgh", 24]]);
    expect(simulation.devices.get("icon")?.webRequests).toBe(0);
    await paced.stop();
  });

  it("nobody there: refused", async () => {
    expect(await look("icon", { port: 1 })).toMatchObject({ status: "down", code: "https.refused" });
  });

  it("without a credential nothing is sent", async () => {
    const target = aimAtPlayed("icon", port);
    const { credential: _none, ...bare } = target;
    expect(await probe.look(bare, never)).toMatchObject({ status: "unknown", code: "https.no-credential" });
    expect(simulation.devices.get("icon")?.webRequests).toBe(0);
  });
});
