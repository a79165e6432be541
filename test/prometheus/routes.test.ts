/** The shipped alertmanager.yml in a real Alertmanager: who is paged outside service hours, and what inhibits what. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { needs } from "../needs.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

const shipped = join(import.meta.dirname, "..", "..", "dashboards", "prometheus", "alertmanager.yml");
type Labels = Readonly<Record<string, string>>;
interface Route {
  group_wait?: string;
  routes?: Route[];
}

async function until(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await look())) {
    if (Date.now() > end) throw new Error(`not within 60 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Hands alerts to Alertmanager with service hours now, or never; who was told what, once `last` was told. */
async function told(program: string, inHours: boolean, alerts: readonly Labels[], last: string): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "vigie-routes-"));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  const seen: string[] = [];
  const receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { alerts: told } = JSON.parse(body) as { alerts: { labels: Labels }[] };
      seen.push(...told.map(({ labels }) => `${(request.url ?? "").slice(1)}: ${labels.alertname} ${labels.number ?? ""}`.trim()));
      response.end();
    });
  }).listen(0, "127.0.0.1");
  await once(receiver, "listening");
  cleanUps.push(() => receiver.close().closeAllConnections());
  const outside = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;

  const config = parse(readFileSync(shipped, "utf8")) as {
    route: Route;
    time_intervals: { name: string; time_intervals: object[] }[];
    receivers: { name: string; webhook_configs?: object[]; email_configs?: object[] }[];
  };
  // All of the waiting is one second, so that the order of what is told does not depend on it.
  const hurry = (route: Route): Route => ({
    ...{ ...route, group_wait: "1s" },
    ...(route.routes === undefined ? {} : { routes: route.routes.map(hurry) }),
  });
  const away = (new Date().getUTCFullYear() + 5).toString();
  const file = join(folder, "alertmanager.yml");
  const hours = config.time_intervals.map(({ name }) => ({ name, time_intervals: [inHours ? {} : { years: [away] }] }));
  const receivers = config.receivers.map(({ name }) => ({ name, webhook_configs: [{ url: `${outside}/${name}` }] }));
  writeFileSync(file, stringify({ ...config, route: hurry(config.route), time_intervals: hours, receivers }));
  const free = createTcp().listen(0, "127.0.0.1");
  await once(free, "listening");
  const listen = `127.0.0.1:${(free.address() as AddressInfo).port}`;
  free.close();
  await once(free, "close");
  const args = [`--config.file=${file}`, `--storage.path=${join(folder, "data")}`, `--web.listen-address=${listen}`];
  const child = spawn(program, [...args, "--cluster.listen-address=", "--log.level=error"], { stdio: ["ignore", "ignore", "inherit"] });
  cleanUps.push(async () => {
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    await gone;
  });
  await until("Alertmanager is ready", async () => (await fetch(`http://${listen}/-/ready`).catch(() => undefined))?.ok === true);
  // The one that is waited for comes a moment later, so that what was told before it is all there is to tell.
  const post = async (labels: readonly Labels[]) => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify(labels.map((each) => ({ labels: each })));
    expect((await fetch(`http://${listen}/api/v2/alerts`, { method: "POST", headers, body })).status).toBe(200);
  };
  await post(alerts);
  const flushed = Date.now() + 2_000;
  await until("the first group has waited", () => Date.now() > flushed);
  await post([{ alertname: last, about: "vigie", severity: "major", urgency: "now", instance: "last" }]);
  await until(`${last} was told`, () => seen.includes(`page: ${last}`));
  return seen.filter((each) => each !== `page: ${last}`).sort();
}

const incident = (number: string, severity: string, urgency: string): Labels => ({
  ...{ alertname: severity === "major" ? "VigieMajorIncident" : "VigieMinorIncident", about: "incident", instance: "a" },
  ...{ number, severity, urgency, level: "1", site: "mgh", symptom: "unreachable" },
});
const alerts: readonly Labels[] = [
  incident("1", "major", "now"),
  incident("2", "minor", "now"),
  incident("3", "major", "service-hours"),
  incident("4", "major", "before-session"),
  incident("5", "minor", "service-hours"),
  { alertname: "VigieBlind", about: "vigie", severity: "major", urgency: "now", instance: "a" },
  { alertname: "VigieConfigReloadFailed", about: "vigie", severity: "minor", urgency: "service-hours", instance: "a" },
];

it("outside service hours only what cannot wait is told", async (context) => {
  expect(await told(needs("prometheus-alertmanager", context), false, alerts, "Last")).toEqual([
    "page-incident: VigieMajorIncident 1",
    "page-incident: VigieMinorIncident 2",
    "page: VigieBlind",
  ]);
});

it("in service hours everything is, a minor one that can wait by mail", async (context) => {
  expect(await told(needs("prometheus-alertmanager", context), true, alerts, "Last")).toEqual([
    "mail-incident: VigieMinorIncident 5",
    "mail: VigieConfigReloadFailed",
    "page-incident: VigieMajorIncident 1",
    "page-incident: VigieMajorIncident 3",
    "page-incident: VigieMajorIncident 4",
    "page-incident: VigieMinorIncident 2",
    "page: VigieBlind",
  ]);
});

it("a dead lookout is told once, and blindness that is an incident as an incident", async (context) => {
  const itself = (alertname: string, instance: string): Labels => ({
    alertname,
    about: "vigie",
    severity: "major",
    urgency: "now",
    instance,
  });
  const blind = { ...incident("6", "major", "now"), symptom: "blind-poller", instance: "c" };
  const given = [itself("VigieDown", "b"), itself("VigieOutboxStuck", "b"), blind, itself("VigieBlind", "c"), itself("VigieBlind", "d")];
  expect(await told(needs("prometheus-alertmanager", context), true, given, "Last")).toEqual([
    "page-incident: VigieMajorIncident 6",
    "page: VigieBlind",
    "page: VigieDown",
  ]);
});
