/**
 * One panel of the specification in Grafana's terms, by Grafana's Foundation SDK.
 */
import * as common from "@grafana/grafana-foundation-sdk/common";
import {
  type DataTransformerConfig,
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  type PanelBuilder as GenericPanelBuilder,
  type ThresholdsConfig,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimelineBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as HeatBuilder } from "@grafana/grafana-foundation-sdk/statushistory";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as SeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { Text } from "../../../daemon/model/time.ts";
import { type Scale, type ScaleId, scales } from "./scales.ts";
import type { Column, PanelSpec, Query } from "./spec.ts";

/** Chosen in the dashboard's first variable. */
export const datasource = { type: "prometheus", uid: `\${datasource}` };

type AnyPanelBuilder = Pick<GenericPanelBuilder, "build">;
type Of<K extends PanelSpec["kind"]> = Extract<PanelSpec, { readonly kind: K }>;

export function panel(spec: PanelSpec): AnyPanelBuilder {
  switch (spec.kind) {
    case "stat":
      return stat(spec);
    case "series":
      return series(spec);
    case "timeline":
    case "heat":
      return states(spec);
    case "table":
      return table(spec);
  }
}

/** French first, then the English title and text. */
export function describe(title: Text, about: Text): string {
  return `${about.fr}\n\n**${title.en}.** ${about.en}`;
}

/** Both languages on one line; once where they are the same word. */
export function both({ fr, en }: Text): string {
  return fr.toLowerCase() === en.toLowerCase() ? fr : `${fr} / ${en}`;
}

function stat(spec: Of<"stat">) {
  return dressed(new StatBuilder(), spec)
    .targets(targets(spec.queries, "now"))
    .unit(spec.unit ?? "none")
    .colorMode(common.BigValueColorMode.Background)
    .graphMode(common.BigValueGraphMode.None)
    .textMode(common.BigValueTextMode.ValueAndName)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("").values(false))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .mappings([...scale(spec.scale).words])
    .thresholds(thresholds(spec.scale));
}

function series(spec: Of<"series">) {
  const built = dressed(new SeriesBuilder(), spec)
    .targets(targets(spec.queries, "range"))
    .unit(spec.unit ?? "short")
    .min(0)
    .lineWidth(1)
    .fillOpacity(spec.stacked === true ? 30 : 5)
    .showPoints(common.VisibilityMode.Never)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.Table)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(["lastNotNull", "max"]),
    )
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending));
  if (spec.stacked === true) built.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group("A"));
  if (spec.scale === undefined) return built;
  return built
    .thresholds(thresholds(spec.scale))
    .thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed));
}

function states(spec: Of<"timeline" | "heat">) {
  const legend = new common.VizLegendOptionsBuilder()
    .displayMode(common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom)
    .showLegend(true)
    .calcs([]);
  const built =
    spec.kind === "timeline" ? dressed(new TimelineBuilder(), spec).mergeValues(true) : dressed(new HeatBuilder(), spec).maxDataPoints(60);
  return built
    .targets(targets(spec.queries, "range"))
    .rowHeight(0.9)
    .showValue(common.VisibilityMode.Auto)
    .legend(legend)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .mappings([...scale(spec.scale).words])
    .thresholds(thresholds(spec.scale));
}

function table(spec: Of<"table">) {
  const built = dressed(new TableBuilder(), spec)
    .targets(targets(spec.queries, "table"))
    .transformations(shape(spec))
    .filterable(true)
    .noValue("");
  if (spec.sortBy !== undefined) built.sortBy([new common.TableSortByFieldStateBuilder().displayName(spec.sortBy).desc(true)]);
  for (const column of spec.columns) {
    const properties = columnProperties(column);
    if (properties.length > 0) built.overrideByName(column.title, properties);
  }
  return built;
}

/** One row a label set; only the columns asked for, in that order, under their titles. A single query's value is plain `Value`. */
function shape({ columns, queries }: Of<"table">): DataTransformerConfig[] {
  const fields = columns.map(({ field }) => (queries.length === 1 && field === "Value #A" ? "Value" : field));
  return [
    { id: "merge", options: {} },
    { id: "filterFieldsByName", options: { include: { names: fields } } },
    {
      id: "organize",
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries(fields.map((field, index) => [field, index])),
        renameByName: Object.fromEntries(fields.map((field, index) => [field, columns[index]?.title ?? field])),
      },
    },
  ];
}

function columnProperties({ field, title, unit, scale: id }: Column): DynamicConfigValue[] {
  const properties: DynamicConfigValue[] = [];
  if (unit !== undefined) properties.push({ id: "unit", value: unit });
  if (id !== undefined) {
    properties.push({ id: "mappings", value: scale(id).words }, { id: "thresholds", value: thresholds(id).build() });
    properties.push({ id: "custom.cellOptions", value: { type: common.TableCellDisplayMode.ColorText } });
  }
  if (field === "device") {
    const url = `/d/vigie-device?var-device=\${__value.raw}&\${datasource:queryparam}&\${__url_time_range}`;
    properties.push({ id: "links", value: [{ title: `${title} : ouvrir / open`, url }] });
  }
  return properties;
}

/** What every panel has. */
function dressed<B extends Dressable<B>>(builder: B, spec: PanelSpec): B {
  return builder
    .title(spec.title.fr)
    .description(describe(spec.title, spec.about))
    .datasource(datasource)
    .span(spec.width)
    .height(spec.height);
}

interface Dressable<B> {
  title(title: string): B;
  description(description: string): B;
  datasource(datasource: common.DataSourceRef): B;
  span(width: number): B;
  height(height: number): B;
}

function targets(queries: readonly Query[], form: "now" | "range" | "table"): DataqueryBuilder[] {
  return queries.map(({ expr, legend }, index) => {
    const query = new DataqueryBuilder()
      .refId(String.fromCharCode(65 + index))
      .datasource(datasource)
      .expr(expr);
    if (legend !== undefined) query.legendFormat(legend);
    if (form === "range") return query.range().format(PromQueryFormat.TimeSeries);
    return query.instant().format(form === "table" ? PromQueryFormat.Table : PromQueryFormat.TimeSeries);
  });
}

function scale(id: ScaleId): Scale {
  return scales[id];
}

function thresholds(id: ScaleId): { build(): ThresholdsConfig } {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([...scale(id).thresholds]);
}
