/**
 * From a device to a folder to a device again: the command as people call it, over real SNMP and SSH, and the simulator plays what it wrote.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Credential } from "../../../daemon/model/config.ts";
import type { Device } from "../../../daemon/model/network.ts";
import { builtFile } from "../../../probes/built.ts";
import { loadFamilies, recognise, shippedFamilies } from "../../../probes/families.ts";
import { listenSnmp, saidIn } from "../../../probes/record/listen.ts";
import { startSimulatedNetwork } from "../../../probes/simulator/simulation.ts";
import type { SimulatedDevice } from "../../../probes/simulator/spec.ts";
import { runProgram } from "../../cli/run-program.ts";
import { freePort } from "../simulator/network.ts";
import { secret } from "../snmp/target.ts";

const program = builtFile("daemon/main.js");
const net = `127.${40 + (process.pid % 80)}.${Math.floor(process.pid / 80) % 250}`;
const env = { ...process.env, REC_COMMUNITY: "rec-kommunity", REC_SSH: "rec-password" };

const run = (folder: string, ...argv: string[]) => runProgram(program, argv, { cwd: folder, env });

it("a codec is recorded by one command, without its name and address, and played again as the same make", {
  timeout: 300_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "vigie-replay-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [snmpPort, sshPort, telnetPort] = [await freePort(), await freePort(), await freePort()];
  const codec: SimulatedDevice = {
    ...{ id: "zweibruecken-codec", name: "Zweibruecken", address: `${net}.5`, family: "cisco-ce", kind: "codec", parents: [] },
    snmp: { community: "env:REC_COMMUNITY", port: snmpPort },
    ssh: { port: sshPort, user: "vigie", password: "env:REC_SSH" },
  };
  const hdx: SimulatedDevice = {
    ...{ id: "zweibruecken-hdx", name: "Zweibruecken-2", address: `${net}.7`, family: "poly-hdx", kind: "codec", parents: [] },
    telnet: { port: telnetPort, password: "env:REC_SSH" },
  };
  const first = await startSimulatedNetwork({ devices: [codec, hdx] }, { env });
  onTestFinished(() => first.stop());
  writeFileSync(
    join(folder, "vigie.yaml"),
    JSON.stringify({
      sites: { zweibruecken: { name: "Zweibruecken" } },
      devices: {
        "zweibruecken-codec": {
          site: "zweibruecken",
          address: codec.address,
          family: "cisco-ce",
          snmp: "old",
          ssh: "login",
          snmp_port: snmpPort,
          ssh_port: sshPort,
        },
        "zweibruecken-hdx": {
          ...{ site: "zweibruecken", address: hdx.address, family: "poly-hdx", telnet: "clear", telnet_port: telnetPort },
          ...{ legacy: { telnet: true }, checks: { snmp: false } },
        },
      },
      credentials: {
        old: { snmp_community: { version: "2c", community: { env: "REC_COMMUNITY" } } },
        clear: { telnet_password: { password: { env: "REC_SSH" } } },
        login: { ssh_password: { user: "vigie", password: { env: "REC_SSH" } } },
      },
      channels: { ops: { webhook: { url: "https://example.org/", secret: { env: "REC_SSH" } } } },
      contacts: { tech: { reach: [{ ops: "tech" }] } },
      functions: { desk: { contacts: ["tech"] }, analyst: { contacts: ["tech"] }, "chief-technician": { contacts: ["tech"] } },
    }),
  );
  const made = await run(folder, "record", "zweibruecken-codec", "--out", "recording");
  expect([made.code, made.err]).toEqual([0, expect.stringContaining("read them, and shell.yaml, before you send")]);
  const files = ["about.yaml", "walk.snmprec", "shell.yaml", "README.md"].map((name) =>
    readFileSync(join(folder, "recording", name), "utf8"),
  );
  const hex = [...(files[1] ?? "").matchAll(/\|4x\|([0-9a-f]+)$/gm)].map((match) => Buffer.from(match[1] ?? "", "hex").toString("utf8"));
  const all = [...files, ...hex, made.out].join("\n").toLowerCase();
  for (const word of ["zweibruecken", codec.address, "rec-kommunity", "rec-password"]) expect(all).not.toContain(word);
  expect(files[2]).toContain("ask: xStatus SIP");
  expect(files[0]).toMatch(/^family: cisco-ce\nmodel: Cisco TelePresence SX80\nfirmware: ce9\.15\.3\.17\n/);
  const old = await run(folder, "record", "zweibruecken-hdx", "--out", "old");
  expect([old.code, old.err]).toEqual([0, expect.stringContaining("read them, and shell.yaml")]);
  const printed = readFileSync(join(folder, "old", "shell.yaml"), "utf8");
  expect(printed).toMatch(/ask: status\n {2}answer: \|-\n(?: {4}\w+ (?:on|off)line\n)+ {4}status end/);
  expect(readFileSync(join(folder, "old", "about.yaml"), "utf8")).toMatch(
    /^family: poly-hdx\nmodel: HDX 8000 HD\nfirmware: Release - 3\.1\.11-53081\n/,
  );
  for (const word of ["zweibruecken", hdx.address, "rec-password"]) expect(printed.toLowerCase()).not.toContain(word);
  expect(first.logins("zweibruecken-hdx")).toEqual({ tried: 1, refused: 0 });
  expect((await run(folder, "record", "zweibruecken-codec", "--out", "recording")).code).toBe(2);
  expect((await run(folder, "record", "nobody")).code).toBe(1);

  const played: SimulatedDevice = { ...codec, id: "played", name: "played", address: `${net}.6`, recording: join(folder, "recording") };
  const second = await startSimulatedNetwork({ devices: [played] }, { env });
  onTestFinished(() => second.stop());
  const { families } = loadFamilies([shippedFamilies()]);
  const family = families.get("cisco-ce");
  if (family === undefined) throw new Error("no cisco-ce");
  const device = { id: "played", address: played.address, snmpPort, site: "x" } as Device;
  const credential: Credential = { id: "old", kind: "snmp-community", version: "2c", community: secret(env.REC_COMMUNITY) };
  const walked = await listenSnmp(device, family, credential as never, async () => undefined, new AbortController().signal);
  expect(recognise(families, saidIn(walked ?? []))?.id).toBe("cisco-ce");
  expect(existsSync(join(folder, "recording", "README.md"))).toBe(true);
});
