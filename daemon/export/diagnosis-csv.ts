/**
 * A diagnosis as a table for spreadsheets and for partners: what was found, by time; then the ways of packets and the figures.
 *
 * Pure. Who answered a step is left out: a partner needs the answer, not the name.
 */
import { csvLine } from "../../dashboards/reports/csv.ts";
import type { DiagnosisShape } from "../api/contract-diagnoses.ts";

export function diagnosisCsv({ facts, moments, figures, paths, steps, endedAt = "", startedAt = "" }: DiagnosisShape): string {
  const timed = [
    ...facts
      .filter(({ from }) => from !== "person")
      .map(({ at, of = "", name, value, detail = "" }) => [at, "fact", of, name, value, detail]),
    ...moments.map(({ at, of, what, detail = "" }) => [at, "moment", of, what, "", detail]),
    ...steps.flatMap(({ id, answer, at = "" }) => (answer === undefined ? [] : [[at, "answer", "", id, answer, ""]])),
  ].sort(([a = ""], [b = ""]) => (a < b ? -1 : a > b ? 1 : 0));
  const rows = [
    ["at", "kind", "of", "what", "value", "detail"],
    ...timed,
    ...paths.map(({ to, hops, reached }) => [
      endedAt || startedAt,
      "way",
      to,
      reached ? "reached" : "not-reached",
      String(hops.length),
      hops.join(" > "),
    ]),
    ...figures.map(({ of, name, part = "", value }) => [endedAt || startedAt, "figure", of, name, String(value), part]),
  ];
  // The mark tells spreadsheets that it is UTF-8.
  return `\ufeff${rows.map((row) => csvLine(row)).join("")}`;
}
