/**
 * Devices that are asked over their own web interface, from the wire to the lights: an Icon and a bridge, certificates that are pinned,
 * vouched for and exchanged, and a family of the site's own that reads the registration of its Icon.
 */
import { X509Certificate } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { startSimulatedNetwork } from "../../probes/simulator/simulation.ts";
import type { SimulatedDevice } from "../../probes/simulator/spec.ts";
import { type Daemon, people, Rig, until } from "./rig.ts";

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.end();
});

const port = 8_443;
const ownIcon = {
  ...{ id: "icon-registered", kind: "codec", name: { fr: "Icon", en: "Icon" }, certainty: "manual" },
  recognise: { sys_object_id: [], sys_descr: [], banner: [] },
  checks: { https: { interval: "1s" } },
  https: {
    dialect: "icon",
    asks: [
      {
        command: "Comm_getSipState",
        values: [
          { path: "state", name: "sip_registration", as: "state", states: { 0: "registered", 1: "registering", 2: "unregistered" } },
        ],
      },
    ],
  },
  meanings: [
    {
      ...{ reading: "sip_registration", values: ["registering", "unregistered"], symptom: "sip-unregistered" },
      ...{ category: "registration", certainty: "manual" },
    },
  ],
  fine: { sip_registration: ["registered"] },
};

async function lightOf(daemon: Daemon, device: string, name: string): Promise<string> {
  const { lights } = await daemon.device(device);
  const { state, code, data } = lights.find((each) => each.name === name) ?? {};
  return `${state} ${code} ${data?.code ?? ""}`.trim();
}

function everything(folder: string): string {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, "latin1"))
    .join("\n");
}

it("from the wire to the lights of the device page, and nothing of anybody's in what is kept", { timeout: 240_000 }, async () => {
  const rig = new Rig();
  rigs.push(rig);
  rig.env.WEB_PASSWORD = "Motdepasse-7-web";
  const https = { port, user: "vigie", password: "env:WEB_PASSWORD" };
  rig.file("recorded/about.yaml", "family: lifesize-icon\n");
  rig.file("recorded/web.yaml", `- { ask: Comm_getSipState, answer: '{"_rv":"0","state":"0"}' }\n`);
  const device = (id: string, last: number, family: string, more: Partial<SimulatedDevice> = {}): SimulatedDevice => ({
    ...{ id, name: id, address: rig.address(last), family, kind: family === "codian-mcu" ? "bridge" : "codec", parents: [], https },
    ...more,
  });
  const devices = [
    device("icon", 31, "lifesize-icon"),
    device("mcu", 32, "codian-mcu"),
    device("own", 33, "lifesize-icon", { recording: join(rig.folder, "recorded") }),
  ];
  const keys = join(rig.folder, "keys");
  const simulation = await startSimulatedNetwork({ devices }, { env: rig.env, hostKeys: keys });
  rig.later(() => simulation.stop());
  const certificateOf = (id: string) => (JSON.parse(readFileSync(join(keys, `${id}.tls.json`), "utf8")) as { cert: string }).cert;
  const pinned = (id: string) => new X509Certificate(certificateOf(id)).fingerprint256;
  rig.file("families/icon-registered.yaml", JSON.stringify(ownIcon));
  const checks = { icmp: false, tcp: false, snmp: false, https: { interval: "1s" } };
  // One is pinned, one is vouched for by an authority, and of one whatever it shows is believed.
  const config = rig.config({
    credentials: { web: { https_password: { user: "vigie", password: { env: "WEB_PASSWORD" } } } },
    families: { include: ["families/*.yaml"] },
    devices: {
      icon: {
        site: "mgh",
        address: rig.address(31),
        family: "lifesize-icon",
        https: "web",
        https_port: port,
        checks,
        tls_fingerprint: pinned("icon"),
      },
      mcu: {
        ...{ site: "mgh", address: rig.address(32), family: "codian-mcu", https: "web", https_port: port, checks },
        legacy: { unverified_tls: true },
      },
      own: {
        ...{ site: "mgh", address: rig.address(33), family: "icon-registered", https: "web", https_port: port },
      },
    },
    channels: { sink: { mail: { host: rig.address(2), port: 2525, from: "vigie@example.org" } } },
    ...people((who) => [{ sink: `${who}@example.org` }]),
  });

  await simulation.apply({ device: "icon", fault: "call-started" });
  await simulation.apply({ device: "mcu", fault: "call-started" });
  const authority = rig.file("authority.pem", certificateOf("own"));
  const daemon = await rig.daemon(config, { NODE_EXTRA_CA_CERTS: authority });
  for (const id of ["icon", "mcu", "own"]) {
    await until(`the account of ${id} is accepted`, async () => (await lightOf(daemon, id, "login")) === "good accepted");
    await until(`${id} answers`, async () => (await lightOf(daemon, id, "api")) === "good answers");
  }
  await until("in a call", async () => (await daemon.device("icon")).activity?.state === "in-call");
  await until("the bridge is registered", async () => (await lightOf(daemon, "mcu", "registered")).startsWith("good"));
  await until("the Icon of its own is registered", async () => (await lightOf(daemon, "own", "registered")).startsWith("good"));
  expect(await daemon.text("/devices/icon")).toMatch(/HTTPS/);
  const serial = await until(
    "the bridge has told its serial number",
    async () => (await daemon.look("mcu", "https"))?.readings.find(({ name }) => name === "serial")?.value,
  );
  expect(serial).toMatch(/^SIM/);
  const scraped = await until("its fan is measured", async () => {
    const text = await daemon.text("/metrics");
    return text.includes("fan_status") && text;
  });
  expect(scraped.includes(serial)).toBe(false);

  await simulation.apply({ device: "icon", fault: "certificate-changed" });
  await until("it is another", async () => (await lightOf(daemon, "icon", "login")) === "unknown not-looked https.certificate");
  // A password that was changed on the bridge is presented twice, and then no more.
  await simulation.apply({ device: "mcu", fault: "login-refused" });
  await until("the login rests", async () => (await lightOf(daemon, "mcu", "login")) === "bad resting");
  const presented = simulation.devices.get("mcu")?.webRequests;
  const looked = (await daemon.look("mcu", "https"))?.at;
  await until("it is looked at again", async () => (await daemon.look("mcu", "https"))?.at !== looked);
  expect(simulation.devices.get("mcu")?.webRequests).toBe(presented);
  expect(await daemon.metric("vigie_weak_devices", 'weakness="unverified-tls"')).toBe(1);
  expect(await daemon.stop()).toBe(0);
  expect(`${everything(join(rig.folder, "state"))}${daemon.log()}`).not.toMatch(/Tremblay|Gagnon|514555|Motdepasse/);
});
