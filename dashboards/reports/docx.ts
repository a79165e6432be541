/**
 * A report as DOCX: for reports that people add a comment to. Real headings, tables with a header row, language set for the speller.
 */
import {
  AlignmentType,
  BorderStyle,
  Document,
  Footer,
  HeadingLevel,
  Packer,
  PageNumber,
  Paragraph,
  ShadingType,
  Table,
  TableCell,
  TableRow,
  TextRun,
  WidthType,
} from "docx";
import type { Block, ReportColumn, ReportDocument, ReportTable } from "./document.ts";

const accent = "0B5C7A";
const soft = "5B6B7B";
const line = "C9D3DC";
const alarm = "A3261B";
const none = { style: BorderStyle.NONE, size: 0, color: "FFFFFF" } as const;
const thin = { style: BorderStyle.SINGLE, size: 4, color: line } as const;
/** Letter paper less margins of 0.8 inch, in twentieths of a point. */
const textWidth = 12_240 - 2 * 1_150;

export function renderDocx(report: ReportDocument): Promise<Buffer> {
  return Packer.toBuffer(build(report));
}

function build({ language, title, subtitle, issuer, foot, watermark, blocks }: ReportDocument): Document {
  const head = watermark === undefined ? issuer : `${issuer}  –  ${watermark}`;
  return new Document({
    creator: "Vigie",
    title: `${title} – ${subtitle}`,
    styles: { default: { document: { run: { font: "Calibri", size: 20, language: { value: `${language}-CA` } } } } },
    sections: [
      {
        properties: { page: { size: { width: 12_240, height: 15_840 }, margin: { top: 1_150, bottom: 1_150, left: 1_150, right: 1_150 } } },
        footers: {
          default: new Footer({
            children: [
              new Paragraph({
                children: [
                  new TextRun({ text: `${foot}    `, size: 16, color: soft }),
                  new TextRun({ children: [PageNumber.CURRENT, " / ", PageNumber.TOTAL_PAGES], size: 16, color: soft }),
                ],
              }),
            ],
          }),
        },
        children: [
          new Paragraph({ children: [new TextRun({ text: head, bold: true, color: accent, size: 18 })] }),
          new Paragraph({ heading: HeadingLevel.TITLE, children: [new TextRun({ text: title, bold: true, size: 40 })] }),
          new Paragraph({ spacing: { after: 200 }, children: [new TextRun({ text: subtitle, color: soft, size: 22 })] }),
          ...blocks.flatMap(block),
        ],
      },
    ],
  });
}

function block(of: Block): (Paragraph | Table)[] {
  switch (of.kind) {
    case "heading":
      return [
        new Paragraph({
          heading: HeadingLevel.HEADING_1,
          spacing: { before: 240, after: 80 },
          children: [new TextRun({ text: of.text, bold: true, color: accent, size: 26 })],
        }),
      ];
    case "paragraph":
      return of.text.split("\n").map((text) => paragraph(text, of.tone ?? "plain"));
    case "facts":
      return [facts(of.rows), gap()];
    case "figures":
      return [facts(of.items.map(({ label, value, note }) => [label, note === undefined ? value : `${value} (${note})`] as const)), gap()];
    case "table":
      return of.rows.length === 0 ? [paragraph(of.empty, "small")] : [table(of), gap()];
    case "signature":
      return [
        new Paragraph({ spacing: { before: 400 }, children: [new TextRun({ text: of.name, bold: true })] }),
        paragraph(of.role, "small"),
        paragraph(of.at, "small"),
      ];
  }
}

function gap(): Paragraph {
  return new Paragraph({ children: [], spacing: { after: 60 } });
}

function paragraph(text: string, tone: "plain" | "small" | "missing"): Paragraph {
  const looks = { plain: {}, small: { size: 16, color: soft }, missing: { color: alarm, italics: true } }[tone];
  return new Paragraph({ spacing: { after: 100 }, children: [new TextRun({ text, ...looks })] });
}

function cell(
  text: string,
  width: number,
  looks: { bold?: boolean; color?: string; size?: number },
  column?: ReportColumn,
  fill?: string,
): TableCell {
  return new TableCell({
    width: { size: width, type: WidthType.DXA },
    margins: { top: 40, bottom: 40, left: 60, right: 60 },
    ...(fill === undefined ? {} : { shading: { type: ShadingType.CLEAR, color: "auto", fill } }),
    children: text.split("\n").map(
      (part) =>
        new Paragraph({
          alignment: column?.align === "right" ? AlignmentType.RIGHT : AlignmentType.LEFT,
          children: [new TextRun({ text: part, ...looks })],
        }),
    ),
  });
}

function facts(rows: readonly (readonly [string, string])[]): Table {
  const left = 3_000;
  return new Table({
    width: { size: textWidth, type: WidthType.DXA },
    columnWidths: [left, textWidth - left],
    borders: { top: none, bottom: none, left: none, right: none, insideHorizontal: none, insideVertical: none },
    rows: rows.map(
      ([label, value]) =>
        new TableRow({ cantSplit: true, children: [cell(label, left, { color: soft }), cell(value, textWidth - left, {})] }),
    ),
  });
}

function table({ columns, rows }: ReportTable): Table {
  const all = columns.reduce((sum, { width = 1 }) => sum + width, 0);
  const widths = columns.map(({ width = 1 }) => Math.round((width / all) * textWidth));
  const row = (cells: readonly string[], head: boolean) =>
    new TableRow({
      tableHeader: head,
      cantSplit: true,
      children: cells.map((text, at) =>
        cell(text, widths[at] ?? 0, head ? { bold: true, color: soft, size: 16 } : { size: 17 }, columns[at], head ? "EEF3F6" : undefined),
      ),
    });
  return new Table({
    width: { size: textWidth, type: WidthType.DXA },
    columnWidths: widths,
    borders: { top: thin, bottom: thin, left: none, right: none, insideHorizontal: thin, insideVertical: none },
    rows: [
      row(
        columns.map(({ label }) => label),
        true,
      ),
      ...rows.map((cells) => row(cells, false)),
    ],
  });
}
