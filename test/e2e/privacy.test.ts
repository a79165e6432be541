/**
 * Names of far ends and of people, fed through every door, and then looked for in everything that the daemon keeps or says.
 *
 * A device's own name (`sysName`, a codec's BroadcastName) and what its maker made it (`sysDescr`) are no far end: they say which piece
 * of equipment this is. They are readings of its page, the name is in the inventory with its history, and neither is a metric's label.
 */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, expect, it, type TestContext } from "vitest";
import { needs } from "../needs.ts";
import { overSsh, overTelnet, type Play } from "../probes/shell/player.ts";
import { startSnmpd } from "../probes/snmp/peers.ts";
import { ce, expressway, tc } from "./doors/codecs.ts";
import { gatekeeper, lifesize, poly } from "./doors/consoles.ts";
import { leaks, names, type Place } from "./doors/names.ts";
import { nosyWeb, web } from "./doors/webs.ts";
import { type Daemon, type MailServer, people, Rig, sh, until } from "./rig.ts";

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.end();
});

/** What the host says of itself. */
const own = { name: "salle-quatre-hote", description: "Linux salle-quatre" };
const program = join(import.meta.dirname, "..", "..", "dist", "daemon", "main.js");
const port = 2222;
/** What is played, and the last of its address; `page` is no interface. */
const webs = [
  ["lifesize-icon", 50],
  ["codian-mcu", 51],
  ["poly-group", 52],
  ["page", 53],
  ["codian-mcu", 54],
] as const;

/** What listens on the SSH port and is no SSH server: its greeting ends in an error's text, if anywhere. */
function gossip(rig: Rig, address: string): Promise<void> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    socket.end(`Call from ${names.displayName} ${names.remoteNumber}\r\n`.repeat(3));
  });
  rig.later(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return new Promise((resolve) => server.listen(port, address, () => resolve()));
}

/** A telnet server whose prompt is free text: it is asked nothing, and what it said is told to nobody. */
function prompter(rig: Rig, host: string): Promise<void> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    socket.write(`${names.telnetBanner}\r\n${names.telnetPrompt}? `);
  });
  rig.later(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return new Promise((resolve) => server.listen(port, host, () => resolve()));
}

/** A family of the site's own that asks for what nobody should know: as text, as a word, as a part's name. */
const nosy = {
  id: "nosy",
  kind: "codec",
  name: { fr: "Indiscret", en: "Nosy" },
  certainty: "manual",
  recognise: { sys_object_id: [], sys_descr: [], banner: [] },
  checks: { snmp: { interval: "1s" } },
  sets: ["system"],
  snmp: {
    scalars: [
      { oid: "1.3.6.1.2.1.1.4.0", name: "asked_contact", as: "text" },
      { oid: "1.3.6.1.2.1.1.6.0", name: "asked_location", as: "state", states: {} },
    ],
    columns: [
      { oid: "1.3.6.1.4.1.13885.101.1.4.1.1.58", name: "asked_far_site", as: "text", part: "call" },
      { oid: "1.3.6.1.2.1.31.1.1.1.18", name: "asked_alias", as: "text", part: "interface" },
      {
        oid: "1.3.6.1.2.1.2.2.1.8",
        name: "asked_status",
        as: "state",
        part: "interface",
        label_oid: "1.3.6.1.2.1.31.1.1.1.18",
        states: {},
      },
    ],
  },
  parts: [
    { prefix: "call", name: { fr: "Appel", en: "Call" } },
    { prefix: "interface", name: { fr: "Interface", en: "Interface" } },
  ],
};

async function hostAgent(rig: Rig, context: TestContext): Promise<number> {
  const agent = await startSnmpd(needs("snmpd", context), [
    "rocommunity e2e-community",
    `sysContact ${names.sysContact}`,
    `sysLocation ${names.sysLocation}`,
    `sysName ${own.name}`,
    `sysDescr ${own.description}`,
    `override 1.3.6.1.2.1.31.1.1.1.18.1 octet_str "${names.interfaceAlias}"`,
    `override 1.3.6.1.4.1.13885.101.1.4.1.1.58.1 octet_str "${names.snmpFarSite}"`,
  ]);
  rig.later(() => agent.stop());
  return agent.port;
}

/** Every device that speaks by itself, on its own address. */
async function talkers(rig: Rig): Promise<void> {
  await ce(rig, rig.address(41), port);
  await gossip(rig, rig.address(42));
  await prompter(rig, rig.address(48));
  for (const [family, last] of webs) await web(rig, family, rig.address(last), port);
  const played: readonly (readonly [typeof overSsh | typeof overTelnet, Play, number])[] = [
    [overSsh, tc, 43],
    [overSsh, poly, 40],
    [overSsh, lifesize, 45],
    [overSsh, expressway(rig.address(41)), 46],
  ];
  for (const [serve, script, last] of played) {
    const peer = await (serve as typeof overSsh)(script, { host: rig.address(last), port });
    rig.later(() => peer.stop());
  }
  for (const [script, last] of [
    [poly, 44],
    [gatekeeper(rig.address(41)), 47],
  ] as const) {
    const peer = await overTelnet(script, undefined, { host: rig.address(last), port });
    rig.later(() => peer.stop());
  }
}

function devices(rig: Rig, agentPort: number): Record<string, object> {
  const look = { interval: "5s", timeout: "4900ms" };
  const ssh = (last: number, family: string, more: object = look) => ({
    ...{ site: "mgh", address: rig.address(last), family, ssh: "codec", ssh_port: port },
    checks: { icmp: false, snmp: false, tcp: false, ssh: more },
  });
  const telnet = (last: number, family: string) => ({
    ...{ site: "mgh", address: rig.address(last), family, telnet_port: port, legacy: { telnet: true } },
    checks: { icmp: false, snmp: false, tcp: false, telnet: { interval: "5s", timeout: "4900ms" } },
  });
  const asked = (last: number, family: string) => ({
    ...{ site: "mgh", address: rig.address(last), family },
    ...{ https: "web", https_port: port, legacy: { unverified_tls: true } },
    checks: { icmp: false, snmp: false, tcp: false, https: { interval: "10s", timeout: "5s" } },
  });
  const agent = { snmp: "v2", snmp_port: agentPort };
  return {
    host: { site: "mgh", address: "127.0.0.1", family: "generic-switch", ...agent, checks: { icmp: false, snmp: { interval: "1s" } } },
    nosy: { site: "mgh", address: "localhost", family: "nosy", ...agent, checks: { icmp: false, snmp: { interval: "1s" } } },
    router: { site: "mgh", address: rig.address(30), family: "cisco-ios-router", checks: { icmp: { interval: "2s" }, snmp: false } },
    hdx: { site: "mgh", address: rig.address(31), family: "poly-hdx", checks: { icmp: { interval: "2s" }, snmp: false } },
    codec: ssh(41, "cisco-ce", { interval: "5s", timeout: "4900ms" }),
    gossip: ssh(42, "cisco-ce", { interval: "1s", timeout: "900ms" }),
    terminal: ssh(43, "cisco-tc"),
    poly: ssh(40, "poly-group", { interval: "5s", timeout: "4900ms" }),
    lifesize: ssh(45, "lifesize-classic", { interval: "5s", timeout: "4900ms" }),
    expressway: ssh(46, "expressway"),
    "old-poly": telnet(44, "poly-hdx"),
    gatekeeper: telnet(47, "gnugk"),
    prompter: telnet(48, "poly-hdx"),
    "web-icon": asked(50, "lifesize-icon"),
    "web-mcu": asked(51, "codian-mcu"),
    "web-poly": asked(52, "poly-group"),
    "web-page": asked(53, "codian-mcu"),
    "web-nosy": asked(54, "nosy-web"),
  };
}

/** Traps with people in them: calls, logins, messages, from whom nobody knows too. */
function tellTraps(rig: Rig, context: TestContext): number {
  const trap = (from: number, oid: string, ...binds: readonly (readonly [string, string])[]) =>
    sh(needs("snmptrap", context), [
      ...["-v2c", "-c", "e2e-community", `--clientaddr=${rig.address(from)}`, "-m", "", `udp:${rig.address(1)}:16200`, "", oid],
      ...binds.flatMap(([object, text]) => [object, "s", text]),
    ]);
  const [endpoint, video] = ["1.3.6.1.4.1.13885.101", "1.3.6.1.4.1.2684.1.1"];
  trap(40, `${endpoint}.0.72`, [`${endpoint}.1.5.2.1.4.1`, names.trapNumber], [`${endpoint}.1.5.2.1.5.1`, names.trapName]);
  trap(40, `${endpoint}.0.17`, [`${endpoint}.1.9.1.0`, names.trapUri], [`${endpoint}.1.4.1.1.58.1`, names.trapFarSite]);
  trap(31, `${video}.0.7`, [`${video}.4.0`, names.trapPlead], [`${video}.1.0`, names.trapName], [`${video}.2.0`, names.trapNumber]);
  trap(31, `${video}.0.4`, [`${video}.1.0`, names.trapName], [`${video}.3.0`, names.trapUri]);
  trap(30, "1.3.6.1.4.1.9.9.41.2.0.1", ["1.3.6.1.4.1.9.9.41.1.2.3.1.5.7", names.syslog], ["1.3.6.1.2.1.1.5.0", names.trapName]);
  trap(30, "1.3.6.1.4.1.9.9.43.2.0.1", ["1.3.6.1.4.1.9.9.43.1.1.6.1.8.3", names.trapUser]);
  trap(40, "1.3.6.1.4.1.99999.0.1", ["1.3.6.1.4.1.99999.1.1.0", names.trapName], ["1.3.6.1.4.1.99999.1.2.0", names.trapUri]);
  return 7;
}

async function everyPage(daemon: Daemon, ids: readonly string[]): Promise<readonly Place[]> {
  const incidents = await daemon.incidents();
  const pages = ["/", "/inventory", "/weaknesses", "/commissioning", "/recurrences", ...ids.map((id) => `/devices/${id}`)];
  const api = [
    "traps",
    "alarms",
    "incidents",
    "devices",
    "weaknesses",
    "recurrences",
    "audit",
    "inventory",
    "device-events",
    "families",
    "commissioning",
  ];
  const paths = [
    ...[...pages, ...incidents.map(({ number }) => `/incidents/${number}`)].flatMap((path) => [`${path}?lang=fr`, `${path}?lang=en`]),
    ...["/metrics", ...api.map((name) => `/api/v1/${name}`), ...incidents.map(({ number }) => `/api/v1/incidents/${number}`)],
    ...ids.flatMap((id) => ["", "/inventory", "/family"].map((part) => `/api/v1/devices/${id}${part}`)),
  ];
  const places: Place[] = [];
  for (const path of paths) places.push([path, await daemon.text(path)]);
  expect(places.every(([, text]) => text.length > 1)).toBe(true);
  return places;
}

function files(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

/** One of each reader. */
const spoken = [
  "nosy",
  "codec",
  "gossip",
  "terminal",
  "poly",
  "lifesize",
  "expressway",
  "gatekeeper",
  "prompter",
  "web-mcu",
  "web-nosy",
  "web-page",
];

/** What `vigie probe` and `vigie record` print, whatever they find: a trace shows what was said, a recording is given away. */
async function printed(rig: Rig, config: string, command: "probe" | "record", ids: readonly string[]): Promise<readonly Place[]> {
  const waiting = [...ids];
  const places: Place[] = [];
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const args = [program, command, id, "--config", config];
      const told = new Promise<string>((resolve) =>
        execFile(process.execPath, args, { cwd: rig.folder, env: { ...process.env, ...rig.env }, timeout: 120_000 }, (_end, out, err) =>
          resolve(`${out}${err}`),
        ),
      );
      places.push([`vigie ${command} ${id}`, await told]);
    }
  };
  await Promise.all([work(), work(), work()]);
  return places;
}

/** Everything has been looked at, and what it holds besides names has been understood: names came past every reader. */
async function allLooked(daemon: Daemon): Promise<void> {
  const sample = async (id: string, kind: string, wanted: string) =>
    (await daemon.look(id, kind))?.samples.some(({ name, value }) => name === wanted && value === 1);
  await until("the host answers", async () => (await daemon.look("host", "snmp"))?.status === "up");
  await until("the nosy family is read", async () =>
    (await daemon.look("nosy", "snmp"))?.readings.some(({ name }) => name === "asked_status"),
  );
  for (const id of ["codec", "terminal", "poly", "lifesize", "expressway"] as const)
    await until(`the call of ${id} is counted`, () => sample(id, "ssh", "calls"), 120_000);
  for (const id of ["old-poly", "gatekeeper"]) await until(`the call of ${id} is counted`, () => sample(id, "telnet", "calls"), 120_000);
  for (const id of ["web-icon", "web-mcu", "web-poly", "web-nosy"])
    await until(`the call of ${id} is counted`, () => sample(id, "https", "calls"), 120_000);
  await until("the page is no interface", async () => (await daemon.look("web-page", "https"))?.code === "https.protocol");
  await until("the gossip is called down", async () => (await daemon.look("gossip", "ssh"))?.status === "down");
  await until("the prompter is not asked", async () => ((await daemon.look("prompter", "telnet"))?.status ?? "up") !== "up", 120_000);
}

async function started(
  rig: Rig,
  context: TestContext,
): Promise<{ daemon: Daemon; config: string; ids: readonly string[]; mail: MailServer }> {
  Object.assign(rig.env, { COMMUNITY: "e2e-community", PASSWORD: "any-password" });
  rig.file("families/nosy.yaml", JSON.stringify(nosy));
  rig.file("families/nosy-web.yaml", JSON.stringify(nosyWeb));
  const agentPort = await hostAgent(rig, context);
  await talkers(rig);
  const mail = await rig.mailServer(context);
  const watched = devices(rig, agentPort);
  const config = rig.config({
    credentials: {
      v2: { snmp_community: { version: "2c", community: { env: "COMMUNITY" } } },
      web: { https_password: { user: "vigie", password: { env: "PASSWORD" } } },
      codec: { ssh_password: { user: "vigie", password: { env: "PASSWORD" } } },
    },
    traps: { listen: `${rig.address(1)}:16200`, allow: ["127.0.0.0/8"], credentials: ["v2"] },
    families: { include: ["families/*.yaml"] },
    devices: watched,
    channels: { mail: { mail: { host: mail.host, port: mail.port, from: "vigie@example.org" } } },
    ...people((who) => [{ mail: `${who}@example.org` }]),
  });
  return { daemon: await rig.daemon(config, {}, ["--log-level", "debug"]), config, ids: Object.keys(watched), mail };
}

it("names of far ends and people come in by every door and are found nowhere: not in the store, the log, the metrics, a trace, a mail or a page", async (context) => {
  const rig = new Rig();
  rigs.push(rig);
  const { daemon, config, ids, mail } = await started(rig, context);
  await allLooked(daemon);
  const told = tellTraps(rig, context);
  await until("the traps are kept", async () => (await daemon.get<{ items: unknown[] }>("/api/v1/traps")).items.length >= told);
  const incident = await until("an incident of a trap", async () => (await daemon.incidents()).find(({ device }) => device === "poly"));
  await until("somebody is told", () => mail.mails().length > 0);

  const noted = await daemon.post(`/api/v1/incidents/${incident.id}/acknowledge`, { note: "vu, patiente TREM 5562 0312" });
  expect(noted).toMatchObject({ status: 200, body: { warnings: [expect.stringContaining("health insurance number")] } });
  const harmless = await daemon.post(`/api/v1/incidents/${incident.id}/take`, { note: `suit ${incident.number}` });
  expect(harmless.status).toBe(200);
  expect(harmless.body.warnings).toBeUndefined();

  const pages = await everyPage(daemon, ids);
  const metrics = pages.find(([path]) => path === "/metrics")?.[1] ?? "";
  await expect.poll(async () => (await daemon.look("host", "snmp"))?.readings).toContainEqual({ name: "system_name", value: own.name });
  expect([metrics.includes(own.name), metrics.includes(own.description)]).toEqual([false, false]);
  await expect
    .poll(async () => (await daemon.look("gatekeeper", "telnet"))?.readings.filter(({ name }) => name === "registration_listed"))
    .toEqual([{ name: "registration_listed", value: "listed", part: rig.address(41) }]);

  const state = () => files(join(rig.folder, "state")).map((path): Place => [path, readFileSync(path, "latin1")]);
  const running = state();
  expect(running.some(([path]) => path.endsWith("-wal"))).toBe(true);
  const traces = await printed(rig, config, "probe", spoken);
  expect(traces.filter(([, text]) => text.includes("  | "))).toHaveLength(spoken.length);
  expect(await daemon.stop()).toBe(0);
  const records = await printed(rig, config, "record", ["nosy", "codec", "poly", "lifesize", "web-poly"]);
  const recorded = files(rig.folder).filter((path) => path.includes("/recording-"));
  expect(recorded.some((path) => path.endsWith("walk.snmprec"))).toBe(true);
  expect(recorded.some((path) => path.endsWith("shell.yaml"))).toBe(true);
  expect(recorded.filter((path) => path.endsWith("web.yaml"))).toHaveLength(1);

  const kept = [...running, ...state()];
  expect(kept.some(([path]) => path.endsWith("vigie.db"))).toBe(true);
  const mails = mail.mails().map(({ subject, text }): Place => ["a mail", `${subject}\n${text}`]);
  expect(
    leaks([
      ...pages,
      ...kept,
      ...traces,
      ...records,
      ...recorded.map((path): Place => [path, readFileSync(path, "latin1")]),
      ...mails,
      ["the log", daemon.log()],
    ]),
  ).toEqual([]);
}, 600_000);

/** Discovery asks at the ports of the services themselves: what answers there is root's. */
function sshGreeter(rig: Rig, host: string): Promise<boolean> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end(`${names.greeting} greets you\r\nSSH-2.0-Cisco_1.25 ${names.sshComment}\r\n`);
  });
  rig.later(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(22, host, () => resolve(true));
  });
}

it("what a discovery proposes tells what equipment it is, and nothing of the free texts in it", async (context) => {
  needs("fping", context);
  const rig = new Rig();
  rigs.push(rig);
  rig.env.COMMUNITY = "e2e-community";
  if (!(await sshGreeter(rig, rig.address(2)))) context.skip("port 22 may not be listened on; run this as root");
  const lines = `rocommunity e2e-community\nsysName ${own.name}\nsysContact ${names.sysContact}\nsysLocation ${names.sysLocation}\n`;
  const file = rig.file("snmpd/snmpd.conf", lines);
  const persistent = { env: { SNMP_PERSISTENT_DIR: join(rig.folder, "snmpd"), MIBS: "" } };
  rig.run(needs("snmpd", context), ["-f", "-C", "-c", file, "-Lf", "/dev/null", "-I", "-smux", `udp:${rig.address(3)}:161`], persistent);
  const receiver = await rig.receiver();
  const daemon = await rig.daemon(
    rig.config({
      credentials: { v2: { snmp_community: { version: "2c", community: { env: "COMMUNITY" } } } },
      devices: { known: { site: "mgh", address: rig.address(1), family: "ping-only" } },
      channels: { ops: { webhook: { url: receiver.url, secret: { env: "T" }, allow_private: true } } },
      ...people((who) => [{ ops: who }]),
      discovery: { ranges: [`${rig.net}.0/29`], credentials: ["v2"], probes_per_second: 50 },
    }),
    {},
    ["--log-level", "debug"],
  );
  const { body } = await daemon.post("/api/v1/discoveries", { ranges: [`${rig.net}.0/29`] });
  const path = `/api/v1/discoveries/${String(body.id)}`;
  await until("the discovery ends", async () => (await daemon.get<{ state: string }>(path)).state !== "running", 120_000);
  const said = await daemon.text(path);
  expect(said).toContain("SSH says SSH-2.0-Cisco_1.25");
  expect(said).toContain(own.name);
  const kept = files(join(rig.folder, "state")).map((each): Place => [each, readFileSync(each, "latin1")]);
  const audit = await daemon.text("/api/v1/audit");
  expect(leaks([[path, said], ["/api/v1/audit", audit], ["the log", daemon.log()], ...kept])).toEqual([]);
}, 240_000);
