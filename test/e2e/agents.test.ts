/**
 * A day's traffic of real agents through the whole daemon: Debian's snmpd, snmptrap and snmpinform, OpenSSH's sshd.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { findProgram, needs, needsRoot } from "../needs.ts";
import { events, listens, people, Rig, sh, until } from "./rig.ts";

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.end();
});

interface Heard {
  readonly items: readonly {
    readonly name?: string;
    readonly version?: string;
    readonly inform: boolean;
    readonly device?: string;
    readonly undecodable?: string;
  }[];
}

const v3 = { user: "watch", auth: "auth-secret-of-the-watch", priv: "priv-secret-of-the-watch" };

it("snmpd is looked at over v2c and v3, its own traps and other programs' traps and informs become incidents, and a look clears what a look can see", async (context) => {
  const rig = new Rig();
  rigs.push(rig);
  Object.assign(rig.env, { COMMUNITY: "e2e-community", AUTH: v3.auth, PRIV: v3.priv });
  const trapsAt = `${rig.address(1)}:16200`;
  const snmpd = needs("snmpd", context);
  const views = [
    "view all included .1",
    `createUser ${v3.user} SHA-256 ${v3.auth} AES ${v3.priv}`,
    `rouser ${v3.user} priv`,
    "rocommunity e2e-community",
  ];
  const server = await rig.mailServer(context);
  const [one, other] = [rig.address(30), rig.address(31)];
  const conf = rig.file(
    "snmpd/snmpd.conf",
    [...views, "authtrapenable 1", `trap2sink ${trapsAt} e2e-community`, "[snmp]", `clientaddr ${one}`].join("\n"),
  );
  const daemon = await rig.daemon(
    rig.config({
      credentials: {
        v2: { snmp_community: { version: "2c", community: { env: "COMMUNITY" } } },
        v3: {
          snmp_v3: { user: v3.user, auth: { protocol: "sha256", key: { env: "AUTH" } }, priv: { protocol: "aes", key: { env: "PRIV" } } },
        },
      },
      traps: { listen: trapsAt, allow: ["127.0.0.0/8"], credentials: ["v2", "v3"] },
      devices: {
        v2: {
          name: "Commutateur",
          site: "mgh",
          address: one,
          family: "generic-switch",
          snmp: "v2",
          snmp_port: 1161,
          checks: { icmp: { interval: "5s" }, snmp: { interval: "2s" } },
        },
        v3: {
          name: "Serveur",
          site: "mgh",
          address: other,
          family: "net-snmp-host",
          snmp: "v3",
          snmp_port: 1161,
          checks: { icmp: false, snmp: { interval: "2s" } },
        },
        far: {
          name: "Commutateur loin",
          site: "mgh",
          address: rig.address(32),
          family: "generic-switch",
          checks: { icmp: { interval: "2s" }, snmp: false },
        },
      },
      channels: { mail: { mail: { host: server.host, port: server.port, from: "vigie@example.org" } } },
      ...people((who) => [{ mail: `${who}@example.org` }]),
    }),
  );
  // Nothing answers there yet, three times in a row: silent. Then the agent starts.
  const silent = await until("the alarm of the silent agent", async () =>
    (await daemon.alarms()).find(({ symptom, device, state }) => symptom === "silent" && device === "v2" && state === "active"),
  );
  expect(silent.part).toBe("snmp");
  rig.run(snmpd, ["-f", "-C", "-c", conf, "-Lf", join(rig.folder, "snmpd", "log"), "-I", "-smux", `udp:${one}:1161`, `udp:${other}:1161`], {
    env: { SNMP_PERSISTENT_DIR: join(rig.folder, "snmpd"), MIBS: "" },
  });
  await until(
    "both looks are good",
    async () => (await daemon.look("v2", "snmp"))?.status === "up" && (await daemon.look("v3", "snmp"))?.status === "up",
  );
  await until("the silent ones are restored", async () =>
    (await daemon.incidents("&folded=false")).every(({ state }) => state === "restored"),
  );
  expect((await daemon.look("v3", "snmp"))?.samples.find(({ name }) => name === "uptime_seconds")?.value).toBeGreaterThan(0);

  // Its own traps: it tells its start, and a wrong community.
  const traps = async () => (await daemon.get<Heard>("/api/v1/traps")).items;
  await until("snmpd's coldStart", async () => (await traps()).find(({ name, device }) => name === "coldStart" && device !== undefined));
  try {
    sh(needs("snmpget", context), ["-v2c", "-c", "wrong", "-r", "0", "-t", "1", `${one}:1161`, "1.3.6.1.2.1.1.3.0"]);
  } catch {
    // Refused, as it should be.
  }
  await until("snmpd's authenticationFailure", async () => (await traps()).find(({ name }) => name === "authenticationFailure"));

  // A linkDown of a port that the look sees up: raised at once by the trap, cleared by the confirming look.
  const row = "1.3.6.1.2.1.2.2.1";
  const down = (name: string) => ["1.3.6.1.6.3.1.1.5.3", `${row}.1.7`, "i", "7", `${row}.2.7`, "s", name, `${row}.8.7`, "i", "2"];
  const before = (await daemon.incidents()).length;
  sh(needs("snmptrap", context), ["-v2c", "-c", "e2e-community", `--clientaddr=${one}`, "-m", "", `udp:${trapsAt}`, "", ...down("lo")]);
  const raised = await until("an incident of the trap", async () => (await daemon.incidents()).find(({ part }) => part === "interface lo"));
  expect(raised).toMatchObject({ symptom: "interface-down" });
  const cleared = await until("the confirming look clears it", async () => {
    const now = await daemon.incident(raised.id);
    return now.state === "restored" && now;
  });
  expect(events(cleared)[0]).toBe("opened");
  expect(events(cleared).at(-1)).toBe("restored");

  // An inform over v3 authPriv is acknowledged (snmpinform waits for that), and nothing clears it: a port that no look knows.
  const secure = ["-v3", "-l", "authPriv", "-u", v3.user, "-a", "SHA-256", "-A", v3.auth, "-x", "AES", "-X", v3.priv];
  const from = `--clientaddr=${rig.address(32)}`;
  sh(needs("snmpinform", context), [...secure, from, "-r", "1", "-t", "5", "-m", "", `udp:${trapsAt}`, "", ...down("gi7")]);
  const told = await until("an incident of the inform", async () =>
    (await daemon.incidents()).find(({ part }) => part === "interface gi7"),
  );
  expect(told).toMatchObject({ device: "far", state: "open" });
  await until("a mail about it", () => server.mails().find(({ subject }) => subject.includes(told.number)));
  // The confirming look came, right after the trap.
  await until("a look after the inform", async () => Date.parse((await daemon.look("far", "icmp"))?.at ?? "") > Date.parse(told.openedAt));
  expect((await traps()).find(({ inform }) => inform)).toMatchObject({ version: "3", name: "linkDown", device: "far" });

  // The same with a wrong key, and from a user nobody knows: kept, counted, and nothing more.
  const wrong = [
    "-v3",
    "-e",
    "0x8000000001020304",
    "-l",
    "authPriv",
    "-u",
    v3.user,
    "-a",
    "SHA-256",
    "-A",
    "another-auth-secret",
    "-x",
    "AES",
    "-X",
    v3.priv,
  ];
  sh(needs("snmptrap", context), [...wrong, from, "-m", "", `udp:${trapsAt}`, "", ...down("gi8")]);
  await until("it is counted as undecodable", async () => ((await daemon.metric("vigie_traps_total", 'outcome="undecodable"')) ?? 0) >= 1);
  expect(await daemon.incidents()).toHaveLength(before + 2);
  expect(await daemon.stop()).toBe(0);
}, 240_000);

it("OpenSSH's sshd is asked over one kept session: one login for many looks, and its numbers arrive", async (context) => {
  needsRoot(context);
  const sshd = needs("sshd", context);
  const rig = new Rig();
  rigs.push(rig);
  mkdirSync("/run/sshd", { recursive: true });
  for (const name of ["host", "client"])
    sh(findProgram("ssh-keygen") ?? "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(rig.folder, name)]);
  const authorized = rig.file("authorized", readFileSync(join(rig.folder, "client.pub"), "utf8"), 0o644);
  const address = rig.address(25);
  const settings = [
    ...["Port 2222", `ListenAddress ${address}`, `HostKey ${join(rig.folder, "host")}`, `AuthorizedKeysFile ${authorized}`],
    ...[`PidFile ${join(rig.folder, "pid")}`, "StrictModes no", "UsePAM no", "PermitRootLogin yes", "LogLevel VERBOSE"],
  ];
  const log = join(rig.folder, "sshd.log");
  rig.run(sshd, ["-D", "-f", rig.file("sshd_config", `${settings.join("\n")}\n`), "-E", log]);
  await until("sshd listens", () => listens(address, 2222));
  rig.file(
    "families/server.yaml",
    JSON.stringify({
      id: "linux-server",
      kind: "host",
      name: { fr: "Serveur", en: "Server" },
      certainty: "manual",
      recognise: { sys_object_id: [], sys_descr: [], banner: [] },
      checks: { ssh: { interval: "3s", timeout: "3s" } },
      shell: {
        dialect: "exec",
        asks: [
          {
            command: "cat /proc/uptime",
            values: [{ path: "^(\\d+)\\.", name: "uptime_seconds", as: "gauge", unit: "seconds", certainty: "manual" }],
          },
        ],
      },
    }),
  );
  const daemon = await rig.daemon(
    rig.config({
      credentials: { key: { ssh_key: { user: "root", key: { file: "client" } } } },
      families: { include: ["families/*.yaml"] },
      devices: {
        server: {
          name: "Serveur",
          site: "mgh",
          address,
          family: "linux-server",
          ssh: "key",
          ssh_port: 2222,
          checks: { icmp: false, snmp: false },
        },
      },
      channels: { mail: { mail: { host: rig.address(2), port: 2525, from: "vigie@example.org" } } },
      ...people((who) => [{ mail: `${who}@example.org` }]),
    }),
  );
  const uptime = async () => (await daemon.look("server", "ssh"))?.samples.find(({ name }) => name === "uptime_seconds")?.value ?? 0;
  const first = await until("its uptime", async () => (await uptime()) || undefined);
  expect(Math.abs(first - Number(readFileSync("/proc/uptime", "utf8").split(".")[0]))).toBeLessThan(20);
  await until("a later uptime", async () => (await uptime()) > first);
  // A look that a busy machine cut off ends its session; the next ones are over one again.
  const logins = () => readFileSync(log, "utf8").match(/Accepted publickey for root/g)?.length ?? 0;
  let [before, looks] = [logins(), (await daemon.metric("vigie_looks_total", 'kind="ssh"')) ?? 0];
  await until(
    "four looks over one session",
    async () => {
      if (logins() === before) return ((await daemon.metric("vigie_looks_total", 'kind="ssh"')) ?? 0) - looks >= 4;
      [before, looks] = [logins(), (await daemon.metric("vigie_looks_total", 'kind="ssh"')) ?? 0];
      return false;
    },
    180_000,
  );
  expect(before).toBeGreaterThan(0);
  expect(await daemon.metric("vigie_device_up", 'device="server"')).toBe(1);
  if (before === 1) expect(await daemon.incidents()).toEqual([]);
  expect(await daemon.stop()).toBe(0);
}, 240_000);
