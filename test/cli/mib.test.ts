/** `vigie mib` as a person calls it, and the running daemon that takes the names in. The MIBs are our own (test/probes/mib). */
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { mibNames, mibNamesFile, readImported } from "../../daemon/mib-names.ts";
import { builtFile } from "../../probes/built.ts";
import { people, Rig, sh, until } from "../e2e/rig.ts";
import { needs } from "../needs.ts";

let rig: Rig;
let mibs: string;
beforeEach(() => {
  rig = new Rig();
  Object.assign(rig.env, { COMMUNITY: "e2e-community", HOOK: "a secret of the hook" });
  mibs = join(rig.folder, "mibs");
  cpSync(join(import.meta.dirname, "../probes/mib"), mibs, { recursive: true, filter: (file) => !file.endsWith(".ts") });
});
afterEach(() => rig.end());

function vigie(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [builtFile("daemon/main.js"), ...argv], {
    cwd: rig.folder,
    encoding: "utf8",
    timeout: 90_000,
    env: { ...process.env, ...rig.env },
  });
  return { code: status, out: stdout, err: stderr };
}

function config(): { file: string; trapsAt: string } {
  const trapsAt = `${rig.address(1)}:16200`;
  const file = rig.config({
    credentials: { v1: { snmp_community: { version: "1", community: { env: "COMMUNITY" } } } },
    traps: { listen: trapsAt, credentials: ["v1"] },
    devices: {
      lamp: {
        name: "Phare",
        site: "mgh",
        address: rig.address(50),
        family: "generic-switch",
        checks: { icmp: { interval: "5s" }, snmp: false },
      },
    },
    channels: { hook: { webhook: { url: "http://127.0.0.1:9/", secret: { env: "HOOK" }, allow_private: true } } },
    ...people((who) => [{ hook: who }]),
  });
  return { file, trapsAt };
}

it("a running daemon shows an unknown trap by the name that was imported after it came, on the page and over REST", async (context) => {
  const { file, trapsAt } = config();
  const daemon = await rig.daemon(file);
  sh(needs("snmptrap", context), [
    ...["-v1", "-c", "e2e-community", `--clientaddr=${rig.address(50)}`, "-m", "", `udp:${trapsAt}`],
    ...["1.3.6.1.4.1.99999.1", rig.address(50), "6", "1", "4711", "1.3.6.1.4.1.99999.1.1.3.1.2.5", "i", "1"],
  ]);
  const traps = async () =>
    (
      await daemon.get<{ items: readonly { name?: string; oid?: string; varbinds: readonly { oid: string; name?: string }[] }[] }>(
        "/api/v1/traps",
      )
    ).items;
  const unnamed = await until("the trap", async () => (await traps()).find(({ oid }) => oid === "1.3.6.1.4.1.99999.1.0.1"));
  expect(unnamed.name).toBeUndefined();
  const imported = vigie("mib", "import", "mibs/LANTERN-MIB.mib", "--config", file, "--json");
  expect(imported.err).toBe("");
  expect(JSON.parse(imported.out)).toMatchObject({
    ok: true,
    modules: [{ module: "LANTERN-MIB", notifications: 1, objects: 9 }],
    problems: [],
  });
  const named = await until("its name", async () => (await traps()).find(({ name }) => name === "lanternOut"));
  expect(named.varbinds.map(({ name }) => name)).toContain("lampState.5");
  const page = await daemon.text("/devices/lamp?lang=en");
  expect(page).toContain("lanternOut");
  expect(page).toContain("lampState.5 = 1");
  expect(await daemon.stop()).toBe(0);
});

it("says file and line of what is wrong, and then imports nothing", () => {
  const { file } = config();
  rig.file("mibs/BROKEN-MIB.mib", "BROKEN-MIB DEFINITIONS ::= BEGIN\nx OBJECT IDENTIFIER ::= { y 1 }\nz OBJECT-TYPE\nEND\n");
  const broken = vigie("mib", "import", "mibs/LANTERN-MIB.mib", "mibs/BROKEN-MIB.mib", "mibs/none.mib", "--config", file);
  expect(broken).toMatchObject({ code: 1, out: "" });
  expect(broken.err.split("\n")).toEqual([
    'mibs/BROKEN-MIB.mib:3: "z" is not finished; it ends with "::= { parent number }"',
    "mibs/none.mib:1: there is no such file",
    "2 problems: nothing was imported",
    "",
  ]);
  rmSync(join(mibs, "LANTERN-MIB.mib"));
  const alone = vigie("mib", "import", "mibs/FOGHORN-MIB.my", "--config", file, "--json");
  expect(alone.code).toBe(1);
  expect(JSON.parse(alone.out).problems[0]).toEqual({
    file: "mibs/FOGHORN-MIB.my",
    line: 6,
    message: '"foghorn" hangs on "lantern", which it imports from LANTERN-MIB; give the file of LANTERN-MIB too, or its folder with --dir',
  });
  expect(readImported(join(rig.folder, "state"))).toEqual({});
});

it("finds imports beside the file, keeps what was imported before, and replaces a module that comes again", () => {
  const { file } = config();
  const state = join(rig.folder, "state");
  expect(vigie("mib", "import", "mibs/FOGHORN-MIB.my", "--config", file)).toMatchObject({
    code: 0,
    out: `FOGHORN-MIB: 2 notifications, 2 objects; in ${mibNamesFile(state)}\n`,
  });
  expect(vigie("mib", "import", "mibs/LANTERN-MIB.mib", "--config", file).code).toBe(0);
  const names = mibNames(readImported(state));
  expect(names.notification("1.3.6.1.4.1.99999.1.7.3")).toBe("foghornSilent");
  expect(names.object("1.3.6.1.4.1.99999.1.1.2.0")).toBe("lanternColour.0");
  expect(names.object("1.3.6.1.4.1.9.1")).toBeUndefined();
  rig.file("mibs/LANTERN-MIB.mib", readFileSync(join(mibs, "LANTERN-MIB.mib"), "utf8").replaceAll("lanternOut", "lanternDark"));
  expect(vigie("mib", "import", "mibs/LANTERN-MIB.mib", "--config", file).code).toBe(0);
  expect(mibNames(readImported(state)).notification("1.3.6.1.4.1.99999.1.0.1")).toBe("lanternDark");
  expect(statSync(mibNamesFile(state)).mode & 0o777).toBe(0o640);
  rig.file("state/mib-names.json", "{ not ours");
  expect(() => readImported(state)).toThrow(/mib-names.json is damaged; delete it and import the MIBs again/);
});

it("takes a file that an editor saved in UTF-16, and one whose import was", () => {
  const { file } = config();
  for (const name of ["LANTERN-MIB.mib", "FOGHORN-MIB.my"]) {
    const said = readFileSync(join(mibs, name), "utf8");
    writeFileSync(join(mibs, name), Buffer.from(`\ufeff${said}`, "utf16le"));
  }
  expect(vigie("mib", "import", "mibs/FOGHORN-MIB.my", "--config", file)).toMatchObject({
    code: 0,
    out: expect.stringContaining("FOGHORN-MIB: 2 notifications, 2 objects"),
  });
});

it("lists what was imported and takes away what is named, nothing where a name is not there", () => {
  const { file } = config();
  const state = join(rig.folder, "state");
  expect(vigie("mib", "list", "--config", file)).toMatchObject({ code: 0, out: "no MIB was imported yet; vigie mib import FILE...\n" });
  vigie("mib", "import", "mibs/FOGHORN-MIB.my", "mibs/LANTERN-MIB.mib", "--config", file);
  expect(vigie("mib", "list", "--config", file).out).toBe(
    "FOGHORN-MIB: 2 notifications, 2 objects\nLANTERN-MIB: 1 notifications, 9 objects\n",
  );
  const misspelt = vigie("mib", "remove", "LANTERN-MIB", "FOGHORN", "--config", file);
  expect(misspelt).toMatchObject({ code: 1, err: "FOGHORN: not imported; nothing was removed; see vigie mib list\n" });
  expect(vigie("mib", "remove", "LANTERN-MIB", "--config", file)).toMatchObject({ code: 0, out: "LANTERN-MIB: removed\n" });
  expect(JSON.parse(vigie("mib", "list", "--config", file, "--json").out).modules).toEqual([
    { module: "FOGHORN-MIB", notifications: 2, objects: 2 },
  ]);
  expect(Object.keys(readImported(state))).toEqual(["FOGHORN-MIB"]);
  expect(vigie("mib", "list", "FOGHORN-MIB", "--config", file).code).toBe(2);
  expect(vigie("mib", "remove", "--config", file).code).toBe(2);
});
