/**
 * What a dashboard says, apart from how Grafana wants it written: titles, meanings, queries. assemble.ts makes the JSON of it.
 *
 * Titles are French, the users' first language; every description ends with the English title and text.
 */
import type { Text } from "../../../daemon/model/time.ts";
import type { ScaleId } from "./scales.ts";

export interface Query {
  /** PromQL; may use $site, $family, $device, $__range, $__rate_interval and $__interval. */
  readonly expr: string;
  /** Grafana's legend template: `{{site}}`. */
  readonly legend?: string;
  /** Why a healthy network may have no data here. A query without it always answers: a test holds that. */
  readonly mayBeEmpty?: string;
}

export interface Column {
  /** A label, or `Value #A` for the value of the first query. */
  readonly field: string;
  readonly title: string;
  readonly unit?: string;
  /** Colour and text for this column's values. */
  readonly scale?: ScaleId;
}

interface Basics {
  readonly title: Text;
  /** What it shows, and what its colours mean. */
  readonly about: Text;
  readonly width: number;
  readonly height: number;
  readonly queries: readonly Query[];
}

export type PanelSpec = Basics &
  (
    | { readonly kind: "stat"; readonly unit?: string; readonly scale: ScaleId }
    /** Lines over time; `stacked` for counts that add up. */
    | { readonly kind: "series"; readonly unit?: string; readonly scale?: ScaleId; readonly stacked?: boolean }
    /** A bar of states over time, a row a series; `heat` draws one cell a point. */
    | { readonly kind: "timeline" | "heat"; readonly scale: ScaleId }
    | { readonly kind: "table"; readonly columns: readonly Column[]; readonly sortBy?: string }
  );

export interface VariableSpec {
  readonly name: string;
  readonly label: Text;
  /** `label_values(...)`. */
  readonly query: string;
  readonly multi: boolean;
}

export interface DashboardSpec {
  readonly uid: string;
  readonly title: Text;
  readonly about: Text;
  /** `now-6h`. */
  readonly from: string;
  readonly variables: readonly VariableSpec[];
  readonly rows: readonly { readonly title: Text; readonly panels: readonly PanelSpec[] }[];
}
