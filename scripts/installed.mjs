/** What `npm start` and `npm test` need in place: the dependencies, and a build that is newer than its sources. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const floor = [20, 19];

/** Exits with what to do when Node is too old. */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > floor[0] || (major === floor[0] && minor >= floor[1])) return;
  console.error(
    `vigie needs Node ${floor.join(".")} or newer; this is ${process.versions.node}. Install a newer one from https://nodejs.org/`,
  );
  process.exit(2);
}

/** Runs a command with its output shown; exits with its code when it fails. */
export function must(command, args, env = process.env) {
  const done = spawnSync(command, args, { cwd: root, stdio: "inherit", env });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

/** npm ci, when the lock file is not what was installed last. */
export function installDependencies() {
  const mark = join(root, "node_modules", ".vigie-lock");
  const lock = readFileSync(join(root, "package-lock.json"), "utf8");
  if (existsSync(mark) && readFileSync(mark, "utf8") === lock) return;
  const whole = spawnSync(npm(), ["ls", "--depth=0"], { cwd: root, stdio: "ignore" }).status === 0;
  if (!whole) {
    console.log("vigie: installing what is missing (one minute or two: sqlite3 may be compiled here) …");
    must(npm(), ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  }
  writeFileSync(mark, lock);
}

/** Builds when a source is newer than the last build. */
export function build() {
  const mark = join(root, "dist", ".built");
  const builtAt = existsSync(mark) ? statSync(mark).mtimeMs : 0;
  const sources = ["daemon", "probes", "rules", "dashboards", "test/bench", "tsconfig.json", "tsconfig.build.json", "package.json"];
  if (sources.every((source) => newest(join(root, source)) < builtAt)) return;
  console.log("vigie: building …");
  must(process.execPath, [join(root, "scripts", "build.mjs")]);
  writeFileSync(mark, "");
}

function newest(path) {
  if (!existsSync(path)) return 0;
  const about = statSync(path);
  if (!about.isDirectory()) return about.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function npm() {
  return process.platform === "win32" ? "npm.cmd" : "npm";
}
