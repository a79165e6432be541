/** Users' MIB files: what they define, and what is wrong with them, by file and line. The MIBs are our own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compileMibs, missingModules } from "../../../probes/mib/compile.ts";
import { parseMib } from "../../../probes/mib/parse.ts";
import { textOfMib } from "../../../probes/mib/text.ts";

const text = (name: string): string => readFileSync(join(import.meta.dirname, name), "utf8");
const modulesOf = (file: string, source: string) => {
  const parsed = parseMib(file, source);
  expect(parsed.problems).toEqual([]);
  return parsed.modules;
};
const lantern = modulesOf("LANTERN-MIB.mib", text("LANTERN-MIB.mib"));
const foghorn = modulesOf("FOGHORN-MIB.my", text("FOGHORN-MIB.my"));

/** A module around some lines; the first of them is line 2. */
const around = (...lines: string[]): string => ["T-MIB DEFINITIONS ::= BEGIN", ...lines, "END"].join("\n");

describe("names", () => {
  it("of objects, tables and notifications are found under what they hang on, whatever their texts say", () => {
    expect(compileMibs(lantern)).toEqual({
      problems: [],
      names: [
        {
          module: "LANTERN-MIB",
          notifications: { "1.3.6.1.4.1.99999.1.0.1": "lanternOut" },
          objects: {
            "1.3.6.1.4.1.99999.1": "lantern",
            "1.3.6.1.4.1.99999.1.0": "lanternEvents",
            "1.3.6.1.4.1.99999.1.1": "lanternObjects",
            "1.3.6.1.4.1.99999.1.1.3": "lampTable",
            "1.3.6.1.4.1.99999.1.1.3.1": "lampEntry",
            "1.3.6.1.4.1.99999.1.1.3.1.1": "lampIndex",
            "1.3.6.1.4.1.99999.1.1.3.1.2": "lampState",
            "1.3.6.1.4.1.99999.1.1.2": "lanternColour",
            "1.3.6.1.4.1.99999.1.2": "lanternGroup",
          },
        },
      ],
    });
  });

  it("of a v1 trap are in its v2 form; the generic ones are SNMP's own", () => {
    expect(compileMibs(foghorn, lantern).names).toEqual([
      {
        module: "FOGHORN-MIB",
        notifications: { "1.3.6.1.4.1.99999.1.7.0.3": "foghornSilent", "1.3.6.1.6.3.1.1.5.1": "foghornStarted" },
        objects: { "1.3.6.1.4.1.99999.1.7": "foghorn", "1.3.6.1.4.1.99999.1.7.1": "foghornPitch" },
      },
    ]);
  });

  it.each([
    ["{ iso org(3) dod(6) internet(1) private(4) enterprises(1) 5 }", "1.3.6.1.4.1.5"],
    ["{ 1 3 6 1 4 1 5 }", "1.3.6.1.4.1.5"],
    ["{ iso(1) org(3) 9 }", "1.3.9"],
    ["{ enterprises acme(5) 1 }", "1.3.6.1.4.1.5.1"],
    ["{ 0 0 }", "0.0"],
  ])("a place written %s is %s", (place, oid) => {
    const { names } = compileMibs(modulesOf("t", around(`x OBJECT IDENTIFIER ::= ${place}`)));
    expect(names[0]?.objects).toEqual({ [oid]: "x" });
  });

  it("several modules in a file, a macro, an export, a module with an identifier of its own", () => {
    const source = [
      "A-MIB { iso 9 } DEFINITIONS ::= BEGIN EXPORTS a; a OBJECT IDENTIFIER ::= { enterprises 8 } END",
      "B-MIB DEFINITIONS ::= BEGIN IMPORTS a FROM A-MIB; OBJECT-TYPE MACRO ::= BEGIN x ::= value END b OBJECT IDENTIFIER ::= { a 1 } END",
    ].join("\n");
    expect(compileMibs(modulesOf("t", source)).names.map(({ objects }) => objects)).toEqual([
      { "1.3.6.1.4.1.8": "a" },
      { "1.3.6.1.4.1.8.1": "b" },
    ]);
  });
});

it.each([
  ["UTF-8", (said: string) => Buffer.from(said)],
  ["UTF-8 with a mark", (said: string) => Buffer.from(`\ufeff${said}`)],
  ["UTF-16 with a mark", (said: string) => Buffer.from(`\ufeff${said}`, "utf16le")],
  ["UTF-16, the other way round, with a mark", (said: string) => Buffer.from(`\ufeff${said}`, "utf16le").swap16()],
  ["UTF-16 without a mark", (said: string) => Buffer.from(said, "utf16le")],
  ["UTF-16, the other way round, without a mark", (said: string) => Buffer.from(said, "utf16le").swap16()],
])("a file saved as %s is the same MIB", (_, saved) => {
  const said = text("LANTERN-MIB.mib").replace("lantern", "-- Phare de l’île 灯\nlantern");
  expect(textOfMib(saved(said))).toBe(said);
  for (const cut of [0, 1, 2, 3]) expect(textOfMib(saved(said).subarray(0, cut)).length).toBeLessThanOrEqual(cut);
});

describe("problems name file and line, all at once", () => {
  it.each([
    ["an empty file", "", 1, 'there is no MIB in here; one begins with "NAME DEFINITIONS ::= BEGIN"'],
    ["no MIB", "hello\nworld", 1, 'there is no MIB in here; one begins with "NAME DEFINITIONS ::= BEGIN"'],
    [
      "a name in small letters",
      "\nacme DEFINITIONS ::= BEGIN END",
      2,
      'a module begins with "NAME DEFINITIONS ::= BEGIN", its name in capitals',
    ],
    ["a text without an end", around("x OBJECT-TYPE", 'DESCRIPTION "and so', "on"), 3, 'a text begins here and never ends; a " is missing'],
    [
      "a file cut off",
      "T-MIB DEFINITIONS ::= BEGIN\nx OBJECT IDENTIFIER ::= { iso 1 }\n",
      2,
      'the file ends inside T-MIB; is it cut off? A module ends with "END"',
    ],
    ["IMPORTS without an end", "T-MIB DEFINITIONS ::= BEGIN\nIMPORTS a FROM B\n", 2, 'IMPORTS without an end; it ends with ";"'],
    [
      "an object without a place",
      around("x OBJECT-TYPE SYNTAX INTEGER", "y OBJECT-TYPE ::= { iso 1 }"),
      2,
      '"x" is not finished; it ends with "::= { parent number }"',
    ],
    ["a place that is none", around("x OBJECT IDENTIFIER ::= { }"), 2, '"x" has no place I can read; it ends with "::= { parent number }"'],
    [
      "a trap without its enterprise",
      around("", "t TRAP-TYPE ::= 4"),
      3,
      '"t" has no ENTERPRISE or no number; a TRAP-TYPE ends with "::= number"',
    ],
  ])("%s", (_, source, line, message) => {
    expect(parseMib("acme.mib", source).problems).toContainEqual({ file: "acme.mib", line, message });
  });

  it.each([
    ["nobody defines it", "x OBJECT IDENTIFIER ::= { nowhere 1 }", '"x" hangs on "nowhere", which nobody defines or imports'],
    [
      "its module is missing",
      "IMPORTS y FROM ACME-TC-MIB; x OBJECT IDENTIFIER ::= { y 1 }",
      '"x" hangs on "y", which it imports from ACME-TC-MIB; give the file of ACME-TC-MIB too, or its folder with --dir',
    ],
    [
      "its module does not have it",
      "IMPORTS lamp FROM LANTERN-MIB; x OBJECT IDENTIFIER ::= { lamp 1 }",
      '"x" hangs on "lamp", which LANTERN-MIB (LANTERN-MIB.mib) does not define',
    ],
    [
      "it hangs on itself",
      "x OBJECT IDENTIFIER ::= { y 1 } y OBJECT IDENTIFIER ::= { x 1 }",
      '"x" hangs on "y", which has no place itself (line 2)',
    ],
  ])("%s", (_, source, message) => {
    const modules = modulesOf("acme.mib", around(source));
    expect(compileMibs(modules, lantern).problems).toContainEqual({ file: "acme.mib", line: 2, message });
  });

  it("a module that only gives types is not missed", () => {
    expect(missingModules(lantern)).toEqual(["SNMPv2-SMI"]);
    expect(missingModules(foghorn)).toEqual(["LANTERN-MIB"]);
    expect(missingModules([...foghorn, ...lantern])).toEqual(["SNMPv2-SMI"]);
  });

  it("any cut of a good MIB ends, with a problem or without", () => {
    const whole = text("LANTERN-MIB.mib");
    const began = performance.now();
    for (let end = 0; end < whole.length; end += 3) {
      const { modules, problems } = parseMib("cut", whole.slice(0, end));
      compileMibs(modules);
      if (end < whole.lastIndexOf("END")) expect(problems.length, String(end)).toBeGreaterThan(0);
    }
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});
