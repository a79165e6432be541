/** `vigie diagnosis`: the cases of the table in force, with the rows of a configuration before the shipped ones. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { diagnosis } from "../../daemon/cli/diagnosis.ts";

let folder: string;
let said: string[];
let errors: string[];
const io = { out: (line: string) => void said.push(line), err: (line: string) => void errors.push(line) };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vigie-diagnosis-"));
  said = [];
  errors = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function configured(rows: string, more = ""): string {
  writeFileSync(join(folder, "own.yaml"), rows);
  const file = join(folder, "vigie.yaml");
  writeFileSync(file, `diagnosis: { include: [own.yaml]${more} }\n`);
  return file;
}
const row = (id: string, confidence: number, tests: string) =>
  `rows:\n  - id: ${id}\n    when: { ping: silent, power: mains }\n    verdict: device\n    confidence: ${confidence}\n    why: { fr: f, en: its fuse }\n    tests: ${tests}\n`;
const silent = '[{ name: "on mains", facts: { ping: silent, power: mains } }]';

it("holds as shipped", async () => {
  expect([await diagnosis(["test"], io), said, errors]).toEqual([0, [expect.stringMatching(/^\d+ cases of \d+ rows: all hold$/)], []]);
});

it("runs the cases of a configuration against the whole table: one that another row beats does not hold", async () => {
  expect(await diagnosis(["test", "--config", configured(row("fuse", 95, silent))], io)).toBe(0);
  expect(await diagnosis(["test", "--config", configured(row("fuse", 3, silent))], io)).toBe(1);
  expect(said.join("\n")).toContain('own.yaml:7: fuse: "on mains"\n    wanted: fuse (device)\n     found: cannot-tell (unknown)');
  expect(said.join("\n")).toContain("fuse decides in no case; write one under tests");
});

it("names a row without a case, and leaves the cases of a replaced or disabled row out", async () => {
  expect(await diagnosis(["test", "--config", configured(row("fuse", 95, "[]"))], io)).toBe(1);
  expect(said[0]).toBe("fuse decides in no case; write one under tests");
  said = [];
  expect(await diagnosis(["test", "--config", configured(row("hung", 95, silent), ", disabled: [log-has-errors]")], io)).toBe(0);
});

it("says what the table makes of facts, and which words a fact has", async () => {
  expect(await diagnosis(["try", "ping=silent", "gateway=answers", "same-uplink=none"], io)).toBe(0);
  expect(said[0]).toMatch(/^device, likely \(54 %\): it alone is silent: .*\[only-this-one\]$/);
  expect(said[1]).toMatch(/^ {2}also power \(44 %\)/);
  expect(await diagnosis(["try", "ping=dead"], io)).toBe(2);
  expect(await diagnosis(["try", "pong"], io)).toBe(2);
  expect(errors).toEqual([
    'diagnosis: ping: "dead" is no word of it; write one of answers, lossy, silent, unknown, none',
    'diagnosis: "pong" is no fact; write FACT=WORD, see docs/diagnosis.md',
  ]);
});

it("lists the rows, the surest first, and prints JSON", async () => {
  expect(await diagnosis(["list"], io)).toBe(0);
  expect(said[0]).toContain("95 %  ritm-core");
  expect(said.at(-1)).toMatch(/5 % {2}unknown .*cannot-tell .*always/);
  said = [];
  expect(await diagnosis(["try", "ping=silent", "--json"], io)).toBe(0);
  expect(JSON.parse(said[0] ?? "")).toMatchObject({ judged: { verdict: "unknown" }, also: [] });
});

it.each([[[]], [["dance"]], [["test", "x"]], [["list", "--nonsense"]], [["test", "--config", "/none.yaml"]]])(
  "is wrong use: %j",
  async (argv) => {
    expect(await diagnosis(argv, io)).toBe(2);
    expect(errors.join("\n")).toContain("see vigie diagnosis --help");
  },
);
