/** `npm run storm`: ten thousand alarms within a minute, as real datagrams into the built daemon; `npm test` sends four hundred. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build, checkNode, installDependencies, root } from "./installed.mjs";

checkNode();
installDependencies();
build();
const args = [join(root, "node_modules/vitest/vitest.mjs"), "run", "test/e2e/trap-storm.test.ts"];
const run = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit", env: { ...process.env, VIGIE_STORM: "1" } });
process.exit(run.status ?? 1);
