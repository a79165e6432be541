/**
 * `npm test`: installs what is missing, builds, type-checks, lints, tests; ends with one line that counts.
 *
 * Files that wait for real clocks and peers run three at a time. Where at most three of them fail, they run once more with nothing beside
 * them: what passes then is counted as passed, and named, since what fails under load only may be a fault of the product all the same.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build, checkNode, installDependencies, must, root } from "./installed.mjs";
import { ensureServers } from "./servers.mjs";
import { workFolder } from "./work-folder.mjs";

const filesAgainAtMost = 3;

checkNode();
installDependencies();
ensureServers();
build();
must(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "--noEmit", "-p", "tsconfig.json"]);
must(join(root, "node_modules/.bin/biome"), ["check", "."]);

const { folder, remove } = workFolder();
const first = run("report.json", process.argv.slice(2));
const { suites, again } = onceMore(first);
remove();

const all = suites.flatMap((suite) => suite.assertionResults);
const of = (...states) => all.filter((test) => states.includes(test.status));
const [passed, idle] = [of("passed").length, of("skipped", "pending", "todo")];
const failed = of("failed").length + suites.filter(isBroken).length + (first.problem === undefined ? 0 : 1);
if (first.problem !== undefined) console.error(`vigie: ${first.problem}`);
for (const test of idle) console.log(`skipped: ${test.fullName}`);
for (const name of again) console.log(`passed only with nothing beside it: ${name}`);
const strict = process.env.CI === "true" && idle.length > 0;
if (strict) console.error("vigie: CI skips nothing; install what the skipped tests need");
console.log(`tests: ${passed} passed, ${failed} failed, ${idle.length} skipped`);
process.exit(failed === 0 && passed > 0 && !strict ? 0 : 1);

/** One run of vitest: its suites; `problem` where it failed and no test says why. */
function run(name, args) {
  const report = join(folder, name);
  const unhandled = `${report}.unhandled`;
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`, "--reporter=./scripts/unhandled.mjs"];
  const { status } = spawnSync(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), "run", ...reporters, ...args], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, TMPDIR: folder, VIGIE_TEST_UNHANDLED: unhandled },
  });
  try {
    const suites = JSON.parse(readFileSync(report, "utf8")).testResults;
    const errors = Number(readFileSync(unhandled, "utf8"));
    if (errors > 0) return { suites, problem: `${errors} errors that belong to no test` };
    return status === 0 || suites.some(hasFailed) ? { suites } : { suites, problem: `vitest ended with ${status}` };
  } catch (error) {
    return { suites: [], problem: `the test run left no report (${error.message})` };
  }
}

function onceMore({ suites, problem }) {
  const files = suites.filter(hasFailed).map((suite) => relative(root, suite.name));
  if (problem !== undefined || files.length === 0 || files.length > filesAgainAtMost) return { suites, again: [] };
  console.log(`vigie: once more, with nothing beside them: ${files.join(", ")}`);
  const second = run("again.json", ["--project=apart", "--maxWorkers=1", ...files]);
  // What computes only is in the other project: it has no second run, and what it said stays.
  const later = new Map(second.problem === undefined ? second.suites.map((suite) => [suite.name, suite]) : []);
  return {
    suites: suites.map((suite) => later.get(suite.name) ?? suite),
    again: suites
      .filter((suite) => later.has(suite.name) && !hasFailed(later.get(suite.name)))
      .flatMap((suite) =>
        isBroken(suite) ? [relative(root, suite.name)] : suite.assertionResults.filter(isFailed).map((test) => test.fullName),
      ),
  };
}

function hasFailed(suite) {
  return isBroken(suite) || suite.assertionResults.some(isFailed);
}

/** It failed, and no test of it did: before they began, or after. */
function isBroken(suite) {
  return suite.status === "failed" && !suite.assertionResults.some(isFailed);
}

function isFailed(test) {
  return test.status === "failed";
}
