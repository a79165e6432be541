/** The dashboards' JSON: what the sources say, and what Grafana needs to show it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { render } from "../../dashboards/grafana/src/assemble.ts";
import { dashboards } from "../../dashboards/grafana/src/dashboards.ts";
import { scales } from "../../dashboards/grafana/src/scales.ts";

const folder = join(import.meta.dirname, "..", "..", "dashboards", "grafana");

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly instant: boolean; readonly range: boolean }[];
}
interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
}
const made = dashboards.map((spec) => ({ spec, dashboard: JSON.parse(render(spec)) as Dashboard }));

describe("the generated files", () => {
  it.each(dashboards)("$uid is what its source says; if not: npm run dashboards", (spec) => {
    expect(readFileSync(join(folder, "dashboards", `${spec.uid}.json`), "utf8")).toBe(render(spec));
  });

  it("are no more than there are sources for", () => {
    expect(readdirSync(join(folder, "dashboards")).sort()).toEqual(dashboards.map(({ uid }) => `${uid}.json`).sort());
  });
});

describe.each(made)("$spec.uid", ({ spec, dashboard }) => {
  const panels = dashboard.panels.filter(({ type }) => type !== "row");

  it("has panels with ids, titles and descriptions of their own, that do not lie on each other", () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { gridPos, title } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.has(`${x},${y}`), title).toBe(false);
          taken.add(`${x},${y}`);
        }
    }
  });

  it("speaks French first, and English in every description", () => {
    for (const panel of spec.rows.flatMap(({ panels }) => panels)) {
      const shown = panels.find(({ title }) => title === panel.title.fr);
      expect(shown?.description).toBe(`${panel.about.fr}\n\n**${panel.title.en}.** ${panel.about.en}`);
    }
  });

  it("uses no variable that it does not have", () => {
    const known = new Set(["__range", "__rate_interval", "__interval", ...dashboard.templating.list.map(({ name }) => name)]);
    const used = panels
      .flatMap(({ targets }) => targets ?? [])
      .flatMap(({ expr }) => [...expr.matchAll(/\$(\w+)/g)].map(([, name]) => name));
    expect(used.filter((name) => !known.has(name ?? ""))).toEqual([]);
  });

  it("asks the data source that was chosen, once now or over the range", () => {
    expect(dashboard.templating.list[0]).toMatchObject({ name: "datasource", type: "datasource" });
    for (const { targets, title } of panels) {
      expect(targets?.length, title).toBeGreaterThan(0);
      for (const target of targets ?? []) {
        expect(target).toMatchObject({ datasource: { type: "prometheus", uid: `\${datasource}` } });
        expect(target.instant).toBe(!target.range);
      }
      const refs = targets?.map(({ refId }) => refId);
      expect(new Set(refs).size).toBe(refs?.length);
    }
  });
});

describe("scales", () => {
  it("say in words what they say in colour, or leave it to a number", () => {
    const states = ["up", "interface", "registered", "connected", "power", "healthy", "taken"] as const;
    for (const id of states) {
      const [first] = scales[id].words;
      expect(first).toMatchObject({
        type: "value",
        options: { "0": { text: expect.stringMatching(/[A-Z]{3}/) }, "1": { text: expect.stringContaining("/") } },
      });
    }
  });

  it("have thresholds that rise, from the bottom on", () => {
    for (const [id, { thresholds }] of Object.entries(scales)) {
      expect(thresholds[0]?.value, id).toBeNull();
      const values = thresholds.slice(1).map(({ value }) => value ?? Number.NaN);
      expect(values, id).toEqual([...values].sort((a, b) => a - b));
    }
  });

  it("leave no gap between two ranges", () => {
    for (const [id, { words }] of Object.entries(scales)) {
      const ranges = words
        .flatMap((word) => (word.type === "range" ? [word.options] : []))
        .sort((a, b) => (a.from ?? -1e9) - (b.from ?? -1e9));
      for (const [index, { to }] of ranges.entries()) {
        const next = ranges[index + 1];
        if (next === undefined) expect(to, id).toBeNull();
        else expect((next.from ?? 0) - (to ?? 0), id).toBeLessThanOrEqual(id === "recurrenceWords" ? 1 : 0);
      }
    }
  });
});

describe("provisioning", () => {
  it("names the data source that the dashboards start with", () => {
    const { datasources } = parse(readFileSync(join(folder, "provisioning", "datasources", "vigie.yaml"), "utf8")) as {
      datasources: { uid: string; type: string; jsonData: { timeInterval?: string } }[];
    };
    expect(datasources.map(({ uid, type }) => [uid, type])).toEqual([
      ["vigie-prometheus", "prometheus"],
      ["vigie-influxdb", "influxdb"],
    ]);
    const scrape = parse(readFileSync(join(folder, "..", "prometheus", "prometheus.yml"), "utf8")) as {
      global: { scrape_interval: string };
    };
    expect(datasources[0]?.jsonData.timeInterval).toBe(scrape.global.scrape_interval);
    expect(render(dashboards[0] as (typeof dashboards)[number])).toContain('"value": "vigie-prometheus"');
  });

  it("reads the dashboards from a folder and lets nobody edit them in the browser", () => {
    const { providers } = parse(readFileSync(join(folder, "provisioning", "dashboards", "vigie.yaml"), "utf8")) as { providers: object[] };
    expect(providers).toMatchObject([{ type: "file", allowUiUpdates: false }]);
  });
});
