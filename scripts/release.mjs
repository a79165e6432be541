/**
 * `npm run release`: release/vigie-<version>-linux-<cpu>.tar.gz and its .sha256. It runs where there is Node, and nothing else.
 *
 * In it: what git tracks of the data and the documents, a fresh build, and the packages that run, sqlite3 compiled. The same commit
 * and the same node_modules give the same bytes: names are sorted, owners dropped, times are the commit's.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { checkNode, installDependencies, root } from "./installed.mjs";

/** Tracked files that belong into a release; sources do not, the build does. */
const shipped = [
  "LICENSE",
  "NOTICE",
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "INSTALL.txt",
  "package.json",
  "bin",
  "docs",
  "deploy/systemd",
  "probes/devices",
  "rules/packs",
  "rules/severity.yaml",
  "rules/diagnosis.yaml",
  "demo",
  "dashboards",
];
const notShipped = /\.(ts|tsx)$/;
/** Needed to compile a package, not to run it. */
const onlyToInstall = { sqlite3: ["prebuild-install", "node-addon-api", "tar"] };
/** Within a package: what does not run. Licences stay. */
const unused = [/\.d\.[cm]?ts$/, /\.map$/, /(^|\/)\.github(\/|$)/];
const unusedIn = { sqlite3: [/^(deps|src)(\/|$)/, /^build\/(?!Release(\/node_sqlite3\.node)?$)/] };

checkNode();
const { values } = parseArgs({ options: { out: { type: "string", default: join(root, "release") } } });
if (process.platform !== "linux") fail("a release is made on Linux: sqlite3 is compiled for the machine it is made on");
installDependencies();
const about = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const name = `vigie-${about.version}-linux-${process.arch}`;
const out = resolve(values.out);
const folder = mkdtempSync(join(tmpdir(), "vigie-release-"));
try {
  const stage = join(folder, name);
  mkdirSync(stage);
  copyTracked(stage);
  buildInto(stage);
  copyPackages(stage);
  pack(folder, name, out);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function fail(why) {
  console.error(`vigie release: ${why}`);
  process.exit(1);
}

function run(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 26, ...options });
  if (done.status !== 0) fail(`${command} ${args[0]} failed: ${done.error?.message ?? `${done.stderr ?? ""}${done.stdout ?? ""}`}`);
  return done.stdout;
}

function copyTracked(stage) {
  if (run("git", ["status", "--porcelain", "--untracked-files=no"]) !== "") {
    console.error("vigie release: tracked files have changes that are not committed; they are in the release");
  }
  const files = run("git", ["ls-files", "-z", "--", ...shipped])
    .split("\0")
    .filter(Boolean);
  // A release without its terms is none.
  for (const file of ["LICENSE", "README.md", "package.json", "bin/vigie"])
    if (!files.includes(file)) fail(`${file} is not tracked by git`);
  for (const file of files) {
    if (notShipped.test(file) || !existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(stage, file)), { recursive: true });
    cpSync(join(root, file), join(stage, file));
  }
}

/** From the sources, into an empty folder: what an old build left behind is not shipped. */
function buildInto(stage) {
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  run(process.execPath, [compiler, "-p", "tsconfig.build.json", "--outDir", join(stage, "dist"), "--sourceMap", "false"]);
  rmSync(join(stage, "dist", "test"), { recursive: true, force: true });
}

/** The packages that run, found as Node finds them, from the dependencies of package.json on. */
function copyPackages(stage) {
  const wanted = new Set();
  const visit = (from, names) => {
    for (const each of names) {
      const found = packageFolder(from, each);
      if (found === undefined) fail(`package ${each} is not installed; run: npm ci`);
      if (wanted.has(found)) continue;
      wanted.add(found);
      const { dependencies = {} } = JSON.parse(readFileSync(join(found, "package.json"), "utf8"));
      visit(
        found,
        Object.keys(dependencies).filter((inner) => !(onlyToInstall[each] ?? []).includes(inner)),
      );
    }
  };
  visit(root, Object.keys(about.dependencies));
  for (const from of wanted) {
    const to = join(stage, relative(root, from));
    cpSync(from, to, { recursive: true, filter: (path) => isUsed(relative(from, path), from) });
  }
  const compiled = join(stage, "node_modules", "sqlite3", "build", "Release", "node_sqlite3.node");
  if (!existsSync(compiled)) fail("sqlite3 is not compiled here; run: npm ci");
}

function packageFolder(from, wanted) {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, "node_modules", wanted);
    if (existsSync(join(found, "package.json"))) return found;
    if (folder === root) return undefined;
  }
}

function isUsed(path, from) {
  // Nested packages are visited by themselves, and only if something needs them.
  if (path === "node_modules" || path.startsWith("node_modules/")) return false;
  return ![...unused, ...(unusedIn[basename(from)] ?? [])].some((pattern) => pattern.test(path));
}

function pack(folder, name, out) {
  const file = join(out, `${name}.tar.gz`);
  mkdirSync(out, { recursive: true });
  const at = run("git", ["log", "-1", "--format=%ct"]).trim();
  for (const each of readdirSync(join(folder, name, "bin"))) chmodSync(join(folder, name, "bin", each), 0o755);
  const plain = ["--sort=name", `--mtime=@${at}`, "--owner=0", "--group=0", "--numeric-owner", "--mode=u=rwX,go=rX", "--format=ustar"];
  const tar = run("tar", ["-C", folder, ...plain, "-cf", "-", name], { encoding: "buffer", maxBuffer: 1 << 28 });
  const bytes = run("gzip", ["-9n"], { input: tar, encoding: "buffer", maxBuffer: 1 << 28 });
  writeFileSync(file, bytes);
  writeFileSync(`${file}.sha256`, `${createHash("sha256").update(bytes).digest("hex")}  ${basename(file)}\n`);
  console.log(`${file}  ${(bytes.length / 1024 / 1024).toFixed(1)} MiB`);
  console.log(`${file}.sha256`);
}
