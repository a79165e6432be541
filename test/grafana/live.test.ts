/**
 * Every panel's and every alert's query, asked of a real Prometheus that has scraped the real daemon watching a simulated
 * network in which things fail; and one page's way through Alertmanager.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { Board } from "../../daemon/board.ts";
import { createExposition } from "../../daemon/exposition.ts";
import type { Recurrence } from "../../daemon/ports.ts";
import { dashboards } from "../../dashboards/grafana/src/dashboards.ts";
import type { PanelSpec, Query } from "../../dashboards/grafana/src/spec.ts";
import { findProgram, needs } from "../needs.ts";
import { type Series, until, Watched } from "./watched.ts";

interface Incident {
  readonly number: string;
  readonly symptom: string;
  readonly severity: string;
  readonly level: number;
}

const watched = new Watched();
const programs = ["prometheus", "fping"];
const ready = programs.every((name) => findProgram(name) !== undefined);

beforeAll(async () => {
  if (!ready) return;
  await watched.start();
  const prometheus = findProgram("prometheus") ?? "";
  watched.extra = recurrencesUnlessTold;
  await watched.scrape(prometheus, findProgram("prometheus-alertmanager"));
  // Everything has been looked at, before anything fails.
  await until("every device is in service", async () => (await watched.series("vigie_device_up == 1")).length === 6);
  await until("the codec has told its state", async () => (await watched.series("vigie_calls")).length === 2);
  await callsForHelp();
  for (const [device, fault] of [
    ["mgh-router", "silent"],
    ["centre-ups", "on-battery"],
    ["centre-codec", "camera-unplugged"],
    ["centre-switch", "port-down"],
  ] as const)
    watched.strike(device, fault);
  await until("incidents are open, and one has risen", async () => {
    const { items } = await watched.get<{ items: readonly Incident[] }>("/api/v1/incidents");
    return items.length >= 2 && items.some(({ level }) => level > 1) && items.some(({ severity }) => severity === "major");
  });
  await until("the samples say so", async () => (await watched.series("vigie_device_up == 0")).length > 0);
  await until("the rise is counted", async () => (await watched.series("increase(vigie_escalations_total[1h])")).length > 0);
  await until("recurrences are told", async () => (await watched.series("vigie_recurrence_occurrences")).length > 0);
}, 240_000);
afterAll(() => watched.end(), 30_000);

/** Two calls: one comes twice and stays open, one is over. */
async function callsForHelp(): Promise<void> {
  const call = { room: "mgh-a101", symptom: "no-sound" };
  for (let time = 0; time < 2; time += 1) await watched.post("/api/v1/requests", call, "the-same-call");
  await watched.post("/api/v1/requests", call, "another-call");
  const { items } = await watched.get<{ items: readonly { readonly number: string }[] }>("/api/v1/requests");
  expect(items).toHaveLength(2);
  expect(await watched.post(`/api/v1/requests/${items[0]?.number}/outcome`, { how: "withdrawn" })).toBe(200);
  await until("both are told", async () => (await watched.series("increase(vigie_request_seconds_count[1h])")).length > 0);
}

/** The daemon's recurrences as its REST tells them, while its own /metrics does not have them. */
async function recurrencesUnlessTold(): Promise<string> {
  const own = await (await fetch(`${watched.url}/metrics`)).text();
  if (own.includes("vigie_recurrence_occurrences")) return "";
  const { items } = await watched.get<{ items: readonly (Omit<Recurrence, "lastAt"> & { lastAt: string })[] }>("/api/v1/recurrences");
  const network = { sites: new Map(), rooms: new Map(), devices: new Map(), links: new Map() };
  const recurrences = () => items.map((each) => ({ ...each, lastAt: Date.parse(each.lastAt) }));
  let text = "";
  for await (const slice of createExposition({ board: new Board(), network: () => network, incidents: () => [], recurrences }).slices())
    text += slice;
  return text;
}

const values: Readonly<Record<string, string>> = {
  ...{ site: ".*", family: ".*", device: ".*" },
  ...{ __range: "5m", __rate_interval: "10s", __interval: "1s" },
};
const filled = (expr: string) => expr.replace(/\$(\w+)/g, (whole, name: string) => values[name] ?? whole);

async function answer(panel: PanelSpec, query: Query): Promise<readonly Series[]> {
  const expr = filled(query.expr);
  if (panel.kind === "stat" || panel.kind === "table") return watched.series(expr);
  const end = Date.now() / 1000;
  const span = { start: String(end - 20), end: String(end), step: "1" };
  return (await watched.ask<{ result: readonly Series[] }>("query_range", { query: expr, ...span })).result;
}

describe.each(dashboards)("$uid", (dashboard) => {
  const panels = dashboard.rows.flatMap(({ panels }) => panels);

  it.for(panels)("$title.fr: every query has data, and every label it is shown by", async (panel, context) => {
    for (const program of programs) needs(program, context);
    const labels = new Set<string>();
    for (const query of panel.queries) {
      const found = await answer(panel, query);
      if (query.mayBeEmpty === undefined) expect(found.length, query.expr).toBeGreaterThan(0);
      for (const { metric } of found) for (const label of Object.keys(metric)) labels.add(label);
      for (const [, label = ""] of (query.legend ?? "").matchAll(/\{\{(\w+)\}\}/g)) {
        // A label that only some devices have (a part) may be missing from one series, not from all.
        if (found.length > 0 && label !== "part")
          expect(
            found.some(({ metric }) => label in metric),
            `${label}: ${query.expr}`,
          ).toBe(true);
      }
    }
    if (panel.kind !== "table" || labels.size === 0) return;
    for (const { field } of panel.columns) if (!field.startsWith("Value")) expect([...labels], field).toContain(field);
  });

  it("fills its variables", async (context) => {
    for (const program of programs) needs(program, context);
    for (const { query } of dashboard.variables) {
      const [, selector = "", label = ""] = /^label_values\((.+), (\w+)\)$/.exec(query) ?? [];
      const found = await watched.ask<readonly string[]>(`label/${label}/values`, { "match[]": filled(selector) });
      expect(found.length, query).toBeGreaterThan(0);
    }
  });
});

it("only what this network cannot have is empty", async (context) => {
  for (const program of programs) needs(program, context);
  const empty: string[] = [];
  for (const panel of dashboards.flatMap(({ rows }) => rows.flatMap(({ panels }) => panels)))
    for (const query of panel.queries) if ((await answer(panel, query)).length === 0) empty.push(`${panel.title.en}: ${query.expr}`);
  expect(empty).toEqual([]);
});

/** Appear with the first point, and no InfluxDB is configured here; while something is muted, and nothing is; with the first rotation, and there is none. */
const seldom = new Set([
  "vigie_influx_points_total",
  "vigie_incident_muted_info",
  "vigie_device_muted",
  "vigie_on_call_people",
  "vigie_on_call_gap_seconds",
]);

interface Rule {
  readonly name: string;
  readonly query: string;
  readonly health: string;
  readonly lastError?: string;
}

describe("the alerts", () => {
  it("are all evaluated without an error, over metrics that exist", async (context) => {
    for (const program of programs) needs(program, context);
    const { groups } = await watched.ask<{ groups: readonly { rules: readonly Rule[] }[] }>("rules");
    const rules = groups.flatMap((group) => group.rules);
    const shipped = parse(readFileSync(join(import.meta.dirname, "..", "..", "dashboards", "prometheus", "rules", "vigie.yml"), "utf8"));
    const names = (shipped as { groups: { rules: { alert: string }[] }[] }).groups.flatMap((group) =>
      group.rules.map(({ alert }) => alert),
    );
    expect(rules.map(({ name }) => name)).toEqual(names);
    const known = new Set(await watched.ask<readonly string[]>("label/__name__/values"));
    for (const { name, query, health, lastError } of rules) {
      expect({ health, lastError }, name).toEqual({ health: "ok", lastError: undefined });
      await watched.series(query);
      const used = [...query.matchAll(/\bvigie_\w+/g)].map(([metric]) => metric).filter((metric) => !seldom.has(metric));
      expect(
        used.filter((metric) => !known.has(metric)),
        name,
      ).toEqual([]);
    }
  });

  it("fire for the incidents that wait, and for nothing else: the daemon is well", async (context) => {
    for (const program of programs) needs(program, context);
    const firing = await until("the major incident fires", async () => {
      const found = await watched.series('ALERTS{alertstate="firing"}');
      return found.length > 0 && found;
    });
    const { items } = await watched.get<{ items: readonly Incident[] }>("/api/v1/incidents");
    for (const { metric } of firing) {
      expect(metric.alertname).toBe("VigieMajorIncident");
      const incident = items.find(({ number }) => number === metric.number);
      expect(incident).toMatchObject({ severity: "major", symptom: metric.symptom });
    }
  });

  it("reach the pager through Alertmanager, with number, level, severity and urgency", async (context) => {
    for (const program of [...programs, "prometheus-alertmanager"]) needs(program, context);
    const page = await until("somebody is paged", async () => watched.pages.find(({ labels }) => labels.about === "incident"));
    expect(page.status).toBe("firing");
    expect(page.labels).toMatchObject({
      ...{ alertname: "VigieMajorIncident", severity: "major", urgency: expect.any(String), level: expect.stringMatching(/^[1-4]$/) },
      ...{ number: expect.stringMatching(/^TST-/), site: expect.any(String), symptom: expect.any(String), job: "vigie" },
    });
  });

  it("are over when somebody acknowledges", async (context) => {
    for (const program of programs) needs(program, context);
    const waiting = 'ALERTS{alertname="VigieMinorIncident",alertstate="pending"}';
    const numbers = async () => (await watched.series(waiting)).map(({ metric }) => metric.number ?? "");
    const [number = ""] = await until("a minor incident waits for its half hour", async () => {
      const found = await numbers();
      return found.length > 0 && found;
    });
    expect(await watched.post(`/api/v1/incidents/${number}/acknowledge`)).toBe(200);
    await until("the acknowledged one is over", async () => !(await numbers()).includes(number));
  });

  it("go on while the daemon is away", async (context) => {
    for (const program of programs) needs(program, context);
    const firing = 'ALERTS{alertname="VigieMajorIncident",alertstate="firing"}';
    const before = await until("a major incident fires", async () => {
      const found = await watched.series(firing);
      return found.length > 0 && found;
    });
    await watched.stopDaemon();
    await until("its series are gone", async () => (await watched.series("vigie_incident_unacknowledged_info")).length === 0);
    await until("the rules have seen it", async () => (await watched.series('ALERTS{alertname="VigieDown"}')).length > 0);
    const after = await watched.series(firing);
    expect(after.map(({ metric }) => metric)).toEqual(before.map(({ metric }) => metric));
  });
});
