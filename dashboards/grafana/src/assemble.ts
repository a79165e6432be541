/**
 * A specification to the JSON that Grafana's provisioning reads. The same specification gives the same bytes.
 */
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { both, datasource, describe, panel } from "./panels.ts";
import type { DashboardSpec, VariableSpec } from "./spec.ts";

export function assemble(spec: DashboardSpec): Dashboard {
  const builder = new DashboardBuilder(`Vigie – ${spec.title.fr}`)
    .uid(spec.uid)
    .description(describe(spec.title, spec.about))
    .tags(["vigie"])
    .timezone("browser")
    .refresh("30s")
    .time({ from: spec.from, to: "now" })
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .link(
      new DashboardLinkBuilder("Vigie")
        .type(DashboardLinkType.Dashboards)
        .tags(["vigie"])
        .asDropdown(false)
        .includeVars(true)
        .keepTime(true),
    )
    .withVariable(
      new DatasourceVariableBuilder("datasource")
        .label("Source")
        .type("prometheus")
        .current({ text: "Prometheus", value: "vigie-prometheus" }),
    );
  for (const each of spec.variables) builder.withVariable(variable(each));
  for (const row of spec.rows) {
    builder.withRow(new RowBuilder(both(row.title)));
    for (const each of row.panels) builder.withPanel({ build: () => panel(each).build() as Panel });
  }
  return numbered(builder.build());
}

/** The file's text. */
export function render(spec: DashboardSpec): string {
  return `${JSON.stringify(assemble(spec), undefined, 2)}\n`;
}

function variable({ name, label, query, multi }: VariableSpec) {
  const built = new QueryVariableBuilder(name)
    .label(both(label))
    .datasource(datasource)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc)
    .multi(multi)
    .includeAll(multi);
  return multi ? built.allValue(".*").current({ text: ["All"], value: ["$__all"] }) : built;
}

/** Ids and links as they should be. Panels without an id make Grafana number them at each start, and links to one panel change. */
function numbered(dashboard: Dashboard): Dashboard {
  const panels = (dashboard.panels ?? []).map((each, index) => ({ ...each, id: index + 1 }));
  // The SDK's default hides the links in a menu.
  const links = (dashboard.links ?? []).map(({ placement: _, ...link }) => link);
  return { ...dashboard, panels, links };
}
