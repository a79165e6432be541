/**
 * Discovery that logs in: the simulator's codecs over real SSH, and OpenSSH's own server, which counts what it refuses.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../../daemon/clock.ts";
import type { Credential } from "../../../daemon/model/config.ts";
import { type DiscoverOptions, type Discovery, discover } from "../../../probes/discover/discover.ts";
import { propose } from "../../../probes/discover/propose.ts";
import { parseRange, type Range } from "../../../probes/discover/range.ts";
import { loadFamilies, shippedFamilies } from "../../../probes/families.ts";
import type { Engine } from "../../../probes/icmp/fping.ts";
import { startSimulatedNetwork } from "../../../probes/simulator/simulation.ts";
import { needs, needsRoot } from "../../needs.ts";
import { device, env, freePort } from "../simulator/network.ts";
import { secret } from "../snmp/target.ts";
import { eventually, password } from "../ssh/peer.ts";

const { families } = loadFamilies([shippedFamilies()]);

/** Everybody is there: what is asked then is the matter here. */
const everybody: Engine = {
  name: "ping",
  ask: (_request, asker) => asker.told({ kind: "trips", trips: [1] }),
  stats: () => ({ runs: 0, hosts: 0, failures: 0, restarts: 0, processes: 0 }),
  stop: () => undefined,
};

function discovered(range: string, ssh: Credential, sshPort: number, more: Partial<DiscoverOptions> = {}): Promise<Discovery> {
  const options: DiscoverOptions = {
    ...{ ranges: [parseRange(range) as Range], configured: new Map(), credentials: [], ssh, sshPort, ports: [], families },
    ...{ probesPerSecond: 1_000, engine: everybody, clock: systemClock, ...more },
  };
  return discover(options, new AbortController().signal);
}

it("a codec tells the switch and the port it hangs on, and a stranger what it is; one login a question, none refused", {
  timeout: 60_000,
}, async () => {
  const [port, snmpPort] = [await freePort(), await freePort()];
  const ssh = { port, user: "vigie", password: "env:SIM_SSH" };
  const more = { family: "cisco-ce", kind: "codec", parents: ["mgh-switch"], ssh } as const;
  const simulation = await startSimulatedNetwork(
    {
      devices: [
        { ...device("codec-snmp", 209, { ...more, snmp: { community: "env:SIM_COMMUNITY", port: snmpPort } }) },
        { ...device("codec-mute", 210, more) },
      ],
    },
    { env },
  );
  onTestFinished(() => simulation.stop());
  const community = { id: "old", kind: "snmp-community", version: "2c", community: secret(env.SIM_COMMUNITY) } as const;
  const found = await discovered("127.31.7.208/30", password(env.SIM_SSH), port, { credentials: [community], snmpPort });
  const seen = Object.fromEntries(found.seen.map((each) => [each.address.split(".")[3], each]));
  for (const each of [seen["209"], seen["210"]]) {
    expect(each).toMatchObject({ refused: [], identification: expect.stringContaining("SSH-2.0"), login: password("x").id });
    expect(each?.neighbours).toEqual([
      { via: "shell", name: "mgh-switch", port: expect.stringMatching(/^GigabitEthernet1\/0\/\d+$/), platform: "cisco WS-C2960X-24PS-L" },
    ]);
  }
  expect(seen["209"]?.snmp?.credential).toBe("old");
  expect(seen["210"]?.snmp).toBeUndefined();
  expect(seen["210"]?.greeting).toMatch(/Cisco Codec Release/);
  const proposals = propose(found, { families, sites: new Map(), devices: new Map(), subnets: {} });
  expect(proposals.map(({ family }) => family)).toEqual(["cisco-ce", "cisco-ce"]);
  expect(simulation.logins("codec-snmp")).toEqual({ tried: 1, refused: 0 });
  // Once to be greeted, once to be asked as what the greeting told.
  expect(simulation.logins("codec-mute")).toEqual({ tried: 2, refused: 0 });
});

it("a login that is refused is tried once a device, on three devices, and then rests, as sshd counts it", {
  timeout: 60_000,
}, async (context) => {
  const program = needs("sshd", context);
  needsRoot(context);
  const { port, refusals } = await refusingServer(program);
  const found = await discovered("127.31.8.0/28", password("wrong", "vigie-nobody"), port);
  expect(found.seen).toHaveLength(14);
  const refused = found.seen.filter((each) => each.refused.length > 0);
  expect(refused.map((each) => each.refused)).toEqual([1, 2, 3].map(() => [password("x").id]));
  expect(found.resting).toEqual([password("x").id]);
  expect(found.seen.filter(({ login }) => login !== undefined)).toEqual([]);
  await eventually(() => refusals().length >= 3, "sshd wrote what it refused");
  expect(refusals()).toEqual(refused.map(({ address }) => address).sort());
});

/** OpenSSH at every address of 127.0.0.0/8; it knows nobody of that name. */
async function refusingServer(program: string): Promise<{ readonly port: number; readonly refusals: () => readonly string[] }> {
  const folder = mkdtempSync(join(tmpdir(), "vigie-sshd-"));
  const log = join(folder, "log");
  mkdirSync("/run/sshd", { recursive: true });
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, "host")]);
  const port = await freePort();
  const settings = [
    ...[`Port ${port}`, "ListenAddress 0.0.0.0", `HostKey ${join(folder, "host")}`, `PidFile ${join(folder, "pid")}`, "UsePAM no"],
    ...["StrictModes no", "PasswordAuthentication yes", "KbdInteractiveAuthentication no", "MaxStartups 100", "LogLevel VERBOSE"],
  ];
  writeFileSync(join(folder, "config"), `${settings.join("\n")}\n`);
  const sshd: ChildProcess = spawn(program, ["-D", "-f", join(folder, "config"), "-E", log], { stdio: "ignore" });
  onTestFinished(async () => {
    const gone = new Promise((resolve) => sshd.once("exit", resolve));
    sshd.kill();
    await gone;
    rmSync(folder, { recursive: true, force: true });
  });
  const read = (): string => {
    try {
      return readFileSync(log, "utf8");
    } catch {
      return "";
    }
  };
  await eventually(() => read().includes("Server listening"), "sshd listens");
  /** Our address of each connection on which a password was refused. */
  const refusals = () => {
    const at = new Map([...read().matchAll(/Connection from \S+ port (\d+) on (\S+) port/g)].map(([, from = "", to = ""]) => [from, to]));
    return [...read().matchAll(/Failed password for .* port (\d+) ssh2/g)].map(([, from = ""]) => at.get(from) ?? "?").sort();
  };
  return { port, refusals };
}
