import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
    setupFiles: ["test/seed.ts"],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    pool: "forks",
    // A third fills the time in which two wait: for disks, for real clocks.
    maxWorkers: 3,
  },
});
