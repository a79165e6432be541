/**
 * `npm run faults [-- sqlite|postgresql]`: the daemon killed on either side of every statement of its transactions and of every message,
 * one death a story, until a story ends without one. Hours; `npm test` tries each kind of statement once.
 *
 * VIGIE_FAULTS_FROM goes on from a boundary, VIGIE_FAULTS_EVERY takes only every n-th of them.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build, checkNode, installDependencies, root } from "./installed.mjs";

checkNode();
installDependencies();
build();
const [database] = process.argv.slice(2);
const only = database === undefined ? [] : ["-t", `on ${database}`];
const args = [join(root, "node_modules/vitest/vitest.mjs"), "run", "test/faults/kills.test.ts", ...only];
const env = { ...process.env, VIGIE_FAULTS: "1" };
const run = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit", env });
process.exit(run.status ?? 1);
