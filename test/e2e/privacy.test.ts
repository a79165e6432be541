/**
 * Names of far ends and of people, fed through every door, and then looked for in everything that the daemon keeps or says.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import ssh2 from "ssh2";
import { afterEach, expect, it } from "vitest";
import { newHostKey } from "../../probes/simulator/host-key.ts";
import { needs } from "../needs.ts";
import { startSnmpd } from "../probes/snmp/peers.ts";
import { people, Rig, sh, until } from "./rig.ts";

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.end();
});

/** One of each, told apart so that a leak names its door. */
const names = {
  trapNumber: "+15145559001",
  trapName: "Zuleika Trapdoor",
  trapUri: "zuleika.trapdoor@far-hospital.example",
  sysContact: "Quillon Syscontact",
  sysName: "quillon-sysname-laptop",
  sysDescr: "Perpetua Sysdescr",
  interfaceAlias: "Ottoline Ifalias",
  greeting: "Barnaby Greeting",
  authBanner: "Hortense Authbanner",
  remoteNumber: "hyacinth.remotenumber@far-hospital.example",
  displayName: "Hyacinth Displayname",
  callback: "sip:hyacinth.callback@far-hospital.example",
  booking: "Consultation of Peregrine Bookings",
  organizer: "Peregrine Organizer",
  history: "Cressida Callhistory",
  contactInfo: "Algernon Contactinfo",
} as const;

/** A codec that tells everything it knows, asked or not. */
function talkativeCodec(rig: Rig, address: string): Promise<void> {
  const call = {
    id: "3",
    Status: { Value: "Connected" },
    Direction: { Value: "Incoming" },
    RemoteNumber: { Value: names.remoteNumber },
    DisplayName: { Value: names.displayName },
    CallbackNumber: { Value: names.callback },
  };
  const everything = {
    SystemUnit: {
      Uptime: { Value: "4711" },
      State: { NumberOfActiveCalls: { Value: "1" }, System: { Value: "InCall" } },
      ContactInfo: { Value: names.contactInfo },
    },
    UserInterface: { ContactInfo: { Name: { Value: names.contactInfo } } },
    Call: [call],
    Bookings: { Current: [{ id: "1", Title: { Value: names.booking }, Organizer: { FirstName: { Value: names.organizer } } }] },
    CallHistory: { Recents: [{ id: "1", DisplayName: { Value: names.history } }] },
    SIP: { Registration: [{ id: "1", Status: { Value: "Registered" }, URI: { Value: names.remoteNumber } }] },
  };
  const unasked = { Event: { CallSuccessful: call }, Status: { Call: [call], Bookings: everything.Bookings } };
  const server = new ssh2.Server({ hostKeys: [newHostKey()], ident: "tandberg", banner: `Welcome ${names.authBanner}\n` }, (client) => {
    client.on("error", () => undefined);
    client.on("authentication", (context) => context.accept());
    client.on("session", (accept) => {
      accept().on("shell", (take) => {
        const channel = take();
        channel.write(`Welcome to ${names.greeting}'s codec\r\n*r Login successful\r\n\r\nOK\r\n\r\n`);
        channel.on("data", (bytes: Buffer) => {
          for (const line of bytes.toString().split(/\r?\n/)) {
            const id = /resultId="([^"]*)"/i.exec(line)?.[1];
            if (/^xstatus/i.test(line) && id !== undefined)
              channel.write(`${JSON.stringify(unasked, null, 2)}\r\n${JSON.stringify({ Status: everything, ResultId: id }, null, 2)}\r\n`);
            else if (/^echo|^xpreferences/i.test(line)) channel.write("\r\nOK\r\n\r\n");
            else if (id !== undefined)
              channel.write(
                `${JSON.stringify({ CommandResponse: { Status: { status: "Error", Reason: { Value: names.displayName } } }, ResultId: id })}\r\n`,
              );
          }
        });
      });
    });
  });
  rig.later(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return new Promise((resolve) => server.listen(2222, address, () => resolve()));
}

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
  return new Promise((resolve) => server.listen(2222, address, () => resolve()));
}

function files(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

it("names of far ends and people come in by every door and are found nowhere: not in the store, the log, the metrics or a page", async (context) => {
  const rig = new Rig();
  rigs.push(rig);
  rig.env.COMMUNITY = "e2e-community";
  rig.env.PASSWORD = "any-password";
  const agent = await startSnmpd(needs("snmpd", context), [
    "rocommunity e2e-community",
    `sysContact ${names.sysContact}`,
    `sysName ${names.sysName}`,
    `sysDescr ${names.sysDescr}`,
    `override 1.3.6.1.2.1.31.1.1.1.18.1 octet_str "${names.interfaceAlias}"`,
  ]);
  rig.later(() => agent.stop());
  await talkativeCodec(rig, rig.address(41));
  await gossip(rig, rig.address(42));
  const ssh = { icmp: false, snmp: false, ssh: { interval: "1s", timeout: "900ms" } };
  const daemon = await rig.daemon(
    rig.config({
      credentials: {
        v2: { snmp_community: { version: "2c", community: { env: "COMMUNITY" } } },
        codec: { ssh_password: { user: "vigie", password: { env: "PASSWORD" } } },
      },
      traps: { listen: `${rig.address(1)}:16200`, allow: ["127.0.0.0/8"], credentials: ["v2"] },
      devices: {
        host: {
          site: "mgh",
          address: "127.0.0.1",
          family: "generic-switch",
          snmp: "v2",
          snmp_port: agent.port,
          checks: { icmp: false, snmp: { interval: "1s" } },
        },
        poly: { site: "mgh", address: rig.address(40), family: "poly-group", checks: { icmp: { interval: "2s" }, snmp: false } },
        codec: { site: "mgh", address: rig.address(41), family: "cisco-ce", ssh: "codec", ssh_port: 2222, checks: ssh },
        gossip: { site: "mgh", address: rig.address(42), family: "cisco-ce", ssh: "codec", ssh_port: 2222, checks: ssh },
      },
      channels: { mail: { mail: { host: rig.address(2), port: 2525, from: "vigie@example.org" } } },
      ...people((who) => [{ mail: `${who}@example.org` }]),
    }),
  );
  await until("the host answers", async () => (await daemon.look("host", "snmp"))?.status === "up");
  await until("the codec answers", async () =>
    (await daemon.look("codec", "ssh"))?.samples.some(({ name, value }) => name === "calls" && value === 1),
  );
  await until("the gossip is called down", async () => (await daemon.look("gossip", "ssh"))?.status === "down");

  // Traps with the far end in them: a call's, a failed login's, and one that nobody knows.
  const trap = (oid: string, binds: readonly string[]) =>
    sh(needs("snmptrap", context), [
      "-v2c",
      "-c",
      "e2e-community",
      `--clientaddr=${rig.address(40)}`,
      "-m",
      "",
      `udp:${rig.address(1)}:16200`,
      "",
      oid,
      ...binds,
    ]);
  const farEnd = ["1.3.6.1.4.1.13885.101.1.5.2.1.4.1", "s", names.trapNumber, "1.3.6.1.4.1.13885.101.1.5.2.1.5.1", "s", names.trapName];
  trap("1.3.6.1.4.1.13885.101.0.72", farEnd);
  trap("1.3.6.1.4.1.13885.101.0.17", ["1.3.6.1.4.1.13885.101.1.9.1.0", "s", names.trapUri]);
  trap("1.3.6.1.4.1.2684.1.1.0.4", [
    "1.3.6.1.4.1.2684.1.1.1.1.0",
    "s",
    names.trapName,
    "1.3.6.1.4.1.2684.1.1.1.2.0",
    "s",
    names.trapNumber,
  ]);
  trap("1.3.6.1.4.1.99999.0.1", ["1.3.6.1.4.1.99999.1.1.0", "s", names.trapName, "1.3.6.1.4.1.99999.1.2.0", "s", names.trapUri]);
  await until("the traps are kept", async () => (await daemon.get<{ items: unknown[] }>("/api/v1/traps")).items.length >= 4);
  const incident = await until("an incident of a trap", async () => (await daemon.incidents()).find(({ device }) => device === "poly"));

  const pages = await Promise.all(
    [
      ...["/", "/metrics", "/api/v1/traps", "/api/v1/alarms", "/api/v1/incidents", "/api/v1/devices", "/recurrences"],
      ...["host", "poly", "codec", "gossip"].flatMap((id) => [`/devices/${id}`, `/api/v1/devices/${id}`]),
      ...[`/incidents/${incident.number}`, `/api/v1/incidents/${incident.number}`],
    ].map(async (path) => [path, await daemon.text(path)] as const),
  );
  const noted = await daemon.post(`/api/v1/incidents/${incident.id}/acknowledge`, { note: "vu, patiente TREM 5562 0312" });
  expect(noted).toMatchObject({ status: 200, body: { warnings: [expect.stringContaining("health insurance number")] } });
  const harmless = await daemon.post(`/api/v1/incidents/${incident.id}/take`, { note: `suit ${incident.number}` });
  expect(harmless.status).toBe(200);
  expect(harmless.body.warnings).toBeUndefined();

  expect(pages.every(([, text]) => text.length > 10)).toBe(true);
  const state = () => files(join(rig.folder, "state")).map((path) => [path, readFileSync(path, "latin1")] as const);
  const running = state();
  expect(running.some(([path]) => path.endsWith("-wal"))).toBe(true);
  expect(await daemon.stop()).toBe(0);

  const kept = [...running, ...state()];
  expect(kept.some(([path]) => path.endsWith("vigie.db"))).toBe(true);
  const leaks = [...pages, ...kept, ["the log", daemon.log()] as const].flatMap(([where, text]) =>
    Object.entries(names).flatMap(([door, name]) =>
      text.includes(name) || text.includes(Buffer.from(name).toString("hex")) ? [`${door} in ${where}`] : [],
    ),
  );
  expect(leaks).toEqual([]);
}, 60_000);
