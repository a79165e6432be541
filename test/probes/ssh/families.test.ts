/** The shipped Cisco families, read over real SSH from simulated devices: every look, and every event between looks. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Finding } from "../../../daemon/model/observation.ts";
import { loadFamilies, shippedFamilies } from "../../../probes/families.ts";
import { type Simulation, startSimulatedNetwork } from "../../../probes/simulator/simulation.ts";
import { createSshProbe, type SshProbe } from "../../../probes/ssh/ssh-probe.ts";
import { ownTime } from "../../own-time.ts";
import { device, env, freePort } from "../simulator/network.ts";
import { eventually, memory, password, target } from "./peer.ts";

const families = loadFamilies([shippedFamilies()]).families;
const never = new AbortController().signal;
const places = { codec: ["cisco-ce", 71], "old-codec": ["cisco-tc", 72], registrar: ["expressway", 73], room: ["h323", 74] } as const;
type Id = "codec" | "old-codec" | "registrar";
let simulation: Simulation;
let port = 0;
let probe: SshProbe;
const heard: Finding[] = [];

beforeAll(async () => {
  port = await freePort();
  const ssh = { port, user: "vigie", password: "env:SIM_SSH" };
  simulation = await startSimulatedNetwork(
    {
      devices: [
        device("codec", 71, { family: "cisco-ce", kind: "codec", ssh }),
        device("old-codec", 72, { family: "cisco-tc", kind: "codec", ssh }),
        device("registrar", 73, { family: "expressway", kind: "gatekeeper", ssh }),
      ],
    },
    { env },
  );
  probe = createSshProbe({
    memory: memory(),
    heard: (_device, finding) => heard.push(finding),
    random: () => 0,
    inventory: () => new Set(["127.31.7.71"]),
  });
});
afterEach(async () => {
  for (const id of ["codec", "old-codec"]) await simulation.apply({ device: id, fault: "restored" });
  heard.length = 0;
});
afterAll(async () => {
  await probe.stop();
  await simulation.stop();
});

function look(id: Id, trace = false): Promise<Finding> {
  const [name, last] = places[id];
  const family = families.get(name);
  if (family === undefined) throw new Error(`no family ${name}`);
  const aim = target({ port, address: `127.31.7.${last}`, id, credential: password(env.SIM_SSH) });
  return probe.look({ ...aim, family }, never, { trace });
}
const words = (finding: Finding | undefined, name: string): Record<string, string> =>
  Object.fromEntries((finding?.readings ?? []).filter((each) => each.name === name).map(({ part, value }) => [part ?? "", value]));
const number = (finding: Finding | undefined, name: string, part?: string) =>
  finding?.samples.find((each) => each.name === name && each.part === part)?.value;

describe.each(["codec", "old-codec"] as const)("%s", (id) => {
  it("tells its inventory, its state and what hangs on it in one look", async () => {
    const finding = await look(id);
    expect(finding.status, finding.detail).toBe("up");
    for (const name of [
      "model",
      "serial",
      "software_version",
      "mac_address",
      "ip_address",
      "gatekeeper_address",
      "neighbour_port",
      "auto_answer",
    ])
      expect(Object.keys(words(finding, name)), name).toHaveLength(1);
    expect(words(finding, "system_state")).toEqual({ "": "initialized" });
    expect(words(finding, "sip_registration")).toEqual({ "registration 1": "registered" });
    expect(words(finding, "h323_registration")).toEqual({ "": "registered" });
    expect(words(finding, "peripheral")).toMatchObject({ "camera 1": "connected", "microphone 1": "connected", "monitor 1": "connected" });
    expect(words(finding, "standby")).toEqual({ "": "off" });
    expect(number(finding, "calls")).toBe(0);
    expect(finding.whole).toEqual(["diagnostic", "media_loss_ratio", "media_jitter_seconds", "media_bits_per_second"]);
  });

  it.each([
    ["sip-unregistered", (finding: Finding | undefined) => words(finding, "sip_registration")["registration 1"] === "failed"],
    ["camera-unplugged", (finding: Finding | undefined) => words(finding, "peripheral")["camera 1"] === "disconnected"],
    ["microphone-unplugged", (finding: Finding | undefined) => words(finding, "peripheral")["microphone 1"] === "disconnected"],
    ["muted", (finding: Finding | undefined) => words(finding, "microphone_mute")[""] === "on"],
    ["call-started", (finding: Finding | undefined) => number(finding, "calls") === 1],
  ] as const)("tells within a second: %s", async (fault, seen) => {
    await look(id);
    await simulation.apply({ device: id, fault });
    const { ms } = await ownTime(eventually(() => seen(heard.at(-1)), fault));
    expect(ms).toBeLessThan(1_000);
    expect(heard.at(-1)?.readings.length).toBeGreaterThan(10);
  });

  it("tells a part that vanishes from its list as unplugged, within a second and in the looks after it, until it is back", async () => {
    const parts = id === "codec" ? ["camera 1", "microphone 2", "touchpanel 1001"] : ["camera 1", "microphone 2"];
    await look(id);
    for (const part of parts) {
      await simulation.apply({ device: id, fault: "vanished", part });
      const { ms } = await ownTime(eventually(() => words(heard.at(-1), "peripheral")[part] === "disconnected", part));
      expect(ms).toBeLessThan(1_000);
    }
    const gone = words(await look(id), "peripheral");
    for (const part of parts) expect(gone[part], part).toBe("disconnected");
    expect(gone["microphone 1"]).toBe("connected");
    await simulation.apply({ device: id, fault: "plugged" });
    await eventually(() => words(heard.at(-1), "peripheral")["camera 1"] === "connected", "back");
    for (const part of parts) expect(words(await look(id), "peripheral")[part], part).toBe("connected");
  });

  it("tells a diagnostics message by its type, and its end by a whole list without it", async () => {
    await look(id);
    await simulation.apply({ device: id, fault: "diagnostic-raised", part: "CameraPairing:Error" });
    await eventually(() => words(heard.at(-1), "diagnostic").camerapairing === "error", "raised");
    await simulation.apply({ device: id, fault: "diagnostic-raised", part: "UltrasoundConfigSettings:Error" });
    await eventually(() => words(heard.at(-1), "diagnostic").ultrasoundconfigsettings === "info", "noise is info");
    await simulation.apply({ device: id, fault: "diagnostic-gone", part: "CameraPairing" });
    await eventually(() => words(heard.at(-1), "diagnostic").camerapairing === undefined, "gone");
    expect(heard.at(-1)?.whole).toContain("diagnostic");
  });
});

it("the registrar's alarms are told one by one, each by its own number as long as it lasts", async () => {
  const alarms = async () => words(await look("registrar"), "alarm_severity");
  expect(await alarms()).toEqual({});
  for (const part of ["Licence:Warning", "Cluster:Critical", "Disk:Error"])
    await simulation.apply({ device: "registrar", fault: "diagnostic-raised", part });
  const all = await alarms();
  expect(Object.values(all)).toEqual(["warning", "critical", "error"]);
  await simulation.apply({ device: "registrar", fault: "diagnostic-gone", part: "Licence" });
  expect(await alarms()).toEqual(Object.fromEntries(Object.entries(all).slice(1)));
  await simulation.apply({ device: "registrar", fault: "restored" });
  const after = await look("registrar");
  expect(words(after, "alarm_severity")).toEqual({});
  expect(after.whole).toContain("alarm_severity");
});

it("the registrar lists our own addresses, counts all, and no other address leaves the probe", async () => {
  const finding = await look("registrar", true);
  expect(finding.status, finding.detail).toBe("up");
  expect(words(finding, "registration_listed")).toEqual({ "127.31.7.71": "listed" });
  expect(finding.whole).toContain("registration_listed");
  expect(number(finding, "registrations")).toBeGreaterThan(2);
  expect(number(finding, "calls")).toBe(0);
  expect(words(finding, "time_server")).toEqual({ "": "synced" });
  expect(JSON.stringify({ ...finding, detail: "" })).not.toContain("127.31.7.72");
});
