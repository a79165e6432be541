/** docs/families.md says of every family what its file says, and its example is a family. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadFamilies, shippedFamilies } from "../../../probes/families.ts";

const document = readFileSync(join(import.meta.dirname, "../../../docs/families.md"), "utf8");

it("the table has a line for each family, with its certainty and its limits as the file has them", () => {
  const { families } = loadFamilies([shippedFamilies()]);
  const wanted = [...families.values()].map(
    ({ id, name, certainty, limits }) => `| \`${id}\` | ${name.en} | ${certainty} | ${(limits?.en ?? "").replaceAll("|", "/")} |`,
  );
  expect(document.split("\n").filter((line) => line.startsWith("| `"))).toEqual(wanted.sort());
});

it("the example loads, with something written for each …", () => {
  const example = /```yaml\n(id: acme-codec[\s\S]*?)```/.exec(document)?.[1] ?? "";
  const ask = '{ command: xStatus Call, values: [{ path: "Call[]", name: calls, as: gauge, unit: count }] }';
  const whole = example.replace("asks: [ … ]", `asks: [${ask}]`).replaceAll("…", "x");
  const folder = mkdtempSync(join(tmpdir(), "vigie-families-"));
  try {
    writeFileSync(join(folder, "acme-codec.yaml"), whole);
    const { families, problems } = loadFamilies([shippedFamilies(), folder]);
    expect(problems).toEqual([]);
    expect(families.get("acme-codec")?.snmp.columns.map(({ of, whole: all }) => of ?? all)).toContain(true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
