/**
 * Every bad file of the table gets exactly its messages: all of them, nothing else, and never a secret.
 */
import { inspect } from "node:util";
import { expect, it } from "vitest";
import { BAD_FILES, type BadFile, SMALL } from "./bad-files.ts";
import { ENV, load, messages } from "./files.ts";

function textOf(bad: BadFile): string {
  let text = bad.whole ?? SMALL;
  for (const [from, to] of bad.change ?? []) {
    if (!text.includes(from)) throw new Error(`the small file has no ${from}`);
    text = text.replace(from, () => to);
  }
  return text + (bad.add ?? "");
}

it("the small file itself is good, without a warning", async () => {
  const result = await load(SMALL);
  expect(messages(result)).toEqual([]);
  expect(result.ok).toBe(true);
});

it("the table has at least 45 bad files, each with a name of its own", () => {
  expect(BAD_FILES.length).toBeGreaterThanOrEqual(45);
  expect(new Set(BAD_FILES.map(({ name }) => name)).size).toBe(BAD_FILES.length);
});

it.each(BAD_FILES)("$name: says so, with the remedy and the line", async (bad) => {
  const result = await load({ "vigie.yaml": textOf(bad), ...bad.files }, { env: bad.env ?? ENV, demo: bad.demo ?? false });
  expect(messages(result)).toEqual(bad.says);
  expect(result.ok).toBe(false);
  const seen = `${JSON.stringify(result)} ${inspect(result, { depth: 20, showHidden: true })}`;
  expect(seen).not.toMatch(/hunter2/);
  for (const secret of Object.values(bad.env ?? ENV).filter((value) => value !== "")) expect(seen).not.toContain(secret);
});

it("a file that is not there is one problem that names it, and is among the files to watch", async () => {
  const result = await load({ "other.yaml": "" });
  expect(messages(result)).toEqual(["file vigie.yaml does not exist; check the path   (vigie.yaml)"]);
  expect(!result.ok && result.files[0]?.endsWith("/vigie.yaml")).toBe(true);
});
