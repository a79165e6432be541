/**
 * The SSH probe against OpenSSH's own server, and the login guard's bound as sshd counts it.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import type { Credential } from "../../../daemon/model/config.ts";
import { HOUR, MINUTE } from "../../../daemon/model/time.ts";
import { createLoginGuard } from "../../../probes/login-guard.ts";
import { createSshProbe } from "../../../probes/ssh/ssh-probe.ts";
import { findProgram, needs, needsRoot } from "../../needs.ts";
import { freePort } from "../../port.ts";
import { eventually, memory, password, secret, target } from "./peer.ts";

const never = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), "vigie-sshd-"));
const log = join(folder, "log");
const user = `vigie${process.pid % 100_000}`;
let port = 0;
let sshd: ChildProcess | undefined;
let userMade = false;

beforeAll(async () => {
  const program = findProgram("sshd");
  if (program === undefined || process.getuid?.() !== 0) return;
  mkdirSync("/run/sshd", { recursive: true });
  for (const name of ["host", "client"]) execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, name)]);
  writeFileSync(join(folder, "authorized"), readFileSync(join(folder, "client.pub")), { mode: 0o644 });
  port = await freePort();
  const settings = [
    `Port ${port}`,
    "ListenAddress 0.0.0.0",
    `HostKey ${join(folder, "host")}`,
    `AuthorizedKeysFile ${join(folder, "authorized")}`,
    `PidFile ${join(folder, "pid")}`,
    "StrictModes no",
    "UsePAM no",
    "PermitRootLogin yes",
    "PasswordAuthentication yes",
    "KbdInteractiveAuthentication no",
    "MaxStartups 100",
    "LogLevel VERBOSE",
  ];
  writeFileSync(join(folder, "config"), `${settings.join("\n")}\n`);
  execFileSync("useradd", [
    "-M",
    "-N",
    "-d",
    "/tmp",
    "-s",
    "/bin/sh",
    "-p",
    execFileSync("openssl", ["passwd", "-6", "right"]).toString().trim(),
    user,
  ]);
  userMade = true;
  sshd = spawn(program, ["-D", "-f", join(folder, "config"), "-E", log], { stdio: "ignore" });
  await eventually(() => read().includes("Server listening"), "sshd listens");
});

afterAll(async () => {
  if (sshd !== undefined) {
    const gone = new Promise((resolve) => sshd?.once("exit", resolve));
    sshd.kill();
    await gone;
  }
  if (userMade) execFileSync("userdel", [user]);
  rmSync(folder, { recursive: true, force: true });
});

function read(): string {
  try {
    return readFileSync(log, "utf8");
  } catch {
    return "";
  }
}

const failures = (): number => (read().match(/Failed password for /g) ?? []).length;
const ready = (context: TestContext): void => {
  needs("sshd", context);
  needsRoot(context);
};

const asks = [{ command: "cat /proc/uptime", values: [{ path: "^([0-9.]+) ", name: "uptime_seconds", as: "gauge" as const }] }];

describe("against OpenSSH's sshd", () => {
  it("logs in with a key, runs one channel a command over one connection, and reads the value", async (context) => {
    ready(context);
    const key: Credential = { id: "k", kind: "ssh-key", user: "root", key: secret(readFileSync(join(folder, "client"), "utf8")) };
    const facts = memory();
    const probe = createSshProbe({ memory: facts });
    const finding = await probe.look(target({ port, dialect: "exec", asks, credential: key }), never, { trace: true });
    expect(finding).toMatchObject({ status: "up", samples: [{ name: "uptime_seconds" }] });
    expect((await probe.look(target({ port, dialect: "exec", asks, credential: key }), never)).status).toBe("up");
    expect(probe.stats().connections).toBe(1);
    const printed = execFileSync("ssh-keygen", ["-lf", join(folder, "host.pub")]).toString();
    expect(printed).toContain(facts.facts.get("host-key:codec-1")?.split(" ")[1]);
    await probe.stop();
  });

  it("logs in with a password; a wrong one is unknown, and sshd saw it once", async (context) => {
    ready(context);
    const probe = createSshProbe({ memory: memory() });
    expect(await probe.look(target({ port, dialect: "exec", asks, credential: password("right", user) }), never)).toMatchObject({
      status: "up",
    });
    const before = failures();
    const wrong = await probe.look(target({ port, id: "other", dialect: "exec", asks, credential: password("wrong", user) }), never);
    expect(wrong).toMatchObject({ status: "unknown", code: "ssh.auth-refused" });
    expect(failures() - before).toBe(1);
    await probe.stop();
  });

  it("shows 40 devices with one wrong shared password no more logins in 8 hours than the guard's bound, 48", async (context) => {
    ready(context);
    const devices = Array.from({ length: 40 }, (_, n) => ({ id: `d${n}`, address: `127.0.40.${n + 1}` }));
    const guard = createLoginGuard(() => undefined);
    const probe = createSshProbe({ memory: memory() });
    const seen = new Map<string, number>();
    const incidents: string[] = [];
    const before = failures();
    for (let at = 0; at < 8 * HOUR; at += MINUTE) {
      for (const { id, address } of devices) {
        const choice = guard.choose(id, "codec", at);
        if ("rest" in choice) continue;
        const finding = await probe.look(target({ port, id, address, dialect: "exec", asks, credential: password("wrong", user) }), never);
        expect(finding.code).toBe("ssh.auth-refused");
        seen.set(id, (seen.get(id) ?? 0) + 1);
        const { credentialIncident } = guard.refused(id, choice.use, at);
        if (credentialIncident !== undefined) incidents.push(credentialIncident.credential);
      }
    }
    await probe.stop();
    // N + 3 + trials at 15, 45, 105, 225 and 465 minutes; unguarded it would be 40 x 480 = 19,200.
    const logins = failures() - before;
    expect(logins).toBeLessThanOrEqual(40 + 3 + 5);
    expect(logins).toBeGreaterThanOrEqual(40);
    expect(Math.max(...seen.values())).toBeLessThanOrEqual(2);
    expect(incidents).toEqual(["codec"]);
  }, 120_000);
});
