/** A lane: the shell that starts fping for us. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { Lane } from "../../../probes/icmp/lane.ts";

const folder = mkdtempSync(join(tmpdir(), "vigie-lane-"));
const lanes: Lane[] = [];
afterEach(() => {
  for (const lane of lanes.splice(0)) lane.stop();
});

/** An fping that says the one line after so long. */
function laneAnswering(afterSeconds: number): Lane {
  const file = join(folder, `fping-${afterSeconds}`);
  writeFileSync(file, `#!/bin/sh\ncat >/dev/null\nsleep ${afterSeconds}\necho "127.0.0.1 : 0.05 0.04 0.05"\n`);
  chmodSync(file, 0o755);
  const lane = Lane.start(file);
  lanes.push(lane);
  return lane;
}

const run = { version: 4, addresses: ["127.0.0.1"], count: 3, periodMs: 10, answerMs: 100 } as const;

it("what fping said while our own loop was held up counts, though the deadline has passed meanwhile", async () => {
  const lane = laneAnswering(0.2);
  const result = lane.run({ ...run, killAfterMs: 600 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  // After this comes a round of timers, and only then are the pipes read.
  await new Promise((resolve) => setImmediate(resolve));
  const until = performance.now() + 1_200;
  while (performance.now() < until);
  expect(await result).toMatchObject({ kind: "done", lines: ["127.0.0.1 : 0.05 0.04 0.05"] });
  expect(lane.idle).toBe(true);
});

it("an fping that hangs is ended with its shell", async () => {
  const lane = laneAnswering(30);
  expect(await lane.run({ ...run, killAfterMs: 300 })).toEqual({ kind: "died", why: "fping did not end in time" });
  expect(lane.dead).toBe(true);
  rmSync(folder, { recursive: true, force: true });
});
