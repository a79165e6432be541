/** Entries on one line are read as the YAML parser reads them, or left to it. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { readPlainEntry } from "../../daemon/config/plain-entry.ts";
import { readYaml } from "../../daemon/config/tree.ts";

it("a device on one line is read without the parser, as the parser reads it", () => {
  const line =
    '  mgh-codec-1: { name: "Codec A-101, é #1", site: mgh, address: 10.1.1.11, parents: [mgh-switch, a], checks: { icmp: { interval: 30s }, ssh: false }, snmp_port: 161, labels: {} }';
  expect(JSON.stringify(readPlainEntry(line)?.value)).toBe(JSON.stringify(parse(line)["mgh-codec-1"]));
});

it.each([
  "  a: { b: 'single' }",
  '  a: { b: "escaped \\n" }',
  "  a: { b: &anchor c }",
  "  a: { b: *anchor }",
  "  a: { b: 1.5 }",
  "  a: { b: 0x10 }",
  "  a: { b: 012 }",
  "  a: { b: 1e3 }",
  "  a: { b: null }",
  "  a: { b: True }",
  "  a: { b: ~ }",
  "  a: { b: c # comment }",
  "  a: { b: c } # comment",
  "  a: { b: c, b: d }",
  "  a: { b: c, }",
  "  a: { b }",
  "  a: { b: c: d }",
  "  a: { <<: c }",
  "  a: { b: - c }",
  "a: { b: c }",
])("%s is left to the parser", (line) => {
  expect(readPlainEntry(line)).toBeUndefined();
});

it("whatever it reads, the parser reads the same", () => {
  const scalar = fc.oneof(
    fc.constantFrom(
      "true",
      "no",
      "30s",
      "10.0.0.1",
      "1.2.3",
      "0",
      "007",
      "1e5",
      "0o7",
      "null",
      "a b",
      "a  b",
      "x: y",
      "é",
      "-",
      "a-b",
      ".inf",
      "~",
    ),
    fc.stringMatching(/^[A-Za-z0-9 ./_:#,"'{}[\]&*!|>%@`~-]{0,12}$/),
    fc.stringMatching(/^"[^\n\r]{0,8}"$/),
  );
  const value = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, scalar, tie("map"), tie("list")),
    map: fc.array(fc.tuple(fc.stringMatching(/^[a-z_]{1,4}$/), tie("value")), { maxLength: 3 }).map((pairs) => {
      return `{ ${pairs.map(([key, inside]) => `${key}: ${inside}`).join(", ")} }`;
    }),
    list: fc.array(tie("value"), { maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
  })).map;
  let read = 0;
  fc.assert(
    fc.property(value, (text) => {
      const line = `  an-id: ${text}`;
      const mine = readPlainEntry(line);
      if (mine === undefined) return;
      read += 1;
      expect(JSON.stringify(mine.value)).toBe(JSON.stringify((parse(line) as Record<string, unknown>)["an-id"]));
    }),
    { numRuns: 3_000 },
  );
  expect(read).toBeGreaterThan(300);
});

it("what looks like an entry inside a text of several lines stays text", () => {
  const file = readYaml("sites:\n  a:\n    name: |\n      first\n      b: { c: d }\n  e: { name: F }\n");
  expect(JSON.stringify(file.data)).toBe('{"sites":{"a":{"name":"first\\nb: { c: d }\\n"},"e":{"name":"F"}}}');
});

it("an id twice is told with its line, whether plain or not", () => {
  const { problems } = readYaml("devices:\n  a: { name: A }\n  b: { name: B }\n  a: { name: C }\n");
  expect(problems).toEqual([{ path: ["devices", "a"], line: 4, message: "stands here twice; keep one" }]);
});

it("what stands inside a plain entry is found at the entry's line", () => {
  const { lines } = readYaml("devices:\n\n  a: { name: A }\n");
  expect(lines.get("devices\0a")).toBe(3);
});
