/**
 * check-config and import devices as they are called.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkConfig } from "../../daemon/cli/check-config.ts";
import { importDevices } from "../../daemon/cli/import-devices.ts";
import { loadConfig } from "../../daemon/config/load.ts";
import * as schema from "../../daemon/config/schema.ts";
import { TOP_LEVEL } from "../../daemon/config/schema.ts";
import { SMALL } from "./bad-files.ts";
import { ENV, folder, KNOWLEDGE } from "./files.ts";

const OPTIONS = { env: ENV, sources: KNOWLEDGE };

async function run(work: (io: { out(line: string): void; err(line: string): void }) => Promise<number>) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await work({ out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out, err };
}

const check = (...argv: string[]) => run((io) => checkConfig(argv, io, OPTIONS));
const importing = (...argv: string[]) => run((io) => importDevices(argv, io));

it("check-config exits 0 for a good file and counts what it holds", async () => {
  const file = join(folder({ "vigie.yaml": SMALL }), "vigie.yaml");
  const { code, out, err } = await check(file);
  expect({ code, err }).toEqual({ code: 0, err: [] });
  expect(out).toEqual([`${file} is good: 1 sites, 0 rooms, 2 devices, 0 rules, 3 files`]);
});

it("check-config prints warnings and still exits 0", async () => {
  const file = join(folder({ "vigie.yaml": SMALL.replace("sha256", "md5") }), "vigie.yaml");
  const { code, err } = await check(file);
  expect(code).toBe(0);
  expect(err[0]).toMatch(/^warning: credentials\.main\.snmp_v3\.auth\.protocol: is a weakness: MD5/);
});

it("check-config exits 1 with every problem of a bad file", async () => {
  const file = join(
    folder({ "vigie.yaml": SMALL.replace("10.0.0.2", "10.0.0").replace("gateway: router", "gateway: gone") }),
    "vigie.yaml",
  );
  const { code, out, err } = await check(file);
  expect(code).toBe(1);
  expect(out).toEqual([]);
  expect(err).toHaveLength(3);
  expect(err[2]).toBe(`${file} has 2 problems`);
});

it("check-config --json is one object, with problems as data", async () => {
  const file = join(folder({ "vigie.yaml": SMALL.replace("gateway: router", "gateway: gone") }), "vigie.yaml");
  const { code, out } = await check(file, "--json");
  expect(code).toBe(1);
  expect(JSON.parse(out.join("\n"))).toEqual({
    ok: false,
    problems: [
      {
        path: "sites.mgh.gateway",
        message: 'there is no device "gone"; add it under devices, or name another; there is router, codec',
        file: "vigie.yaml",
        line: 2,
      },
    ],
    warnings: [],
  });
});

it("check-config --flows prints the table alone on the standard output", async () => {
  const { code, out } = await check(join(folder({ "vigie.yaml": SMALL }), "vigie.yaml"), "--flows");
  expect(code).toBe(0);
  expect(out[0]).toMatch(/^FROM/);
  expect(out.join("\n")).toContain("codec (10.0.0.2)");
});

it("check-config --diff says what a reload would change, and that it needs a yes", async () => {
  const made = folder({ "vigie.yaml": SMALL, "new.yaml": SMALL.replace(/ {2}codec: .*\n/, "") });
  const { code, out } = await check(join(made, "new.yaml"), "--diff", join(made, "vigie.yaml"));
  expect(code).toBe(0);
  expect(out).toEqual([
    "- devices.codec",
    "needs a yes: this takes away 1 of 2 devices (50.0 %); their open incidents stay open. Say yes to go on",
  ]);
});

it("wrong use exits 2, --help exits 0", async () => {
  for (const argv of [["--flow"], ["a.yaml", "b.yaml"], ["--diff"]]) expect((await check(...argv)).code).toBe(2);
  for (const argv of [[], ["a", "b"], ["a", "--outt"]]) expect((await importing(...argv)).code).toBe(2);
  const help = [await check("--help"), await importing("--help")];
  for (const { code, out } of help) expect({ code, starts: out[0]?.startsWith("Usage: vigie ") }).toEqual({ code: 0, starts: true });
});

const FRENCH = `Identifiant;Nom;Établissement;Salle;Adresse IP;Famille;Parents;SNMP;SSH;Fournisseur;Garantie;Remarque
mgh-codec-1;"Codec ""A""; pédiatrie";mgh;;10.0.0.21;cisco-ce;router;main;login;Acme;2027-01-31;x

;Téléphone de l'étage 2;mgh;;phone-2.example.org;ping-only;;;;;;
`;

it("a French spreadsheet with a byte order mark becomes devices in commissioning that load", async () => {
  const made = folder({ "x.csv": `\uFEFF${FRENCH}`, "vigie.yaml": `include: [new.yaml]\n${SMALL}` });
  const { code, err } = await importing(join(made, "x.csv"), "--out", join(made, "new.yaml"));
  expect(err[0]).toBe('warning: row 1: column "Remarque" is not known and is left out; see --help for those that are');
  expect(code).toBe(0);
  const result = await loadConfig(join(made, "vigie.yaml"), OPTIONS);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  expect(result.config.network.devices.get("mgh-codec-1")).toMatchObject({
    name: 'Codec "A"; pédiatrie',
    commissioning: true,
    parents: ["router"],
    warrantyUntil: "2027-01-31",
  });
  expect(result.config.network.devices.get("telephone-de-l-etage-2")).toMatchObject({
    commissioning: true,
    address: "phone-2.example.org",
  });
});

it("a spreadsheet in Windows-1252 keeps its accents, and says how it was read", async () => {
  const made = folder({});
  writeFileSync(join(made, "x.csv"), Buffer.from("name,site,address,family\r\nCodec P\xe9diatrie,mgh,10.0.0.21,ping-only\r\n", "latin1"));
  const { code, out, err } = await importing(join(made, "x.csv"));
  expect(code).toBe(0);
  expect(out.join("\n")).toBe(
    "devices:\n  codec-pediatrie:\n    name: Codec Pédiatrie\n    site: mgh\n    address: 10.0.0.21\n    family: ping-only\n    commissioning: true",
  );
  expect(err[0]).toMatch(/read as Windows-1252/);
});

it("every bad cell is told by row and column, and nothing is written", async () => {
  const csv =
    "id,name,site,address,family,warranty\na b,,mgh,10.0.0,cisco-c,2027-02-30\nx,,,10.0.0.1,ping-only,\nx,,mgh,10.0.0.1,ping-only,\n,,mgh,10.0.0.2,ping-only,\n";
  const made = folder({ "x.csv": csv });
  const { code, out, err } = await importing(join(made, "x.csv"));
  expect({ code, out }).toEqual({ code: 1, out: [] });
  expect(err).toEqual([
    'warning: row 2, column family: there is no shipped family "cisco-c"; did you mean "cisco-ce"?',
    'row 2, column id: "a b" is not an id; use letters, digits, - and _, at most 63, the first a letter or digit',
    'row 2, column address: "10.0.0" is not an address; write an IP address or a host name',
    'row 2, column warranty_until: "2027-02-30" is not a date; write year-month-day, a day that exists: 2027-01-31',
    "row 3, column site: is missing; write the id of a site",
    'row 4, column id: "x" is already in row 3; give each device its own',
    'row 4, column address: "10.0.0.1" is already in row 3; give each device its own',
    "row 5, column id: is missing, and so is the name it could be made from; write one",
    `${join(made, "x.csv")}: 7 errors, nothing written`,
  ]);
});

it.each([
  ["", "row 1: the file is empty; the first row names the columns"],
  ["name,site\na,b\n", "row 1: there is no column address (address, adresse, adresse ip, ip address, ip); add it"],
  ["name,site,address,family\n", "row 2: there is no device below the header"],
  ['name,site,address,family\n"a,b\n', "row 2: a quote opens and never closes; close it, or double it"],
])("a spreadsheet of %j is refused", async (csv, says) => {
  const made = folder({ "x.csv": csv });
  const { code, err } = await importing(join(made, "x.csv"));
  expect(code).toBe(1);
  expect(err).toContain(says);
});

it("import devices never overwrites a file", async () => {
  const made = folder({ "x.csv": "name,site,address,family\na,mgh,10.0.0.1,ping-only\n", "there.yaml": "mine" });
  const { code, err } = await importing(join(made, "x.csv"), "--out", join(made, "there.yaml"));
  expect(code).toBe(1);
  expect(err[0]).toMatch(/is there already; name another file$/);
  expect(readFileSync(join(made, "there.yaml"), "utf8")).toBe("mine");
});

it("the documentation names every key of the file's top level", () => {
  const docs = readFileSync(join(import.meta.dirname, "../../docs/configuration.md"), "utf8");
  for (const key of TOP_LEVEL) expect(docs).toMatch(new RegExp(`^${key}:`, "m"));
});

/** Every key that a schema knows, at any depth. */
function keysOf(schema: unknown, seen = new Set<unknown>()): readonly string[] {
  if (typeof schema !== "object" || schema === null || seen.has(schema)) return [];
  seen.add(schema);
  const { shape, def } = schema as { shape?: Readonly<Record<string, unknown>>; def?: Readonly<Record<string, unknown>> };
  const within = [...Object.values(shape ?? {}), def?.innerType, def?.element, def?.valueType, def?.in, def?.out];
  return [...Object.keys(shape ?? {}), ...within.flatMap((each) => keysOf(each, seen))];
}

it("the documentation names every key of every section, and every key within it", () => {
  const docs = readFileSync(join(import.meta.dirname, "../../docs/configuration.md"), "utf8");
  const known = new Set(Object.values(schema).flatMap((each) => keysOf(each)));
  expect(known.size).toBeGreaterThan(120);
  const keysShown = [...docs.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block).join("\n");
  const named = (key: string) => new RegExp(`(^|[\\s{,])${key}[*:,\\s}]`, "m").test(keysShown);
  expect([...known].filter((key) => !named(key))).toEqual([]);
});
