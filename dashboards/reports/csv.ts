/**
 * Tables of a report as CSV (RFC 4180), with a byte-order mark so that a spreadsheet reads the accents.
 */
import type { ReportDocument, ReportTable } from "./document.ts";

/**
 * A spreadsheet runs a cell that begins with one of these as a formula: an apostrophe before it makes it text (OWASP, CSV injection). Where
 * semicolons part cells, as in French, one begins behind each, whatever is quoted.
 */
const formula = /(^|[;\r\n])(?=[=+\-@\t\r])/g;

export function csvCell(text: string): string {
  const safe = text.replaceAll(formula, "$1'");
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

/** All tables under one another, an empty line between; each begins with its name. */
export function renderCsv(report: ReportDocument): string {
  const tables = report.blocks.filter((block): block is ReportTable => block.kind === "table");
  const figures = report.blocks.flatMap((block) => (block.kind === "figures" ? block.items : []));
  const parts = [
    csvLine([report.title, report.subtitle]),
    ...(figures.length === 0 ? [] : [figures.map(({ label, value, note }) => csvLine([label, value, note ?? ""])).join("")]),
    ...tables.map(
      ({ name, columns, rows }) => csvLine([name]) + csvLine(columns.map(({ label }) => label)) + rows.map((row) => csvLine(row)).join(""),
    ),
  ];
  return `\uFEFF${parts.join("\r\n")}`;
}
