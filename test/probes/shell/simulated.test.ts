/** The shipped families looked at as the daemon does, against the simulator's command lines, which other people wrote. */
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Credential } from "../../../daemon/model/config.ts";
import type { ProbeKind } from "../../../daemon/model/observation.ts";
import { loadFamilies, shippedFamilies } from "../../../probes/families.ts";
import type { Probe, Target } from "../../../probes/probe.ts";
import { type Simulation, startSimulatedNetwork } from "../../../probes/simulator/simulation.ts";
import { createSshProbe } from "../../../probes/ssh/ssh-probe.ts";
import { createTcpProbe } from "../../../probes/tcp/tcp-probe.ts";
import { createTelnetProbe } from "../../../probes/telnet/telnet-probe.ts";
import { device, env, freePort } from "../simulator/network.ts";
import { memory, password } from "../ssh/peer.ts";
import { aimAt, telnetPassword } from "./player.ts";

const never = new AbortController().signal;
const families = loadFamilies([shippedFamilies()]).families;
const kept = memory();
const inventory = new Set<string>();
const again: [string, number][] = [];
const probes: Readonly<Partial<Record<ProbeKind, Probe>>> = {
  ssh: createSshProbe({ memory: kept, again: (check, inMs) => void again.push([check, inMs]) }),
  telnet: createTelnetProbe({ inventory: () => inventory }),
  tcp: createTcpProbe({ memory: kept }),
};
const ports = { ssh: 0, telnet: 0, status: 0, h323: 0, sip: 0 };
let simulation: Simulation;

beforeAll(async () => {
  for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await freePort();
  const ssh = { port: ports.ssh, user: "vigie", password: "env:SIM_SSH" };
  simulation = await startSimulatedNetwork(
    {
      devices: [
        device("group", 131, { family: "poly-group", kind: "codec", ssh }),
        device("hdx", 132, { family: "poly-hdx", kind: "codec", telnet: { port: ports.telnet, password: "env:SIM_SSH" } }),
        device("lifesize", 133, { family: "lifesize-classic", kind: "codec", ssh: { ...ssh, user: "auto" } }),
        device("gatekeeper", 134, { family: "gnugk", kind: "gatekeeper", telnet: { port: ports.status } }),
        device("endpoint", 136, { family: "h323-sip-endpoint", kind: "endpoint", tcp: [ports.h323, ports.sip] }),
      ],
    },
    { env },
  );
});
afterAll(async () => {
  for (const probe of Object.values(probes)) await probe.stop();
  await simulation.stop();
});
beforeEach(async () => {
  for (const id of ["group", "hdx", "lifesize", "gatekeeper", "endpoint"]) await simulation.apply({ device: id, fault: "restored" });
});

const addresses = {
  group: "127.31.7.131",
  hdx: "127.31.7.132",
  lifesize: "127.31.7.133",
  gatekeeper: "127.31.7.134",
  endpoint: "127.31.7.136",
};

function look(
  id: keyof typeof addresses,
  kind: "ssh" | "telnet" | "tcp",
  family: string,
  more: { port?: number; credential?: Credential },
) {
  const made = aimAt({ kind: "ssh", port: more.port ?? 22, dialect: "poly", asks: [], id, address: addresses[id], timeoutMs: 15_000 });
  const shipped = families.get(family);
  if (shipped === undefined) throw new Error(family);
  const target: Target = {
    check: { ...made.check, id: `${id}/${kind}`, kind },
    device: made.device,
    family:
      kind === "tcp"
        ? { ...shipped, tcp: [ports.h323, ports.sip].map((port) => ({ port, name: "x", certainty: "memory" as const })) }
        : shipped,
    ...(more.credential === undefined ? {} : { credential: more.credential }),
  };
  return probes[kind]?.look(target, never, { trace: true }) ?? Promise.reject(new Error(kind));
}

it("a Poly Group over SSH, idle and in a call", async () => {
  const credential = password(env.SIM_SSH);
  const idle = await look("group", "ssh", "poly-group", { port: ports.ssh, credential });
  expect(idle.status, idle.detail).toBe("up");
  expect(idle.samples).toContainEqual({ name: "calls", value: 0 });
  expect(idle.readings).toContainEqual({ name: "model", value: "RealPresence Group 700" });
  expect(again).toEqual([]);
  await simulation.apply({ device: "group", fault: "call-started" });
  const busy = await look("group", "ssh", "poly-group", { port: ports.ssh, credential });
  expect(busy.samples).toContainEqual({ name: "calls", value: 1 });
  expect(busy.samples.filter(({ name }) => name === "media_jitter_seconds").length).toBeGreaterThanOrEqual(4);
  expect(JSON.stringify(busy)).not.toMatch(/Far\.?End/i);
  expect(again).toEqual([["group/ssh", 30_000]]);
}, 40_000);

it("an HDX over telnet; its gatekeeper lost is a registration lost", async () => {
  const credential = telnetPassword(env.SIM_SSH);
  const good = await look("hdx", "telnet", "poly-hdx", { port: ports.telnet, credential });
  expect(good.status, `${good.detail} ${good.trace?.join("\n")}`).toBe("up");
  expect(good.readings).toContainEqual({ name: "h323_registration", value: "registered" });
  await simulation.apply({ device: "hdx", fault: "h323-unregistered" });
  const lost = await look("hdx", "telnet", "poly-hdx", { port: ports.telnet, credential });
  expect(lost.readings).toContainEqual({ name: "h323_registration", value: "unregistered" });
}, 40_000);

it("an HDX whose answers come late, with lines of others between them", async () => {
  const credential = telnetPassword(env.SIM_SSH);
  await simulation.apply({ device: "hdx", fault: "late", part: "300" });
  await simulation.apply({ device: "hdx", fault: "interleaved" });
  const finding = await look("hdx", "telnet", "poly-hdx", { port: ports.telnet, credential });
  expect(finding.status, `${finding.detail} ${finding.trace?.join("\n")}`).toBe("up");
  expect(finding.readings).toContainEqual({ name: "h323_registration", value: "registered" });
}, 40_000);

it("a LifeSize over SSH, and one that is too hot", async () => {
  const credential = password(env.SIM_SSH, "auto");
  const good = await look("lifesize", "ssh", "lifesize-classic", { port: ports.ssh, credential });
  expect(good.status, `${good.detail} ${good.trace?.join("\n")}`).toBe("up");
  expect(good.readings).toContainEqual({ name: "temperature_status", value: "normal" });
  await simulation.apply({ device: "lifesize", fault: "hot" });
  const hot = await look("lifesize", "ssh", "lifesize-classic", { port: ports.ssh, credential });
  expect(hot.readings.find(({ name }) => name === "temperature_status")?.value).not.toBe("normal");
}, 40_000);

it("a gatekeeper's list, of which only our own addresses are told", async () => {
  inventory.add("127.31.7.132");
  const finding = await look("gatekeeper", "telnet", "gnugk", { port: ports.status });
  expect(finding.status, `${finding.detail} ${finding.trace?.join("\n")}`).toBe("up");
  expect(finding.readings).toContainEqual({ name: "registration_listed", value: "listed", part: "127.31.7.132" });
  expect(finding.readings.filter(({ part }) => part !== "127.31.7.132")).toEqual([]);
  expect(finding.whole).toContain("registration_listed");
  expect(finding.samples.find(({ name }) => name === "registrations")?.value).toBeGreaterThan(1);
});

it("an endpoint's ports", async () => {
  const finding = await look("endpoint", "tcp", "h323-sip-endpoint", {});
  expect(finding.readings.map(({ value }) => value)).toEqual(["open", "open"]);
});

/** What the people in the room have chosen, each in the words and steps of the family. */
it.each([
  ["group", "ssh", "poly-group", () => ({ port: ports.ssh, credential: password(env.SIM_SSH) }), "3"],
  ["hdx", "telnet", "poly-hdx", () => ({ port: ports.telnet, credential: telnetPassword(env.SIM_SSH) }), "3"],
  ["lifesize", "ssh", "lifesize-classic", () => ({ port: ports.ssh, credential: password(env.SIM_SSH, "auto") }), "hdmi1"],
] as const)(
  "%s tells that its microphones were muted, its volume and which source it shows",
  async (id, kind, family, more, source) => {
    const before = await look(id, kind, family, more());
    expect(before.readings, before.detail).toContainEqual({ name: "microphone_mute", value: "off" });
    await simulation.apply({ device: id, fault: "muted" });
    await simulation.apply({ device: id, fault: "volume", part: "8" });
    await simulation.apply({ device: id, fault: "source", part: "3" });
    const after = await look(id, kind, family, more());
    expect(after.readings).toContainEqual({ name: "microphone_mute", value: "on" });
    expect(after.readings).toContainEqual({ name: "video_source", value: source });
    expect(after.samples).toContainEqual({ name: "volume_ratio", value: 0.08 });
  },
  40_000,
);
