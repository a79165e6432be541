/**
 * Real servers that a test needs: found, or the test is skipped with its reason; under CI=true a missing one fails.
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { TestContext } from "vitest";

const extraFolders = ["/usr/sbin", "/sbin", "/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/17/bin"];

/** The path of a program, or undefined. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...extraFolders];
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/**
 * The path of a program the test cannot do without. Missing: skips the test, saying so; under CI=true throws.
 *
 *     it("…", (context) => { const snmpd = needs("snmpd", context); … });
 */
export function needs(name: string, context: TestContext): string {
  const found = findProgram(name);
  if (found !== undefined) return found;
  if (process.env.CI === "true") throw new Error(`${name} is not installed, and CI skips nothing; install its package`);
  return context.skip(`${name} is not installed`);
}

/** Namespaces and veth need root on Linux. */
export function needsRoot(context: TestContext): void {
  if (process.getuid?.() === 0) return;
  if (process.env.CI === "true") throw new Error("this test needs root, and CI skips nothing");
  context.skip("needs root (network namespaces)");
}
