/** `npm run bench [-- NAME]`: builds and runs the benchmarks; prints each figure with its target. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build, checkNode, installDependencies, root } from "./installed.mjs";

checkNode();
installDependencies();
build();
const main = join(root, "dist", "test", "bench", "main.js");
const run = spawnSync(process.execPath, ["--expose-gc", main, ...process.argv.slice(2)], { cwd: root, stdio: "inherit" });
process.exit(run.status ?? 1);
