/** `npm start`: installs what is missing, builds, runs vigie.yaml of the working directory, or the demo network. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { build, checkNode, installDependencies, root } from "./installed.mjs";

checkNode();
installDependencies();
build();
const file = join(process.env.INIT_CWD ?? process.cwd(), "vigie.yaml");
const args = existsSync(file) ? ["run", "--config", file] : ["run", "--demo"];
// sqlite3, files and DNS share libuv's threads: four are too few beside a busy database, and only the start can set it.
const env = { UV_THREADPOOL_SIZE: "16", ...process.env };
const daemon = spawn(process.execPath, ["--enable-source-maps", join(root, "dist", "daemon", "main.js"), ...args], {
  stdio: "inherit",
  env,
});
// The daemon stops in its own time; a signal to the whole group reaches it directly as well, which does no harm.
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => daemon.kill(signal));
daemon.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 1 : 0)));
