/** The demo's script as shipped, at its own pace, watched by the real daemon: what its captions promise is what the daemon kept. */
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type App, startApp } from "../../daemon/app.ts";
import { bookSessions } from "../../daemon/cli/demo-sessions.ts";
import { systemClock } from "../../daemon/clock.ts";
import { loadConfig } from "../../daemon/config/load.ts";
import { createLog } from "../../daemon/log.ts";
import type { Config } from "../../daemon/model/config.ts";
import { openStore } from "../../daemon/store/open.ts";
import { loadScript } from "../../probes/simulator/script.ts";
import { endDemo, demoEnv as env, moveDemo, simulateDemo } from "./moved-demo.ts";

/** Of the script's eight minutes. */
const playedMs = 200_000;
const outage = ["silent", "unreachable", "link-down"];
const folder = mkdtempSync(join(tmpdir(), "vigie-script-"));
const file = join(folder, "demo", "vigie.yaml");
let app: App | undefined;
let simulator: ChildProcess;
let config: Config;
let startedAt: number;
const booked = new AbortController();

beforeAll(async () => {
  await moveDemo(folder, 23);
  const loaded = await loadConfig(file, { env, demo: true });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  ({ config } = loaded);
  const script = join(folder, "demo", "script.yaml");
  simulator = await simulateDemo(folder, config);
  startedAt = Date.now();
  app = await startApp({ file, env, demo: true, log: createLog({ level: "error", plain: true }), version: "0.0.0" });
  simulator.stdin?.write("start\n");
  const booking = { url: app.url, token: env.VIGIE_DEMO_TOKEN, startedAt: Date.now(), signal: booked.signal };
  void bookSessions(loadScript(script), booking);
  await new Promise((resolve) => setTimeout(resolve, playedMs));
  await app.stop(true);
}, playedMs + 120_000);
afterAll(async () => {
  booked.abort();
  await app?.stop(false);
  await endDemo(simulator);
  rmSync(folder, { recursive: true, force: true });
});

/** What the captions of the script promise, read from what the daemon kept. */
async function ofStory<T>(read: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>): Promise<T> {
  const store = await openStore({ storage: config.storage, stateDir: config.instance.stateDir, clock: systemClock });
  try {
    return await read(store);
  } finally {
    await store.close();
  }
}

it("the outage of a site is one major incident, with its children by name", async () => {
  await ofStory(async (store) => {
    const site = (await store.incidents({ site: "riviere-blanche", limit: 100 })).filter(
      ({ firstBadAt }) => firstBadAt < startedAt + 110_000,
    );
    const own = site.filter(({ foldedInto, symptom }) => foldedInto === undefined && outage.includes(symptom));
    expect(own.map(({ device, severity }) => [device, severity])).toEqual([["riviere-blanche-router", "major"]]);
    const lines = (await store.timeline(own[0]?.id ?? "")).filter(
      ({ event }) => event === "children-suppressed" || event === "child-folded",
    );
    const named = `${lines.map(({ data }) => data?.alarms ?? "").join(" ")} ${site.map(({ device }) => device).join(" ")}`;
    for (const id of ["riviere-blanche-switch", "riviere-blanche-codec-1"]) expect(named).toContain(id);
  });
});

it("a port that flaps is one incident, which is known to flap, and the desk hears of it once", async () => {
  await ofStory(async (store) => {
    const device = "baie-aux-outardes-switch";
    const port = (await store.incidents({ device, limit: 100 })).filter(({ symptom }) => symptom === "interface-down");
    expect(port).toMatchObject([{ part: "interface GigabitEthernet1/0/5" }]);
    const flaps = (await store.loadAlarms()).filter((alarm) => alarm.device === device && alarm.flapping);
    expect(flaps).toMatchObject([{ symptom: "interface-down", part: "interface GigabitEthernet1/0/5", incident: port[0]?.id }]);
    // Each of its ups is too short to have been its end to anybody: who was told is told once, and of no recovery while it flaps.
    const lines = await store.timeline(port[0]?.id ?? "");
    const story = lines.map(({ at, event, why }) => `${Math.round((at - startedAt) / 1_000)} s ${event}: ${why}`).join("\n");
    expect(story).toContain("reopened");
    expect(lines.filter(({ event }) => event === "notified").length, story).toBe(1);
    const told = (await store.deliveries(port[0]?.id ?? "")).filter(({ sentAt }) => sentAt !== undefined);
    expect(told.filter(({ kind }) => kind === "restored")).toEqual([]);
  });
});

it("a codec that dies ten minutes before its session: its incident is major, and its coordinators are told", async () => {
  await ofStory(async (store) => {
    const incidents = await store.incidents({ device: "ile-du-phare-codec-1", limit: 100 });
    expect(incidents.map(({ severity, symptom }) => [severity, symptom])).toEqual([["major", "silent"]]);
    const kinds = (await store.deliveries(incidents[0]?.id ?? "")).map(({ kind }) => kind);
    expect(kinds).toContain("session-at-risk");
    const [session] = await store.sessions({ endAfter: startedAt, limit: 10 });
    expect((session?.from ?? 0) - (incidents[0]?.firstBadAt ?? 0)).toBeGreaterThan(9.5 * 60_000);
  });
});
