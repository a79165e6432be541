/** Builds dist/ from the sources: `npm run build`. */
import { spawnSync } from "node:child_process";

const made = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], { stdio: "inherit" });
process.exit(made.status ?? 1);
