/**
 * Discovery against real far ends in a network namespace: Debian's snmpd and snmpsimd, our agents, TCP servers, and nobody.
 */
import { execFile, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, expect, it, onTestFinished, type TestContext } from "vitest";
import { Board } from "../../../daemon/board.ts";
import { systemClock } from "../../../daemon/clock.ts";
import { loadConfig } from "../../../daemon/config/load.ts";
import { formatProblem } from "../../../daemon/config/problems.ts";
import { askedRanges, runDiscovery } from "../../../daemon/discovering.ts";
import { survey } from "../../../daemon/learning.ts";
import type { Config } from "../../../daemon/model/config.ts";
import { accepts } from "../../../probes/discover/greeting.ts";
import { newsIn } from "../../../rules/learned.ts";
import type { LabDevice } from "../../bench/discover-agents.ts";
import { type Lab, startLab, watchRate } from "../../bench/discover-lab.ts";
import { needs, needsRoot } from "../../needs.ts";

const block = 64 + (process.pid % 100);
const net = `10.${block}.4`;
const network = `${net}.0/26`;
const env = { AUTH: "auth-password-1", PRIV: "priv-password-1", OTHER: "another-password", COMMUNITY: "lab-community" };
const user = { name: "vigie", auth: { protocol: "sha256", key: env.AUTH }, priv: { protocol: "aes", key: env.PRIV } } as const;

const labs: Lab[] = [];
afterEach(async () => {
  for (const lab of labs.splice(0)) await lab.end();
});

async function lab(context: TestContext, devices: readonly LabDevice[], others: readonly string[] = []): Promise<Lab> {
  needsRoot(context);
  needs("fping", context);
  needs("ip", context);
  const made = await startLab({ network, devices, others });
  labs.push(made);
  return made;
}

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "vigie-discover-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const file = (more: object = {}, devices: object = {}) =>
  JSON.stringify({
    sites: { mgh: { name: "HGM" }, chum: { name: "CHUM" } },
    devices,
    credentials: {
      main: {
        snmp_v3: { user: "vigie", auth: { protocol: "sha256", key: { env: "AUTH" } }, priv: { protocol: "aes", key: { env: "PRIV" } } },
      },
      wrong: {
        snmp_v3: { user: "vigie", auth: { protocol: "sha256", key: { env: "OTHER" } }, priv: { protocol: "aes", key: { env: "PRIV" } } },
      },
      old: { snmp_community: { version: "2c", community: { env: "COMMUNITY" } } },
    },
    discovery: { ranges: [network], sites: { mgh: [`${net}.0/27`] }, credentials: ["main", "old"], ...more },
    channels: { ops: { webhook: { url: "https://example.org/", secret: { env: "OTHER" } } } },
    contacts: { tech: { reach: [{ ops: "tech" }] } },
    functions: { desk: { contacts: ["tech"] }, analyst: { contacts: ["tech"] }, "chief-technician": { contacts: ["tech"] } },
    include: ["found*.yaml"],
  });

async function load(text: string, found?: string): Promise<Config> {
  const folder = folderOf({ "vigie.yaml": text, ...(found === undefined ? {} : { "found.yaml": found }) });
  const loaded = await loadConfig(join(folder, "vigie.yaml"), { env });
  if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join("\n"));
  return loaded.config;
}

function run(config: Config, signal = new AbortController().signal) {
  const asked = askedRanges(config, [network]);
  if ("problems" in asked) throw new Error(asked.problems.join("\n"));
  return runDiscovery({ config, ranges: asked.ranges, clock: systemClock }, signal);
}

const cisco = { user, sysObjectId: "1.3.6.1.4.1.9.1.1208" };
const router: LabDevice = {
  address: `${net}.1`,
  snmp: { ...cisco, sysDescr: "Cisco IOS Software, ISR", sysName: "MGH-Router.ritm.example.org", sysServices: 78 },
};
const codec = (last: number, name: string): LabDevice => ({
  address: `${net}.${last}`,
  snmp: { user, sysObjectId: "1.3.6.1.4.1.5596.150.6.4.1", sysDescr: "Cisco Codec\nSoftW: ce9.15.3", sysName: name },
});

/** A switch of another make, by another program: LLDP towards the router and a codec, CDP towards a second codec. */
function switchWalk(): string {
  const lldp = "1.0.8802.1.1.2.1";
  const cdp = "1.3.6.1.4.1.9.9.23.1.2.1.1";
  const rows: [string, string, string][] = [
    [`${lldp}.3.2.0`, "4x", "001b54aa0001"],
    [`${lldp}.3.7.1.3.1`, "4", "Gi0/1"],
    [`${lldp}.3.7.1.3.10`, "4", "Gi0/10"],
    [`${lldp}.4.1.1.4.0.1.1`, "2", "4"],
    [`${lldp}.4.1.1.4.0.10.2`, "2", "4"],
    [`${lldp}.4.1.1.5.0.1.1`, "4x", "001b54aa0002"],
    [`${lldp}.4.1.1.5.0.10.2`, "4x", "001b54aa0003"],
    [`${lldp}.4.1.1.7.0.1.1`, "4", "Gi0/0/1"],
    [`${lldp}.4.1.1.7.0.10.2`, "4", "port-1"],
    [`${lldp}.4.1.1.9.0.1.1`, "4", "mgh-router"],
    [`${lldp}.4.1.1.9.0.10.2`, "4", "SEP001b54aa0003"],
    [`${lldp}.4.2.1.3.0.10.2.1.4.${net}.10`, "2", "2"],
    ["1.3.6.1.2.1.1.1.0", "4", "Cisco IOS Software, C2960 Software"],
    ["1.3.6.1.2.1.1.2.0", "6", "1.3.6.1.4.1.9.1.1208"],
    ["1.3.6.1.2.1.1.5.0", "4", "mgh-switch"],
    ["1.3.6.1.2.1.1.7.0", "2", "6"],
    ["1.3.6.1.2.1.31.1.1.1.1.11", "4", "Gi0/11"],
    [`${cdp}.4.11.1`, "4x", Buffer.from(`${net}.11`.split(".").map(Number)).toString("hex")],
    [`${cdp}.6.11.1`, "4", "SEP001b54aa0004"],
    [`${cdp}.7.11.1`, "4", "eth0"],
    [`${cdp}.8.11.1`, "4", "Cisco TelePresence SX20"],
  ];
  return rows.map((row) => `${row.join("|")}\n`).join("");
}

/** Starts a program in the lab's namespace; ends with the test. */
function inLab(made: Lab, program: string, words: readonly string[]): void {
  const child = spawn("ip", ["netns", "exec", made.namespace, program, ...words], { stdio: "ignore" });
  onTestFinished(async () => {
    child.kill("SIGTERM");
    if (child.exitCode === null && child.signalCode === null) await new Promise((done) => child.once("exit", done));
  });
}

function startSwitch(made: Lab, snmpsimd: string): void {
  const folder = folderOf({});
  for (const name of ["", "data", "cache"]) {
    mkdirSync(join(folder, name), { recursive: true });
    chmodSync(join(folder, name), 0o777);
  }
  writeFileSync(join(folder, "data", `${env.COMMUNITY}.snmprec`), switchWalk());
  inLab(made, snmpsimd, [
    `--data-dir=${join(folder, "data")}`,
    `--cache-dir=${join(folder, "cache")}`,
    `--agent-udpv4-endpoint=${net}.2:161`,
    "--logging-method=null",
    "--process-user=nobody",
    "--process-group=nogroup",
  ]);
}

function startSnmpd(made: Lab, snmpd: string): void {
  const folder = folderOf({ "snmpd.conf": `rocommunity ${env.COMMUNITY}\nsysName lab-server\nsysLocation Salle des serveurs\n` });
  inLab(made, snmpd, [
    "-f",
    "-C",
    "-c",
    join(folder, "snmpd.conf"),
    "-Lf",
    join(folder, "log"),
    "-I",
    "-smux",
    "-p",
    join(folder, "pid"),
    `udp:${net}.30:161`,
  ]);
}

/** A program that was just started takes its time. */
async function answers(context: TestContext, address: string): Promise<void> {
  const asked = ["-v2c", "-c", env.COMMUNITY, "-t", "1", "-r", "0", `${address}:161`, "1.3.6.1.2.1.1.5.0"];
  const get = promisify(execFile);
  const hasAnswered = () => get(needs("snmpget", context), asked).then(Boolean, () => false);
  await expect.poll(hasAnswered, { timeout: 60_000, interval: 200 }).toBe(true);
}

/** As GnuGk greets on its status port (its manual, "Monitoring the Gatekeeper"). */
const gatekeeperSays = "Version:\r\nGatekeeper(GNU) Version(5.12.0) Ext(pthreads=1)\r\nToolkit: PTLib\r\n;\r\n";

it("a site is found: families, names, site, gateway, parents by LLDP and CDP; what is configured is left out; the file loads as written", async (context) => {
  const [snmpsimd, snmpd] = [needs("snmpsimd", context), needs("snmpd", context)];
  const made = await lab(
    context,
    [
      router,
      codec(10, "Codec A-101"),
      codec(11, "codec-a102"),
      codec(12, "known-codec"),
      { address: `${net}.13`, tcp: { 22: "SSH-2.0-OpenSSH_9.2 lab\r\n" } },
      { address: `${net}.14`, tcp: { 1720: "" } },
      { address: `${net}.15`, tcp: { 7000: gatekeeperSays } },
      { address: `${net}.40`, tcp: {} },
    ],
    [`${net}.2`, `${net}.30`],
  );
  startSwitch(made, snmpsimd);
  startSnmpd(made, snmpd);
  const known = { "known-codec": { site: "mgh", address: `${net}.12`, family: "ping-only" } };
  const config = await load(file({}, known));
  for (const last of [2, 30]) await answers(context, `${net}.${last}`);
  const { discovery, proposals, yaml } = await run(config);
  expect(discovery).toMatchObject({
    addresses: 62,
    pinged: 62,
    complete: true,
    skipped: [{ address: `${net}.12`, device: "known-codec" }],
  });
  const found = Object.fromEntries(
    proposals.map(({ id, address, family, site, parents, snmp, sureness }) => [
      id,
      { last: address.split(".")[3], family, site, parents, snmp, sureness },
    ]),
  );
  expect(found).toMatchObject({
    "mgh-router": { last: "1", family: "cisco-ios-router", site: "mgh", parents: [], snmp: "main", sureness: "sure" },
    "mgh-switch": { last: "2", family: "cisco-ios-switch", site: "mgh", parents: ["mgh-router"], snmp: "old" },
    "codec-a-101": { last: "10", family: "cisco-ce", site: "mgh", parents: ["mgh-switch"], sureness: "sure" },
    "codec-a102": { last: "11", family: "cisco-ce", parents: ["mgh-switch"] },
    "mgh-gatekeeper-4-15": { last: "15", family: "gnugk", sureness: "sure" },
    "mgh-endpoint-4-13": { last: "13", family: "ping-only", sureness: "guess" },
    "lab-server": { last: "30", family: "net-snmp-host", snmp: "old", parents: [] },
  });
  expect(found["unknown-endpoint-4-40"]).toMatchObject({ site: undefined });
  expect(proposals.find(({ id }) => id === "mgh-router")?.gateway).toBe(true);
  expect(proposals.find(({ address }) => address === `${net}.14`)?.remarks.join()).toContain("TCP 1720 accept");
  expect(yaml).toContain("# SSH says SSH-2.0-OpenSSH_9.2\n");
  expect(yaml).toContain("# For the site's own entry: mgh: { gateway: mgh-router }");
  expect(yaml).not.toMatch(new RegExp(Object.values(env).join("|")));
  // As written, but for the one site that no subnet told.
  await expect(load(file({}, known), yaml)).rejects.toThrow('devices.unknown-endpoint-4-40.site: there is no site "to-choose"');
  const accepted = await load(file({}, known), yaml.replaceAll("to-choose", "chum"));
  expect(accepted.network.devices.size).toBe(proposals.length + 1);
  expect([...accepted.network.devices.values()].filter(({ id, commissioning }) => id !== "known-codec" && !commissioning)).toEqual([]);
});

it("never more than 50 packets in any second, counted by the cable, and nothing to an address twice", async (context) => {
  const made = await lab(context, [router, ...Array.from({ length: 20 }, (_, at) => codec(20 + at, `codec-${at}`))]);
  const config = await load(file({ credentials: ["main"] }));
  const before = made.packets();
  const rate = watchRate(made.packets);
  const began = performance.now();
  const { discovery } = await run(config);
  const most = rate.stop();
  const seconds = (performance.now() - began) / 1_000;
  const sent = made.packets() - before;
  expect(discovery.answered).toBe(21);
  expect(most).toBeLessThanOrEqual(50);
  expect(sent).toBe(discovery.probes);
  expect(discovery.probes / seconds).toBeLessThanOrEqual(50);
  // How close it comes is the bench's matter; a busy machine is slower.
  expect(discovery.probes / seconds).toBeGreaterThan(5);
});

it("a port that says nothing is knocked at twice, each paid for; the kernel does not knock by itself in between", async (context) => {
  const made = await lab(context, [router]);
  let paid = 0;
  const pay = async () => {
    paid += 1;
    return () => undefined;
  };
  const before = made.packets();
  expect(await accepts({ host: `${net}.50`, port: 1720, timeoutMs: 2_000, pay }, new AbortController().signal)).toBe(false);
  expect({ paid, sent: made.packets() - before }).toEqual({ paid: 2, sent: 2 });
});

it("a wrong credential is refused by three devices and then rests; none of them sees it three times; the next credential still finds them", async (context) => {
  const devices = Array.from({ length: 12 }, (_, at) => {
    const { address, snmp } = codec(20 + at, `codec-${at}`);
    return { address, snmp: { ...snmp!, community: env.COMMUNITY } };
  });
  await lab(context, devices);
  const { discovery } = await run(
    await load(file({ credentials: ["wrong", "old"], probes_per_second: 10, ranges: [`${net}.16/28`, network] })),
  );
  expect(discovery.resting).toEqual(["wrong"]);
  const refusals = discovery.seen.flatMap(({ refused }) => refused);
  expect(refusals.length).toBeGreaterThanOrEqual(3);
  // Three to learn it, and those that were being asked at that moment.
  expect(refusals.length).toBeLessThanOrEqual(6);
  for (const { refused } of discovery.seen) expect(refused.length).toBeLessThanOrEqual(1);
  expect(discovery.seen.filter(({ snmp }) => snmp?.credential === "old")).toHaveLength(12);
});

it("stopped in the middle it ends at once, with what was seen by then, and says that it is not all", async (context) => {
  await lab(context, [router, codec(10, "codec-1"), codec(60, "codec-2")]);
  const ending = new AbortController();
  const config = await load(file({ credentials: ["main"], probes_per_second: 20 }));
  const asked = askedRanges(config, [network]);
  if ("problems" in asked) throw new Error("not listed");
  let stoppedAt = 0;
  const progress = ({ asked: done }: { readonly asked: number }) => {
    if (done < 2 || stoppedAt > 0) return;
    stoppedAt = performance.now();
    ending.abort();
  };
  const { discovery, yaml } = await runDiscovery({ config, ranges: asked.ranges, clock: systemClock, progress }, ending.signal);
  expect(performance.now() - stoppedAt).toBeLessThan(1_800);
  expect(discovery.complete).toBe(false);
  expect(discovery.seen.map(({ address }) => address).sort()).toEqual([`${net}.1`, `${net}.10`]);
  expect(yaml).toContain("Stopped early");
});

it("a network that the configuration does not list is refused, with what to write; so is one that is only partly listed", async () => {
  const config = await load(file());
  expect(askedRanges(config, ["192.0.2.0/24", `${net}.0/25`, `${net}.32/27`])).toEqual({
    problems: [
      `"192.0.2.0/24" is not within discovery.ranges (${network}), and discovery goes nowhere else; add it there: discovery: { ranges: [192.0.2.0/24] }`,
      `"${net}.0/25" is not within discovery.ranges (${network}), and discovery goes nowhere else; add it there: discovery: { ranges: [${net}.0/25] }`,
    ],
  });
  expect(askedRanges(config, [`${net}.32/27`])).toMatchObject({ ranges: [{ count: 32 }] });
  expect(askedRanges(config, [])).toEqual({ problems: ["no network is named; name at least one of discovery.ranges"] });
});

it("a survey of configured devices learns from the switch's own tables whom the codecs hang on, and asks nobody else", async (context) => {
  const snmpsimd = needs("snmpsimd", context);
  const made = await lab(context, [router, codec(10, "codec-10"), codec(11, "codec-11")], [`${net}.2`]);
  startSwitch(made, snmpsimd);
  const at = (last: number, family: string, more = {}) => ({ site: "mgh", address: `${net}.${last}`, family, ...more });
  const ping = { checks: { snmp: false, ssh: false } };
  const devices = {
    "mgh-router": at(1, "cisco-ios-router", ping),
    "mgh-switch": at(2, "cisco-ios-switch", { snmp: "old" }),
    a101: at(10, "cisco-ce", ping),
    b210: at(11, "cisco-ce", ping),
  };
  const sites = { mgh: { name: "HGM", gateway: "mgh-router" }, chum: { name: "CHUM" } };
  const config = await load(JSON.stringify({ ...JSON.parse(file({}, devices)), sites, topology: { neighbours: true } }));
  await answers(context, `${net}.2`);
  let packets = 0;
  const found = await survey(
    {
      ...{ config, board: new Board(), clock: systemClock, fping: undefined, resting: () => [] },
      pace: async (_site, count) => {
        packets += count;
      },
    },
    new AbortController().signal,
  );
  expect(found.learned.map(({ device, parents }) => [device, parents]).sort()).toEqual([
    ["a101", ["mgh-switch"]],
    ["b210", ["mgh-switch"]],
    ["mgh-switch", ["mgh-router"]],
  ]);
  expect(newsIn(config.network, found.learned).map(({ device }) => device)).toEqual(["a101", "b210"]);
  expect(packets, "each was paid for").toBeGreaterThan(5);
});
