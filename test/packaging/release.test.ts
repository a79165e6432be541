/** The release tarball: unpacked into an empty folder, it runs with Node on the PATH and nothing else. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../../probes/built.ts";
import { freePort } from "../port.ts";

const root = projectRoot();
let folder = "";
let unpacked = "";
/** Node, and no npm, compiler or shell tools. */
let env: NodeJS.ProcessEnv = {};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vigie-release-test-"));
  execFileSync(process.execPath, [join(root, "scripts/release.mjs"), "--out", join(folder, "out")], { stdio: ["ignore", "pipe", "pipe"] });
  const [tarball = ""] = readdirSync(join(folder, "out")).filter((name) => name.endsWith(".tar.gz"));
  execFileSync("sha256sum", ["-c", `${tarball}.sha256`], { cwd: join(folder, "out"), stdio: "ignore" });
  mkdirSync(join(folder, "empty"));
  execFileSync("tar", ["-C", join(folder, "empty"), "-xzf", join(folder, "out", tarball)]);
  unpacked = join(folder, "empty", tarball.replace(/\.tar\.gz$/, ""));
  mkdirSync(join(folder, "path"));
  symlinkSync(process.execPath, join(folder, "path", "node"));
  env = { PATH: join(folder, "path") };
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const vigie = (args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
  spawnSync(join(unpacked, "bin/vigie"), args, { cwd: folder, encoding: "utf8", env: { ...env, ...more } });

describe("the release", () => {
  it("answers --help from a folder that is not its own", () => {
    expect(vigie(["--help"])).toMatchObject({ status: 0, stdout: expect.stringContaining("check-config") });
  });

  it("answers through a link, as an installation makes it", () => {
    symlinkSync(join(unpacked, "bin/vigie"), join(folder, "vigie"));
    const done = spawnSync(join(folder, "vigie"), ["token", "ops", "it-technician"], { encoding: "utf8", env });
    expect(done).toMatchObject({ status: 0, stdout: expect.stringContaining("VIGIE_TOKEN_OPS=") });
  });

  it("brings its families and rules, and checks the example with them", () => {
    const secrets = { VIGIE_SNMP_AUTH: "not-a-secret-1", VIGIE_SNMP_PRIV: "not-a-secret-2", VIGIE_CODEC: "not-a-secret-3" };
    const done = vigie(["check-config", join(unpacked, "docs/examples/one-site.yaml")], secrets);
    expect({ status: done.status, said: done.stderr }).toEqual({ status: 0, said: "" });
    expect(done.stdout).toMatch(/4 devices, \d\d rules/);
  });

  it("starts, is ready with its own sqlite3, shows its page, and ends on SIGTERM", async () => {
    const port = await freePort();
    const file = join(folder, "vigie.yaml");
    writeFileSync(
      file,
      `instance: { state_dir: state }
http: { listen: "127.0.0.1:${port}" }
sites: { here: { name: Here } }
devices: { loopback: { site: here, address: 127.0.0.1, family: ping-only } }
channels: { mail: { mail: { host: 127.0.0.1, port: 1, from: vigie@example.org } } }
contacts: { desk: { reach: [{ mail: desk@example.org }] } }
functions: { desk: { contacts: [desk] }, analyst: { contacts: [desk] }, chief-technician: { contacts: [desk] } }
tokens: { test: { function: it-technician, secret: { env: TOKEN } } }
`,
    );
    const said: string[] = [];
    const daemon = spawn(join(unpacked, "bin/vigie"), ["run", "--config", file], {
      cwd: folder,
      env: { ...env, TOKEN: "a-token-for-this-test" },
    });
    const ended = new Promise<number | null>((resolve) => daemon.once("exit", resolve));
    for (const stream of [daemon.stdout, daemon.stderr]) stream.on("data", (chunk: Buffer) => void said.push(chunk.toString()));
    try {
      const get = (path: string) =>
        fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: "Bearer a-token-for-this-test" } }).catch(() => undefined);
      await expect.poll(async () => (await get("/-/ready"))?.status ?? said.join(""), { timeout: 60_000, interval: 200 }).toBe(200);
      expect((await get("/static/vigie.css"))?.status).toBe(200);
      expect(await (await get("/"))?.text()).toContain("loopback");
      expect(await (await get("/metrics"))?.text()).toContain('vigie_device_up{device="loopback"');
      expect(existsSync(join(folder, "state", "vigie.db"))).toBe(true);
    } finally {
      daemon.kill("SIGTERM");
    }
    expect(await ended).toBe(0);
  }, 40_000);

  it("holds what an operator needs and nothing of the workshop", () => {
    for (const file of [
      "LICENSE",
      "NOTICE",
      "README.md",
      "CHANGELOG.md",
      "INSTALL.txt",
      "docs/install.md",
      "deploy/systemd/vigie.service",
    ]) {
      expect(existsSync(join(unpacked, file)), file).toBe(true);
    }
    const every = readdirSync(unpacked, { recursive: true, encoding: "utf8" });
    const ours = every.filter((name) => !name.startsWith("node_modules/"));
    expect(ours.filter((name) => /\.(tsx?|map)$|^(test|scripts|dist\/test)(\/|$)|\.db$|\.env$/.test(name))).toEqual([]);
    const packages = readdirSync(join(unpacked, "node_modules"));
    expect(packages).toEqual(expect.arrayContaining(["sqlite3", "net-snmp", "ssh2", "express"]));
    expect(packages.filter((name) => ["vitest", "typescript", "@biomejs", "playwright-core"].includes(name))).toEqual([]);
  });
});
