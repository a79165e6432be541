/** One document, four forms: what stands in one stands in all; and a cell is never a formula. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { ReportFiles } from "../../daemon/reporting/files.ts";
import { voiceOf } from "../../daemon/reporting/voice.ts";
import { csvCell, renderCsv } from "../../dashboards/reports/csv.ts";
import type { Block, ReportDocument } from "../../dashboards/reports/document.ts";
import { followUpReport } from "../../dashboards/reports/follow-up.ts";
import { majorReport } from "../../dashboards/reports/major.ts";
import { renderPlain } from "../../dashboards/reports/plain.ts";
import { config, device } from "../api/fixture.ts";
import { facts, followUp, report } from "../api/reported.ts";
import { docxText, pdfText } from "./printed.ts";

const files = new ReportFiles();
const setting = config([device("codec-1")]);
const documents = (["fr", "en"] as const).flatMap((language) => [
  [`${language} major`, majorReport(report, [facts], voiceOf(setting, language))] as const,
  [`${language} follow-up`, followUpReport(followUp, voiceOf(setting, language))] as const,
]);

/** Words that a reader has to find, whatever the form: headings, figures and what is in the tables. */
function wordsOf(document: ReportDocument): readonly string[] {
  return document.blocks.flatMap(wordsIn);
}

function wordsIn(block: Block): readonly string[] {
  switch (block.kind) {
    case "heading":
      return [block.text];
    case "figures":
      return block.items.map(({ value }) => value);
    case "table":
      return block.rows.flatMap((row) => row.map((cell) => cell.split(/\s+/)[0] ?? ""));
    case "facts":
      return block.rows.map(([label]) => label);
    case "paragraph":
    case "signature":
      return [];
  }
}

for (const [name, document] of documents) {
  it(`${name}: every heading, figure and cell is in the PDF, the DOCX and the mail's text`, async () => {
    const pdf = await files.of(document, "pdf", "Réunion: n° 1/2");
    expect(pdf.name).toBe("Reunion-n-1-2.pdf");
    const docx = await files.of(document, "docx", "x");
    const xml = docxText(docx.bytes);
    // A reader of the PDF tells a narrow space from none by its width.
    const close = (text: string) => text.replace(/\s+/g, "");
    const [printed, plain] = [close(pdfText(pdf.bytes)), renderPlain(document)];
    for (const word of wordsOf(document)) {
      expect(printed, `${word} in the PDF`).toContain(close(word));
      expect(xml, `${word} in the DOCX`).toContain(word);
    }
    expect(plain).toContain(document.title);
    expect(printed).toContain(close(document.foot));
    expect(pdf.bytes.toString("latin1")).toContain(`/Lang (${document.language}-CA)`);
  }, 60_000);
}

it("a cell that a spreadsheet would run is text, and every cell can be read back", () => {
  for (const text of ["=1+1", "+1", "-1", "@a", "\tx"]) expect(csvCell(text).replaceAll('"', "")).toMatch(/^'/);
  // Nor is what a spreadsheet makes of it that parts cells at semicolons, or at a line's end whatever is quoted.
  for (const text of ["a;=1+1", "a;b;@c", "a\n-1", "a\r\n+1"])
    expect(
      csvCell(text)
        .split(/[;\r\n]+/)
        .filter((part) => /^"?[=+\-@]/.test(part)),
    ).toEqual([]);
  fc.assert(
    fc.property(fc.string(), (text) => {
      const cell = csvCell(text);
      const back = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
      const plain = (of: string) => of.replaceAll(/(^|[;\r\n])'+(?=[=+\-@\t\r])/g, "$1");
      expect(plain(back)).toBe(plain(text));
      expect(cell).not.toMatch(/^[=+\-@]/);
    }),
  );
  expect(renderCsv(documents[1]?.[1] as ReportDocument)).toMatch(/^\uFEFFSuivi quotidien,/);
});
