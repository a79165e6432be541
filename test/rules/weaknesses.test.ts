/** What counts as a weakness, and that nothing else does. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { weaknesses as command } from "../../daemon/cli/weaknesses.ts";
import { projectRoot } from "../../probes/built.ts";
import { reportWeaknesses, WEAKNESSES } from "../../rules/weaknesses.ts";
import { SMALL } from "../config/bad-files.ts";
import { ENV, folder, KNOWLEDGE, load } from "../config/files.ts";

const WEAK = SMALL.replace(
  "credentials:",
  `  a: { site: mgh, address: 10.0.1.1, family: generic-switch, snmp: one }
  b: { site: mgh, address: 10.0.1.2, family: generic-switch, snmp: two }
  c: { site: mgh, address: 10.0.1.3, family: generic-switch, snmp: bare }
  d: { site: mgh, address: 10.0.1.4, family: generic-switch, snmp: old }
  e: { site: mgh, address: 10.0.1.5, family: poly-hdx, legacy: { telnet: true, ssh_algorithms: true } }
  f: { site: mgh, address: 10.0.1.6, family: poly-hdx, snmp: two, checks: { telnet: false } }
  g: { site: mgh, address: 10.0.1.7, family: ping-only, legacy: { unverified_tls: true, tls: true } }
credentials:
  one: { snmp_community: { version: "1", community: { env: P } } }
  two: { snmp_community: { version: "2c", community: { env: P } } }
  bare: { snmp_v3: { user: vigie } }
  old: { snmp_v3: { user: vigie, auth: { protocol: md5, key: { env: A } }, priv: { protocol: des, key: { env: P } } } }`,
);

async function report(text: string) {
  const result = await load(text);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return reportWeaknesses(result.config);
}

it("each weakness lists its devices, and a device with several is counted once", async () => {
  const { devices, weak, rows } = await report(WEAK);
  expect({ devices, weak }).toEqual({ devices: 9, weak: 7 });
  expect(Object.fromEntries(rows.map((row) => [row.weakness, row.devices]))).toEqual({
    telnet: ["e"],
    "snmp-v1": ["a"],
    "snmp-v2c": ["b", "f"],
    "snmp-no-auth": ["c"],
    "snmp-no-privacy": ["c"],
    md5: ["d"],
    des: ["d"],
    "unverified-tls": ["g"],
    "legacy-tls": ["g"],
    "legacy-ssh": ["e"],
    "clear-traps": [],
  });
});

it("a trap in clear text is one, however well its device is looked at; it is nobody's who left", async () => {
  const result = await load(SMALL);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const { weak, rows } = reportWeaknesses(result.config, new Set(["codec", "gone"]));
  expect(weak).toBe(1);
  expect(rows.filter(({ devices }) => devices.length > 0)).toEqual([{ weakness: "clear-traps", devices: ["codec"] }]);
});

it("SNMPv3 with SHA-256 and AES, and SSH as it is today, are none", async () => {
  const { weak, rows } = await report(SMALL);
  expect(weak).toBe(0);
  expect(rows.map((row) => row.weakness)).toEqual([...WEAKNESSES]);
});

it("the document has a row for each, in the order of the report, and no other", () => {
  const document = readFileSync(join(projectRoot(), "docs/weaknesses.md"), "utf8");
  expect([...document.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, weakness]) => weakness)).toEqual([...WEAKNESSES]);
});

it("the command reads the file alone: text, JSON, and no secret in either", async () => {
  const said: string[] = [];
  const io = { out: (line: string) => void said.push(line), err: (line: string) => void said.push(line) };
  const file = `${folder({ "vigie.yaml": WEAK })}/vigie.yaml`;
  expect(await command([file], io, { env: ENV, sources: KNOWLEDGE })).toBe(0);
  expect(said.slice(0, 4)).toEqual(["7 of 9 devices are looked at by weak means", "", "telnet: everything in clear text (1)", "  e"]);
  said.length = 0;
  expect(await command([file, "--json"], io, { env: ENV, sources: KNOWLEDGE })).toBe(0);
  expect(JSON.parse(said.join("\n"))).toMatchObject({ devices: 9, weak: 7 });
  for (const secret of Object.values(ENV)) expect(said.join("\n")).not.toContain(secret);
  expect(await command(["a", "b"], io)).toBe(2);
  expect(await command(["--nonsense"], io)).toBe(2);
  expect(await command(["none.yaml"], io)).toBe(1);
});
