/** `reload: { watch: true }`: what counts as a changed configuration, however an editor writes it. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { watchConfiguration } from "../../daemon/cli/watch.ts";
import type { Config } from "../../daemon/model/config.ts";
import type { Log } from "../../daemon/ports.ts";

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
const folder = mkdtempSync(join(tmpdir(), "vigie-watch-"));
const closing: { close(): void }[] = [];
afterEach(() => {
  for (const each of closing.splice(0)) each.close();
  rmSync(folder, { recursive: true, force: true });
});

async function until(what: string, seen: () => boolean): Promise<void> {
  const end = Date.now() + 30_000;
  while (!seen()) {
    if (Date.now() > end) throw new Error(`not within 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it("a file written over, put in place by a rename twice, new in an included folder, or in a folder that came with a reload", async () => {
  mkdirSync(join(folder, "sites"));
  mkdirSync(join(folder, "rules"));
  const main = join(folder, "vigie.yaml");
  const site = join(folder, "sites", "a.yaml");
  const files = [main, site];
  for (const file of files) writeFileSync(file, "a: 1\n");
  let reloads = 0;
  const app = {
    config: () => ({ files }) as unknown as Config,
    reload: async () => {
      reloads += 1;
      return { ok: true as const, at: 0, changes: [] };
    },
  };
  closing.push(watchConfiguration(app, quiet));
  const reloadsAfter = async (what: string, act: () => void) => {
    const before = reloads;
    act();
    await until(what, () => reloads > before);
  };

  await reloadsAfter("written over", () => writeFileSync(main, "a: 2\n"));
  for (const nth of [1, 2]) {
    await reloadsAfter(`put in place, ${nth}`, () => {
      writeFileSync(join(folder, "4913~"), `a: ${nth}\n`);
      renameSync(join(folder, "4913~"), main);
    });
  }
  await reloadsAfter("new in an included folder", () => writeFileSync(join(folder, "sites", "b.yaml"), "a: 1\n"));

  files.push(join(folder, "rules", "own.yaml"));
  await reloadsAfter("written over, elsewhere", () => writeFileSync(site, "a: 2\n"));
  await reloadsAfter("in the folder that came with the reload", () => writeFileSync(join(folder, "rules", "own.yaml"), "a: 1\n"));

  // What the daemon itself writes beside its file is no configuration.
  const before = reloads;
  for (const name of ["vigie.db-wal", "numbers.json"]) writeFileSync(join(folder, name), "{}");
  await new Promise((resolve) => setTimeout(resolve, 800));
  expect(reloads).toBe(before);
});
