/** The last part of the demo's script as shipped: the circuits of all institutions fail together. What its caption promises is what the daemon kept. */
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { type App, startApp } from "../../daemon/app.ts";
import { systemClock } from "../../daemon/clock.ts";
import { loadConfig } from "../../daemon/config/load.ts";
import { createLog } from "../../daemon/log.ts";
import type { Config } from "../../daemon/model/config.ts";
import type { Incident, TimelineEntry } from "../../daemon/model/incident.ts";
import type { DeliveryView } from "../../daemon/ports.ts";
import { openStore } from "../../daemon/store/open.ts";
import { until } from "../grafana/watched.ts";
import { endDemo, demoEnv as env, moveDemo, simulateDemo } from "./moved-demo.ts";

interface Written {
  readonly steps: readonly { readonly at: string; readonly device: string | readonly string[]; readonly fault: string }[];
}

const folder = mkdtempSync(join(tmpdir(), "vigie-core-"));
const file = join(folder, "demo", "vigie.yaml");
/** Everybody is looked at once or twice before it begins. */
const leadS = 10;
const seconds = (at: string) => Number.parseInt(at, 10);
let app: App | undefined;
let simulator: ChildProcess;
let config: Config;
let sites: readonly string[] = [];
let startedAt = 0;
let kept: {
  readonly story: string;
  readonly incidents: readonly Incident[];
  readonly timeline: readonly TimelineEntry[];
  readonly told: readonly DeliveryView[];
};

/** The shipped script from the step on at which several routers fall silent at once; how long that takes. */
function lastPart(script: string): number {
  const shipped = parse(readFileSync(script, "utf8")) as Written;
  const first = shipped.steps.find(({ device, fault }) => fault === "silent" && Array.isArray(device) && device.length >= 6);
  if (first === undefined) throw new Error("the script has no step at which six circuits fail together");
  sites = [first.device].flat().map((router) => router.replace(/-router$/, ""));
  const from = seconds(first.at) - leadS;
  const steps = shipped.steps
    .filter(({ at }) => seconds(at) >= seconds(first.at))
    .map((step) => ({ ...step, at: `${seconds(step.at) - from}s` }));
  writeFileSync(script, stringify({ ...shipped, sessions: [], steps }));
  return Math.max(...steps.map(({ at }) => seconds(at))) * 1_000;
}

async function isWell(url: string): Promise<boolean> {
  const watched = [...config.network.devices.values()].filter(({ checks }) => checks.length > 0);
  const text = await (await fetch(`${url}/metrics`)).text();
  const all = [...text.matchAll(/^vigie_device_look_up\{device="([^"]+)",.*\} (\S+)$/gm)];
  return new Set(all.map(([, device]) => device)).size === watched.length && all.every(([, , up]) => up === "1");
}

/** Those of the institutions and the centre that stand for themselves. */
async function ownOf(url: string): Promise<readonly Incident[]> {
  const answer = await fetch(`${url}/api/v1/incidents?limit=200&folded=false&state=open,taken`, {
    headers: { authorization: `Bearer ${env.VIGIE_DEMO_TOKEN}` },
  });
  return ((await answer.json()) as { items: readonly Incident[] }).items;
}

beforeAll(async () => {
  await moveDemo(folder, 29);
  const loaded = await loadConfig(file, { env, demo: true });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  ({ config } = loaded);
  const lastsMs = lastPart(join(folder, "demo", "script.yaml"));
  simulator = await simulateDemo(folder, config);
  app = await startApp({ file, env, demo: true, log: createLog({ level: "error", plain: true }), version: "0.0.0" });
  // Whoever comes to answer late, because all begin at once, is no part of it.
  const all = app.url;
  await until("everybody answers, and nothing is wrong", async () => (await isWell(all)) && (await ownOf(all)).length === 0, 180_000);
  startedAt = Date.now();
  simulator.stdin?.write("start\n");
  await new Promise((resolve) => setTimeout(resolve, lastsMs));
  // What only comes once they are back, as far as anything is still to come.
  const { url } = app;
  await until("the core's incident is over", async () => (await ownOf(url)).length === 0, 120_000);
  await new Promise((resolve) => setTimeout(resolve, 15_000));
  await app.stop(true);
  const store = await openStore({ storage: config.storage, stateDir: config.instance.stateDir, clock: systemClock });
  const incidents = (await store.incidents({ limit: 1_000 })).filter(
    ({ site, firstBadAt }) => (sites.includes(site) || site === "cecot") && firstBadAt >= startedAt,
  );
  const [core] = incidents.filter(({ rootCause }) => rootCause.startsWith("link:"));
  const story: string[] = [];
  for (const each of incidents.filter(({ foldedInto }) => foldedInto === undefined))
    for (const { at, event, why } of await store.timeline(each.id))
      story.push(`${((at - startedAt) / 1_000).toFixed(1)} s ${each.rootCause} ${event}: ${why}`);
  kept = {
    story: story.join("\n"),
    incidents,
    timeline: await store.timeline(core?.id ?? ""),
    told: await store.deliveries(core?.id ?? ""),
  };
  await store.close();
}, 600_000);
afterAll(async () => {
  await app?.stop(false);
  await endDemo(simulator);
  rmSync(folder, { recursive: true, force: true });
});

it("the circuits of six institutions fail together: one incident, major, in the core of the network, restored when they are back", () => {
  expect(sites).toHaveLength(6);
  const own = kept.incidents.filter(({ foldedInto }) => foldedInto === undefined);
  expect(
    own.map(({ rootCause, severity, verdict, state }) => ({ rootCause, severity, verdict, state })),
    kept.story,
  ).toEqual([{ rootCause: "link:*", severity: "major", verdict: "ritm-core", state: "restored" }]);
});

it("it names what of each of them is gone, and nobody is told of anything else", () => {
  const lines = kept.timeline.filter(({ event }) => event === "children-suppressed" || event === "child-folded");
  const folded = kept.incidents.filter(({ foldedInto }) => foldedInto !== undefined);
  const named = `${lines.map(({ data }) => data?.alarms ?? "").join(" ")} ${folded.map(({ site }) => site).join(" ")}`;
  for (const site of sites) expect(named, site).toContain(site);
  expect(folded.filter(({ noticeSent }) => noticeSent)).toEqual([]);
  expect(kept.told.filter(({ sentAt }) => sentAt !== undefined).length).toBeGreaterThan(0);
  expect(
    kept.timeline.filter(({ event }) => event === "notified"),
    "told anew by nothing but its ladder",
  ).toHaveLength(1);
});
