/**
 * The command line as a person or a script calls it: the built program in a process of its own, its exit code and what it leaves.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answer } from "../../daemon/cli/commands.ts";
import { oneConnection } from "../../daemon/store/connect.ts";
import { openStore } from "../../daemon/store/open.ts";
import { builtFile } from "../../probes/built.ts";
import { incident, line, START } from "../contracts/samples.ts";
import { FakeClock } from "../fakes/clock.ts";
import { needs } from "../needs.ts";

const program = builtFile("daemon/main.js");
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vigie-cli-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function vigie(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...argv], { cwd: folder, encoding: "utf8", timeout: 90_000 });
  return { code: status, out: stdout, err: stderr };
}

function vigieHelp(): string {
  return spawnSync(process.execPath, [program, "--help"], { encoding: "utf8" }).stdout;
}

function config(devices: object = {}): string {
  const file = join(folder, "vigie.yaml");
  const whole = {
    instance: { name: "Test", state_dir: "state" },
    http: { listen: "127.0.0.1:0" },
    sites: { mgh: { name: "Hôpital" } },
    devices,
    ...{ channels: { ops: { webhook: { url: "https://example.org/", secret: { env: "CLI_SECRET" } } } } },
    contacts: { tech: { name: "Tech", reach: [{ ops: "tech" }] } },
    functions: { "chief-technician": { contacts: ["tech"] } },
  };
  writeFileSync(file, JSON.stringify(whole));
  return file;
}
process.env.CLI_SECRET = "a-secret-of-the-command-line";

async function database(): Promise<string> {
  mkdirSync(join(folder, "state"), { recursive: true });
  const path = join(folder, "state", "vigie.db");
  const store = await openStore({ storage: { kind: "sqlite", path }, stateDir: join(folder, "state"), clock: new FakeClock(START) });
  await store.migrate();
  await store.transaction(undefined, async (tx) => {
    await tx.insertIncident(incident("i1"));
    await tx.appendTimeline([line("i1", "opened")]);
  });
  await store.close();
  return path;
}

describe("wrong use", () => {
  const out: string[] = [];
  const err: string[] = [];
  const here = async (...argv: string[]) => {
    for (const lines of [out, err]) lines.splice(0);
    const code = await answer(argv, { out: (text) => out.push(text), err: (text) => err.push(text) });
    return { code, out: out.join("\n"), err: err.join("\n") };
  };
  // As the program itself lists them: a command that joins is held to the same.
  const listed = [...vigieHelp().matchAll(/^ {2}([a-z-]+) {2,}/gm)];

  it.each(listed.map(([, name]) => (name === "import" ? "import devices" : `${name}`)))(
    "of vigie %s exits 2 and says what is wrong; --help exits 0",
    async (name) => {
      const words = name.split(" ");
      const wrong = await here(...words, "--no-such-option");
      expect([wrong.code, wrong.out]).toEqual([2, ""]);
      expect(wrong.err).not.toMatch(/^\s+at /m);
      const help = await here(...words, "--help");
      expect([help.code, help.err]).toEqual([0, ""]);
      expect(help.out).toContain(`vigie ${words.join(" ")}`);
      expect(help.out).toMatch(/Exit code: 0 .*2 wrong use/);
    },
  );

  it("of the program itself: no command, an unknown one, nothing to import, run without a configuration", () => {
    for (const argv of [[], ["no-such-command"], ["import"], ["import", "rooms"], ["run"], ["run", "--config", "nowhere.yaml"]])
      expect([argv, vigie(...argv).code]).toEqual([argv, 2]);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("a reader that stops reading", () => {
  it("changes no exit code and is no crash: the answer is still the answer", () => {
    const asked = [["--help"], ["token", "ops", "it-technician"], ["check-config", "--help"], ["probe", "127.0.0.1", "--no-such-option"]];
    const codes = asked.map((argv) => {
      // `true` has ended, and both its ends with it, long before Node has started.
      const line = `{ '${process.execPath}' '${program}' ${argv.join(" ")} 2>&1; echo $? >&3; } | true`;
      return spawnSync("sh", ["-c", `exec 3>&2; ${line}`], { cwd: folder, encoding: "utf8", timeout: 90_000 }).stderr.trim();
    });
    expect(codes).toEqual(["0", "0", "0", "2"]);
  });
});

describe("vigie probe", () => {
  it("looks once, says 0 for what is up and 1 for what is not, and leaves nothing behind", (context) => {
    needs("fping", context);
    const checks = { icmp: { timeout: "1s" }, snmp: false, ssh: false };
    config({
      here: { site: "mgh", address: "127.0.0.1", family: "ping-only", checks },
      gone: { site: "mgh", address: "name.invalid", family: "ping-only", checks },
    });
    const before = readdirSync(folder, { recursive: true });
    const here = vigie("probe", "here", "--json");
    expect(here.code).toBe(0);
    expect(JSON.parse(here.out)).toMatchObject({ device: "here", looks: [{ kind: "icmp", finding: { status: "up" } }] });
    expect(vigie("probe", "127.0.0.1").out).toMatch(/^icmp: up[\s\S]*icmp_rtt_avg_seconds = [\s\S]*\| fping 127\.0\.0\.1: /);
    const gone = vigie("probe", "gone");
    expect([gone.code, gone.out]).toEqual([1, expect.stringContaining("icmp: unknown  icmp.name")]);
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
  });

  it("without a device, with two, or with a configuration that is not there is wrong use", () => {
    for (const argv of [[], ["a", "b"], ["127.0.0.1", "--config", "nowhere.yaml"]]) expect(vigie("probe", ...argv).code).toBe(2);
  });
});

describe("vigie backup and restore", () => {
  it("a copy checks with the command that is printed, and goes back; what is lost is told as data too", async () => {
    const path = await database();
    config();
    const made = vigie("backup", "--out", "copies/one.db");
    expect([made.code, made.err]).toEqual([0, ""]);
    const check = /^check it with: (.*)$/m.exec(made.out)?.[1] ?? "false";
    execFileSync("sh", ["-c", check], { stdio: "pipe" });
    const again = vigie("backup", "--json");
    const { file } = JSON.parse(again.out) as { file: string };
    expect(readdirSync(join(folder, "state", "backups"))).toContain(file.split("/").at(-1));

    const restored = vigie("restore", "copies/one.db", "--json");
    expect([restored.code, restored.err]).toEqual([0, ""]);
    expect(JSON.parse(restored.out)).toMatchObject({ lost: { timelineLines: 0, incidents: 0 } });
    expect(readFileSync(path).subarray(0, 15).toString()).toBe("SQLite format 3");
  });

  it("without a database there is nothing to copy: 1, with what to do", () => {
    config();
    const none = vigie("backup");
    expect([none.code, none.err]).toEqual([1, expect.stringContaining("there is no database at")]);
  });
});

async function versions(path: string): Promise<unknown> {
  const raw = oneConnection(path);
  const rows: unknown = await raw.raw("select version, name from schema_versions order by version");
  await raw.destroy();
  return rows;
}

describe("an older daemon", () => {
  it("refuses a newer schema: to run on it, and to restore it; nothing is changed", async () => {
    const path = await database();
    const file = config();
    const raw = oneConnection(path);
    await raw.raw("insert into schema_versions (version, name, applied_at) values (999, 'later', 0)");
    await raw.raw("pragma wal_checkpoint(truncate)");
    await raw.destroy();
    const before = await versions(path);
    const ran = vigie("run", "--config", file, "--log", "json");
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/the database has schema version 999, this daemon knows versions up to \d+; start the newer daemon again/);
    expect(ran.err).not.toMatch(/^\s+at /m);
    const copy = join(folder, "newer.db");
    copyFileSync(path, copy);
    const restored = vigie("restore", copy);
    expect([restored.code, restored.err]).toEqual([1, expect.stringContaining("schema version 999")]);
    expect(await versions(path)).toEqual(before);
  });
});

it("an imported spreadsheet is told as data: devices, and errors by row", () => {
  writeFileSync(join(folder, "a.csv"), "id,site,address,family\none,mgh,10.0.0.1,cisco-ce\ntwo,mgh,not an address,cisco-ce\n");
  const { code, out } = vigie("import", "devices", "a.csv", "--json");
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    devices: { one: { address: "10.0.0.1", commissioning: true } },
    errors: [expect.stringMatching(/^row 3, column address: /)],
  });
});
