/** The demo network as shipped, watched by the real daemon: every family answers over its own protocol, and what is ordered is told. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type App, startApp } from "../../daemon/app.ts";
import { loadConfig } from "../../daemon/config/load.ts";
import { createLog } from "../../daemon/log.ts";
import { anchorOf } from "../../daemon/roles/scheduler.ts";
import { builtFile } from "../../probes/built.ts";
import { specFrom } from "../../probes/simulator/spec.ts";
import { until } from "../grafana/watched.ts";
import { demoEnv as env, moveDemo } from "./moved-demo.ts";

const folder = mkdtempSync(join(tmpdir(), "vigie-demo-whole-"));
let app: App;
let simulator: ChildProcess;
let told: AsyncIterator<string>;

beforeAll(async () => {
  // A look is far away: what is seen sooner was told by the codec itself.
  const rarer = (name: string, text: string) =>
    name.includes("baie-aux-outardes") ? text.replace("ssh: { interval: 10s", "ssh: { interval: 40s") : text;
  // All begin at once, in two processes: whoever answers late is not down.
  const patient = (text: string) =>
    text.replace(
      /interval: (\d+)s, timeout: \d+s/g,
      (_, seconds: string) => `interval: ${seconds}s, timeout: ${Math.min(Number(seconds) - 1, 20)}s`,
    );
  const calmer = (name: string, text: string) => patient(rarer(name, text));
  const file = await moveDemo(folder, 21, calmer);
  const loaded = await loadConfig(file, { env, demo: true });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const spec = join(folder, "network.json");
  writeFileSync(spec, JSON.stringify(specFrom(loaded.config)));
  simulator = spawn(process.execPath, [builtFile("probes/simulator/main.js"), spec], { env, stdio: ["pipe", "pipe", "inherit"] });
  if (simulator.stdout === null) throw new Error("the simulator has no output");
  told = createInterface({ input: simulator.stdout })[Symbol.asyncIterator]();
  await told.next();
  app = await startApp({ file, env, demo: true, log: createLog({ level: "error", plain: true }), version: "0.0.0" });
});
afterAll(async () => {
  await app?.stop(false);
  const ended = once(simulator, "exit");
  simulator.stdin?.end();
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

async function strike(device: string, fault: string, part?: string): Promise<void> {
  simulator.stdin?.write(`${JSON.stringify({ device, fault, ...(part === undefined ? {} : { part }) })}\n`);
  expect(JSON.parse(String((await told.next()).value))).toHaveProperty("applied");
}

async function get<T>(path: string): Promise<T> {
  const answer = await fetch(`${app.url}${path}`, { headers: { authorization: `Bearer ${env.VIGIE_DEMO_TOKEN}` } });
  expect(answer.status, path).toBe(200);
  return (await answer.json()) as T;
}

interface Alarm {
  readonly device: string;
  readonly symptom: string;
  readonly part?: string;
  readonly state: string;
}

async function alarm(device: string, symptom: string): Promise<Alarm | undefined> {
  const { items } = await get<{ items: readonly Alarm[] }>("/api/v1/alarms");
  return items.find((one) => one.device === device && one.symptom === symptom);
}

it("every look of every device is good: SNMP v2c and v3, xAPI, Poly, LifeSize, telnet, a web interface, the status port, signalling ports", async () => {
  const spec = JSON.parse(readFileSync(join(folder, "network.json"), "utf8")) as { devices: object[] };
  const looks = await until(
    "all looks are good",
    async () => {
      const text = await (await fetch(`${app.url}/metrics`)).text();
      const all = [...text.matchAll(/^vigie_device_look_up\{device="([^"]+)",[^}]*kind="(\w+)"\} (\S+)$/gm)];
      const kinds = new Set(all.map(([, , kind]) => kind));
      const devices = new Set(all.map(([, device]) => device));
      const good = all.every(([, , , up]) => up === "1") && devices.size === spec.devices.length;
      return good && ["icmp", "snmp", "ssh", "telnet", "https", "tcp"].every((kind) => kinds.has(kind)) ? all : undefined;
    },
    120_000,
  );
  expect(looks.length).toBeGreaterThan(spec.devices.length);
}, 240_000);

it("the bridge, asked over its web interface, is on the gatekeeper's list: a demo without faults has no incident", async () => {
  // Until the gatekeeper's list has been read, the light only has the bridge's own word.
  const light = await until(
    "both sides of its registration have been heard",
    async () => {
      const device = await get<{ lights?: readonly { name: string; state: string; code: string }[] }>("/api/v1/devices/cecot-bridge");
      return device.lights?.find((each) => each.name === "registered" && JSON.stringify(each).includes("both-sides"));
    },
    120_000,
  );
  expect(light.state).toBe("good");
  expect((await get<{ items: readonly object[] }>("/api/v1/incidents")).items).toEqual([]);
}, 240_000);

/** Its looks come every 40 s: begins right after one, or long before the next; how long until then. */
async function longBeforeLook(check: string): Promise<number> {
  const leftMs = () => 40_000 - ((Date.now() - anchorOf(check, 40_000)) % 40_000);
  await until("its next look is far away", async () => leftMs() > 20_000 && leftMs() < 37_000);
  return leftMs();
}

it("a camera that is unplugged is seen at once, long before the next look", async () => {
  await until(
    "the session is open and listens",
    async () =>
      (await (await fetch(`${app.url}/metrics`)).text()).includes(
        'look_up{device="baie-aux-outardes-codec-1",site="baie-aux-outardes",family="cisco-ce",kind="ssh"} 1',
      ),
    120_000,
  );
  const withinMs = await longBeforeLook("baie-aux-outardes-codec-1/ssh");
  await strike("baie-aux-outardes-codec-1", "camera-unplugged");
  const seen = await until("the alarm is pending", () => alarm("baie-aux-outardes-codec-1", "camera-disconnected"), withinMs);
  expect(seen.part).toBe("camera 1");
}, 240_000);

it("tells of what each family can have, each over its own way", async () => {
  const orders: readonly (readonly [device: string, fault: string, symptom: string, part?: string])[] = [
    ["lac-ardoise-codec-1", "forgotten-by-gatekeeper", "registration-mismatch"],
    ["saint-rivage-codec-3", "hot", "over-temperature"],
    ["cecot-bridge", "fan-failed", "fan-failed"],
    ["cecot-bridge-2", "supply-failed", "bridge-fault"],
    ["baie-aux-outardes-endpoint", "tcp-closed", "signalling-port-closed", "1720"],
    ["saint-rivage-codec-2", "media-loss", "media-loss", "8"],
    ["lac-ardoise-ups", "on-battery", "on-battery"],
  ];
  for (const [device, fault, , part] of orders) await strike(device, fault, part);
  await strike("mont-bouleau-codec-2", "user-assist");
  for (const [device, , symptom] of orders) await until(`${symptom} on ${device}`, () => alarm(device, symptom), 120_000);
  await until("a request for help", async () => {
    const { items } = await get<{ items: readonly { device?: string; symptom?: string }[] }>("/api/v1/incidents");
    return items.some((one) => one.device === "mont-bouleau-codec-2" && one.symptom === "user-assistance");
  });
}, 240_000);

it("what is plugged in again is seen at once, too", async () => {
  const withinMs = await longBeforeLook("baie-aux-outardes-codec-1/ssh");
  await strike("baie-aux-outardes-codec-1", "restored");
  await until("the camera is back", async () => (await alarm("baie-aux-outardes-codec-1", "camera-disconnected")) === undefined, withinMs);
});

interface Incident {
  readonly id: string;
  readonly device?: string;
  readonly state: string;
  readonly severity: string;
  readonly symptom: string;
  readonly foldedInto?: string;
}

const unreachable = ["silent", "link-down"];

/** What fails for not being reached, and is nobody else's. */
async function outages(): Promise<readonly Incident[]> {
  const { items } = await get<{ items: readonly Incident[] }>("/api/v1/incidents?limit=200");
  return items.filter((one) => one.foldedInto === undefined && one.state === "open" && unreachable.includes(one.symptom));
}

it("a codec that dies ten minutes before its session: the session is not ready, and the incident of the codec says so", async () => {
  await strike("ile-du-phare-codec-1", "silent");
  const [from, to] = [10, 15].map((minutes) => new Date(Date.now() + minutes * 60_000).toISOString());
  const body = JSON.stringify({ rooms: ["ile-du-phare-consult", "saint-rivage-b210"], from, to, kind: "clinical" });
  const headers = { authorization: `Bearer ${env.VIGIE_DEMO_TOKEN}`, "content-type": "application/json" };
  expect((await fetch(`${app.url}/api/v1/sessions`, { method: "POST", headers, body })).status).toBe(200);
  interface Ready {
    readonly verdict: string;
    readonly incident?: string;
  }
  const told = async () => {
    const { items } = await get<{ items: readonly { readiness?: Ready }[] }>("/api/v1/sessions");
    const notReady = items.find((one) => one.readiness?.verdict === "not-ready")?.readiness;
    const outage = (await outages()).find(({ device }) => device === "ile-du-phare-codec-1");
    return {
      isNotReady: notReady !== undefined,
      severity: outage?.severity,
      isInIt: outage !== undefined && notReady?.incident === outage.id,
    };
  };
  await expect.poll(told, { timeout: 150_000, interval: 200 }).toEqual({ isNotReady: true, severity: "major", isInIt: true });
  await strike("ile-du-phare-codec-1", "restored");
  await until("the codec is back", async () => (await outages()).length === 0 || undefined, 120_000);
}, 240_000);

it("six circuits that fail together are one major incident, in the core of the network", async () => {
  const routers = ["saint-rivage", "lac-ardoise", "mont-bouleau", "baie-aux-outardes", "ile-du-phare", "riviere-blanche"];
  for (const site of routers) await strike(`${site}-router`, "silent");
  for (const site of routers) await until(`${site} is down`, () => alarm(`${site}-router`, "silent"), 120_000);
  // The first router's own incident stands alone for a moment, until it is known that the others fail with it.
  await expect
    .poll(outages, { timeout: 120_000, interval: 200 })
    .toMatchObject([{ symptom: "link-down", severity: "major", verdict: "ritm-core" }]);
}, 240_000);
