/**
 * `vigie discover` as a person or a script calls it.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { progressOn } from "../../daemon/cli/progress.ts";
import { systemClock } from "../../daemon/clock.ts";
import { holdDiscovery } from "../../daemon/store/hold.ts";
import { openStore } from "../../daemon/store/open.ts";
import { builtFile } from "../../probes/built.ts";
import { needs } from "../needs.ts";

const program = builtFile("daemon/main.js");
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vigie-discover-cli-"));
  writeFileSync(
    join(folder, "vigie.yaml"),
    JSON.stringify({
      instance: { state_dir: "state" },
      sites: { mgh: { name: "HGM" } },
      devices: { here: { site: "mgh", address: "127.0.0.9", family: "ping-only" } },
      discovery: { ranges: ["127.0.0.0/24"] },
      channels: { ops: { webhook: { url: "https://example.org/", secret: { env: "CLI_SECRET" } } } },
      contacts: { tech: { reach: [{ ops: "tech" }] } },
      functions: { "chief-technician": { contacts: ["tech"] } },
    }),
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const env = { ...process.env, CLI_SECRET: "a-secret-of-the-command-line" };
function vigie(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "discover", ...argv], {
    cwd: folder,
    encoding: "utf8",
    timeout: 110_000,
    env,
  });
  return { code: status, out: stdout, err: stderr };
}
const audit = () =>
  readFileSync(join(folder, "state", "discovery-audit.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

it("writes what answers into a file, leaves out what is configured, says so, writes the audit, and overwrites only when forced", (context) => {
  needs("fping", context);
  const first = vigie("127.0.0.8/30", "--out", "found.yaml");
  expect([first.code, first.out]).toEqual([0, ""]);
  expect(first.err).toContain("left out, configured already: here (127.0.0.9)");
  expect(first.err).toMatch(/2 of 2 addresses, 1 answered, 1 asked, \d+ packets and connections; 1 devices written to found.yaml/);
  const text = readFileSync(join(folder, "found.yaml"), "utf8");
  expect(text).toMatch(/address: 127\.0\.0\.10\n {4}family: ping-only\n {4}commissioning: true/);
  expect(vigie("127.0.0.8/30", "--out", "found.yaml")).toMatchObject({ code: 2, err: expect.stringContaining("is there already") });
  const json = vigie("127.0.0.10", "--json");
  expect([json.code, JSON.parse(json.out)]).toMatchObject([0, { complete: true, answered: 1, devices: [{ address: "127.0.0.10" }] }]);
  expect(audit()).toMatchObject([
    { action: "discovery.started", target: "127.0.0.8/30", by: expect.any(String), at: expect.stringMatching(/^\d{4}-/) },
    { action: "discovery.ended", data: { complete: true, answered: 1, proposed: 1 } },
    { action: "discovery.started" },
    { action: "discovery.ended" },
  ]);
  expect(existsSync(join(folder, "state", "vigie.db"))).toBe(false);
});

it("is in the audit of the store, where there is one, before the first packet and at the end, in the name of who called it", async (context) => {
  needs("fping", context);
  const storage = { kind: "sqlite", path: join(folder, "state", "vigie.db") } as const;
  mkdirSync(join(folder, "state"));
  const store = await openStore({ storage, stateDir: join(folder, "state"), clock: systemClock });
  try {
    await store.migrate();
    expect(vigie("127.0.0.10", "--out", "found.yaml").code).toBe(0);
    const by = `cli:${userInfo().username}`;
    expect((await store.auditLog(10)).filter(({ action }) => action.startsWith("discovery.")).reverse()).toMatchObject([
      { action: "discovery.started", target: "127.0.0.10/32", by },
      { action: "discovery.ended", target: "127.0.0.10/32", by, data: { complete: true, answered: 1, proposed: 1 } },
    ]);
    expect(existsSync(join(folder, "state", "discovery-audit.jsonl"))).toBe(false);
  } finally {
    await store.close();
  }
});

it("goes nowhere that the configuration does not list, and leaves no trace of not going", () => {
  const refused = vigie("127.0.1.0/24");
  expect([refused.code, refused.out]).toEqual([1, ""]);
  expect(refused.err).toContain('"127.0.1.0/24" is not within discovery.ranges (127.0.0.0/24)');
  expect(existsSync(join(folder, "state", "discovery-audit.jsonl"))).toBe(false);
});

it("one at a time: a second one is refused while the first holds the lock", async () => {
  const held = await holdDiscovery(join(folder, "state"));
  try {
    const second = vigie("127.0.0.10");
    expect([second.code, second.err]).toEqual([1, expect.stringContaining("another discovery is under way")]);
  } finally {
    await held.release();
  }
});

it("Ctrl-C ends it with what was seen until then", async (context) => {
  needs("fping", context);
  const child = spawn(process.execPath, [program, "discover", "127.0.0.0/24", "--out", "found.yaml"], { cwd: folder, env });
  let told = "";
  let asked = false;
  child.stderr.on("data", (bytes) => {
    told += bytes;
    // Once: a second Ctrl-C ends it without more ado.
    if (asked) return;
    if (/^\d+ of 254 addresses, [1-9]/m.test(told)) asked = child.kill("SIGINT");
  });
  const code = await new Promise((done) => child.once("exit", done));
  expect([code, told]).toEqual([1, expect.stringContaining("ended early")]);
  expect(readFileSync(join(folder, "found.yaml"), "utf8")).toContain("Stopped early");
});

it("a terminal gets one bar that is drawn over, anything else a line each tenth", () => {
  const drawn: string[] = [];
  const bar = progressOn({ isTTY: true, write: (text: string) => drawn.push(text) }, () => expect.unreachable("a bar writes no lines"));
  bar.tell(0.5, "half");
  bar.end();
  bar.end();
  expect(drawn.join("")).toBe(`\r\x1b[2K[${"#".repeat(15)}${"-".repeat(15)}] half\r\x1b[2K[${"#".repeat(15)}${"-".repeat(15)}] half\n`);
  const lines: string[] = [];
  const plain = progressOn({ write: () => expect.unreachable("lines go to the log") }, (line) => lines.push(line));
  for (let done = 0; done <= 100; done += 1) plain.tell(done / 100, `${done} %`);
  expect(lines).toHaveLength(11);
});
