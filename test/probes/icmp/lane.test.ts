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

function laneOf(name: string, script: string): Lane {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  const lane = Lane.start(file);
  lanes.push(lane);
  return lane;
}

/** An fping that says the one line after so long. */
function laneAnswering(afterSeconds: number): Lane {
  return laneOf(`fping-${afterSeconds}`, `cat >/dev/null\nsleep ${afterSeconds}\necho "127.0.0.1 : 0.05 0.04 0.05"`);
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
  expect(await result).toMatchObject({ kind: "done", lines: ["127.0.0.1 : 0.05 0.04 0.05", ""] });
  expect(lane.idle).toBe(true);
});

it("each run has what its own fping said, on either stream, and its exit code: also when one says far more than a pipe holds", async () => {
  const lane = laneOf(
    "fping-says",
    'last=$(tail -n 1)\necho "$last : 1.00"\n[ "$last" = ::1 ] || exit 0\nhead -c 300000 /dev/zero | tr "\\0" x >&2\nexit 4',
  );
  const more = { ...run, killAfterMs: 20_000 };
  expect(await lane.run(more)).toEqual({ kind: "done", exitCode: 0, lines: ["127.0.0.1 : 1.00", ""] });
  expect(await lane.run({ ...more, version: 6, addresses: ["::1"] })).toEqual({
    kind: "done",
    exitCode: 4,
    lines: ["::1 : 1.00", "x".repeat(300_000)],
  });
  expect(await lane.run(more)).toEqual({ kind: "done", exitCode: 0, lines: ["127.0.0.1 : 1.00", ""] });
});

it("each run asks its own hosts, whatever the one before asked, and as many as there are", async () => {
  const lane = laneOf("fping-counts", 'wc -l; head -c 20 "/dev/stdin"');
  const many = Array.from({ length: 2_000 }, (_, n) => `10.0.${n >> 8}.${n & 255}`);
  const asked = async (addresses: readonly string[]) => {
    const result = await lane.run({ ...run, addresses, killAfterMs: 20_000 });
    return result.kind === "done" ? result.lines : result.why;
  };
  expect(await asked(many)).toEqual(["2000", "10.0.0.0", "10.0.0.1", "10"]);
  expect(await asked(["10.9.9.9"])).toEqual(["1", "10.9.9.9", ""]);
});

it("an fping that hangs is ended with its shell", async () => {
  const lane = laneAnswering(30);
  expect(await lane.run({ ...run, killAfterMs: 300 })).toEqual({ kind: "died", why: "fping did not end in time" });
  expect(lane.dead).toBe(true);
  rmSync(folder, { recursive: true, force: true });
});
