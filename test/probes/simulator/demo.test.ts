/** The demo network as shipped: its configuration loads, its script names what is there, and the simulator runs it as a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadConfig } from "../../../daemon/config/load.ts";
import type { Config } from "../../../daemon/model/config.ts";
import { builtFile, projectRoot } from "../../../probes/built.ts";
import { describeScript, loadScript, play } from "../../../probes/simulator/script.ts";
import { startSimulatedNetwork } from "../../../probes/simulator/simulation.ts";
import { resolveRef, type SimulatedNetworkSpec, specFrom } from "../../../probes/simulator/spec.ts";
import { ask, freePort } from "./network.ts";

const env = {
  VIGIE_DEMO_SNMP_AUTH: "auth-password",
  VIGIE_DEMO_SNMP_PRIV: "priv-password",
  VIGIE_DEMO_COMMUNITY: "demo-community",
  VIGIE_DEMO_CODEC_PASSWORD: "codec-password",
  VIGIE_DEMO_TOKEN: "a-token-of-the-demo",
};
const folder = mkdtempSync(join(tmpdir(), "vigie-demo-"));
const script = loadScript(join(projectRoot(), "demo", "script.yaml"));
const commands = script.steps.flatMap((step) => step.commands);
let config: Config;

beforeAll(async () => {
  const loaded = await loadConfig(join(projectRoot(), "demo", "vigie.yaml"), { env, demo: true });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  config = loaded.config;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The demo's spec, on ports of the test's own, so that a demo running beside it is left alone. */
async function spec(): Promise<SimulatedNetworkSpec> {
  const [snmp, ssh, telnet, tcp, https] = [await freePort(), await freePort(), await freePort(), await freePort(), await freePort()];
  const made = specFrom(config);
  const devices = made.devices.map((device) => ({
    ...device,
    ...(device.snmp === undefined ? {} : { snmp: { ...device.snmp, port: snmp } }),
    ...(device.ssh === undefined ? {} : { ssh: { ...device.ssh, port: ssh } }),
    ...(device.telnet === undefined ? {} : { telnet: { ...device.telnet, port: telnet } }),
    ...(device.https === undefined ? {} : { https: { ...device.https, port: https } }),
    ...(device.tcp === undefined ? {} : { tcp: [tcp] }),
  }));
  return { devices };
}

it("has the coordination centre, six institutions, at least 26 devices of at least 8 families, each at an address of its own", () => {
  const devices = [...config.network.devices.values()];
  expect(config.network.sites.size).toBe(7);
  expect(devices.length).toBeGreaterThanOrEqual(26);
  expect(new Set(devices.map((device) => device.family)).size).toBeGreaterThanOrEqual(8);
  expect(new Set(devices.map((device) => device.address)).size).toBe(devices.length);
  expect(new Set(devices.map((device) => device.kind))).toEqual(
    new Set(["codec", "gatekeeper", "bridge", "switch", "router", "ups", "host", "endpoint"]),
  );
  for (const device of devices) expect(device.address).toMatch(/^127\./);
});

it("writes no secret into the spec", () => {
  const text = JSON.stringify(specFrom(config));
  for (const secret of Object.values(env)) expect(text).not.toContain(`"${secret}"`);
  expect(text).toContain("env:VIGIE_DEMO_CODEC_PASSWORD");
  expect(() => resolveRef("env:NOT_SET_ANYWHERE", {})).toThrow("no secret env:NOT_SET_ANYWHERE");
});

it("every step of the script is possible, and after a round everything is as before", async () => {
  const simulation = await startSimulatedNetwork(await spec(), { env });
  try {
    for (const command of commands) await simulation.apply(command);
  } finally {
    await simulation.stop();
  }
  const broken = new Set<string>();
  for (const command of commands) {
    const key = `${command.device} ${command.part ?? ""}`.trim();
    if (command.fault === "restored") for (const one of broken) if (one.split(" ")[0] === command.device) broken.delete(one);
    if (command.fault === "port-up") broken.delete(key);
    else if (!["restored", "reboot", "user-assist"].includes(command.fault)) broken.add(key);
  }
  expect([...broken]).toEqual([]);
});

it("shows within two minutes a codec and a site going and coming back, a registration, a camera, a UPS and a port", () => {
  const soon = script.steps
    .filter((step) => step.atMs <= 120_000)
    .flatMap((step) => step.commands.map(({ device, fault }) => `${device}/${fault}`));
  for (const wanted of ["silent", "sip-unregistered", "camera-unplugged", "on-battery", "port-down"]) expect(soon.join()).toContain(wanted);
  expect(soon.filter((step) => step.endsWith("restored")).length).toBeGreaterThanOrEqual(5);
});

it("shows a site, a flapping port, a codec ten minutes before its session, and six circuits at once", () => {
  const times = (device: string, fault: string) =>
    script.steps.filter((step) => step.commands.some((each) => each.device === device && each.fault === fault)).map(({ atMs }) => atMs);
  expect(times("baie-aux-outardes-switch", "port-down")).toHaveLength(5);
  const [session] = script.sessions;
  const codecs = [...config.network.devices.values()].filter(({ room }) => room !== undefined && session?.rooms.includes(room));
  expect(codecs.some(({ id }) => times(id, "silent").some((at) => at === (session?.atMs ?? 0) - 600_000))).toBe(true);
  for (const room of session?.rooms ?? []) expect(config.network.rooms.has(room), room).toBe(true);
  // It can be held, as the caption says: nothing of its sites and rooms fails while it lasts, in whatever round.
  const [from, to] = [session?.atMs ?? 0, (session?.atMs ?? 0) + (session?.lastsMs ?? 0)].map((at) => at % script.loopEveryMs);
  const needed = codecs.flatMap(({ id, site }) => [id, `${site}-switch`, `${site}-router`]);
  for (const id of needed) {
    const failing = script.steps.filter((step) => step.atMs < (to ?? 0) && step.commands.some(({ device }) => device === id)).at(-1);
    const last = failing?.commands.find(({ device }) => device === id);
    expect([id, last?.fault ?? "restored", (failing?.atMs ?? 0) <= (from ?? 0)]).toEqual([id, "restored", true]);
  }
  const links = [...config.network.links.values()].flatMap(({ device }) => device ?? []);
  const together = script.steps.filter((step) => step.commands.length === links.length && step.commands[0]?.fault === "silent");
  expect(together.map((step) => step.commands.map(({ device }) => device).toSorted())).toEqual([links.toSorted()]);
});

it("describes itself in both languages, a line a step and one for the repetition", () => {
  const [fr, en] = [describeScript(script, "fr"), describeScript(script, "en")];
  expect(fr).toHaveLength(script.steps.length + 1);
  expect(fr[1]).toBe("  0:12  Saint-Rivage : le codec de la salle A-101 ne répond plus");
  expect(en.at(-1)).toBe("  8:00  then all over again, every 8 min");
  for (const [index, line] of fr.slice(0, -1).entries()) expect(line).not.toBe(en[index]);
});

it("a script with mistakes is refused with all of them", () => {
  const file = join(folder, "bad.yaml");
  writeFileSync(file, "loop_every: 5m\nsteps:\n  - { at: 3s, device: x, fault: explode, caption: { fr: a } }\n");
  expect(() => loadScript(file)).toThrow(/loop_every: a time is in whole seconds[\s\S]*steps\.0\.fault[\s\S]*steps\.0\.caption\.en/);
});

it("plays the steps at their times, round after round, until stopped", async () => {
  const done: string[] = [];
  const ending = new AbortController();
  let elapsed = 0;
  const act = (at: number): Promise<void> => {
    done.push(`${Math.floor(elapsed / 1_000)}s ${at}`);
    if (done.length === 5) ending.abort();
    return Promise.resolve();
  };
  const steps = [0, 1].map((index) => ({
    atMs: index,
    commands: [{ device: "x", fault: "silent" as const }],
    caption: { fr: "", en: "" },
  }));
  await play({ loopEveryMs: 2, steps }, (step) => act(step.atMs), { signal: ending.signal, elapsedMs: () => elapsed++ });
  expect(done.map((line) => line.split(" ")[1])).toEqual(["0", "1", "0", "1", "0"]);
});

interface Running {
  readonly child: ChildProcess;
  line(): Promise<unknown>;
  ended(): Promise<number | null>;
}

function start(args: readonly string[], more: Readonly<Record<string, string>> = env): Running {
  const child = spawn(process.execPath, [builtFile("probes/simulator/main.js"), ...args], {
    env: { ...process.env, ...more },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  return { child, line: async () => JSON.parse(String((await lines.next()).value)), ended: () => ended };
}

it("runs as a process: says ready with every socket bound, obeys commands, and ends when its parent's pipe closes", async () => {
  const made = await spec();
  const file = join(folder, "spec.json");
  writeFileSync(file, JSON.stringify(made));
  const running = start([file]);
  expect(await running.line()).toMatchObject({ ready: true, agents: 33, codecs: 12, webs: 1 });
  const port = made.devices.find((device) => device.id === "cecot-bridge")?.snmp?.port ?? 0;
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const bound = readFileSync("/proc/net/udp", "utf8")
    .split("\n")
    .filter((line) => new RegExp(`[0-9A-F]{6}7F:${hex} `).test(line));
  expect(bound.length).toBeGreaterThanOrEqual(24);
  expect(await ask("snmpget", ["-v2c", "-c", env.VIGIE_DEMO_COMMUNITY, `127.20.1.5:${port}`, "1.3.6.1.2.1.1.1.0"])).toContain("Codian");
  running.child.stdin?.write('{"device":"cecot-bridge","fault":"silent"}\n{"device":"cecot-bridge","fault":"nonsense"}\n');
  expect(await running.line()).toEqual({ applied: { device: "cecot-bridge", fault: "silent" } });
  expect(await running.line()).toHaveProperty("error");
  expect(await ask("snmpget", ["-v2c", "-c", env.VIGIE_DEMO_COMMUNITY, `127.20.1.5:${port}`, "1.3.6.1.2.1.1.1.0"])).toContain("Timeout");
  running.child.stdin?.end();
  expect(await running.ended()).toBe(0);
});

it("with --wait the script begins at the word start, and SIGTERM ends it", async () => {
  const file = join(folder, "spec-wait.json");
  writeFileSync(file, JSON.stringify(await spec()));
  const quick = join(folder, "quick.yaml");
  writeFileSync(
    quick,
    "loop_every: 60s\nsteps:\n  - { at: 0s, device: cecot-ups, fault: on-battery, caption: { fr: batterie, en: battery } }\n",
  );
  const running = start([file, "--script", quick, "--wait", "--host-keys", join(folder, "keys")]);
  expect(await running.line()).toMatchObject({ ready: true });
  running.child.stdin?.write("start\n");
  expect(await running.line()).toEqual({
    step: [{ device: "cecot-ups", fault: "on-battery" }],
    caption: { fr: "batterie", en: "battery" },
  });
  running.child.kill("SIGTERM");
  expect(await running.ended()).toBe(0);
});
