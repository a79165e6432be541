import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What only computes, in fake time and with stores of its own: these files share a worker, and what it has read and compiled. */
const shared =
  "test/{api,config,contracts,export,intake,metrics,notify,oncall,reporting,roles,rules,scenarios,sessions,store}/**/*.test.{ts,tsx}";

/** Those that wait for real clocks and peers begin, the longest first; those that compute fill what is left, one after another in the same workers. */
class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = (file: TestSpecification) => (file.project.name === "apart" ? (/\/(e2e|faults)\//.test(file.moduleId) ? 0 : 1) : 2);
    const size = (file: TestSpecification) => readFileSync(file.moduleId).length;
    return [...files].sort((a, b) => rank(a) - rank(b) || size(b) - size(a) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}

export default defineConfig({
  test: {
    setupFiles: ["test/seed.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is waited for comes at once where nothing else runs; a loaded machine takes its time.
    expect: { poll: { timeout: 30_000 } },
    pool: "forks",
    // A third fills the time in which two wait: for disks, for real clocks.
    maxWorkers: 3,
    sequence: { sequencer: WaitingFirst },
    projects: [
      { extends: true, test: { name: "apart", include: ["test/**/*.test.{ts,tsx}"], exclude: [shared] } },
      { extends: true, test: { name: "shared", include: [shared], isolate: false } },
    ],
  },
});
