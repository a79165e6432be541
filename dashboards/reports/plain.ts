/**
 * A report as plain text, for the body of its mail.
 */
import type { Block, ReportDocument } from "./document.ts";

/** Rows of a table that a mail shows; the attached files have all. */
const mostRows = 20;

export function renderPlain(report: ReportDocument): string {
  const head = [report.issuer, report.title, report.subtitle].filter((text) => text !== "");
  return `${[...head, "", ...report.blocks.map(block)].join("\n")}\n${report.foot}\n`;
}

function block(of: Block): string {
  switch (of.kind) {
    case "heading":
      return `\n${of.text.toUpperCase()}`;
    case "paragraph":
      return of.text;
    case "facts":
      return of.rows.map(([label, value]) => `${label} : ${value}`).join("\n");
    case "figures":
      return of.items.map(({ label, value, note }) => `${label} : ${value}${note === undefined ? "" : ` (${note})`}`).join("\n");
    case "table": {
      if (of.rows.length === 0) return `${of.name} : ${of.empty}`;
      const lines = of.rows.slice(0, mostRows).map((row) => `- ${row.filter((cell) => cell !== "").join(" | ")}`);
      const more = of.rows.length > mostRows ? [`… +${of.rows.length - mostRows}`] : [];
      return [`${of.name} :`, ...lines, ...more].join("\n");
    }
    case "signature":
      return `${of.name}, ${of.role}, ${of.at}`;
  }
}
