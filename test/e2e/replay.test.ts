/** A whole round of the demo's script, at three times its pace, watched by the real daemon; then replayed: the same incidents. */
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type App, startApp } from "../../daemon/app.ts";
import { replay } from "../../daemon/cli/replay.ts";
import { systemClock } from "../../daemon/clock.ts";
import { loadConfig } from "../../daemon/config/load.ts";
import { createLog } from "../../daemon/log.ts";
import type { Config } from "../../daemon/model/config.ts";
import { backtest } from "../../daemon/replay/backtest.ts";
import { booksOf } from "../../daemon/replay/books.ts";
import { type ReplayedIncident, recorded } from "../../daemon/replay/compare.ts";
import { openStore } from "../../daemon/store/open.ts";
import { loadScript } from "../../probes/simulator/script.ts";
import { endDemo, demoEnv as env, moveDemo, simulateDemo } from "./moved-demo.ts";

/** Times of the script, and intervals of the looks, are so much shorter. */
const pace = 3;
const folder = mkdtempSync(join(tmpdir(), "vigie-replay-"));
const file = join(folder, "demo", "vigie.yaml");
let app: App | undefined;
let simulator: ChildProcess;
let config: Config;
let startedAt: number;

/** Looks as often in a round as they are at the pace of the demo. */
function hurried(name: string, text: string): string {
  if (!name.includes("sites")) return text;
  return text
    .replace(/(interval|timeout): (\d+)s/g, (_, key: string, seconds: string) => `${key}: ${Math.ceil((Number(seconds) * 1_000) / pace)}ms`)
    .replace(/timeout: \d+ms/g, "timeout: 1s");
}

beforeAll(async () => {
  await moveDemo(folder, 22, hurried);
  const loaded = await loadConfig(file, { env, demo: true });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  ({ config } = loaded);
  const script = join(folder, "demo", "script.yaml");
  const slower = readFileSync(script, "utf8");
  writeFileSync(
    script,
    slower.replace(/(at|loop_every): (\d+)s/g, (_, key: string, at: string) => `${key}: ${Math.ceil(Number(at) / pace)}s`),
  );
  const round = loadScript(script);
  simulator = await simulateDemo(folder, config);
  startedAt = Date.now();
  app = await startApp({ file, env, demo: true, log: createLog({ level: "error", plain: true }), version: "0.0.0" });
  for (const session of round.sessions) {
    const [from, to] = [startedAt + session.atMs, startedAt + session.atMs + session.lastsMs].map((at) => new Date(at).toISOString());
    const body = JSON.stringify({ rooms: session.rooms, from, to, kind: "clinical" });
    const headers = { authorization: `Bearer ${env.VIGIE_DEMO_TOKEN}`, "content-type": "application/json" };
    expect((await fetch(`${app.url}/api/v1/sessions`, { method: "POST", headers, body })).status).toBe(200);
  }
  simulator.stdin?.write("start\n");
  await new Promise((resolve) => setTimeout(resolve, round.loopEveryMs - 2_000));
  await app.stop(true);
}, 300_000);
afterAll(async () => {
  await app?.stop(false);
  await endDemo(simulator);
  rmSync(folder, { recursive: true, force: true });
});

/** Which incident it is, by its number, and what it is folded into. */
function decided(incidents: readonly ReplayedIncident[]) {
  return incidents
    .map(({ number, rootCause, symptom, foldedInto }) =>
      [foldedInto === undefined ? number : `in ${foldedInto}`, rootCause, symptom].join(" "),
    )
    .sort();
}

it("replaying what the daemon saw gives the incidents that the daemon opened", async () => {
  const store = await openStore({ storage: config.storage, stateDir: config.instance.stateDir, clock: systemClock });
  try {
    const to = Date.now();
    const done = await backtest({
      ...{ store, config, from: startedAt, to, rulesA: "recorded" as const, rulesB: config.rules },
      ...(await booksOf(store, config, systemClock, startedAt)),
    });
    const opened = recorded(await store.incidents({ limit: 1_000 }));
    expect(opened.length).toBeGreaterThan(15);
    // From the first look on, and nothing in between is missing.
    expect(done).toMatchObject({ gaps: [], lost: 0, ambiguous: 0, otherConfigs: [] });
    expect(opened.filter(({ openedAt }) => openedAt < (done?.from ?? 0))).toEqual([]);
    expect(decided(done?.after ?? [])).toEqual(decided(opened));
    // Detected, opened and restored within a second of what was recorded.
    expect([done?.opened, done?.gone, done?.changed]).toEqual([[], [], []]);
    expect(done?.unchanged).toBe(opened.filter(({ foldedInto }) => foldedInto === undefined).length);
  } finally {
    await store.close();
  }
});

it("vigie replay says so, and exits 0; of a time of which nothing was kept it says what is kept", async () => {
  const run = async (...argv: string[]) => {
    const said = { out: [] as string[], err: [] as string[] };
    const code = await replay([...argv, "--demo", "--config", file], {
      out: (line) => said.out.push(line),
      err: (line) => said.err.push(line),
    });
    return { code, ...said };
  };
  const told = await run("--from", new Date(startedAt).toISOString());
  expect([told.code, told.out.at(-1)]).toEqual([0, "missed: 0, false: 0"]);
  expect(told.out).toContain("nothing differs");
  const json = JSON.parse((await run("--from", "1h", "--json")).out.join("")) as { unchanged: number; gone: unknown[] };
  expect(json.gone).toEqual([]);
  expect(json.unchanged).toBeGreaterThan(4);
  const none = await run("--from", "2026-01-01", "--to", "2026-01-02");
  expect(none.code).toBe(1);
  expect(none.err.join("\n")).toMatch(/nothing was kept between 2026-01-01.*kept for 30 days \(retention\.looks\).*there are some from/);
  expect((await run("--from", "yesterday")).code).toBe(2);
  expect((await run("--rules", "no-such-pack.yaml")).code).toBe(1);
});
