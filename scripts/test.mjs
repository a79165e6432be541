/** `npm test`: installs what is missing, builds, type-checks, lints, tests; ends with one line that counts. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build, checkNode, installDependencies, must, root } from "./installed.mjs";
import { ensureServers } from "./servers.mjs";
import { workFolder } from "./work-folder.mjs";

checkNode();
installDependencies();
ensureServers();
build();
must(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "--noEmit", "-p", "tsconfig.json"]);
must(join(root, "node_modules/.bin/biome"), ["check", "."]);

const { folder, remove } = workFolder();
const report = join(folder, "report.json");
const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...process.argv.slice(2)];
const run = spawnSync(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), ...args], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, TMPDIR: folder },
});
const { passed, failed, skipped, names } = count(report);
remove();
for (const name of names) console.log(`skipped: ${name}`);
const strict = process.env.CI === "true" && skipped > 0;
if (strict) console.error("vigie: CI skips nothing; install what the skipped tests need");
console.log(`tests: ${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(run.status === 0 && failed === 0 && passed > 0 && !strict ? 0 : 1);

function count(file) {
  try {
    const { testResults } = JSON.parse(readFileSync(file, "utf8"));
    const all = testResults.flatMap((suite) => suite.assertionResults.map((test) => ({ name: test.fullName, status: test.status })));
    const broken = testResults.filter((suite) => suite.status === "failed" && suite.assertionResults.length === 0).length;
    const of = (...states) => all.filter((test) => states.includes(test.status));
    const idle = of("skipped", "pending", "todo");
    return {
      passed: of("passed").length,
      failed: of("failed").length + broken,
      skipped: idle.length,
      names: idle.map((test) => test.name),
    };
  } catch (error) {
    console.error(`vigie: the test run left no report (${error.message})`);
    return { passed: 0, failed: 1, skipped: 0, names: [] };
  }
}
