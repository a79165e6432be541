/** Old SSH algorithms: refused with what to do, used by opt-in. Against OpenSSH's own server, told to offer nothing newer. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Credential } from "../../../daemon/model/config.ts";
import { createSshProbe } from "../../../probes/ssh/ssh-probe.ts";
import { findProgram, needs, needsRoot } from "../../needs.ts";
import { freePort } from "../../port.ts";
import { eventually, memory, secret, target } from "./peer.ts";

const never = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), "vigie-legacy-"));
const children: ChildProcess[] = [];
/** What an old codec is left with; each server offers one thing that is too old, or all of them. */
const SERVERS = {
  all: "KexAlgorithms diffie-hellman-group14-sha1\nCiphers 3des-cbc\nMACs hmac-sha1\nHostKeyAlgorithms ssh-rsa",
  kex: "KexAlgorithms diffie-hellman-group1-sha1",
  cipher: "Ciphers aes128-cbc,aes256-cbc",
  key: "HostKeyAlgorithms ssh-rsa",
};
const ports = new Map<string, number>();

beforeAll(async () => {
  const program = findProgram("sshd");
  if (program === undefined || process.getuid?.() !== 0) return;
  mkdirSync("/run/sshd", { recursive: true });
  execFileSync("ssh-keygen", ["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", join(folder, "host")]);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, "client")]);
  for (const [name, settings] of Object.entries(SERVERS)) {
    const port = await freePort();
    ports.set(name, port);
    const common = `Port ${port}\nListenAddress 127.0.0.1\nHostKey ${join(folder, "host")}\nPidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nAuthorizedKeysFile ${join(folder, "client.pub")}\n`;
    writeFileSync(join(folder, name), common + settings);
    children.push(spawn(program, ["-D", "-e", "-f", join(folder, name)], { stdio: "ignore" }));
  }
  for (const port of ports.values()) await eventually(() => listens(port), `sshd on ${port}`);
}, 60_000);
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

function listens(port: number): boolean {
  try {
    execFileSync("bash", ["-c", `exec 3<>/dev/tcp/127.0.0.1/${port}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function key(): Credential {
  const text = execFileSync("cat", [join(folder, "client")], { encoding: "utf8" });
  return { id: "key", kind: "ssh-key", user: "root", key: secret(text) };
}

const asks = [{ command: "echo up 12", values: [{ path: "^up (\\d+)$", name: "uptime_seconds", as: "gauge" as const }] }];
const look = (name: string, legacy: boolean) => {
  const probe = createSshProbe({ memory: memory() });
  const aim = target({ port: ports.get(name) ?? 0, legacy, dialect: "exec", asks, credential: key(), timeoutMs: 8_000 });
  return probe.look(aim, never).finally(() => probe.stop());
};

describe.each(Object.keys(SERVERS))("a server whose %s is old", (name) => {
  it("is unknown without the opt-in, and the finding says what to write", async (context) => {
    needs("sshd", context);
    needsRoot(context);
    const finding = await look(name, false);
    expect(finding).toMatchObject({ status: "unknown", code: "ssh.algorithms" });
    expect(finding.detail).toContain("legacy: { ssh_algorithms: true }");
  });

  it("answers with it", async (context) => {
    needs("sshd", context);
    needsRoot(context);
    const finding = await look(name, true);
    expect(finding.status, finding.detail).toBe("up");
    expect(finding.samples).toEqual([{ name: "uptime_seconds", value: 12 }]);
  });
});
