/** The simulator's REST interface, over HTTP as whoever drives it sees it. */
import { request } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { faults } from "../../../probes/simulator/fault.ts";
import { type RestServer, startRest } from "../../../probes/simulator/rest.ts";
import { type Simulation, startSimulatedNetwork } from "../../../probes/simulator/simulation.ts";
import { ask, asV2c, env, freePort, network } from "./network.ts";

let simulation: Simulation;
let rest: RestServer;
let snmp = 0;
const url = (path: string): string => `http://127.0.0.1:${rest.port}${path}`;
const post = (path: string, body: unknown): Promise<Response> =>
  fetch(url(path), { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

beforeAll(async () => {
  snmp = await freePort();
  simulation = await startSimulatedNetwork(network({ snmp, ssh: await freePort(), traps: await freePort() }), { env });
  rest = await startRest(simulation, "127.0.0.1", 0);
});
afterAll(async () => {
  await rest.stop();
  await simulation.stop();
});

it("lists the devices with what they are, and nothing wrong with any", async () => {
  const devices = (await (await fetch(url("/devices"))).json()) as { id: string; family: string; serial: string; wrong: string[] }[];
  expect(devices.map((one) => one.id)).toEqual(["core", "router", "switch", "codec", "ups", "apc", "poly"]);
  expect(devices.every((one) => one.wrong.length === 0)).toBe(true);
  expect(devices[3]).toMatchObject({ family: "cisco-ce", model: "Cisco TelePresence SX80", serial: expect.stringMatching(/^SIM\d{8}$/) });
});

it("a fault that is ordered is there when the answer comes, is listed in words, and ends with DELETE", async () => {
  const answer = await post("/devices/switch/faults", { fault: "port-down", part: "GigabitEthernet1/0/5" });
  expect(answer.status).toBe(201);
  expect(await answer.json()).toMatchObject({ id: "switch", wrong: ["GigabitEthernet1/0/5 down"] });
  const status = ["1.3.6.1.2.1.2.2.1.8.5"];
  expect(await ask("snmpget", [...asV2c, `127.31.7.3:${snmp}`, ...status])).toContain("INTEGER: 2");
  expect(await (await fetch(url("/devices/switch/faults"), { method: "DELETE" })).json()).toMatchObject({ wrong: [] });
  expect(await ask("snmpget", [...asV2c, `127.31.7.3:${snmp}`, ...status])).toContain("INTEGER: 1");
});

it("says what can be ordered, and what is wrong with an order", async () => {
  expect(await (await fetch(url("/faults"))).json()).toEqual(faults);
  const unknown = await post("/devices/switch/faults", { fault: "explode" });
  expect(unknown.status).toBe(400);
  expect(((await unknown.json()) as { error: string }).error).toMatch(/fault: .*GET \/faults lists them/);
  const nowhere = await post("/devices/nobody/faults", { fault: "silent" });
  expect(nowhere.status).toBe(404);
  expect(((await nowhere.json()) as { error: string }).error).toMatch(/no device nobody/);
  const part = await post("/devices/switch/faults", { fault: "port-down", part: "Te9/9" });
  expect(part.status).toBe(409);
  expect(((await part.json()) as { error: string }).error).toMatch(/switch has no interface Te9\/9; it has GigabitEthernet1\/0\/1/);
  const text = await fetch(url("/devices/switch/faults"), { method: "POST", headers: { "content-type": "application/json" }, body: "{" });
  expect(text.status).toBe(400);
});

it("every fault can be ordered of a codec or of what it is for, and every one ends with DELETE", async () => {
  for (const fault of faults) {
    const id = fault.startsWith("port-") ? "switch" : "codec";
    // Only what a list names can vanish from it.
    const part = fault === "vanished" ? { part: "camera 1" } : {};
    const answer = await post(`/devices/${id}/faults`, { fault, ...part });
    expect([fault, answer.status]).toEqual([fault, 201]);
    const after = (await (await fetch(url(`/devices/${id}/faults`), { method: "DELETE" })).json()) as { wrong: string[] };
    expect([fault, after.wrong]).toEqual([fault, []]);
  }
});

it("listens nowhere but on loopback", async () => {
  for (const host of ["0.0.0.0", "::", "192.0.2.1", "10.0.0.1", "example.org", ""])
    await expect(startRest(simulation, host, 0)).rejects.toThrow(/is not loopback; .*write 127\.0\.0\.1:0/);
});

it("does not serve a page that reaches loopback under a name of its own", async () => {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const asked = request(url("/devices"), { headers: { host: "evil.example" } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.on("error", reject).end();
  });
  expect(status).toBe(403);
});
