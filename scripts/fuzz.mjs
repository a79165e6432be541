/**
 * `npm run fuzz [-- FILE…]`: the tests of test/fuzz with a million cases each instead of some thousands, and a new seed.
 *
 * VIGIE_FUZZ_SEED repeats a run, VIGIE_FUZZ_CASES changes how much is tried. What breaks something is kept in test/fuzz/corpus.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build, checkNode, installDependencies, root } from "./installed.mjs";

checkNode();
installDependencies();
build();
const files = process.argv.slice(2);
const args = ["run", ...(files.length > 0 ? files : ["test/fuzz"])];
const env = { ...process.env, VIGIE_FUZZ: "1" };
const run = spawnSync(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), ...args], { cwd: root, stdio: "inherit", env });
process.exit(run.status ?? 1);
