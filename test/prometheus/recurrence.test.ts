/** Recurrences in /metrics: two windows a fingerprint, bounded by what the source gives, acceptable to promtool. */
import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { Board } from "../../daemon/board.ts";
import { createExposition, type ExpositionSources } from "../../daemon/exposition.ts";
import type { Recurrence } from "../../daemon/ports.ts";
import { network } from "../api/fixture.ts";
import { needs } from "../needs.ts";

const camera: Recurrence = {
  ...{ fingerprint: 'codec-1|camera-disconnected|camera "1"', site: "mgh", device: "codec-1", symptom: "camera-disconnected" },
  ...{ part: 'camera "1"', occurrences30: 3, occurrences90: 8, lastAt: 0 },
};
const credential: Recurrence = {
  ...{ fingerprint: "credential:main|login-refused|", site: "mgh", symptom: "login-refused" },
  ...{ occurrences30: 0, occurrences90: 2, lastAt: 0 },
};

async function textOf(recurrences?: ExpositionSources["recurrences"]): Promise<string> {
  const sources = { board: new Board(), network: () => network([]), incidents: () => [] };
  let text = "";
  for await (const slice of createExposition({ ...sources, ...(recurrences === undefined ? {} : { recurrences }) }).slices()) text += slice;
  return text;
}

it("tells both windows of a fingerprint; what hangs on no device is named by what it hangs on", async () => {
  const text = await textOf(() => [camera, credential]);
  const labels = 'device="codec-1",symptom="camera-disconnected",part="camera \\"1\\"",site="mgh"';
  expect(text).toContain(`vigie_recurrence_occurrences{${labels},window="30d"} 3\n`);
  expect(text).toContain(`vigie_recurrence_occurrences{${labels},window="90d"} 8\n`);
  expect(text).toContain('{device="credential:main",symptom="login-refused",part="",site="mgh",window="30d"} 0\n');
});

it("has no such family without a source, or while nothing ever failed", async () => {
  expect(await textOf()).not.toContain("vigie_recurrence");
  expect(await textOf(() => [])).not.toContain("vigie_recurrence");
});

it("passes promtool", async (context) => {
  const promtool = needs("promtool", context);
  const checked = spawnSync(promtool, ["check", "metrics"], { input: await textOf(() => [camera, credential]), encoding: "utf8" });
  expect({ status: checked.status, said: checked.stderr + checked.stdout }).toEqual({ status: 0, said: "" });
});
