/** Every metric that is declared is also set somewhere: a counter that nothing counts says 0 for ever, and that is a lie. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createMetrics } from "../../daemon/metrics.ts";

const daemon = join(import.meta.dirname, "..", "..", "daemon");
const source = readdirSync(daemon, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && name !== "metrics.ts")
  .map((name) => readFileSync(join(daemon, name), "utf8"))
  .join("\n");

it("no metric is declared that nothing in the daemon sets", () => {
  const made = createMetrics({ version: "0" });
  const ours = Object.keys(made).filter((name) => !["registry", "onScrape", "text", "buildInfo"].includes(name));
  expect(ours.length).toBeGreaterThan(20);
  expect(ours.filter((name) => !new RegExp(`metrics\\??\\.${name}\\b`).test(source))).toEqual([]);
});
