/**
 * A report as PDF, on letter paper. Fonts come with the package; nothing is fetched and no file of the machine is read but these.
 */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import pdfmake from "pdfmake";
import type { Content, TableCell, TDocumentDefinitions } from "pdfmake/interfaces.js";
import type { Block, ReportDocument, ReportTable } from "./document.ts";

const ink = "#1d2733";
const soft = "#5b6b7b";
const accent = "#0b5c7a";
const line = "#c9d3dc";
const band = "#eef3f6";
const alarm = "#a3261b";

const require = createRequire(import.meta.url);
const fonts = require("pdfmake/fonts/Roboto.js") as Record<string, Record<string, string>>;

pdfmake.setFonts(fonts as never);
pdfmake.setUrlAccessPolicy(() => false);
const fontFolders = new Set(Object.values(fonts).flatMap((faces) => Object.values(faces).map((file) => dirname(file))));
pdfmake.setLocalAccessPolicy((path) => fontFolders.has(dirname(path)));

/** On a thread of its own where looks are made beside it (daemon/reporting/files.ts): laying out takes hundreds of milliseconds. */
export function renderPdf(report: ReportDocument): Promise<Buffer> {
  return pdfmake.createPdf(definition(report)).getBuffer() as Promise<Buffer>;
}

function definition(report: ReportDocument): TDocumentDefinitions {
  const { issuer, title, subtitle, foot, language, watermark } = report;
  return {
    pageSize: "LETTER",
    pageMargins: [54, 64, 54, 62],
    language: `${language}-CA`,
    info: { title: `${title} – ${subtitle}`, author: issuer, creator: "Vigie" },
    styles: { margin: { color: soft, fontSize: 8 } },
    defaultStyle: { font: "Roboto", fontSize: 9.5, lineHeight: 1.2, color: ink },
    ...(watermark === undefined ? {} : { watermark: { text: watermark, color: soft, opacity: 0.07, bold: true, fontSize: 110 } }),
    header: (page: number): Content =>
      page === 1
        ? { text: "" }
        : {
            margin: [54, 30, 54, 0],
            style: "margin",
            columns: [
              { text: title, style: "margin" },
              { text: subtitle, style: "margin", alignment: "right" },
            ],
          },
    footer: (page: number, pages: number): Content => ({
      margin: [54, 22, 54, 0],
      style: "margin",
      columns: [
        { text: foot, style: "margin", width: "*" },
        { text: `${page} / ${pages}`, alignment: "right", width: 60, style: "margin" },
      ],
    }),
    content: [
      { text: issuer, color: accent, bold: true, fontSize: 9, characterSpacing: 0.4 },
      { text: title, fontSize: 20, bold: true, margin: [0, 4, 0, 0] },
      { text: subtitle, fontSize: 11, color: soft, margin: [0, 0, 0, 6] },
      { canvas: [{ type: "line", x1: 0, y1: 0, x2: 504, y2: 0, lineWidth: 1.5, lineColor: accent }], margin: [0, 2, 0, 8] },
      ...report.blocks.map(block),
    ],
    // A heading never stands alone at the foot of a page; what the margins hold is no text that follows.
    pageBreakBefore: (node, query) => node.headlineLevel === 1 && query.getFollowingNodesOnPage().every(({ style }) => style === "margin"),
  };
}

function block(of: Block): Content {
  switch (of.kind) {
    case "heading":
      return { text: of.text, fontSize: 12.5, bold: true, color: accent, margin: [0, 12, 0, 4], headlineLevel: 1 };
    case "paragraph":
      return paragraph(of.text, of.tone ?? "plain");
    case "facts":
      return facts(of.rows);
    case "figures":
      return figures(of.items);
    case "table":
      return of.rows.length === 0 ? paragraph(of.empty, "small") : table(of);
    case "signature":
      return signature(of);
  }
}

function paragraph(text: string, tone: "plain" | "small" | "missing"): Content {
  const margin: [number, number, number, number] = [0, 0, 0, 6];
  if (tone === "small") return { text, fontSize: 8, color: soft, margin };
  if (tone === "missing") return { text, color: alarm, italics: true, margin };
  return { text, margin };
}

function facts(rows: readonly (readonly [string, string])[]): Content {
  return {
    margin: [0, 0, 0, 8],
    layout: "noBorders",
    table: {
      widths: [150, "*"],
      dontBreakRows: true,
      body: rows.map(([label, value]): TableCell[] => [{ text: label, color: soft }, { text: value }]),
    },
  };
}

/** Up to four beside one another; the figure large, what it means below. */
function figures(items: readonly { readonly label: string; readonly value: string; readonly note?: string }[]): Content {
  const across = 4;
  const body: TableCell[][] = [];
  for (let at = 0; at < items.length; at += across) {
    const row = items.slice(at, at + across).map(
      ({ label, value, note }): TableCell => ({
        stack: [
          { text: value, fontSize: 16, bold: true, color: accent },
          { text: label, fontSize: 8 },
          ...(note === undefined ? [] : [{ text: note, fontSize: 7, color: soft }]),
        ],
        fillColor: band,
        margin: [6, 4, 6, 4],
      }),
    );
    while (row.length < across) row.push({ text: "" });
    body.push(row);
  }
  return {
    margin: [0, 2, 0, 8],
    layout: { hLineWidth: () => 4, vLineWidth: () => 4, hLineColor: () => "#ffffff", vLineColor: () => "#ffffff" },
    table: { widths: Array.from({ length: across }, () => "*"), dontBreakRows: true, body },
  };
}

function table({ columns, rows }: ReportTable): Content {
  const widths = columns.map(({ width = 1 }) => width);
  const all = widths.reduce((sum, width) => sum + width, 0);
  const head = columns.map(
    ({ label, align }): TableCell => ({ text: label, bold: true, fontSize: 8, color: soft, alignment: align ?? "left" }),
  );
  const body = rows.map((row) => row.map((text, at): TableCell => ({ text, fontSize: 8.5, alignment: columns[at]?.align ?? "left" })));
  return {
    margin: [0, 2, 0, 10],
    layout: {
      hLineWidth: (at) => (at === 1 ? 0.8 : 0.4),
      vLineWidth: () => 0,
      hLineColor: (at) => (at === 1 ? soft : line),
      paddingLeft: () => 4,
      paddingRight: () => 5,
    },
    table: {
      headerRows: 1,
      keepWithHeaderRows: 1,
      dontBreakRows: true,
      widths: widths.map((width) => `${(width / all) * 100}%`),
      body: [head, ...body],
    },
  };
}

function signature({ name, role, at }: { readonly name: string; readonly role: string; readonly at: string }): Content {
  return {
    margin: [0, 14, 0, 0],
    unbreakable: true,
    stack: [
      { canvas: [{ type: "line", x1: 0, y1: 0, x2: 220, y2: 0, lineWidth: 0.6, lineColor: soft }] },
      { text: name, bold: true, margin: [0, 3, 0, 0] },
      { text: role, color: soft },
      { text: at, color: soft, fontSize: 8 },
    ],
  };
}
